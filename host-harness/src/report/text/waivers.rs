//! What became of waivers, and who can lift a block.

use std::fmt::Write as _;

use koalr_platform::decision::Decision;

use super::super::escape::{name, plain};
use super::super::fix::blocking;
use super::super::instant::utc;
use super::super::layout::{item, rest};
use super::super::noun::what;
use super::View;

/// Waivers that were used, end soon, hold for nothing, have ended, or do not hold, and what is wrong with the file.
pub(super) fn waivers(text: &mut String, view: &View<'_>) {
    let lines = lines(view);
    if lines.is_empty() {
        return;
    }
    text.push_str("\nWaivers\n");
    for line in lines.iter().take(view.most()) {
        item(text, line);
    }
    rest(text, lines.len(), view.most(), view.elsewhere());
}

/// The same, one by one.
pub(in crate::report) fn lines(view: &View<'_>) -> Vec<String> {
    let (report, waivers) = (view.report, &view.report.waivers);
    let mut lines = Vec::new();
    for used in &waivers.used {
        let mut findings = used.findings.iter();
        let first = findings.next().and_then(|index| report.line(*index));
        let what = first.map_or_else(String::new, |line| format!(" {}", what(&view.names, &line)));
        let more = match findings.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        lines.push(format!(
            "{} lets{what}{more} pass until {}; approved by {}: {}",
            name(&used.id),
            utc(used.expires),
            name(&used.approver),
            plain(&used.reason)
        ));
    }
    let ended = |id: &str, word: &str, at| format!("{} {word} {}", name(id), utc(at));
    for soon in &waivers.ending {
        lines.push(ended(&soon.id, "ends soon: at", soon.at));
    }
    for one in &waivers.refused {
        lines.push(format!(
            "{} does not hold: {}",
            name(&one.id),
            plain(&one.why)
        ));
    }
    for one in &waivers.expired {
        lines.push(ended(&one.id, "does not hold: it expired at", one.at));
    }
    for id in &waivers.unused {
        lines.push(format!(
            "{} holds and nothing here needs it: fixed since, misspelt, or for another change",
            name(id)
        ));
    }
    for complaint in &report.complaints {
        lines.push(format!(
            "not read, so that it does not hold: {}",
            plain(complaint)
        ));
    }
    lines
}

/// Who may lift a block that stands, and until when.
pub(super) fn lifting(text: &mut String, view: &View<'_>) {
    if let Some(line) = lifter(view) {
        text.push_str("\nWho can lift it\n");
        item(text, &line);
    }
}

/// The same as one line; none if nothing blocks.
pub(in crate::report) fn lifter(view: &View<'_>) -> Option<String> {
    let report = view.report;
    if report.settled.outcome.decision != Decision::Block {
        return None;
    }
    let Some(author) = &report.author else {
        return Some(
            "nobody yet: no waiver holds while it is not known who wrote the change; give its `author`"
                .to_owned(),
        );
    };
    let mut line = format!(
        "anybody but {}, who wrote the change, by approving a waiver",
        name(author)
    );
    let findings = blocking(&report.verdict);
    match findings.len() {
        0 => {}
        1 => line.push_str(" of the finding that blocks"),
        count => {
            let _ = write!(line, " of each of the {count} findings that block");
        }
    }
    if let Some(until) = report.waivable_until {
        let _ = write!(line, ", until {} at most", utc(until));
    }
    Some(line)
}

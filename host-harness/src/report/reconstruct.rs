//! How much of the past could be rebuilt, as text.

use super::backtest::{proportion, share};
use super::escape::plain;
use super::instant::utc;
use super::layout::{item, rest, sentence};
use super::pace::grouped;
use crate::jobs::ReconstructReport;

/// How many merged changes were rebuilt, what is missing, and what they come to, in eighty columns.
#[must_use]
pub fn reconstruct_text(report: &ReconstructReport) -> String {
    let mut text = String::new();
    let count = |number: u32| grouped(u64::from(number));
    sentence(
        &mut text,
        &format!(
            "{} changes were merged from {} to {}.",
            count(report.merged),
            utc(report.from),
            utc(report.as_of)
        ),
    );
    item(
        &mut text,
        &format!("judged at the time: {}", count(report.observed)),
    );
    item(
        &mut text,
        &format!(
            "rebuilt now: {}; rebuilt before: {}",
            count(report.judged),
            count(report.kept)
        ),
    );
    if report.refused > 0 {
        let line = format!("refused by the integration: {}", count(report.refused));
        item(&mut text, &line);
    }
    let all = report.whole + report.part + report.nothing;
    text.push('\n');
    sentence(&mut text, &format!("Rebuilt (n = {})", count(all)));
    item(
        &mut text,
        &format!("completely: {}", share(report.whole, all)),
    );
    item(&mut text, &format!("in part: {}", share(report.part, all)));
    item(
        &mut text,
        &format!("not at all: {}", share(report.nothing, all)),
    );
    let incomplete = proportion(&report.incomplete);
    item(&mut text, &format!("not completely: {incomplete}"));
    if !report.decisions.is_empty() {
        text.push('\n');
        sentence(&mut text, "What they come to, as if enforced");
        for (decision, number) in &report.decisions {
            let line = format!("{}: {}", decision.word(), share(*number, all));
            item(&mut text, &line);
        }
    }
    if !report.reasons.is_empty() {
        text.push('\n');
        sentence(&mut text, "What is missing; a change may lack several");
        for missing in report.reasons.iter().take(MOST_REASONS) {
            let line = format!(
                "{}: {} ({})",
                share(missing.changes, all),
                plain(&missing.gap.reason),
                plain(&missing.gap.route)
            );
            item(&mut text, &line);
        }
        let shown = report.reasons.len().min(MOST_REASONS);
        rest(&mut text, report.reasons.len(), shown, " in the JSON");
    }
    text
}

/// Reasons on a screen.
const MOST_REASONS: usize = 12;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use koalr_platform::backtest::Proportion;
    use koalr_platform::decision::Decision;
    use koalr_platform::reconstruct::Gap;

    use super::*;
    use crate::jobs::Missing;
    use crate::report::layout::{WIDTH, columns};

    fn report(whole: u32, part: u32, nothing: u32) -> ReconstructReport {
        let all = whole + part + nothing;
        ReconstructReport {
            integration: "snyk".to_owned(),
            from: 0,
            as_of: 1,
            merged: all,
            observed: 0,
            judged: all,
            kept: 0,
            refused: 0,
            whole,
            part,
            nothing,
            incomplete: Proportion::new(part + nothing, all),
            lost: Proportion::new(nothing, all),
            reasons: vec![Missing {
                gap: Gap {
                    route: "dependencies".to_owned(),
                    reason: "no dependency list of this change was given".to_owned(),
                },
                changes: nothing,
            }],
            decisions: BTreeMap::from([(Decision::Inconclusive, all)]),
        }
    }

    #[test]
    fn the_shares_are_told_with_their_reasons() {
        let text = reconstruct_text(&report(6, 2, 2));
        for line in [
            "completely: 6 of 10 (60.0 %)",
            "not at all: 2 of 10 (20.0 %)",
            "not completely: 4 of 10 (40.0 %), 95 % interval 16.8 to 68.7 %",
            "2 of 10 (20.0 %): no dependency list of this change was given",
        ] {
            assert!(text.contains(line), "{line}: {text}");
        }
        assert!(text.lines().all(|line| columns(line) <= WIDTH), "{text}");
    }

    #[test]
    fn where_nothing_was_merged_no_share_is_told() {
        let text = reconstruct_text(&report(0, 0, 0));
        assert!(text.contains("not completely: no data (n = 0)"), "{text}");
    }
}

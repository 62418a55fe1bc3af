//! Reports for a terminal of eighty columns: the verdict sentence and the fix first, the arithmetic last.

mod basis;
mod findings;
mod unknown;
mod waivers;

use koalr_platform::decision::Decision;
use koalr_platform::evidence::CHECKS;
use koalr_platform::model::common::CoverageState;

use super::arithmetic::arithmetic;
use super::change::{ChangeReport, Names};
use super::escape::{name, plain};
use super::figure::tenths;
use super::fix;
use super::layout::{WIDTH, command, cut, rest};

pub(super) use super::layout::{item, sentence};
pub(super) use findings::{SECTIONS, because, notes, routes, section};
pub(super) use unknown::{state as state_word, told as unknown_lines};
pub(super) use waivers::{lifter, lines as waiver_lines};

/// The gate's answer: what, whose, the fix, what is missing, the arithmetic.
#[must_use]
pub fn gate_text(report: &ChangeReport, explain: bool) -> String {
    let mut text = head(report, report.settled.decision.word());
    sentence(&mut text, &report.summary);
    let view = View::new(report, explain);
    fixes(&mut text, &view);
    body(&mut text, &view);
    text
}

/// The score's answer: the number first, then the same evidence.
#[must_use]
pub fn score_text(report: &ChangeReport, explain: bool) -> String {
    let score = &report.settled.score;
    let word = format!("{} {}", tenths(score.score), score.band.word());
    let mut text = head(report, &word);
    sentence(&mut text, &report.summary);
    body(&mut text, &View::new(report, explain));
    text
}

/// A report with what is looked up often.
pub(super) struct View<'a> {
    pub(super) report: &'a ChangeReport,
    pub(super) names: Names<'a>,
    explain: bool,
}

impl<'a> View<'a> {
    pub(super) fn new(report: &'a ChangeReport, explain: bool) -> Self {
        Self {
            report,
            names: Names::of_report(report),
            explain,
        }
    }

    /// Most lines of one kind; the rest is counted.
    fn most(&self) -> usize {
        if self.explain { MOST_EXPLAINED } else { MOST }
    }

    /// Where the rest of a list is.
    fn elsewhere(&self) -> &'static str {
        if self.explain {
            "; `--format json` lists them all"
        } else {
            "; `--explain` shows more"
        }
    }
}

fn head(report: &ChangeReport, word: &str) -> String {
    let mut line = format!("{}  {}", word.to_uppercase(), plain(&report.change.id));
    if !report.title.is_empty() {
        line = format!("{line}  {}", plain(&report.title));
    }
    format!("{}\n\n", cut(&line, WIDTH))
}

fn fixes(text: &mut String, view: &View<'_>) {
    let report = view.report;
    if report.settled.outcome.decision != Decision::Block {
        return;
    }
    text.push_str("\nTo let it pass\n");
    for fix in report.fixes.iter().take(view.most()) {
        if fix::is_command(fix) {
            command(text, fix);
        } else {
            item(text, fix);
        }
    }
    let shown = report.fixes.len().min(view.most());
    rest(
        text,
        report.fixes.len(),
        shown,
        "; `--format json` lists them all",
    );
    if report.fixes.is_empty() {
        item(text, &fix::otherwise(report, &view.names));
    }
}

fn body(text: &mut String, view: &View<'_>) {
    findings::findings(text, view);
    counterfactuals(text, view);
    checks(text, view.report);
    waivers::waivers(text, view);
    unknown::unknown(text, view);
    waivers::lifting(text, view);
    text.push_str("\nHow the score adds up\n");
    text.push_str(&arithmetic(view.report, &view.names, view.explain));
    if view.explain {
        basis::basis(text, view);
    }
}

fn counterfactuals(text: &mut String, view: &View<'_>) {
    let report = view.report;
    let dependencies = report.evidence.dependencies.as_deref().unwrap_or_default();
    let rows: Vec<String> = report
        .assessment
        .counterfactuals
        .iter()
        .filter_map(|other| {
            let dependency = dependencies.get(usize::try_from(other.dependency).ok()?)?;
            let doubt = if other.verified {
                ""
            } else {
                " (that version was not looked up)"
            };
            Some(format!(
                "{} {}: security {} → {}{doubt}",
                name(&dependency.name),
                name(&other.version),
                tenths(report.assessment.score),
                tenths(other.score)
            ))
        })
        .collect();
    if rows.is_empty() {
        return;
    }
    text.push_str("\nWhat an upgrade would change\n");
    for row in rows.iter().take(view.most()) {
        item(text, row);
    }
    rest(text, rows.len(), view.most(), view.elsewhere());
}

/// What the upstream's own checks of this head came to.
fn checks(text: &mut String, report: &ChangeReport) {
    let rows = report.evidence.coverage.iter().filter(|row| {
        row.route == CHECKS && row.state == CoverageState::Complete && !row.detail.is_empty()
    });
    for (index, row) in rows.take(MOST).enumerate() {
        if index == 0 {
            text.push_str("\nThe upstream's own checks\n");
        }
        item(text, &plain(&row.detail));
    }
}

/// Most lines of one kind.
const MOST: usize = 10;

/// Most lines of one kind where everything is asked for.
const MOST_EXPLAINED: usize = 200;

#[cfg(test)]
mod tests;

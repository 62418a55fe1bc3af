//! What became of a conformance suite, as text.

use super::escape::plain;
use super::layout::{below, item, sentence};
use crate::check::{CheckOutcome, CheckReport, CheckRow};

/// Every check with its outcome, and what failed and why; in eighty columns.
#[must_use]
pub fn check_text(report: &CheckReport) -> String {
    let mut text = String::new();
    if let Some(integration) = &report.integration {
        sentence(
            &mut text,
            &format!("{} against the contract.", plain(integration)),
        );
        text.push('\n');
    }
    for row in &report.checks {
        let word = match row.outcome {
            CheckOutcome::Passed => "passed",
            CheckOutcome::Failed => "FAILED",
            CheckOutcome::NotRun => "not run",
        };
        item(
            &mut text,
            &format!("{word:<8} {:<20} {}", row.code, row.shows),
        );
        reasons(&mut text, row);
    }
    text.push('\n');
    let line = format!(
        "{} passed, {} failed, {} not run.",
        report.passed, report.failed, report.not_run
    );
    sentence(&mut text, &line);
    text
}

fn reasons(text: &mut String, row: &CheckRow) {
    for reason in &row.reasons {
        below(text, 11, &plain(reason));
    }
}

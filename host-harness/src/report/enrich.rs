//! What an enrichment brought, in one sentence.

use koalr_platform::model::common::CoverageState;

use crate::jobs::EnrichReport;

/// What was received, and whether there is more to know.
#[must_use]
pub fn enrich_text(report: &EnrichReport) -> String {
    let received = format!(
        "{} fixes and {} checks of pull requests received, {} requests",
        report.fixes, report.checks, report.requests
    );
    let rest = report
        .coverage
        .iter()
        .any(|row| row.state != CoverageState::Complete);
    if report.resume_after_secs.is_some() {
        format!("{received}; more is under way, and the next sync goes on with it")
    } else if rest {
        format!("{received}; `koalr status` says what is missing and why")
    } else {
        received
    }
}

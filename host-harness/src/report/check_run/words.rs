//! How a check run says things.

use koalr_platform::model::assessment::Attribution;
use koalr_platform::model::common::{CoverageState, Tenths, Timestamp};
use koalr_platform::model::verdict::Decision as Judged;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::report::change::{ChangeReport, Line};
use crate::report::figure::tenths;

/// An instant in ISO 8601, to the second, as GitHub writes it; none if no calendar has it.
pub(super) fn iso(at: Timestamp) -> Option<String> {
    let time = OffsetDateTime::from_unix_timestamp(at.div_euclid(1000)).ok()?;
    time.format(&Rfc3339).ok()
}

/// The text, or as much of it as fits into so many bytes, with an ellipsis.
pub(super) fn cut(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(most.saturating_sub('…'.len_utf8()));
    format!("{}…", text.get(..end).unwrap_or_default())
}

/// An effective score: `CVSS 9.4`.
pub(super) fn cvss(score: Option<Tenths>, assumed: bool) -> String {
    match score {
        Some(score) if assumed => format!("CVSS {} assumed from the severity", tenths(score)),
        Some(score) => format!("CVSS {}", tenths(score)),
        None => "no CVSS score".to_owned(),
    }
}

/// Why a finding is not the change's; none where it is, or cannot be told.
pub(super) fn whose(line: &Line<'_>) -> Option<&'static str> {
    match line.attributed.attribution {
        Attribution::Carried if line.attributed.kept_by_upgrade => Some("kept by the upgrade"),
        Attribution::Carried => Some("already in the base"),
        Attribution::DisclosedSince => Some("disclosed since, dependency untouched"),
        Attribution::ReOpened => Some("open again, dependency untouched"),
        Attribution::Introduced | Attribution::Removed | Attribution::Unknown => None,
    }
}

/// A coverage state, and what to do about it.
pub(super) fn state(state: CoverageState) -> (&'static str, &'static str) {
    match state {
        CoverageState::Complete => ("complete", "the integration counts it as missing"),
        CoverageState::Partial => ("partial", "the next `koalr sync` reads it again"),
        CoverageState::Stale => ("too old", "`koalr sync` refreshes it"),
        CoverageState::Refused => (
            "refused",
            "connect with a token and a plan that may read it",
        ),
        CoverageState::Unsupported => (
            "unsupported",
            "nobody can look it up; override, or name the cause `unsupported` in the policy's `fail-open`",
        ),
        CoverageState::Awaited => (
            "awaited",
            "this check is updated when it comes, or when its time is up",
        ),
        CoverageState::NotAsked => ("not asked", "`koalr sync` asks for it"),
    }
}

/// What the rules decide about each finding, by its index.
pub(super) fn rulings(report: &ChangeReport) -> Vec<Option<Judged>> {
    let mut rulings = vec![None; report.evidence.findings.len()];
    for fired in &report.verdict.fired {
        for index in &fired.findings {
            let place = usize::try_from(*index).ok();
            if let Some(ruling) = place.and_then(|place| rulings.get_mut(place)) {
                *ruling = (*ruling).max(Some(fired.decision));
            }
        }
    }
    rulings
}

/// The dependency's version before the change, where a finding has a dependency.
pub(super) fn before<'a>(report: &'a ChangeReport, line: &Line<'_>) -> Option<&'a str> {
    let index = usize::try_from(line.fact.dependency?).ok()?;
    let dependencies = report.evidence.dependencies.as_deref()?;
    dependencies.get(index)?.before.as_deref()
}

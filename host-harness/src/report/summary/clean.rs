//! What is said of a change that nothing speaks against.

use std::collections::BTreeSet;

use koalr_platform::evidence::{
    AFTER_MERGE, BRANCH_PROJECTS, CHECKS, DEPENDENCIES, PACKAGES, TEST_FINDINGS,
};
use koalr_platform::model::assessment::Attribution;
use koalr_platform::model::common::{Coverage, CoverageState};

use super::super::change::ChangeReport;
use super::super::escape::name;
use super::super::figure::count;
use super::super::instant::utc;

/// Why it may pass. Says no more than what is known: nothing is introduced only where everything was looked at.
pub(super) fn clean(report: &ChangeReport) -> String {
    let of = |attribution| {
        let lines = report.lines();
        lines
            .filter(|line| line.attributed.attribution == attribution)
            .count()
    };
    let (introduced, unknown) = (of(Attribution::Introduced), of(Attribution::Unknown));
    let gap = gap(report);
    let said = match (waived(report), introduced) {
        (Some(waived), _) if is_all_waived(report) => waived,
        (Some(waived), _) => format!("{waived}, and no active rule objects to the rest"),
        (None, 0) if unknown == 0 && gap.is_none() => {
            return "this change introduces no known vulnerability".to_owned();
        }
        (None, 0) => "no active rule objects to what is known of this change".to_owned(),
        (None, _) => "no active rule objects to what this change introduces".to_owned(),
    };
    let doubt = match unknown {
        0 => String::new(),
        unknown => format!(
            "; whether it introduces {} cannot be told",
            count(unknown, ("finding", "findings"))
        ),
    };
    let gap = gap.map_or_else(String::new, |gap| {
        format!("; not everything is known: {gap}")
    });
    format!("{said}{doubt}{gap}")
}

/// What waivers let pass; none if they let nothing.
pub(super) fn waived(report: &ChangeReport) -> Option<String> {
    let waived: BTreeSet<u32> = report
        .verdict
        .waived
        .iter()
        .map(|one| one.finding)
        .collect();
    let first = report.waivers.used.first()?;
    let mut lines = waived.iter().filter_map(|index| report.line(*index));
    let introduced = lines.all(|line| line.attributed.attribution == Attribution::Introduced);
    let what = if introduced && is_all_waived(report) {
        "what this change introduces".to_owned()
    } else {
        let noun = count(waived.len(), ("finding", "findings"));
        format!("{noun} that would count against this change")
    };
    let verb = if introduced && is_all_waived(report) || waived.len() == 1 {
        "is"
    } else {
        "are"
    };
    let until = report.waivers.used.iter().map(|one| one.expires).min();
    let until = utc(until.unwrap_or(first.expires));
    let by = match report.waivers.used.len() - 1 {
        0 => format!("`{}` until {until}", name(&first.id)),
        more => format!(
            "`{}` and {more} more, of which the first ends at {until}",
            name(&first.id)
        ),
    };
    Some(format!("{what} {verb} waived by {by}"))
}

/// Whether waivers let everything pass that the change introduces.
fn is_all_waived(report: &ChangeReport) -> bool {
    let waived: BTreeSet<u32> = report
        .verdict
        .waived
        .iter()
        .map(|one| one.finding)
        .collect();
    let mut introduced = report
        .lines()
        .filter(|line| line.attributed.attribution == Attribution::Introduced)
        .peekable();
    introduced.peek().is_some() && introduced.all(|line| waived.contains(&line.index))
}

/// The first thing that was not looked at whole, although the verdict needs no more.
fn gap(report: &ChangeReport) -> Option<String> {
    let coverage = &report.evidence.coverage;
    for route in [DEPENDENCIES, PACKAGES] {
        if !coverage.iter().any(|row| row.route == route) {
            return Some(format!("nobody asked about {route}"));
        }
    }
    let row = coverage.iter().find(|row| !is_told(row))?;
    Some(format!(
        "{} of {} is not complete",
        name(&row.route),
        name(&row.subject)
    ))
}

/// Whether a row leaves nothing open. Results of checks name no finding, and the routes beside the lookups only tell
/// more where the upstream has more.
fn is_told(row: &Coverage) -> bool {
    let beside = [TEST_FINDINGS, BRANCH_PROJECTS, AFTER_MERGE].contains(&&*row.route);
    match row.state {
        CoverageState::Complete => true,
        CoverageState::NotAsked | CoverageState::Refused | CoverageState::Unsupported if beside => {
            true
        }
        _ => row.route == CHECKS,
    }
}

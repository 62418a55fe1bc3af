//! What the upstream's own checks of the change came to. They bring no facts: a result names no vulnerability.

use super::coverage::row;
use super::{CHECKS, Known};
use crate::model::common::{Change, Coverage, CoverageState};
use crate::model::record::ChangeCheck;

/// Whether a check is of the commit that is judged. One that states no commit is of none.
#[must_use]
pub fn is_of_head(check: &ChangeCheck, change: &Change) -> bool {
    let checked = check.head_sha.as_ref();
    checked.is_some_and(|sha| sha.eq_ignore_ascii_case(&change.head_sha))
}

/// The results of this head; without one, why there is none.
pub(super) fn coverage(known: &Known<'_>) -> Coverage {
    let checks = known.checks.iter();
    let of_head = checks.filter(|check| is_of_head(check, known.change));
    let newest =
        |checks: &mut dyn Iterator<Item = &ChangeCheck>| checks.filter_map(|one| one.at).max();
    if of_head.clone().next().is_some() {
        return Coverage {
            as_of: newest(&mut of_head.clone()),
            ..row(known, CHECKS, CoverageState::Complete, results(of_head))
        };
    }
    if !known.checks.is_empty() {
        return Coverage {
            as_of: newest(&mut known.checks.iter()),
            ..row(known, CHECKS, CoverageState::Stale, OTHER_HEAD)
        };
    }
    let mut listings = known.coverage.iter().filter(|row| row.route == CHECKS);
    let missing = listings
        .clone()
        .find(|row| row.state != CoverageState::Complete);
    match (missing, listings.next()) {
        (Some(missing), _) => Coverage {
            subject: known.change.id.clone(),
            ..missing.clone()
        },
        // The list is a copy that lags behind: a check that it lacks may still come.
        (None, Some(_)) => row(known, CHECKS, CoverageState::Awaited, NONE_YET),
        (None, None) => row(known, CHECKS, CoverageState::NotAsked, NOT_LISTED),
    }
}

/// Each product with its result, once.
fn results<'a>(checks: impl Iterator<Item = &'a ChangeCheck>) -> String {
    let mut results: Vec<String> = Vec::new();
    for check in checks {
        let by_hand = if check.marked_as_success {
            ", marked as success by hand"
        } else {
            ""
        };
        let result = format!("{}: {}{by_hand}", check.product, check.state);
        if !results.contains(&result) {
            results.push(result);
        }
    }
    results.join("; ")
}

const OTHER_HEAD: &str = "only checks of another head of this change are known";

const NONE_YET: &str = "the newest list of checks has none of this change";

const NOT_LISTED: &str = "no list of checks was asked for";

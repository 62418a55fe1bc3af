//! Judges a merged change as if somebody had at its merge: evidence from what is stored, and no more than was known then.
//!
//! What became public after the merge is left out: nobody could have blocked it. What cannot be rebuilt is named, and a
//! change of which nothing can be told never passes.

mod history;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::decision::{Cause, Decision, Outcome};
use crate::evidence::{
    AFTER_MERGE, CHECKS, DEPENDENCIES, ISSUES, Known, ListState, PACKAGES, introduced_after,
};
use crate::model::common::{Change, Coverage, CoverageState, DependencyChange, Timestamp};
use crate::model::evidence::{Evidence, Observation, Presence};
use crate::model::record::{ChangeCheck, Project};

pub use history::{History, PastFinding};

/// A merged change, and what is stored of it and its repository, as of now.
#[derive(Debug, Clone, Copy)]
pub struct Merged<'a> {
    /// The change with the head that was merged.
    pub change: &'a Change,
    /// Dependencies it touches, and whether the list is complete; none while unknown.
    pub dependencies: Option<(&'a [DependencyChange], bool)>,
    /// The upstream's checks of it, of any head and time, newest first. May be empty.
    pub checks: &'a [ChangeCheck],
    /// Projects of its repository, of any branch. May be empty.
    pub projects: &'a [Project],
    /// How far the organizations that hold its repository were listed.
    pub coverage: &'a [Coverage],
    /// Whether container and infrastructure findings of its source branch count.
    pub beyond_packages: bool,
    /// When it was opened; none while unknown.
    pub opened_at: Option<Timestamp>,
    /// When it was merged.
    pub merged_at: Timestamp,
    /// When what came into the target branch is not its own any more; see [`window_end`].
    pub until: Timestamp,
}

/// Evidence that was rebuilt, and how much of it could be.
#[derive(Debug, Clone, PartialEq)]
pub struct Rebuilt {
    /// The evidence as of the merge.
    pub evidence: Evidence,
    /// How much is there.
    pub extent: Extent,
    /// What is not there, and why, without repetition. Empty if it is whole.
    pub gaps: BTreeSet<Gap>,
}

/// How much of a change's evidence could be rebuilt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Extent {
    /// All that a decision about an open change rests on.
    Whole,
    /// Some of it.
    Part,
    /// Nothing can be told: there is no dependency list, no check of its head and no finding that came in with it.
    Nothing,
}

/// Why something could not be rebuilt.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Gap {
    /// The coverage route that it is about.
    pub route: String,
    /// Why, as a sentence without a full stop. May hold names from outside.
    pub reason: String,
}

/// When what comes into a branch does not count for a merge any more: with the next merge into it, or when the findings
/// were last listed; never before a day has gone by.
///
/// Choice: upstreams look at a branch once a day unless told otherwise, so that what a merge brought may come in a day
/// later.
#[must_use]
pub fn window_end(
    merged_at: Timestamp,
    next: Option<Timestamp>,
    listed_at: Option<Timestamp>,
) -> Timestamp {
    let end = next.or(listed_at).unwrap_or(merged_at);
    end.max(merged_at.saturating_add(SCAN_INTERVAL))
}

/// Rebuilds the evidence of a change as of its merge. `history` is of its repository.
///
/// `extra` names the findings that may have become public after the merge: `disclosure-unknown` with their indexes,
/// parted by spaces.
#[must_use]
pub fn rebuild(merged: &Merged<'_>, history: &mut History) -> Rebuilt {
    let merged_at = merged.merged_at;
    let mut checks = merged.checks.to_vec();
    checks.retain(|check| check.at.is_none_or(|at| at <= merged_at));
    let mut coverage = merged.coverage.to_vec();
    for row in coverage.iter_mut().filter(|row| row.route == ISSUES) {
        if row.state == CoverageState::Complete && row.as_of < Some(merged_at) {
            row.state = CoverageState::Partial;
            LISTED_BEFORE.clone_into(&mut row.detail);
        }
    }
    let known = Known {
        change: merged.change,
        dependencies: merged.dependencies.map(|(list, _)| list),
        list: match merged.dependencies {
            Some((_, true)) => ListState::Complete,
            Some((_, false)) => ListState::Partial(LIST_INCOMPLETE),
            None => ListState::NotAsked,
        },
        lookups: &[],
        tests: &[],
        tied: &[],
        measurements: &[],
        checks: &checks,
        stored: history.at(merged_at),
        projects: merged.projects,
        coverage: &coverage,
        beyond_packages: merged.beyond_packages,
        assessed_at: merged.opened_at,
        as_of: merged_at,
    };
    let mut evidence = introduced_after(&known, merged_at, merged.until);
    for row in &mut evidence.coverage {
        // A past merge waits for nothing.
        if row.state == CoverageState::Awaited {
            row.state = CoverageState::NotAsked;
            row.detail = format!("nothing came of it: {}", row.detail);
        }
    }
    let undated = undated(&evidence);
    if !undated.is_empty() {
        let value = undated.join(" ");
        evidence.extra.push((UNDATED.to_owned(), value));
    }
    Rebuilt::new(evidence)
}

impl Rebuilt {
    /// Evidence that was rebuilt, now or before: how much of it there is, it tells itself.
    #[must_use]
    pub fn new(evidence: Evidence) -> Self {
        let mut gaps: BTreeSet<Gap> = evidence.coverage.iter().filter_map(gap).collect();
        if evidence.extra.iter().any(|(key, _)| key == UNDATED) {
            gaps.insert(Gap {
                route: AFTER_MERGE.to_owned(),
                reason: DISCLOSURE_UNKNOWN.to_owned(),
            });
        }
        let extent = if tells_nothing(&evidence) {
            Extent::Nothing
        } else if gaps.is_empty() {
            Extent::Whole
        } else {
            Extent::Part
        };
        Self {
            evidence,
            extent,
            gaps,
        }
    }
}

/// Whether rebuilt evidence tells nothing about its change. Observed evidence always tells what was asked.
#[must_use]
pub fn tells_nothing(evidence: &Evidence) -> bool {
    let checked = |row: &Coverage| row.route == CHECKS && row.state == CoverageState::Complete;
    evidence.observation == Observation::Reconstructed
        && evidence.dependencies.is_none()
        && evidence.findings.is_empty()
        && !evidence.coverage.iter().any(checked)
}

/// What an outcome comes to on its evidence: where that tells nothing, it cannot be told, whatever rules are active and
/// whatever fails open.
#[must_use]
pub fn grounded(outcome: Outcome, evidence: &Evidence) -> Outcome {
    if !tells_nothing(evidence) {
        return outcome;
    }
    Outcome {
        decision: Decision::Inconclusive,
        causes: outcome
            .causes
            .into_iter()
            .chain([Cause::NoDependencyList])
            .collect(),
        opened: false,
    }
}

/// What a row leaves open, if a decision about an open change would rest on it. A change that brings no package needs
/// nothing of the target branch, and the packages name what it lacks.
fn gap(row: &Coverage) -> Option<Gap> {
    let counts = [DEPENDENCIES, PACKAGES, ISSUES].contains(&row.route.as_str());
    (counts && row.state != CoverageState::Complete).then(|| Gap {
        route: row.route.clone(),
        reason: row.detail.clone(),
    })
}

/// Indexes of findings that the change may have brought and that may have become public after its merge.
fn undated(evidence: &Evidence) -> Vec<String> {
    let facts = (0_u32..).zip(&evidence.findings);
    facts
        .filter(|(_, fact)| fact.disclosed_at.is_none() && fact.base != Presence::Present)
        .map(|(index, _)| index.to_string())
        .collect()
}

/// A day, in milliseconds.
pub(crate) const SCAN_INTERVAL: Timestamp = 86_400_000;

const UNDATED: &str = "disclosure-unknown";

const LISTED_BEFORE: &str = "the findings were last listed before the merge";

const LIST_INCOMPLETE: &str = "the dependency list is incomplete";

const DISCLOSURE_UNKNOWN: &str =
    "a vulnerability does not say when it became public, which may have been after the merge";

#[cfg(test)]
mod tests;

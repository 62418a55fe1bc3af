//! What was open in the repository before.

use std::collections::{BTreeMap, BTreeSet};

use super::Known;
use super::branch::Branches;
use super::touch::{Rows, is_listed, subjects};
use crate::model::common::Timestamp;
use crate::model::record::Finding;

/// When each problem of the repository was first recorded, the source branch's own records aside.
pub(super) struct Past<'a> {
    first: BTreeMap<Problem<'a>, Timestamp>,
}

/// A vulnerability in a package at any version. An empty package is any package.
type Problem<'a> = (&'a str, &'a str);

impl<'a> Past<'a> {
    pub(super) fn new(known: &Known<'a>, branches: &Branches<'a>) -> Self {
        let mut first = BTreeMap::new();
        for finding in known.stored {
            if branches.is_of_source(finding) {
                continue;
            }
            for package in problems(finding).chain([(finding.vulnerability.as_str(), "")]) {
                let at = first.entry(package).or_insert(finding.created_at);
                *at = finding.created_at.min(*at);
            }
        }
        Self { first }
    }

    /// When a problem was first recorded; none if never.
    pub(super) fn first(&self, problem: Problem<'_>) -> Option<Timestamp> {
        self.first.get(&problem).copied()
    }
}

/// Open findings in packages that the change does not touch, which came into the base after a time at which the base did
/// not have the problem at any version.
///
/// Without a dependency list there are none: what the change touches is unknown, so that each would be a doubt about the
/// change, though it came into another branch. A project that was added after that time tells nothing, as all it has came
/// later.
pub(super) fn came_since<'a>(
    known: &Known<'a>,
    branches: &Branches<'a>,
    rows: &Rows<'a>,
    since: Timestamp,
) -> Vec<&'a Finding> {
    if known.dependencies.is_none() {
        return Vec::new();
    }
    let of_base = || {
        let stored = known.stored.iter();
        stored.filter_map(|finding| {
            let project = branches.project_of(finding)?;
            branches.is_base(project).then_some((finding, project))
        })
    };
    let had: BTreeSet<Problem<'_>> = of_base()
        .filter(|(finding, _)| was_open_at(finding, since))
        .flat_map(|(finding, _)| problems(finding))
        .collect();
    of_base()
        .filter(|(finding, project)| {
            is_listed(finding)
                && finding.open
                && !finding.ignored
                && !finding.packages.is_empty()
                && came(finding) > since
                && project.created_at.is_some_and(|at| at <= since)
                && !rows.touches(finding)
                && !problems(finding).any(|problem| had.contains(&problem))
        })
        .map(|(finding, _)| finding)
        .collect()
}

/// When a finding last came into its project.
pub(super) fn came(finding: &Finding) -> Timestamp {
    finding.introduced_at.unwrap_or(finding.created_at)
}

/// Whether a finding was open at a time, as far as its first, last and closing times tell.
fn was_open_at(finding: &Finding, time: Timestamp) -> bool {
    let came = came(finding);
    if came <= time {
        return finding.open || finding.resolved_at.is_some_and(|at| at > time);
    }
    let resolved_between = |at| time < at && at <= came;
    finding.created_at <= time && finding.resolved_at.is_some_and(resolved_between)
}

fn problems(finding: &Finding) -> impl Iterator<Item = Problem<'_>> {
    subjects(finding).map(|(package, _)| (finding.vulnerability.as_str(), package))
}

//! What package lookups tell.

use std::collections::BTreeSet;

use super::module::base;
use super::touch::{Versions, rows};
use super::{GO, Known, PACKAGES, package_subject};
use crate::model::common::{CoverageState, DependencyChange, Tenths};
use crate::model::record::Finding;

/// Which package versions were looked up to the end, and what was found.
pub(super) struct LookedUp<'a> {
    complete: BTreeSet<&'a str>,
    found: Versions<'a>,
    /// Ecosystem and name of packages with a version before that was not looked up to the end.
    gaps: BTreeSet<(&'a str, &'a str)>,
    /// Base paths of Go modules that go, where that version was not looked up to the end.
    module_gaps: BTreeSet<&'a str>,
}

impl<'a> LookedUp<'a> {
    pub(super) fn new(known: &Known<'a>) -> Self {
        let complete = known
            .coverage
            .iter()
            .filter(|row| row.route == PACKAGES && row.state == CoverageState::Complete)
            .map(|row| row.subject.as_str())
            .collect();
        let mut looked_up = Self {
            complete,
            found: Versions::new(known.lookups),
            gaps: BTreeSet::new(),
            module_gaps: BTreeSet::new(),
        };
        for (_, row) in rows(known) {
            let Some(before) = row.before.as_deref() else {
                continue;
            };
            if looked_up.is_complete(row, before) {
                continue;
            }
            looked_up.gaps.insert((&row.ecosystem, &row.name));
            if row.ecosystem == GO && row.after.is_none() {
                looked_up.module_gaps.insert(base(&row.name));
            }
        }
        looked_up
    }

    /// Findings about a dependency's package, each with the version it is about.
    pub(super) fn versions_of(
        &self,
        dependency: &DependencyChange,
    ) -> impl Iterator<Item = (&'a Finding, &'a str)> {
        self.found.of(dependency)
    }

    /// Whether every version that the change replaces a package from was looked up to the end, in whichever manifest. What
    /// comes under a Go module's new path replaces what goes under its old ones.
    pub(super) fn knows_base(&self, dependency: &DependencyChange) -> bool {
        let (ecosystem, name) = (dependency.ecosystem.as_str(), dependency.name.as_str());
        let comes = ecosystem == GO && dependency.before.is_none();
        let is_gap = self.gaps.contains(&(ecosystem, name))
            || comes && self.module_gaps.contains(base(name));
        !is_gap
    }

    fn is_complete(&self, dependency: &DependencyChange, version: &str) -> bool {
        let subject = package_subject(&dependency.ecosystem, &dependency.name, version);
        self.complete.contains(subject.as_str())
    }

    /// Versions that fix a finding, with the worst that is known about each.
    pub(super) fn candidates(
        &self,
        finding: &Finding,
        dependency: &DependencyChange,
    ) -> Vec<(String, Option<Tenths>)> {
        let worst = |candidate: &str| {
            self.is_complete(dependency, candidate).then(|| {
                self.versions_of(dependency)
                    .filter(|(_, version)| *version == candidate)
                    .map(|(finding, _)| {
                        finding
                            .selected
                            .as_ref()
                            .map_or(MAX_TENTHS, |selected| selected.highest)
                    })
                    .max()
                    .unwrap_or(0)
            })
        };
        finding
            .fixed_in
            .iter()
            .map(|candidate| (candidate.clone(), worst(candidate)))
            .collect()
    }
}

/// What an unscored vulnerability of a fix candidate counts as: never an upgrade to recommend.
const MAX_TENTHS: Tenths = 100;

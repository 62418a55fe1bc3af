//! What package lookups tell.

use std::collections::BTreeSet;

use super::touch::versions_of;
use super::{Known, PACKAGES, package_subject};
use crate::model::common::{CoverageState, DependencyChange, Tenths};
use crate::model::record::Finding;

/// Which package versions were looked up to the end.
pub(super) struct LookedUp {
    complete: BTreeSet<String>,
}

impl LookedUp {
    pub(super) fn new(known: &Known<'_>) -> Self {
        let complete = known
            .coverage
            .iter()
            .filter(|row| row.route == PACKAGES && row.state == CoverageState::Complete)
            .map(|row| row.subject.clone())
            .collect();
        Self { complete }
    }

    pub(super) fn is_complete(&self, dependency: &DependencyChange, version: &str) -> bool {
        self.complete.contains(&package_subject(
            &dependency.ecosystem,
            &dependency.name,
            version,
        ))
    }

    /// Versions that fix a finding, with the worst that is known about each.
    pub(super) fn candidates(
        &self,
        finding: &Finding,
        dependency: &DependencyChange,
        known: &Known<'_>,
    ) -> Vec<(String, Option<Tenths>)> {
        let worst = |candidate: &str| {
            self.is_complete(dependency, candidate).then(|| {
                versions_of(known.lookups, dependency)
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

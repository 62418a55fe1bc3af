//! What a decision came to, in figures.

use std::collections::{BTreeMap, BTreeSet};

use super::Summary;
use crate::decision::Settled;
use crate::evidence::{AFTER_MERGE, DEPENDENCIES, PACKAGES};
use crate::model::assessment::{Assessment, Attribution};
use crate::model::common::{CoverageState, FindingClass, Tenths};
use crate::model::evidence::Evidence;
use crate::model::verdict::Verdict;
use crate::policy::Mode;

impl Summary {
    /// The figures of a decision. Vulnerabilities are findings of the classes that CVSS rates, each once however many
    /// packages have it, by its highest score.
    #[must_use]
    pub fn of(
        evidence: &Evidence,
        assessment: &Assessment,
        verdict: &Verdict,
        settled: &Settled,
    ) -> Self {
        let findings = || evidence.findings.iter().zip(&assessment.findings);
        let mut introduced: BTreeMap<&str, Option<Tenths>> = BTreeMap::new();
        for (fact, attributed) in findings() {
            if attributed.attribution == Attribution::Introduced && has_cvss(fact.class) {
                let highest = introduced.entry(&fact.vulnerability).or_default();
                *highest = attributed.cvss.max(*highest);
            }
        }
        let scores = || introduced.values().flatten().copied();
        let unattributed = findings().filter(|(_, one)| one.attribution == Attribution::Unknown);
        let waived: BTreeSet<u32> = verdict.waived.iter().map(|one| one.finding).collect();
        let dependencies = evidence.dependencies.as_ref().map(|list| {
            let changed = list.iter().filter(|one| one.before != one.after);
            let packages: BTreeSet<_> = changed.map(|one| (&one.ecosystem, &one.name)).collect();
            count(packages.len())
        });
        Self {
            decision: settled.outcome.decision,
            enforced: settled.mode == Mode::Enforce,
            told: told(evidence),
            introduced_high: count(scores().filter(|score| *score >= HIGH).count()),
            introduced_low: count(scores().filter(|score| *score < HIGH).count()),
            introduced_unscored: count(introduced.values().filter(|one| one.is_none()).count()),
            introduced_highest: scores().max(),
            unattributed: count(unattributed.count()),
            dependencies,
            waived: count(waived.len()),
            security: settled.score.security,
            score: settled.score.score,
        }
    }

    /// What it found: vulnerabilities that it introduced, and findings of which that cannot be told.
    #[must_use]
    pub fn found(&self) -> u32 {
        let introduced = self.introduced_high + self.introduced_low + self.introduced_unscored;
        introduced + self.unattributed
    }

    /// Two integrations' figures of one head: the stricter decision and the higher of each, because they may mean the
    /// same vulnerabilities.
    pub(super) fn join(self, other: Self) -> Self {
        Self {
            decision: self.decision.max(other.decision),
            enforced: self.enforced || other.enforced,
            told: self.told && other.told,
            introduced_high: self.introduced_high.max(other.introduced_high),
            introduced_low: self.introduced_low.max(other.introduced_low),
            introduced_unscored: self.introduced_unscored.max(other.introduced_unscored),
            introduced_highest: self.introduced_highest.max(other.introduced_highest),
            unattributed: self.unattributed.max(other.unattributed),
            dependencies: self.dependencies.max(other.dependencies),
            waived: self.waived.max(other.waived),
            security: self.security.max(other.security),
            score: self.score.max(other.score),
        }
    }
}

/// Whether each listing that tells what a change introduces was complete, and there was one.
fn told(evidence: &Evidence) -> bool {
    let tells = [DEPENDENCIES, PACKAGES, AFTER_MERGE];
    let mut rows = evidence
        .coverage
        .iter()
        .filter(|row| tells.contains(&row.route.as_str()))
        .peekable();
    rows.peek().is_some() && rows.all(|row| row.state == CoverageState::Complete)
}

/// The classes that the score rates by CVSS.
fn has_cvss(class: FindingClass) -> bool {
    matches!(
        class,
        FindingClass::PackageVulnerability | FindingClass::Container
    )
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// A score of 7.0, where hazards jump and CVSS calls a vulnerability high, in tenths.
const HIGH: Tenths = 70;

#[cfg(test)]
mod tests;

//! What the score would be if the change moved a dependency to a version that fixes its findings.

use std::collections::{BTreeMap, BTreeSet};

use crate::apportion::to_tenths;
use crate::bump::bump;
use crate::group::{Groups, Name};
use crate::hazard::{Issue, total};
use crate::model::assessment::{Attributed, Bump, Counterfactual};
use crate::model::common::{ExploitMaturity, FindingClass, FixState, Reachability, Tenths};
use crate::model::evidence::{Evidence, FixCandidate};
use crate::module::{Moves, holds};
use crate::rank::ranked;
use crate::score::Introduced;

/// Upgrades that remove introduced findings, best first: lowest score, then looked at, then most hazard removed, then
/// the smallest step.
///
/// A candidate that is itself vulnerable from 7.0 on, or worse than what it removes, is never one. Its lesser
/// vulnerabilities count in the score after it.
pub(crate) fn counterfactuals(
    evidence: &Evidence,
    findings: &[Attributed],
    issues: &[Introduced<'_>],
    before: Tenths,
    debt: f64,
) -> Vec<Counterfactual> {
    let mut upgrades = upgrades(evidence, issues);
    upgrades.retain(|upgrade| upgrade.is_sound(findings));
    let moves = Moves::of(evidence.dependencies.as_deref().unwrap_or_default());
    // Every score below costs a pass over all findings, so the most promising go first and the rest is left out.
    let found = ranked(upgrades, |upgrade| upgrade.relief)
        .into_iter()
        .take(MAX_COUNTERFACTUALS)
        .map(|upgrade| Counterfactual {
            dependency: upgrade.dependency,
            version: upgrade.version.to_owned(),
            score: upgrade.score_after(evidence, &moves, issues, debt),
            removes: upgrade.removes.into_iter().collect(),
            verified: upgrade.verified,
        })
        .filter(|counterfactual| counterfactual.score <= before)
        .collect();
    // Of equal scores the verified first, and of those the one that relieves most.
    ranked(found, |counterfactual| {
        f64::from(counterfactual.verified) * 0.5 - f64::from(counterfactual.score)
    })
}

/// One dependency moved to one version.
struct Upgrade<'a> {
    dependency: u32,
    version: &'a str,
    /// Indexes of the findings it removes.
    removes: BTreeSet<u32>,
    /// Sum of their hazards: how promising it is.
    relief: f64,
    /// Whether somebody looked for every finding.
    verified: bool,
    /// Worst of its own vulnerabilities, as far as anybody looked.
    worst: Tenths,
}

impl Upgrade<'_> {
    fn is_sound(&self, findings: &[Attributed]) -> bool {
        let removed = self
            .removes
            .iter()
            .filter_map(|index| findings.get(usize::try_from(*index).ok()?)?.cvss)
            .max()
            .unwrap_or(0);
        self.worst < WORST_ALLOWED && self.worst <= removed
    }

    fn score_after(
        &self,
        evidence: &Evidence,
        moves: &Moves<'_>,
        issues: &[Introduced<'_>],
        debt: f64,
    ) -> Tenths {
        let row = usize::try_from(self.dependency).unwrap_or(usize::MAX);
        let bump = moves.bump_to(row, Some(self.version));
        let touches = |finding: u32| {
            usize::try_from(finding)
                .ok()
                .and_then(|index| evidence.findings.get(index))
                .is_some_and(|fact| fact.dependency == Some(self.dependency))
        };
        let mut after: Vec<(Name<'_>, Issue)> = issues
            .iter()
            .filter(|entry| !self.removes.contains(&entry.finding))
            .map(|entry| {
                let mut issue = entry.issue;
                if touches(entry.finding) {
                    issue.bump = bump;
                }
                (entry.key, issue)
            })
            .collect();
        if self.worst > 0 {
            let relation = issues
                .iter()
                .find(|entry| touches(entry.finding))
                .map(|entry| entry.issue.relation);
            // Only its score is known, so everything else about it is taken as unknown.
            after.extend(relation.map(|relation| {
                let issue = Issue {
                    class: FindingClass::PackageVulnerability,
                    tenths: Some(self.worst),
                    severity: None,
                    bump,
                    exploit: ExploitMaturity::Unknown,
                    fix: FixState::Unknown,
                    reachability: Reachability::Unknown,
                    relation,
                };
                // No finding has an empty vulnerability, so this key is its own.
                (("", "", ""), issue)
            }));
        }
        to_tenths(total(after, debt).score)
    }
}

fn upgrades<'a>(evidence: &'a Evidence, issues: &[Introduced<'a>]) -> Vec<Upgrade<'a>> {
    let same_key = Groups::of(issues.iter().map(|entry| Some(entry.key)));
    let mut upgrades: BTreeMap<(u32, Bump, &str), Upgrade<'_>> = BTreeMap::new();
    for candidate in &evidence.fix_candidates {
        // Issues are in the order of findings.
        let found = issues.binary_search_by_key(&candidate.finding, |entry| entry.finding);
        let Some(entry) = found.ok().and_then(|position| issues.get(position)) else {
            continue;
        };
        let Some((dependency, step)) = movable(evidence, candidate) else {
            continue;
        };
        let upgrade = upgrades
            .entry((dependency, step, &candidate.version))
            .or_insert_with(|| Upgrade {
                dependency,
                version: &candidate.version,
                removes: BTreeSet::new(),
                relief: 0.0,
                verified: true,
                worst: 0,
            });
        upgrade.verified &= candidate.worst.is_some();
        upgrade.worst = upgrade.worst.max(candidate.worst.unwrap_or(0));
        if upgrade.removes.insert(candidate.finding) {
            upgrade.relief += entry.issue.hazard().value;
            let same = same_key.positions(entry.key).iter();
            let same = same.filter_map(|&position| issues.get(position));
            upgrade.removes.extend(same.map(|entry| entry.finding));
        }
    }
    upgrades.into_values().collect()
}

/// The dependency that a candidate moves and by what step, unless it is removed, already there, or ahead of it: going
/// back is no upgrade. A Go module's path holds one major alone.
fn movable(evidence: &Evidence, candidate: &FixCandidate) -> Option<(u32, Bump)> {
    let fact = evidence
        .findings
        .get(usize::try_from(candidate.finding).ok()?)?;
    let dependency = fact.dependency?;
    let row = evidence
        .dependencies
        .as_ref()?
        .get(usize::try_from(dependency).ok()?)?;
    let after = row.after.as_deref()?;
    if row.ecosystem == "golang" && !holds(&row.name, &candidate.version) {
        return None;
    }
    let step = bump(&row.ecosystem, Some(after), Some(&candidate.version));
    (!matches!(step, Bump::Unchanged | Bump::Downgrade)).then_some((dependency, step))
}

/// A candidate with a vulnerability of this score in tenths, CVSS's high, is no way out.
const WORST_ALLOWED: Tenths = 70;

/// Most upgrades that are worked out. The host asks for ten candidates at most; more would only cost time.
const MAX_COUNTERFACTUALS: usize = 16;

#[cfg(test)]
mod tests;

//! What is open in the repository beside the change.

use std::collections::{BTreeMap, BTreeSet};

use super::Known;
use super::branch::Branches;
use super::touch::subjects;
use crate::model::common::Severity;
use crate::model::evidence::{Debt, FindingFact};

/// Open findings of the repository that are no facts, the source branch's own projects aside. One without a severity
/// counts as medium: unknown is not zero.
pub(super) fn debt(known: &Known<'_>, branches: &Branches<'_>, facts: &[FindingFact]) -> Vec<Debt> {
    let facts: BTreeSet<(&str, &str, &str)> = facts
        .iter()
        .map(|fact| {
            let (package, version) = (fact.package.as_str(), fact.version.as_str());
            (fact.vulnerability.as_str(), package, version)
        })
        .collect();
    let mut counts: BTreeMap<Severity, u32> = BTreeMap::new();
    for finding in known.stored {
        let is_fact = subjects(finding).any(|(package, version)| {
            facts.contains(&(finding.vulnerability.as_str(), package, version))
        });
        if finding.open && !finding.ignored && !is_fact && !branches.is_of_source(finding) {
            *counts
                .entry(finding.severity.unwrap_or(Severity::Medium))
                .or_default() += 1;
        }
    }
    counts
        .into_iter()
        .map(|(severity, count)| Debt { severity, count })
        .collect()
}

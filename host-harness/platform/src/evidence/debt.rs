//! What is open in the repository beside the change.

use std::collections::{BTreeMap, BTreeSet};

use super::Known;
use super::branch::Branches;
use crate::model::common::Severity;
use crate::model::evidence::Debt;

/// Open findings of the repository in packages that the change does not touch, the source branch's own projects aside.
/// One without a severity counts as medium: unknown is not zero.
pub(super) fn debt(known: &Known<'_>, branches: &Branches<'_>) -> Vec<Debt> {
    let touched: BTreeSet<&str> = known
        .dependencies
        .unwrap_or_default()
        .iter()
        .map(|dependency| dependency.name.as_str())
        .collect();
    let mut counts: BTreeMap<Severity, u32> = BTreeMap::new();
    for finding in known.stored {
        let is_touched = finding
            .packages
            .iter()
            .any(|package| touched.contains(package.name.as_str()));
        if finding.open && !finding.ignored && !is_touched && !branches.is_of_source(finding) {
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

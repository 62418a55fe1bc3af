//! Fourth and fifth verb: pure functions of the evidence.

mod gate;
pub(crate) mod rules;
mod score;

pub use gate::gate;
pub use score::score;

use crate::contract::score::{Evidence, FindingFact};
use crate::contract::types::Measurement;
use crate::record::CONDITION;

/// Metric of the coverage of a change's new code, in percent.
const NEW_COVERAGE: &str = "new-coverage";

/// Measurements of the new code's coverage, with their indexes.
fn new_coverage(evidence: &Evidence) -> impl Iterator<Item = (u32, &Measurement)> {
    let all = (0_u32..).zip(&evidence.measurements);
    all.filter(|(_, one)| one.metric == NEW_COVERAGE && one.subject.starts_with("change:"))
}

/// The metric of a failed condition; none for an issue.
fn failed_metric(fact: &FindingFact) -> Option<&str> {
    fact.vulnerability.strip_prefix(CONDITION)
}

#[cfg(test)]
mod tests;

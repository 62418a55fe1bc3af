//! The model: what an introduced finding weighs, and how weights become a score from 0 to 100.
//!
//! `h = base(cvss) × min(3, bump × exploit × fix × reachability × relation)`. Every multiplier is at least 1, so that no
//! mitigating guess pushes a finding under its CVSS. Findings from 7.0 add up; the rest and the debt saturate; the score is
//! `100 (1 − e^−H)`, as if each were an independent chance of harm.
//!
//! Choice: the numbers are policy, not measurement, for no public data ties CVSS to deploy incidents.

mod terms;

use std::collections::BTreeMap;

pub use terms::{Hazard, Issue, Relation, TERMS};

use crate::model::common::Severity;
use crate::model::evidence::Debt;
use crate::rating::fallback;
use terms::base_hazard;

/// The unrounded score and its parts.
#[derive(Debug, Clone, PartialEq)]
pub struct Total {
    /// Security score, 0 to 100.
    pub score: f64,
    /// One part for each distinct key, in the order of keys.
    pub parts: Vec<Part>,
    /// Points of the debt, 0 to 10.
    pub debt: f64,
}

/// What one issue adds to the score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Part {
    /// Position of the issue in the list: of issues with one key the worst, of equals the first.
    pub index: usize,
    /// Points, 0 to 100.
    pub points: f64,
    /// The arithmetic.
    pub hazard: Hazard,
}

/// Adds up issues and the hazard of debt ([`debt_hazard`]). Issues with equal keys count once, by the worst.
///
/// The result does not depend on the order of issues, to the last bit.
#[must_use]
pub fn total<K: Ord>(issues: Vec<(K, Issue)>, debt: f64) -> Total {
    let mut worst: BTreeMap<K, (usize, Hazard)> = BTreeMap::new();
    for (index, (key, issue)) in issues.into_iter().enumerate() {
        let hazard = issue.hazard();
        worst
            .entry(key)
            .and_modify(|known| {
                if hazard.value > known.1.value {
                    *known = (index, hazard);
                }
            })
            .or_insert((index, hazard));
    }
    // Summed in the order of keys, whichever way they came.
    let (mut high, mut low) = (0.0, 0.0);
    for (_, hazard) in worst.values() {
        let pool = if hazard.high { &mut high } else { &mut low };
        *pool += hazard.value;
    }
    let low_saturated = saturate(low, low_ceiling());
    let debt_saturated = saturate(debt.max(0.0), debt_ceiling());
    let sum = high + low_saturated + debt_saturated;
    let score = -100.0 * libm::expm1(-sum);
    let points = |share: f64| if sum > 0.0 { score * share / sum } else { 0.0 };
    let parts = worst
        .into_values()
        .map(|(index, hazard)| Part {
            index,
            points: points(if hazard.high {
                hazard.value
            } else if low > 0.0 {
                hazard.value * low_saturated / low
            } else {
                0.0
            }),
            hazard,
        })
        .collect();
    Total {
        score,
        parts,
        debt: points(debt_saturated),
    }
}

/// Hazard of open findings that the change does not touch. Not yet saturated; 0 if there are none.
#[must_use]
pub fn debt_hazard(debt: &[Debt]) -> f64 {
    SEVERITIES
        .into_iter()
        .map(|severity| {
            let count: u64 = debt
                .iter()
                .filter(|row| row.severity == severity)
                .map(|row| u64::from(row.count))
                .sum();
            let count = u32::try_from(count).unwrap_or(u32::MAX);
            f64::from(count) * base_hazard(fallback(severity)) * DEBT_SHARE
        })
        .sum()
}

fn saturate(hazard: f64, ceiling: f64) -> f64 {
    -ceiling * libm::expm1(-hazard / ceiling)
}

/// Hazard that all debt together approaches: 10 points on its own.
fn debt_ceiling() -> f64 {
    -libm::log(1.0 - DEBT_POINTS / 100.0)
}

/// Hazard that everything below 7.0 together approaches: with the debt, 49 points.
fn low_ceiling() -> f64 {
    -libm::log(1.0 - LOW_POINTS / 100.0) - debt_ceiling()
}

/// Most points that debt alone gives. Choice: yesterday's findings colour a change, and never carry it into another band.
const DEBT_POINTS: f64 = 10.0;

/// Most points that findings below 7.0 and debt give together. Choice: under 50, which one finding of 7.0 exceeds.
const LOW_POINTS: f64 = 49.0;

/// Weight of an untouched finding beside the same finding introduced. Choice: a hundredth, so that ten criticals of debt
/// come near the debt's ceiling, and one is hardly seen.
const DEBT_SHARE: f64 = 0.01;

const SEVERITIES: [Severity; 5] = [
    Severity::Info,
    Severity::Low,
    Severity::Medium,
    Severity::High,
    Severity::Critical,
];

#[cfg(test)]
mod tests;

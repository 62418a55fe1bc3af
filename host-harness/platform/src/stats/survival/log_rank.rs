//! Whether two curves differ.

use super::{Curve, Step, float};
use crate::stats::Test;

/// Mantel's log-rank test of two curves, with one degree of freedom; none if there is no time at which something ended
/// while both were watched, because then nothing can be compared.
///
/// > (Σ (d₁ n₂ − d₂ n₁)/n)² / Σ d (n₁/n) (n₂/n) (n − d)/(n − 1)
///
/// Source: N. Mantel, "Evaluation of survival data and two new rank order statistics arising in its consideration",
/// 1966.
#[must_use]
pub fn log_rank(a: &Curve, b: &Curve) -> Option<Test> {
    let (mut excess, mut variance) = (0.0, 0.0);
    let (mut left, mut right) = (a.steps(), b.steps());
    while let (Some(one), Some(other)) = (left.first(), right.first()) {
        let time = one.time.min(other.time);
        let (d1, d2) = (ended(&mut left, one, time), ended(&mut right, other, time));
        let (n1, n2) = (float(one.at_risk), float(other.at_risk));
        let (d, n) = (d1 + d2, n1 + n2);
        if d > 0.0 && n > 1.0 {
            excess += (d1 * n2 - d2 * n1) / n;
            variance += d * (n1 * n2 / (n * n)) * ((n - d) / (n - 1.0));
        }
    }
    if variance <= 0.0 {
        return None;
    }
    Test::chi_squared(excess * excess / variance, 1)
}

/// How many ended at the time, if the step is of it; it is behind us then.
fn ended(steps: &mut &[Step], first: &Step, time: f64) -> f64 {
    if first.time > time {
        return 0.0;
    }
    *steps = steps.get(1..).unwrap_or_default();
    float(first.events)
}

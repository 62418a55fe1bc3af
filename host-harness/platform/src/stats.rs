//! Statistics: what a sceptic would ask of a figure.
//!
//! What cannot be estimated is absent, never zero and never not-a-number. An interval is at 95 %.

pub mod beta;
pub mod fisher;
pub mod logistic;
pub mod multiple;
pub mod power;
pub mod proportion;
pub mod quantile;
pub mod rate;
pub mod stratified;
pub mod survival;
pub mod two_by_two;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use statrs::distribution::{ChiSquared, ContinuousCDF};

/// An estimate with its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Estimate {
    /// The estimate. Finite.
    pub value: f64,
    /// The lower end; none where nothing bounds it.
    pub low: Option<f64>,
    /// The upper end; none where nothing bounds it.
    pub high: Option<f64>,
    /// True if a half was added to every cell because one is empty: say so beside it.
    pub corrected: bool,
}

/// A test of whether there is a difference.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Test {
    /// Its statistic, approximately chi-squared.
    pub statistic: f64,
    /// Its degrees of freedom.
    pub degrees: u32,
    /// How often chance alone differs as much or more, 0 to 1; one too small for a number is the smallest number.
    pub p: f64,
}

impl Test {
    /// The test of a statistic against the chi-squared distribution; none without a degree of freedom, and none of a
    /// statistic that is negative or no number.
    #[must_use]
    pub fn chi_squared(statistic: f64, degrees: u32) -> Option<Self> {
        if !statistic.is_finite() || statistic < 0.0 {
            return None;
        }
        let p = ChiSquared::new(f64::from(degrees)).ok()?.sf(statistic);
        p.is_finite().then(|| Self {
            statistic,
            degrees,
            p: p.clamp(f64::MIN_POSITIVE, 1.0),
        })
    }
}

/// The normal distribution's quantile of 0.975, which makes an interval one at 95 %.
const Z: f64 = 1.959_963_984_540_054;

#[cfg(test)]
mod tests {
    use super::*;

    /// The chi-squared distribution's quantiles of 0.95, as printed in any table of it.
    #[test]
    fn the_quantiles_of_the_tables_have_their_p() {
        for (statistic, degrees) in [(3.841_459, 1), (5.991_465, 2), (18.307_038, 10)] {
            let p = Test::chi_squared(statistic, degrees).unwrap().p;
            assert!((p - 0.05).abs() < 1e-7, "{p}");
        }
    }

    #[test]
    fn a_statistic_beyond_all_numbers_has_the_smallest_p_and_not_zero() {
        for statistic in [1e4, 1e10, 1e300] {
            assert!(Test::chi_squared(statistic, 1).unwrap().p > 0.0);
        }
    }

    #[test]
    fn what_is_no_statistic_is_no_test() {
        for statistic in [f64::NAN, f64::INFINITY, -1.0] {
            assert_eq!(Test::chi_squared(statistic, 1), None);
        }
        assert_eq!(Test::chi_squared(1.0, 0), None);
    }
}

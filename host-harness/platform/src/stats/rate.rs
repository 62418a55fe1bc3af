//! Whether something happens more often in one time than in another.

mod e_test;
pub(super) mod mass;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use statrs::distribution::{Beta, ContinuousCDF, Normal};

use super::Z;
use super::beta::Posterior;
use super::survival::float;
use mass::ln_binomial;

/// The ratio of two rates, each events by time, with intervals at 95 % and tests of whether it is 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct RateRatio {
    /// The ratio, exposed by unexposed; none if nothing happened in the unexposed time.
    pub ratio: Option<f64>,
    /// The exact interval, given how many events there are in all.
    pub exact: Ends,
    /// The interval of the score test.
    pub score: Ends,
    /// The interval on the scale of the logarithm, with half an event more on either side.
    pub wald: Ends,
    /// How often chance alone gives a split as improbable as this one or more: the exact test.
    pub p_exact: f64,
    /// Likewise with half of what is as improbable.
    pub p_mid: f64,
    /// Likewise if the number of events in all might have been another one (the E-test).
    pub p_e: f64,
    /// Of the score test.
    pub p_score: f64,
    /// Of the test with a variance of its own on either side.
    pub p_wald: f64,
}

/// The ends of an interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Ends {
    /// The lower end, at least 0.
    pub low: f64,
    /// The upper end; none where nothing bounds it.
    pub high: Option<f64>,
}

/// Compares two rates. Times are in any unit that is the same for both. None if a time is not above 0 and finite, if
/// nothing happened at all, and if one time is too small beside the other to compute with.
#[must_use]
pub fn ratio(
    events_exposed: u32,
    time_exposed: f64,
    events_unexposed: u32,
    time_unexposed: f64,
) -> Option<RateRatio> {
    let times = time_exposed / time_unexposed;
    let usable = time_exposed > 0.0 && time_unexposed > 0.0 && (LEAST..=MOST).contains(&times);
    if !usable || events_exposed == 0 && events_unexposed == 0 {
        return None;
    }
    let (one, other) = (f64::from(events_exposed), f64::from(events_unexposed));
    let all = one + other;
    let excess = one - other * times;
    let p_exact = as_improbable(events_exposed, events_unexposed, times / (1.0 + times))?;
    let own = ln_binomial(one, all, times / (1.0 + times)).exp();
    Some(RateRatio {
        ratio: (events_unexposed > 0).then(|| one / other / times),
        exact: exact(events_exposed, events_unexposed, times)?,
        score: score(one, other, times),
        wald: wald(one, other, times),
        p_exact,
        p_mid: (p_exact - own / 2.0).clamp(0.0, 1.0),
        p_e: e_test::p(one, other, times),
        p_score: two_sided(excess / (all * times).sqrt())?,
        p_wald: two_sided(excess / (one + other * times * times).sqrt())?,
    })
}

/// Given all events, those of the exposed time are binomial: the interval of their share by C. J. Clopper and E. S.
/// Pearson, 1934, as a ratio.
fn exact(exposed: u32, unexposed: u32, times: f64) -> Option<Ends> {
    let (one, other) = (f64::from(exposed), f64::from(unexposed));
    let end = |alpha: f64, beta: f64, probability: f64| {
        let share = Posterior::of(alpha, beta, 0, 0)?.quantile(probability)?;
        Some(share / (1.0 - share) / times)
    };
    Some(Ends {
        low: if exposed == 0 {
            0.0
        } else {
            end(one, other + 1.0, 0.025)?
        },
        high: if unexposed == 0 {
            None
        } else {
            end(one + 1.0, other, 0.975)
        },
    })
}

/// The ratios that the score test does not reject, by the roots of its quadratic. It has one if nothing happened in the
/// unexposed time.
///
/// > (x − y u)² = z² (x + y) u, u the ratio of the expected counts
fn score(one: f64, other: f64, times: f64) -> Ends {
    let half = one * other + Z * Z * (one + other) / 2.0;
    let root = half + (half * half - one * one * other * other).max(0.0).sqrt();
    Ends {
        low: one * one / root / times,
        high: (other > 0.0).then(|| root / (other * other) / times),
    }
}

fn wald(one: f64, other: f64, times: f64) -> Ends {
    let (one, other) = (one + 0.5, other + 0.5);
    let spread = (Z * (1.0 / one + 1.0 / other).sqrt()).exp();
    let ratio = one / other / times;
    Ends {
        low: ratio / spread,
        high: Some(ratio * spread),
    }
}

/// The probability of all splits of the events that are at most as probable as this one.
fn as_improbable(exposed: u32, unexposed: u32, p: f64) -> Option<f64> {
    let all = u64::from(exposed) + u64::from(unexposed);
    let (one, of) = (f64::from(exposed), float(all));
    // Equally probable but for rounding is equally probable.
    let level = ln_binomial(one, of, p) + 1e-7;
    let improbable = |count: u64| ln_binomial(float(count), of, p) <= level;
    let expected = of * p;
    let sum = if one < expected {
        let (mut low, mut high) = (u64::from(exposed) + 1, all + 1);
        while low < high {
            let middle = low.midpoint(high);
            if float(middle) >= expected && improbable(middle) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        at_most(one, of, p)? + at_least(float(low), of, p)?
    } else {
        // How many counts from zero are as improbable.
        let (mut low, mut high) = (0, u64::from(exposed));
        while low < high {
            let middle = low.midpoint(high);
            if float(middle) <= expected && improbable(middle) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let below = if low == 0 {
            0.0
        } else {
            at_most(float(low - 1), of, p)?
        };
        below + at_least(one, of, p)?
    };
    Some(sum.clamp(0.0, 1.0))
}

/// The probability of at most `count` of `of`.
fn at_most(count: f64, of: f64, p: f64) -> Option<f64> {
    if count >= of {
        return Some(1.0);
    }
    Some(Beta::new(count + 1.0, of - count).ok()?.sf(p))
}

/// The probability of at least `count` of `of`.
fn at_least(count: f64, of: f64, p: f64) -> Option<f64> {
    if count <= 0.0 {
        return Some(1.0);
    }
    if count > of {
        return Some(0.0);
    }
    Some(Beta::new(count, of - count + 1.0).ok()?.cdf(p))
}

pub(super) fn two_sided(z: f64) -> Option<f64> {
    let p = 2.0 * Normal::new(0.0, 1.0).ok()?.sf(z.abs());
    p.is_finite().then_some(p.min(1.0))
}

/// One time is not less than this share of the other, a second of thirty thousand years.
const LEAST: f64 = 1e-12;

/// Nor more than this multiple.
const MOST: f64 = 1e12;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_in_one_time_leaves_the_interval_open() {
        let ratio = ratio(4, 300.0, 0, 900.0).unwrap();
        assert_eq!(
            (ratio.ratio, ratio.exact.high, ratio.score.high),
            (None, None, None)
        );
        assert!(ratio.exact.low > 1.0 && ratio.p_exact < 0.05);
    }

    #[test]
    fn without_events_or_without_time_there_is_nothing_to_compare() {
        assert_eq!(ratio(0, 1.0, 0, 1.0), None);
        assert_eq!(ratio(1, 0.0, 1, 1.0), None);
        assert_eq!(ratio(1, 1.0, 1, -1.0), None);
        assert_eq!(ratio(1, f64::NAN, 1, 1.0), None);
        assert_eq!(ratio(1, f64::INFINITY, 1, f64::INFINITY), None);
    }

    #[test]
    fn equal_rates_differ_by_chance_alone() {
        let same = ratio(10, 50.0, 10, 50.0).unwrap();
        assert_eq!(
            (same.ratio, same.p_exact, same.p_score),
            (Some(1.0), 1.0, 1.0)
        );
        assert!((same.p_e - 1.0).abs() < 1e-9);
    }

    #[test]
    fn millions_are_compared_too() {
        let many = ratio(2_000_000, 1.0, 2_010_000, 1.0).unwrap();
        for p in [many.p_exact, many.p_e, many.p_score, many.p_wald] {
            assert!((p / many.p_score - 1.0).abs() < 0.01, "{many:?}");
        }
    }

    proptest! {
        #[test]
        fn figures_are_finite_and_p_is_a_probability(
            one in prop_oneof![0_u32..20, 0_u32..5000], other in prop_oneof![0_u32..20, 0_u32..5000],
            time in 1e-3..1e6_f64, rest in 1e-3..1e6_f64,
        ) {
            if let Some(found) = ratio(one, time, other, rest) {
                for p in [found.p_exact, found.p_mid, found.p_e, found.p_score, found.p_wald] {
                    prop_assert!((0.0..=1.0).contains(&p), "{found:?}");
                }
                for ends in [found.exact, found.score, found.wald] {
                    prop_assert!(ends.low.is_finite() && ends.low >= 0.0, "{found:?}");
                    prop_assert!(ends.high.is_none_or(|high| high.is_finite() && high > ends.low), "{found:?}");
                }
                prop_assert!(found.ratio.is_none_or(f64::is_finite));
            }
        }

        #[test]
        fn exchanging_the_times_inverts_the_ratio(one in 1_u32..200, other in 1_u32..200, time in 0.1..10.0_f64) {
            let there = ratio(one, time, other, 1.0).unwrap();
            let back = ratio(other, 1.0, one, time).unwrap();
            prop_assert!((there.ratio.unwrap() * back.ratio.unwrap() - 1.0).abs() < 1e-9);
            prop_assert!((there.p_exact - back.p_exact).abs() < 1e-9);
            prop_assert!((there.p_e - back.p_e).abs() < 1e-9);
            prop_assert!((there.exact.low * back.exact.high.unwrap() - 1.0).abs() < 1e-6);
        }
    }
}

//! How far a share can be trusted.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Z;
use super::beta::quantile;

/// A share of something counted, with its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Proportion {
    /// How many it holds for.
    pub count: u32,
    /// Of how many.
    pub of: u32,
    /// The share with its interval; none where there is nothing to take a share of.
    pub interval: Option<Share>,
}

/// A share and its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Share {
    /// The share, 0 to 1.
    pub share: f64,
    /// The lower end, 0 to the share.
    pub low: f64,
    /// The upper end, from the share to 1.
    pub high: f64,
}

impl Proportion {
    /// `count` of `of`.
    #[must_use]
    pub fn new(count: u32, of: u32) -> Self {
        Self {
            count,
            of,
            interval: wilson(count, of),
        }
    }
}

/// Wilson's score interval at 95 % of `count` in `of`; none of nothing, and none if there are more than all.
///
/// > (p + z²/2n ± z √(p(1 − p)/n + z²/4n²)) / (1 + z²/n)
///
/// Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", 1927, without
/// continuity correction.
#[must_use]
pub fn wilson(count: u32, of: u32) -> Option<Share> {
    if of == 0 || count > of {
        return None;
    }
    let n = f64::from(of);
    let share = f64::from(count) / n;
    let square = Z * Z / n;
    let centre = (share + square / 2.0) / (1.0 + square);
    let spread = (share * (1.0 - share) / n + square / (4.0 * n)).sqrt() * Z / (1.0 + square);
    // The ends meet 0, 1 and the share where the formula does, whatever the last digit was rounded to.
    Some(Share {
        share,
        low: if count == 0 {
            0.0
        } else {
            (centre - spread).clamp(0.0, share)
        },
        high: if count == of {
            1.0
        } else {
            (centre + spread).clamp(share, 1.0)
        },
    })
}

/// Clopper's and Pearson's exact interval at 95 %, never too narrow and mostly too wide; none where [`wilson`] is.
///
/// Source: C. J. Clopper and E. S. Pearson, "The use of confidence or fiducial limits illustrated in the case of the
/// binomial", 1934, as quantiles of beta distributions.
#[must_use]
pub fn clopper_pearson(count: u32, of: u32) -> Option<Share> {
    let (share, hits, misses) = counted(count, of)?;
    Some(Share {
        share,
        low: if count == 0 {
            0.0
        } else {
            quantile(hits, misses + 1.0, TAIL)?.clamp(0.0, share)
        },
        high: if count == of {
            1.0
        } else {
            quantile(hits + 1.0, misses, 1.0 - TAIL)?.clamp(share, 1.0)
        },
    })
}

/// The interval at 95 % of what is believed after Jeffreys's prior; none where [`wilson`] is.
///
/// Its ends are never 0 or 1, so that a share of none or of all lies outside it.
///
/// Source: L. D. Brown and others, "Interval estimation for a binomial proportion", 2001, section
/// 3.1.2, without its change at the ends.
#[must_use]
pub fn jeffreys(count: u32, of: u32) -> Option<Share> {
    let (share, hits, misses) = counted(count, of)?;
    let quantile = |p| quantile(hits + 0.5, misses + 0.5, p);
    Some(Share {
        share,
        low: quantile(TAIL)?,
        high: quantile(1.0 - TAIL)?,
    })
}

/// Agresti's and Coull's interval at 95 %, cut off at 0 and 1; none where [`wilson`] is.
///
/// Source: A. Agresti and B. A. Coull, "Approximate is better than exact for interval estimation of binomial
/// proportions", 1998, with z² and not four more trials.
#[must_use]
pub fn agresti_coull(count: u32, of: u32) -> Option<Share> {
    let (share, hits, misses) = counted(count, of)?;
    let n = hits + misses + Z * Z;
    let centre = (hits + Z * Z / 2.0) / n;
    let spread = (centre * (1.0 - centre) / n).sqrt() * Z;
    Some(Share {
        share,
        low: (centre - spread).clamp(0.0, share),
        high: (centre + spread).clamp(share, 1.0),
    })
}

/// The share, the hits and the misses.
fn counted(count: u32, of: u32) -> Option<(f64, f64, f64)> {
    let misses = of.checked_sub(count).filter(|_| of > 0)?;
    Some((
        f64::from(count) / f64::from(of),
        f64::from(count),
        f64::from(misses),
    ))
}

/// What an interval at 95 % leaves out on either side.
const TAIL: f64 = 0.025;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn percent(count: u32, of: u32) -> (f64, f64) {
        let interval = wilson(count, of).unwrap();
        let round = |value: f64| (value * 10_000.0).round() / 100.0;
        (round(interval.low), round(interval.high))
    }

    /// Newcombe 1998, Statistics in Medicine 17, table I, method 3.
    #[test]
    fn the_intervals_are_those_of_the_literature() {
        assert_eq!(percent(81, 263), (25.53, 36.62));
        assert_eq!(percent(15, 148), (6.24, 16.05));
        assert_eq!(percent(0, 20), (0.0, 16.11));
        assert_eq!(percent(1, 29), (0.61, 17.18));
    }

    /// Three in `of` is the rule of thumb for the upper end of none; the exact end is 1 − 0.025^(1/of).
    #[test]
    fn none_of_ten_may_still_be_three_in_ten() {
        let exact = clopper_pearson(0, 10).unwrap();
        assert!((exact.high - (1.0 - 0.025_f64.powf(0.1))).abs() < 1e-12);
        assert_eq!((exact.share.to_bits(), exact.low.to_bits()), (0, 0));
    }

    #[test]
    fn a_share_of_nothing_is_none_and_not_zero() {
        assert_eq!(wilson(0, 0), None);
        assert_eq!(Proportion::new(0, 0).interval, None);
        assert_eq!(clopper_pearson(0, 0), None);
    }

    #[test]
    fn more_than_all_is_no_share() {
        for interval in [wilson, clopper_pearson, jeffreys, agresti_coull] {
            assert_eq!(interval(2, 1), None);
        }
    }

    proptest! {
        #[test]
        fn an_interval_holds_its_share_inside_0_and_1(of in 1_u32.., part in 0.0..=1.0_f64) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most `of`")]
            let count = ((f64::from(of) * part) as u32).min(of);
            let Share { share, low, high } = wilson(count, of).unwrap();
            prop_assert!(0.0 <= low && low <= share && share <= high && high <= 1.0);
            prop_assert!(low < high);
        }

        #[test]
        fn no_interval_holds_what_is_no_number(of in 0_u32.., part in 0.0..=1.0_f64) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most `of`")]
            let count = ((f64::from(of) * part) as u32).min(of);
            for interval in [clopper_pearson, jeffreys, agresti_coull] {
                let found = interval(count, of);
                prop_assert_eq!(found.is_some(), of > 0);
                if let Some(Share { share, low, high }) = found {
                    prop_assert!((0.0..=1.0).contains(&share));
                    prop_assert!(0.0 <= low && low < high && high <= 1.0);
                }
            }
        }

        #[test]
        fn the_exact_interval_is_never_narrower_than_what_it_is_exact_about(of in 1_u32..5_000, count in 0_u32..5_000) {
            let count = count.min(of);
            let (exact, believed) = (clopper_pearson(count, of).unwrap(), jeffreys(count, of).unwrap());
            prop_assert!(exact.low <= believed.low && believed.high <= exact.high);
        }

        #[test]
        fn the_interval_of_the_rest_is_its_mirror_image(of in 1_u32..100_000, count in 0_u32..100_000) {
            let count = count.min(of);
            let (one, rest) = (wilson(count, of).unwrap(), wilson(of - count, of).unwrap());
            prop_assert!((one.low + rest.high - 1.0).abs() < 1e-9);
        }

        #[test]
        fn ten_times_as_many_give_a_narrower_interval(of in 1_u32..10_000, count in 0_u32..10_000) {
            let count = count.min(of);
            let width = |count, of| wilson(count, of).map(|one| one.high - one.low).unwrap();
            prop_assert!(width(count * 10, of * 10) < width(count, of));
        }
    }
}

//! How far a share can be trusted.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A share of something counted, with its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Proportion {
    /// How many it holds for.
    pub count: u32,
    /// Of how many.
    pub of: u32,
    /// The share with its interval; none where there is nothing to take a share of.
    pub interval: Option<Interval>,
}

/// A share and its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Interval {
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
pub fn wilson(count: u32, of: u32) -> Option<Interval> {
    if of == 0 || count > of {
        return None;
    }
    let n = f64::from(of);
    let share = f64::from(count) / n;
    let square = Z * Z / n;
    let centre = (share + square / 2.0) / (1.0 + square);
    let spread = (share * (1.0 - share) / n + square / (4.0 * n)).sqrt() * Z / (1.0 + square);
    // The ends meet 0, 1 and the share where the formula does, whatever the last digit was rounded to.
    Some(Interval {
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

/// The normal distribution's quantile of 0.975.
const Z: f64 = 1.959_963_984_540_054;

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

    #[test]
    fn a_share_of_nothing_is_none_and_not_zero() {
        assert_eq!(wilson(0, 0), None);
        assert_eq!(Proportion::new(0, 0).interval, None);
    }

    #[test]
    fn more_than_all_is_no_share() {
        assert_eq!(wilson(2, 1), None);
    }

    proptest! {
        #[test]
        fn an_interval_holds_its_share_inside_0_and_1(of in 1_u32.., part in 0.0..=1.0_f64) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most `of`")]
            let count = ((f64::from(of) * part) as u32).min(of);
            let Interval { share, low, high } = wilson(count, of).unwrap();
            prop_assert!(0.0 <= low && low <= share && share <= high && high <= 1.0);
            prop_assert!(low < high);
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

//! The E-test of two Poisson means.
//!
//! > The probability, over both counts, of a statistic as large as the one seen, with the means that are most probable
//! > if the rates are equal.
//!
//! Source: K. Krishnamoorthy and J. Thomson, "A more powerful test for comparing two Poisson means", 2004; the statistic
//! with the variance under the hypothesis, as H. K. T. Gu and others, "Testing the ratio of two Poisson rates", 2008.

use super::mass::ln_poisson;

/// Its p-value. `times` is the exposed time by the unexposed one.
pub(super) fn p(one: f64, other: f64, times: f64) -> f64 {
    let rate = (one + other) / (1.0 + times);
    let (here, there) = (Counts::around(rate * times), Counts::around(rate));
    let statistic = |one: f64, other: f64| {
        (one - other * times) / ((one + other) * times).max(f64::MIN_POSITIVE).sqrt()
    };
    let least = statistic(one, other).abs() - ROUNDING;
    let below = sums(there.mass.iter());
    let mut above = sums(there.mass.iter().rev());
    above.reverse();
    // The statistic falls with the other count and rises with this one, so both places only move on.
    let (mut high, mut low) = (0, 0);
    let mut sum = 0.0;
    let mut count = here.first;
    for mass in &here.mass {
        let at = |place: usize| statistic(count, there.count(place));
        while high < there.mass.len() && at(high) >= least {
            high += 1;
        }
        while low < there.mass.len() && at(low) > -least {
            low += 1;
        }
        let of = |sums: &[f64], place: usize| sums.get(place).copied().unwrap_or_default();
        sum += mass * (of(&below, high) + of(&above, low.max(high)));
        count += 1.0;
    }
    sum.clamp(0.0, 1.0)
}

/// The counts that a mean makes likely.
struct Counts {
    first: f64,
    mass: Vec<f64>,
}

impl Counts {
    /// Those within twelve standard deviations, and some more where these are few.
    fn around(mean: f64) -> Self {
        let width = 12.0 * mean.sqrt() + 50.0;
        let first = (mean - width).floor().max(0.0);
        let mut mass = Vec::new();
        let mut count = first;
        while count <= mean + width {
            mass.push(ln_poisson(count, mean).exp());
            count += 1.0;
        }
        Self { first, mass }
    }

    #[expect(clippy::cast_precision_loss, reason = "a place in a list")]
    fn count(&self, place: usize) -> f64 {
        self.first + place as f64
    }
}

/// Sums of the first none, one, two and so on.
fn sums<'a>(mass: impl Iterator<Item = &'a f64>) -> Vec<f64> {
    let mut sum = 0.0;
    let mut sums = vec![0.0];
    sums.extend(mass.map(|one| {
        sum += one;
        sum
    }));
    sums
}

/// A statistic that is as large but for its last digits is as large.
const ROUNDING: f64 = 1e-15;

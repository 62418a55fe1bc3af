//! What is known about a share after some trials, if something was believed before.

use statrs::distribution::{Beta, ContinuousCDF};

/// A beta distribution of a share.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Posterior {
    alpha: f64,
    beta: f64,
}

impl Posterior {
    /// What is known after `count` of `of`, if Beta(`alpha`, `beta`) was believed. None if a parameter of the belief is
    /// from 10⁻⁶ to 10¹⁰, and if there are more than all.
    #[must_use]
    pub fn of(alpha: f64, beta: f64, count: u32, of: u32) -> Option<Self> {
        let rest = of.checked_sub(count)?;
        let usable = |parameter: f64| (LEAST..=MOST).contains(&parameter);
        (usable(alpha) && usable(beta)).then(|| Self {
            alpha: alpha + f64::from(count),
            beta: beta + f64::from(rest),
        })
    }

    /// Its mean.
    #[must_use]
    pub fn mean(self) -> f64 {
        self.alpha / (self.alpha + self.beta)
    }

    /// Its variance.
    #[must_use]
    pub fn variance(self) -> f64 {
        let mean = self.mean();
        mean * (1.0 - mean) / (self.alpha + self.beta + 1.0)
    }

    /// How probable a share of at most `share` is; none if that is not a number.
    #[must_use]
    pub fn at_most(self, share: f64) -> Option<f64> {
        let distribution = Beta::new(self.alpha, self.beta).ok()?;
        let p = distribution.cdf(share);
        p.is_finite().then(|| p.clamp(0.0, 1.0))
    }

    /// The share below which it lies with this probability; none if that is not between 0 and 1.
    #[must_use]
    pub fn quantile(self, probability: f64) -> Option<f64> {
        quantile(self.alpha, self.beta, probability)
    }

    /// The interval that holds it with 95 %, with 2.5 % on either side; none where it cannot be computed.
    #[must_use]
    pub fn interval(self) -> Option<(f64, f64)> {
        Some((self.quantile(0.025)?, self.quantile(0.975)?))
    }
}

/// The share that a beta distribution is below with this probability; none if there is no such distribution, or the
/// probability is not between 0 and 1.
pub(super) fn quantile(alpha: f64, beta: f64, probability: f64) -> Option<f64> {
    if !(0.0..=1.0).contains(&probability) {
        return None;
    }
    let distribution = Beta::new(alpha, beta).ok()?;
    // Halves until two neighbours are left, near zero too, where the neighbours are close.
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    for _ in 0..HALVINGS {
        let middle = low.midpoint(high);
        if middle <= low || middle >= high {
            break;
        }
        if distribution.cdf(middle) < probability {
            low = middle;
        } else {
            high = middle;
        }
    }
    Some(high)
}

/// Beliefs below are no beliefs, and beyond the computation.
const LEAST: f64 = 1e-6;

/// Beliefs above are certainties, and beyond the computation.
const MOST: f64 = 1e10;

/// As many as there are numbers between 0 and 1, halved.
const HALVINGS: u32 = 1100;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_belief_without_trials_stays_what_it_was() {
        let prior = Posterior::of(1.0, 9.0, 0, 0).unwrap();
        assert!((prior.mean() - 0.1).abs() < 1e-12);
        let (low, high) = prior.interval().unwrap();
        assert!((low - 0.002_809).abs() < 1e-6 && (high - 0.336_267).abs() < 1e-6);
    }

    #[test]
    fn no_belief_and_more_than_all_are_none() {
        assert_eq!(Posterior::of(0.0, 1.0, 0, 1), None);
        assert_eq!(Posterior::of(1.0, f64::NAN, 0, 1), None);
        assert_eq!(Posterior::of(1.0, 1.0, 2, 1), None);
    }

    #[test]
    fn a_probability_outside_0_and_1_has_no_share() {
        let even = Posterior::of(1.0, 1.0, 0, 0).unwrap();
        assert_eq!(even.quantile(1.5), None);
        assert_eq!(even.quantile(f64::NAN), None);
        assert_eq!(even.at_most(f64::NAN), None);
    }

    proptest! {
        #[test]
        fn shares_stay_between_0_and_1_and_rise(
            alpha in 0.3..50.0_f64, beta in 0.3..50.0_f64, of in 0_u32..10_000, part in 0_u32..10_000,
        ) {
            let posterior = Posterior::of(alpha, beta, part.min(of), of).unwrap();
            let (low, high) = posterior.interval().unwrap();
            prop_assert!(0.0 <= low && low < high && high <= 1.0);
            prop_assert!(posterior.variance() > 0.0);
            let back = posterior.at_most(high).unwrap();
            prop_assert!((back - 0.975).abs() < 1e-6, "{back}");
        }
    }
}

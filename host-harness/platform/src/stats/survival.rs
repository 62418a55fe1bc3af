//! How long things last, with those that still go on counted for as long as they were seen.
//!
//! The product-limit estimate of E. L. Kaplan and P. Meier, "Nonparametric estimation from incomplete observations",
//! 1958. What ends at the same time as watching stops counts as seen to end: at a time, events come before censorings.
//! A duration of zero is a duration. One that is negative or not finite is rejected and counted.

mod log_rank;

pub use log_rank::log_rank;

use super::Z;

/// Things that lasted equally long.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lived {
    /// How long, in any unit that is the same for all. At least 0 and finite, else they are rejected.
    pub duration: f64,
    /// How many ended then.
    pub events: u64,
    /// How many were watched until then and went on.
    pub censored: u64,
}

/// How many of many are still there after a time.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    steps: Vec<Step>,
    n: u64,
    events: u64,
    rejected: u64,
}

/// A time at which something ended, or was seen for the last time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// The time. Rises from step to step.
    pub time: f64,
    /// How many were watched just before it. Never zero.
    pub at_risk: u64,
    /// How many ended then. May be zero.
    pub events: u64,
    /// The estimated share that outlasts it, 0 to 1.
    pub survival: f64,
    /// Nelson's and Aalen's sum of events by those at risk, up to it.
    pub hazard: f64,
    /// Greenwood's sum up to it, without a step that none outlasts.
    greenwood: f64,
}

impl Curve {
    /// The curve of these, in any order. Those without an event and without a censoring change nothing.
    pub fn of(lived: impl IntoIterator<Item = Lived>) -> Self {
        let mut rejected = 0_u64;
        let mut kept: Vec<Lived> = Vec::new();
        for one in lived {
            let count = one.events.saturating_add(one.censored);
            if !one.duration.is_finite() || one.duration < 0.0 {
                rejected = rejected.saturating_add(count);
            } else if count > 0 {
                kept.push(Lived {
                    // The negative zero becomes the other one.
                    duration: one.duration + 0.0,
                    ..one
                });
            }
        }
        kept.sort_unstable_by(|a, b| a.duration.total_cmp(&b.duration));
        kept.dedup_by(|next, one| {
            let same = next.duration.total_cmp(&one.duration).is_eq();
            if same {
                one.events = one.events.saturating_add(next.events);
                one.censored = one.censored.saturating_add(next.censored);
            }
            same
        });
        let events = kept
            .iter()
            .fold(0_u64, |sum, one| sum.saturating_add(one.events));
        let steps = steps(&kept);
        Self {
            n: steps.first().map_or(0, |step| step.at_risk),
            steps,
            events,
            rejected,
        }
    }

    /// How many were watched.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.n
    }

    /// How many of them ended.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.events
    }

    /// How many were left out because their duration is negative or not finite.
    #[must_use]
    pub fn rejected(&self) -> u64 {
        self.rejected
    }

    /// The longest time that any was watched; none if none was. What the curve says of later times is what it says of
    /// this one.
    #[must_use]
    pub fn longest(&self) -> Option<f64> {
        self.steps.last().map(|step| step.time)
    }

    /// The times at which something ended or was seen for the last time, in order. Empty if none was watched.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The estimated share that outlasts a time, 0 to 1. It is 1 of nothing: look at [`n`](Self::n) too.
    #[must_use]
    pub fn at(&self, time: f64) -> f64 {
        self.step(time).map_or(1.0, |step| step.survival)
    }

    /// The 95 % interval of [`at`](Self::at) on the scale of log(−log), which stays inside 0 and 1. It is a point while
    /// none or all have ended; none if none was watched.
    ///
    /// > S^exp(±z √V / ln S), V = Σ d / (n (n − d))
    ///
    /// Source: J. D. Kalbfleisch and R. L. Prentice, "The statistical analysis of failure time data", 1980, 1.3.
    #[must_use]
    pub fn interval_at(&self, time: f64) -> Option<(f64, f64)> {
        if self.n == 0 {
            return None;
        }
        let Some(step) = self.step(time) else {
            return Some((1.0, 1.0));
        };
        let survival = step.survival;
        if survival <= 0.0 || survival >= 1.0 {
            return Some((survival, survival));
        }
        let width = Z * step.greenwood.sqrt() / -survival.ln();
        let end = |width: f64| survival.powf(width.exp());
        Some((end(width), end(-width)))
    }

    /// Nelson's and Aalen's cumulative hazard up to a time, at least 0.
    #[must_use]
    pub fn hazard_at(&self, time: f64) -> f64 {
        self.step(time).map_or(0.0, |step| step.hazard)
    }

    /// The first time that at most this share outlasts, from 0 to below 1; none if it was not reached.
    #[must_use]
    pub fn time_at(&self, survival: f64) -> Option<f64> {
        if survival >= 1.0 {
            return None;
        }
        let level = survival + ROUNDING;
        let at = self.steps.partition_point(|step| step.survival > level);
        let step = self.steps.get(at)?;
        (step.survival <= level).then_some(step.time)
    }

    /// The first time that at most half outlast; none if it was not reached.
    #[must_use]
    pub fn median(&self) -> Option<f64> {
        self.time_at(0.5)
    }

    /// The mean time until the end or `tau`, whichever comes first: the area under the curve. None if `tau` is negative
    /// or not finite, and if it lies after the longest time while some outlast that: what follows was not seen.
    #[must_use]
    pub fn restricted_mean(&self, tau: f64) -> Option<f64> {
        let last = self.steps.last()?;
        if !tau.is_finite() || tau < 0.0 || (last.time < tau && last.survival > 0.0) {
            return None;
        }
        let (mut area, mut since, mut height) = (0.0, 0.0, 1.0);
        for step in self.steps.iter().take_while(|step| step.time < tau) {
            area += height * (step.time - since);
            (since, height) = (step.time, step.survival);
        }
        Some((area + height * (tau - since)).min(tau))
    }

    /// The last step at or before a time.
    fn step(&self, time: f64) -> Option<&Step> {
        let after = self.steps.partition_point(|step| step.time <= time);
        self.steps.get(after.checked_sub(1)?)
    }
}

/// A running product over distinct durations in order.
fn steps(lived: &[Lived]) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::with_capacity(lived.len());
    let mut at_risk = 0_u64;
    // From behind, so that whoever ends at a time is at risk then, even where a sum is more than can be counted.
    for one in lived.iter().rev() {
        at_risk = at_risk.saturating_add(one.events.saturating_add(one.censored));
        steps.push(Step {
            time: one.duration,
            at_risk,
            events: one.events,
            survival: 1.0,
            hazard: 0.0,
            greenwood: 0.0,
        });
    }
    steps.reverse();
    let (mut hazard, mut greenwood) = (0.0, 0.0);
    // Between two censorings the product is one quotient, and is computed as one: nothing is rounded a million times.
    let (mut survival, mut since, mut of) = (1.0, 1.0, None);
    for (step, one) in steps.iter_mut().zip(lived) {
        let (risk, ended) = (float(step.at_risk), float(one.events));
        let outlast = float(step.at_risk - one.events);
        survival = f64::min(since * (outlast / *of.get_or_insert(risk)), survival);
        hazard += ended / risk;
        if outlast > 0.0 {
            greenwood += ended / (risk * outlast);
        }
        if one.censored > 0 {
            (since, of) = (survival, None);
        }
        (step.survival, step.hazard, step.greenwood) = (survival, hazard, greenwood);
    }
    steps
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a count beyond 2^53 is as good rounded"
)]
pub(super) fn float(count: u64) -> f64 {
    count as f64
}

/// A product of shares that is a level but for its last digits has reached it.
const ROUNDING: f64 = 1e-12;

#[cfg(test)]
mod tests;

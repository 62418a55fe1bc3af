//! The four figures.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fold::Tally;
use super::series::DAY;
use super::tier::{Tier, Tiers};
use crate::backtest::Proportion;
use crate::model::common::Timestamp;
use crate::stats::quantile;

/// How often is deployed: successful deployments to production.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Frequency {
    /// How many.
    pub deployments: u32,
    /// In how many days.
    pub days: f64,
    /// How many a day.
    pub per_day: Option<f64>,
    /// The tier of that.
    pub tier: Option<Tier>,
    /// Why it is absent; none if it is there.
    pub absent: Option<Absent>,
}

/// How long a change takes from its merge to its deployment.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct LeadTime {
    /// Changes that were deployed, each once for every service that it came to.
    pub changes: u32,
    /// The median, in milliseconds. Quantiles are of type 7: linear between neighbours.
    pub median_ms: Option<f64>,
    /// The 75th percentile, in milliseconds.
    pub p75_ms: Option<f64>,
    /// The 90th percentile, in milliseconds.
    pub p90_ms: Option<f64>,
    /// The tier of the median.
    pub tier: Option<Tier>,
    /// Why they are absent; none if they are there.
    pub absent: Option<Absent>,
}

/// How many deployments led to an incident.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct FailureRate {
    /// Deployments with an incident within the window of failure, of those whose window has passed.
    pub rate: Proportion,
    /// The tier of the share.
    pub tier: Option<Tier>,
    /// Why the share or its tier is absent; none if both are there.
    pub absent: Option<Absent>,
}

/// How long incidents last: those that began in the window of the report and were resolved by its end.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Restore {
    /// Incidents that began in the window.
    pub incidents: u32,
    /// Those of them that were resolved, and that the figures are of.
    pub resolved: u32,
    /// The median, in minutes.
    pub median_minutes: Option<f64>,
    /// The arithmetic mean, in minutes.
    pub mean_minutes: Option<f64>,
    /// The tier of the median.
    pub tier: Option<Tier>,
    /// Why they are absent; none if they are there.
    pub absent: Option<Absent>,
}

/// Why a figure is absent.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Absent {
    /// Nothing was deployed in the window.
    NoDeployments,
    /// The window is shorter than a day, and would be made a rate of days.
    WindowUnderADay,
    /// No deployment of the window brought a change that is known.
    NoChanges,
    /// All deployments of the window are too young to tell whether they failed.
    AllYoung,
    /// The share is higher than the table of tiers goes; the share is there.
    BeyondTheTable,
    /// No incident began in the window.
    NoIncidents,
    /// No incident that began in the window is known to have been resolved.
    NoneResolved,
}

impl Frequency {
    /// It for people: by the day, the week or 30 days, whichever is the first to hold one; none if it is absent.
    #[must_use]
    pub fn phrase(&self) -> Option<String> {
        let per_day = self.per_day?;
        Some(if per_day >= 1.0 {
            format!("{per_day:.1} a day")
        } else if per_day * 7.0 >= 1.0 {
            format!("{:.1} a week", per_day * 7.0)
        } else {
            format!("{:.1} in 30 days", per_day * 30.0)
        })
    }

    pub(super) fn of(deployments: u32, span_ms: Timestamp) -> Self {
        let absent = match deployments {
            0 => Some(Absent::NoDeployments),
            _ if span_ms < DAY => Some(Absent::WindowUnderADay),
            _ => None,
        };
        let days = float(span_ms) / float(DAY);
        let there = absent.is_none();
        Self {
            deployments,
            days,
            per_day: there.then(|| f64::from(deployments) / days),
            tier: there.then(|| Tier::of_frequency(deployments, span_ms)),
            absent,
        }
    }
}

impl LeadTime {
    pub(super) fn of(tally: &Tally) -> Self {
        let median_ms = percentile(&tally.leads_ms, 50);
        Self {
            changes: tally.changes(),
            median_ms,
            p75_ms: percentile(&tally.leads_ms, 75),
            p90_ms: percentile(&tally.leads_ms, 90),
            tier: median_ms.map(Tier::of_lead_time),
            absent: match tally.deployments {
                _ if median_ms.is_some() => None,
                0 => Some(Absent::NoDeployments),
                _ => Some(Absent::NoChanges),
            },
        }
    }
}

impl FailureRate {
    pub(super) fn of(tally: &Tally, tiers: Tiers) -> Self {
        let settled = tally.settled > 0;
        let tier = settled.then(|| tiers.of_failure_rate(tally.failed, tally.settled));
        Self {
            rate: Proportion::new(tally.failed, tally.settled),
            tier: tier.flatten(),
            absent: match tier {
                Some(Some(_)) => None,
                Some(None) => Some(Absent::BeyondTheTable),
                None if tally.deployments == 0 => Some(Absent::NoDeployments),
                None => Some(Absent::AllYoung),
            },
        }
    }
}

impl Restore {
    /// Of incidents, and how long those that were resolved lasted, in milliseconds, rising.
    pub(super) fn of(incidents: u32, lasted_ms: &[Timestamp]) -> Self {
        let resolved = u32::try_from(lasted_ms.len()).unwrap_or(u32::MAX);
        let median_minutes = percentile(lasted_ms, 50).map(|ms| ms / MINUTE);
        let sum: f64 = lasted_ms.iter().map(|ms| float(*ms)).sum();
        Self {
            incidents,
            resolved,
            median_minutes,
            mean_minutes: median_minutes.map(|_| sum / f64::from(resolved) / MINUTE),
            tier: median_minutes.map(Tier::of_restore),
            absent: match incidents {
                _ if median_minutes.is_some() => None,
                0 => Some(Absent::NoIncidents),
                _ => Some(Absent::NoneResolved),
            },
        }
    }
}

/// The percentile of rising times; none of nothing.
pub(super) fn percentile(rising: &[Timestamp], percent: u32) -> Option<f64> {
    quantile::percentile(rising, percent, float)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "exact up to 2^53 ms, which is longer than any window"
)]
pub(super) fn float(ms: Timestamp) -> f64 {
    ms as f64
}

/// A minute, in milliseconds.
const MINUTE: f64 = 60_000.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_of_type_7() {
        // Reference: R's quantile(c(1, 2, 4, 8), c(.5, .75, .9), type = 7).
        let four = [1, 2, 4, 8];
        assert_eq!(percentile(&four, 50), Some(3.0));
        assert_eq!(percentile(&four, 75), Some(5.0));
        assert_eq!(percentile(&four, 90), Some(6.8));
        assert_eq!(percentile(&[5], 90), Some(5.0));
        assert_eq!(percentile(&[], 50), None);
    }

    #[test]
    fn a_frequency_is_told_by_the_first_unit_that_holds_one() {
        let phrase = |deployments, days| Frequency::of(deployments, days * DAY).phrase();
        assert_eq!(phrase(45, 30).unwrap(), "1.5 a day");
        assert_eq!(phrase(10, 28).unwrap(), "2.5 a week");
        assert_eq!(phrase(1, 20).unwrap(), "1.5 in 30 days");
        assert_eq!(phrase(0, 20), None);
    }

    #[test]
    fn a_window_under_a_day_has_no_rate_of_days() {
        let frequency = Frequency::of(1, DAY - 1);
        assert_eq!((frequency.per_day, frequency.tier), (None, None));
        assert_eq!(frequency.absent, Some(Absent::WindowUnderADay));
        assert_eq!(Frequency::of(1, DAY).per_day, Some(1.0));
    }
}

//! In which class of deliverers a figure is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::series::{DAY, WEEK};

/// A class, the best first.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Tier {
    /// The best.
    Elite,
    /// The second.
    High,
    /// The third.
    Medium,
    /// The last.
    Low,
}

/// One of the two tables that Koalr publishes for the change failure rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Tiers {
    /// That of docs.koalr.com. It names no tier above 30 %.
    #[default]
    Docs,
    /// That of koalr.com.
    Site,
}

impl Tier {
    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Elite => "elite",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }

    /// The tier of a number of deployments in so many milliseconds.
    pub(super) fn of_frequency(deployments: u32, span_ms: i64) -> Self {
        let every = FREQUENCY_MS.iter().find(|(_, most_ms)| {
            // As whole numbers: one deployment a day is elite, whatever a quotient is rounded to.
            i128::from(span_ms) <= i128::from(deployments) * i128::from(*most_ms)
        });
        every.map_or(Self::Low, |(tier, _)| *tier)
    }

    /// The tier of a median lead time, in milliseconds.
    pub(super) fn of_lead_time(median_ms: f64) -> Self {
        below(&LEAD_TIME_MS, median_ms)
    }

    /// The tier of a median time to restore, in minutes.
    pub(super) fn of_restore(median_minutes: f64) -> Self {
        below(&RESTORE_MINUTES, median_minutes)
    }
}

impl Tiers {
    /// The tier of so many failed deployments of so many; none where the table names none.
    pub(super) fn of_failure_rate(self, failed: u32, of: u32) -> Option<Tier> {
        let table: &[(Tier, u64)] = match self {
            Self::Docs => &FAILURE_PERCENT_DOCS,
            Self::Site => &FAILURE_PERCENT_SITE,
        };
        let (failed, of) = (u64::from(failed), u64::from(of));
        let found = table
            .iter()
            .find(|(_, percent)| failed * 100 <= of * percent);
        found.map(|(tier, _)| *tier)
    }
}

fn below(table: &[(Tier, f64)], value: f64) -> Tier {
    let found = table.iter().find(|(_, limit)| value < *limit);
    found.map_or(Tier::Low, |(tier, _)| *tier)
}

/// The longest mean time between deployments, in milliseconds, that length included: a day, a week, 30 days.
///
/// Source: DORA, *Accelerate State of DevOps* 2019, deployment frequency. Choice: one a day for "on demand".
const FREQUENCY_MS: [(Tier, i64); 3] = [
    (Tier::Elite, DAY),
    (Tier::High, WEEK),
    (Tier::Medium, 30 * DAY),
];

/// What a lead time is below, in milliseconds: a day, a week, 30 days.
///
/// Source: DORA, *Accelerate State of DevOps* 2019, lead time for changes.
const LEAD_TIME_MS: [(Tier, f64); 3] = [
    (Tier::Elite, 24.0 * 3_600_000.0),
    (Tier::High, 7.0 * 24.0 * 3_600_000.0),
    (Tier::Medium, 30.0 * 24.0 * 3_600_000.0),
];

/// What a time to restore is below, in minutes: an hour, a day, a week.
///
/// Source: DORA, *Accelerate State of DevOps* 2019, time to restore service, whose medium tier ends at a day as its high
/// one does. Choice: medium ends at a week, as in the report of 2021.
const RESTORE_MINUTES: [(Tier, f64); 3] = [
    (Tier::Elite, 60.0),
    (Tier::High, 24.0 * 60.0),
    (Tier::Medium, 7.0 * 24.0 * 60.0),
];

/// The highest change failure rate, in percent, that share included.
///
/// > elite 0–15 %, high 16–30 %
///
/// Source: docs.koalr.com/docs/features/dora-metrics. What lies between 15 and 16 is high.
const FAILURE_PERCENT_DOCS: [(Tier, u64); 2] = [(Tier::Elite, 15), (Tier::High, 30)];

/// The highest change failure rate, in percent, that share included.
///
/// > elite 0–5 %, high 5–10 %, medium 10–15 %, low over 15 %
///
/// Source: koalr.com/metrics/change-failure-rate. A share on a border is of the better tier.
const FAILURE_PERCENT_SITE: [(Tier, u64); 4] = [
    (Tier::Elite, 5),
    (Tier::High, 10),
    (Tier::Medium, 15),
    (Tier::Low, 100),
];

#[cfg(test)]
mod tests {
    use super::Tier::{Elite, High, Low, Medium};
    use super::*;

    #[test]
    fn a_frequency_on_a_border_is_of_the_better_tier() {
        let tier = Tier::of_frequency;
        assert_eq!(tier(7, 7 * DAY), Elite);
        assert_eq!(tier(6, 7 * DAY), High);
        assert_eq!(tier(1, 7 * DAY), High);
        assert_eq!(tier(1, 7 * DAY + 1), Medium);
        assert_eq!(tier(1, 30 * DAY), Medium);
        assert_eq!(tier(1, 30 * DAY + 1), Low);
    }

    #[test]
    fn a_time_on_a_border_is_of_the_worse_tier() {
        let minute = 60_000.0;
        assert_eq!(Tier::of_lead_time(24.0 * 60.0 * minute - 1.0), Elite);
        assert_eq!(Tier::of_lead_time(24.0 * 60.0 * minute), High);
        assert_eq!(Tier::of_lead_time(7.0 * 24.0 * 60.0 * minute), Medium);
        assert_eq!(Tier::of_lead_time(30.0 * 24.0 * 60.0 * minute), Low);
        assert_eq!(Tier::of_restore(0.0), Elite);
        assert_eq!(Tier::of_restore(60.0), High);
        assert_eq!(Tier::of_restore(24.0 * 60.0), Medium);
        assert_eq!(Tier::of_restore(7.0 * 24.0 * 60.0), Low);
    }

    #[test]
    fn the_two_tables_of_failure_rates_differ() {
        let docs = |failed| Tiers::Docs.of_failure_rate(failed, 1000);
        let site = |failed| Tiers::Site.of_failure_rate(failed, 1000);
        assert_eq!([docs(0), docs(150)], [Some(Elite); 2]);
        assert_eq!([docs(151), docs(300)], [Some(High); 2]);
        assert_eq!([docs(301), docs(1000)], [None; 2]);
        assert_eq!([site(0), site(50)], [Some(Elite); 2]);
        assert_eq!([site(51), site(100)], [Some(High); 2]);
        assert_eq!([site(101), site(150)], [Some(Medium); 2]);
        assert_eq!([site(151), site(1000)], [Some(Low); 2]);
    }
}

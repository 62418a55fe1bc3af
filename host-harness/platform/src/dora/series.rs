//! Deployments over time, for charts.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::figures::percentile;
use super::fold::Tally;
use crate::model::common::Timestamp;

/// Points over time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Series {
    /// How long one point is.
    pub step: Step,
    /// The points, by time, without a gap. The window may cut the first and the last.
    pub points: Vec<Point>,
}

/// How long a point is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// A day in UTC: of windows of at most 120 days.
    Day,
    /// A week of ISO 8601 in UTC, from Monday: of longer ones.
    Week,
}

/// What happened in a step.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Point {
    /// When the step begins.
    pub begins_at: Timestamp,
    /// Deployments.
    pub deployments: u32,
    /// Those of them that are old enough to tell whether they failed.
    pub settled: u32,
    /// Those of the settled ones that failed.
    pub failed: u32,
    /// Changes that they brought.
    pub changes: u32,
    /// The median of their lead times, in milliseconds; none without changes.
    pub median_lead_ms: Option<f64>,
}

/// The steps of a window.
#[derive(Debug, Clone, Copy)]
pub(super) struct Steps {
    step: Step,
    first: Timestamp,
    last: Timestamp,
}

impl Steps {
    pub(super) fn new(from: Timestamp, as_of: Timestamp) -> Self {
        let step = if as_of - from > LONGEST_OF_DAYS_MS {
            Step::Week
        } else {
            Step::Day
        };
        Self {
            step,
            first: step.number(from),
            last: step.number(as_of),
        }
    }

    pub(super) fn count(&self) -> usize {
        usize::try_from(self.last - self.first).map_or(0, |after| after + 1)
    }

    /// The place of the step that holds a time of the window.
    pub(super) fn place(&self, at: Timestamp) -> usize {
        usize::try_from(self.step.number(at) - self.first).unwrap_or(usize::MAX)
    }

    /// The points, from the tally of each step.
    pub(super) fn series(&self, tallies: &[Tally]) -> Series {
        let numbers = self.first..=self.last;
        let points = numbers.zip(tallies).map(|(number, tally)| Point {
            begins_at: self.step.begin(number),
            deployments: tally.deployments,
            settled: tally.settled,
            failed: tally.failed,
            changes: tally.changes(),
            median_lead_ms: percentile(&tally.leads_ms, 50),
        });
        Series {
            step: self.step,
            points: points.collect(),
        }
    }
}

impl Step {
    fn number(self, at: Timestamp) -> i64 {
        match self {
            Self::Day => at.div_euclid(DAY),
            Self::Week => at.saturating_sub(FIRST_MONDAY).div_euclid(WEEK),
        }
    }

    fn begin(self, number: i64) -> Timestamp {
        match self {
            Self::Day => number.saturating_mul(DAY),
            Self::Week => number.saturating_mul(WEEK).saturating_add(FIRST_MONDAY),
        }
    }
}

/// A day, in milliseconds.
pub(super) const DAY: Timestamp = 24 * 3_600_000;

/// A week, in milliseconds.
pub(super) const WEEK: Timestamp = 7 * DAY;

/// The first Monday of 1970, which began on a Thursday.
const FIRST_MONDAY: Timestamp = 4 * DAY;

/// The longest window whose points are days.
const LONGEST_OF_DAYS_MS: Timestamp = 120 * DAY;

//! Within how many days a finding should be fixed.
//!
//! The clock runs from the beginning of a [`Spell`](crate::spell::Spell) under the window of its present severity. When a
//! severity changed is not known to it, and neither is when a fix came out: reports count what has none apart.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::model::common::{Severity, Timestamp};

/// The windows of the severities. A worse severity never has the longer one. `info` has none, and a finding of unknown
/// severity has none either.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Days", into = "Days")]
pub struct Windows(Days);

/// Windows as a person gives them. What is left out is as by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Days {
    /// Days for `critical`, 1 to 3,650.
    pub critical: u32,
    /// Days for `high`, 1 to 3,650.
    pub high: u32,
    /// Days for `medium`, 1 to 3,650.
    pub medium: u32,
    /// Days for `low`, 1 to 3,650.
    pub low: u32,
    /// After how much of its window a finding is at risk, in percent, 1 to 100.
    pub at_risk_percent: u32,
}

/// The window of one severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    ms: Timestamp,
    /// From here on an open finding is at risk.
    risky_ms: Timestamp,
}

/// Where a finding stands in its window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// There is time.
    Within,
    /// The window ends soon.
    AtRisk,
    /// The window has ended.
    Breached,
}

/// What is wrong with windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SlaError {
    /// A number out of its range: its key, it, the last of the range and the unit.
    #[error("`{0}` is `{1}`; expected 1 to {2} {3}")]
    OutOfRange(&'static str, u32, u32, &'static str),
    /// A worse severity has the longer window: both with their days.
    #[error(
        "`{0}` has {1} days and `{2}` only {3}; a worse severity cannot have the longer window"
    )]
    WorseIsLonger(&'static str, u32, &'static str, u32),
}

impl Windows {
    /// The window of a severity, in days; none if it has none.
    #[must_use]
    pub fn days(self, severity: Severity) -> Option<u32> {
        match severity {
            Severity::Critical => Some(self.0.critical),
            Severity::High => Some(self.0.high),
            Severity::Medium => Some(self.0.medium),
            Severity::Low => Some(self.0.low),
            Severity::Info => None,
        }
    }

    /// The window of a severity; none if it has none.
    #[must_use]
    pub fn window(self, severity: Severity) -> Option<Window> {
        let ms = Timestamp::from(self.days(severity)?) * DAY;
        Some(Window {
            ms,
            risky_ms: ms / 100 * Timestamp::from(self.0.at_risk_percent),
        })
    }
}

impl Window {
    /// Where a finding stands that is open for so long, in milliseconds. At its very end a window has not ended.
    #[must_use]
    pub fn standing(self, open_ms: Timestamp) -> Standing {
        if open_ms > self.ms {
            Standing::Breached
        } else if open_ms >= self.risky_ms {
            Standing::AtRisk
        } else {
            Standing::Within
        }
    }

    /// How long it is, in milliseconds.
    #[must_use]
    pub fn ms(self) -> Timestamp {
        self.ms
    }
}

/// 7, 30, 90 and 120 days, at risk after 80 %.
impl Default for Windows {
    fn default() -> Self {
        Self(Days::default())
    }
}

impl Default for Days {
    fn default() -> Self {
        Self {
            critical: 7,
            high: 30,
            medium: 90,
            low: 120,
            at_risk_percent: 80,
        }
    }
}

impl TryFrom<Days> for Windows {
    type Error = SlaError;

    /// # Errors
    ///
    /// - a number is out of its range
    /// - a worse severity has the longer window
    fn try_from(days: Days) -> Result<Self, SlaError> {
        let named = [
            ("critical", days.critical),
            ("high", days.high),
            ("medium", days.medium),
            ("low", days.low),
        ];
        if let Some((key, given)) = named
            .into_iter()
            .find(|one| !(1..=MOST_DAYS).contains(&one.1))
        {
            return Err(SlaError::OutOfRange(key, given, MOST_DAYS, "days"));
        }
        if !(1..=100).contains(&days.at_risk_percent) {
            let (key, given) = ("at-risk-percent", days.at_risk_percent);
            return Err(SlaError::OutOfRange(key, given, 100, "percent"));
        }
        let pairs = named.into_iter().zip(named.into_iter().skip(1));
        for ((worse, longer), (milder, shorter)) in pairs {
            if longer > shorter {
                return Err(SlaError::WorseIsLonger(worse, longer, milder, shorter));
            }
        }
        Ok(Self(days))
    }
}

impl From<Windows> for Days {
    fn from(windows: Windows) -> Self {
        windows.0
    }
}

const DAY: Timestamp = 86_400_000;

/// Ten years: a longer window is none.
const MOST_DAYS: u32 = 3_650;

#[cfg(test)]
mod tests;

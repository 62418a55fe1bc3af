//! What Koalr's own API documents, in its own words: camelCase, times as in ISO 8601, tiers and bands as names. What Koalr
//! does not document stands beside it.

mod dora;
mod listed;
mod risk;

use koalr_platform::merge::Band;
use koalr_platform::model::common::{Tenths, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

pub use dora::{KoalrDora, KoalrFailureRate, KoalrFrequency, KoalrLeadTime, KoalrRestore};
pub use listed::{KoalrDeployment, KoalrPullRequest, KoalrRisk};
pub use risk::{KoalrAlternative, KoalrScore};

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct KoalrPage<T> {
    /// The items, newest first. May be empty.
    pub data: Vec<T>,
    /// Where the next page begins; null if this is the last.
    pub next_cursor: Option<String>,
}

/// An instant in UTC, to the millisecond.
fn iso(at: Timestamp) -> String {
    let text = OffsetDateTime::from_unix_timestamp_nanos(i128::from(at) * 1_000_000);
    let text = text.ok().and_then(|at| at.format(&Rfc3339).ok());
    text.unwrap_or_else(|| format!("{at} ms after 1970"))
}

/// A score of 0 to 1000 as one of 0 to 100.
fn points(score: Tenths) -> f64 {
    f64::from(score) / 10.0
}

/// A band in Koalr's words.
fn label(band: Band) -> &'static str {
    match band {
        Band::Low => "Low Risk",
        Band::Medium => "Medium Risk",
        Band::High => "High Risk",
        Band::Critical => "Critical Risk",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_written_to_the_millisecond() {
        assert_eq!(iso(1_768_469_400_000), "2026-01-15T09:30:00Z");
        assert_eq!(iso(1_768_469_400_250), "2026-01-15T09:30:00.25Z");
    }
}

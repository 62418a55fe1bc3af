//! Times in a report.

use koalr_platform::model::common::Timestamp;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// An instant in UTC, to the second before it.
pub(crate) fn utc(at: Timestamp) -> String {
    OffsetDateTime::from_unix_timestamp(at.div_euclid(1000))
        .ok()
        .and_then(|at| at.format(&Rfc3339).ok())
        .unwrap_or_else(|| format!("{at} ms after 1970"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_written_in_utc_to_the_second() {
        assert_eq!(utc(1_768_469_400_999), "2026-01-15T09:30:00Z");
        assert_eq!(utc(i64::MAX), "9223372036854775807 ms after 1970");
    }
}

//! Snyk's dates.

use koalr_integration_kit::model::common::Timestamp;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Reads an RFC 3339 date, with or without fractions of a second.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    let date = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    Timestamp::try_from(date.unix_timestamp_nanos().div_euclid(1_000_000)).ok()
}

/// Writes a date as RFC 3339 in UTC; none outside the years 0 to 9999.
pub(crate) fn format(at: Timestamp) -> Option<String> {
    let date = OffsetDateTime::from_unix_timestamp_nanos(i128::from(at) * 1_000_000).ok()?;
    date.format(&Rfc3339).ok()
}

#[cfg(test)]
mod tests {
    use super::{format, parse};

    #[test]
    fn fractions_of_any_length_and_offsets_are_read() {
        assert_eq!(parse("2022-09-27T20:09:05Z"), Some(1_664_309_345_000));
        assert_eq!(parse("2022-09-27T20:09:05.31Z"), Some(1_664_309_345_310));
        assert_eq!(
            parse("2022-09-27T20:09:05.147502Z"),
            Some(1_664_309_345_147)
        );
        assert_eq!(
            parse("2022-09-27T22:09:05.000+02:00"),
            Some(1_664_309_345_000)
        );
        assert_eq!(parse("1969-12-31T23:59:59.9999Z"), Some(-1));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for odd in ["", "2022-09-27", "yesterday", "2022-13-01T00:00:00Z"] {
            assert_eq!(parse(odd), None, "{odd}");
        }
    }

    #[test]
    fn an_instant_is_written_in_utc() {
        assert_eq!(
            format(1_664_309_345_000).as_deref(),
            Some("2022-09-27T20:09:05Z")
        );
        assert_eq!(format(i64::MAX), None);
    }
}

//! Snyk's dates.

use koalr_integration_kit::model::common::Timestamp;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Reads an RFC 3339 date, with or without fractions of a second.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    let date = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    Timestamp::try_from(date.unix_timestamp_nanos().div_euclid(1_000_000)).ok()
}

#[cfg(test)]
mod tests {
    use super::parse;

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
}

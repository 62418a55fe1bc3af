//! Snyk's dates, and those of HTTP.

use koalr_integration_kit::model::common::Timestamp;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Reads an RFC 3339 date, with or without fractions of a second.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    let date = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    Timestamp::try_from(date.unix_timestamp_nanos().div_euclid(1_000_000)).ok()
}

/// Reads the `date` of an answer, for example `Sun, 06 Nov 1994 08:49:37 GMT`: the one form that servers may send.
pub(crate) fn parse_http(text: &str) -> Option<Timestamp> {
    let mut words = text.split_once(", ")?.1.split(' ');
    let (day, month, year) = (words.next()?, words.next()?, words.next()?);
    let clock = words.next()?;
    let month = 1 + MONTHS.iter().position(|name| *name == month)?;
    let in_utc = words.eq(["GMT"]);
    parse(&format!("{year}-{month:02}-{day}T{clock}Z")).filter(|_| in_utc)
}

/// Writes an RFC 3339 date in UTC, down to the whole second. What no calendar year of four digits holds is 1970.
pub(crate) fn write(at: Timestamp) -> String {
    let date = OffsetDateTime::from_unix_timestamp(at.div_euclid(1_000))
        .unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let ((year, month, day), (hour, minute, second)) = (
        (date.year(), u8::from(date.month()), date.day()),
        date.to_hms(),
    );
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

#[cfg(test)]
mod tests {
    use super::{parse, parse_http, write};

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
    fn an_http_date_is_read_in_its_one_form() {
        assert_eq!(
            parse_http("Sun, 06 Nov 1994 08:49:37 GMT"),
            Some(784_111_777_000)
        );
        for odd in [
            "",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            "Sun, 06 Nov 1994 08:49:37 CET",
            "Sun, 06 Nov 1994 08:49:37",
        ] {
            assert_eq!(parse_http(odd), None, "{odd}");
        }
    }

    #[test]
    fn a_date_is_written_down_to_the_second() {
        assert_eq!(write(1_664_309_345_999), "2022-09-27T20:09:05Z");
        assert_eq!(write(-1), "1969-12-31T23:59:59Z");
        assert_eq!(write(i64::MAX), "1970-01-01T00:00:00Z");
    }
}

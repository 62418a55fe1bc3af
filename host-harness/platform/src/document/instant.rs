//! Times in files and sentences.

use time::format_description::well_known::Rfc3339;
use time::{Date, Month, OffsetDateTime, Time, UtcOffset};
use toml::de::DeValue;

use crate::model::common::Timestamp;

/// The instant of a date, at its first moment in UTC, or of a time with its offset. None for anything else, also for a
/// time without an offset: it is another instant in every time zone.
pub(super) fn read(value: &DeValue<'_>) -> Option<Timestamp> {
    let given = value.as_datetime()?;
    let date = given.date?;
    let month = Month::try_from(date.month).ok()?;
    let date = Date::from_calendar_date(i32::from(date.year), month, date.day).ok()?;
    let (time, offset) = match (given.time, given.offset) {
        (None, None) => (Time::MIDNIGHT, UtcOffset::UTC),
        (Some(time), Some(offset)) => {
            let second = time.second.unwrap_or(0);
            let nano = time.nanosecond.unwrap_or(0);
            let time = Time::from_hms_nano(time.hour, time.minute, second, nano).ok()?;
            (time, minutes(&offset.to_string())?)
        }
        _ => return None,
    };
    let nanos = date
        .with_time(time)
        .assume_offset(offset)
        .unix_timestamp_nanos();
    Timestamp::try_from(nanos.div_euclid(NANOS_PER_MILLI)).ok()
}

/// An instant for people and files, in UTC.
pub(crate) fn rfc3339(at: Timestamp) -> String {
    let nanos = i128::from(at) * NANOS_PER_MILLI;
    OffsetDateTime::from_unix_timestamp_nanos(nanos)
        .ok()
        .and_then(|at| at.format(&Rfc3339).ok())
        .unwrap_or_else(|| format!("{at} ms after 1970"))
}

/// `Z` or `+hh:mm`.
fn minutes(offset: &str) -> Option<UtcOffset> {
    if offset == "Z" {
        return Some(UtcOffset::UTC);
    }
    let (hours, minutes) = offset.split_once(':')?;
    let sign = if hours.starts_with('-') { -1 } else { 1 };
    let hours: i8 = hours.parse().ok()?;
    let minutes: i8 = minutes.parse().ok()?;
    UtcOffset::from_hms(hours, sign * minutes, 0).ok()
}

const NANOS_PER_MILLI: i128 = 1_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn at(text: &str) -> Option<String> {
        let value = DeValue::parse(text).unwrap();
        read(value.get_ref()).map(rfc3339)
    }

    #[test]
    fn a_date_is_its_first_moment_in_utc() {
        assert_eq!(at("2026-03-01").unwrap(), "2026-03-01T00:00:00Z");
    }

    #[test]
    fn an_offset_counts() {
        assert_eq!(
            at("2026-03-01T00:30:00+01:00").unwrap(),
            "2026-02-28T23:30:00Z"
        );
        assert_eq!(
            at("2026-03-01T00:00:00-00:30").unwrap(),
            "2026-03-01T00:30:00Z"
        );
    }

    #[test]
    fn a_time_without_an_offset_is_no_instant() {
        assert_eq!(at("2026-03-01T00:30:00"), None);
        assert_eq!(at("07:30:00"), None);
    }
}

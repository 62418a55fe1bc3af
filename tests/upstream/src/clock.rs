//! Times, as answers and their headers write them.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::data::Timestamp;

/// The machine's own time.
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        Timestamp::try_from(since.as_millis()).unwrap_or(Timestamp::MAX)
    })
}

/// RFC 3339 in UTC, with milliseconds where there are any.
pub(crate) fn rfc3339(at: Timestamp) -> String {
    let mut text = String::with_capacity(24);
    write_rfc3339(&mut text, at);
    text
}

/// [`rfc3339`] at the end of a text.
pub(crate) fn write_rfc3339(out: &mut String, at: Timestamp) {
    write_date(out, at);
    let within = at.rem_euclid(DAY);
    out.push('T');
    digits(out, within / HOUR, 2);
    out.push(':');
    digits(out, within / MINUTE % 60, 2);
    out.push(':');
    digits(out, within / SECOND % 60, 2);
    if within % SECOND != 0 {
        out.push('.');
        digits(out, within % SECOND, 3);
    }
    out.push('Z');
}

/// `YYYY-MM-DD`.
pub(crate) fn date(at: Timestamp) -> String {
    let mut text = String::with_capacity(10);
    write_date(&mut text, at);
    text
}

/// The form of the `date` header: `Thu, 15 Jan 2026 00:00:00 GMT`.
pub(crate) fn http_date(at: Timestamp) -> String {
    let days = at.div_euclid(DAY);
    let (year, month, day) = civil(days);
    let within = at.rem_euclid(DAY);
    // 1970-01-01 was a Thursday.
    let weekday = word(&WEEKDAYS, days + 3);
    format!(
        "{weekday}, {day:02} {} {year:04} {:02}:{:02}:{:02} GMT",
        word(&MONTHS, month - 1),
        within / HOUR,
        within / MINUTE % 60,
        within / SECOND % 60,
    )
}

fn write_date(out: &mut String, at: Timestamp) {
    let (year, month, day) = civil(at.div_euclid(DAY));
    digits(out, year, 4);
    out.push('-');
    digits(out, month, 2);
    out.push('-');
    digits(out, day, 2);
}

/// Year, month and day of a day since 1970, by Howard Hinnant's `civil_from_days`.
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// The last digits of a number, with zeros in front.
fn digits(out: &mut String, number: i64, width: u32) {
    for place in (0..width).rev() {
        let digit = number / 10_i64.pow(place) % 10;
        out.push(char::from(b'0' + u8::try_from(digit).unwrap_or(0)));
    }
}

fn word(words: &[&'static str], at: i64) -> &'static str {
    let length = i64::try_from(words.len()).unwrap_or(1);
    let at = usize::try_from(at.rem_euclid(length)).unwrap_or(0);
    words.get(at).copied().unwrap_or_default()
}

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
/// Milliseconds in a day.
pub(crate) const DAY: Timestamp = 24 * HOUR;
const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;
    use time::format_description::well_known::{Rfc2822, Rfc3339};

    use super::*;

    #[test]
    fn times_are_written_as_a_library_writes_them() {
        // Leap days, ends of months and years, and times before 1970.
        for at in (-90_000_000_000_i64..4_000_000_000_000).step_by(86_399_000_017) {
            let library =
                OffsetDateTime::from_unix_timestamp_nanos(i128::from(at) * 1_000_000).unwrap();
            let ours = OffsetDateTime::parse(&rfc3339(at), &Rfc3339).unwrap();
            assert_eq!(ours, library, "{at}");
            let header = http_date(at).replace("GMT", "+0000");
            let whole = library.replace_millisecond(0).unwrap();
            assert_eq!(header, whole.format(&Rfc2822).unwrap(), "{at}");
        }
        assert_eq!(rfc3339(1_768_435_200_000), "2026-01-15T00:00:00Z");
        assert_eq!(rfc3339(1_768_435_200_040), "2026-01-15T00:00:00.040Z");
    }
}

//! Instants as the upstream writes them, such as `2026-01-15T10:30:00+0100`.

use crate::contract::types::Timestamp;

/// Milliseconds since 1970; none if it is no such text.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    let (date, rest) = text.split_once('T')?;
    let (time, offset) = rest.split_at_checked("10:30:00".len())?;
    let [year, month, day] = numbers(date, '-')?;
    let [hour, minute, second] = numbers(time, ':')?;
    let in_range = (1..=12).contains(&month) && (1..=31).contains(&day);
    let offset_minutes = match offset.split_at_checked(1)? {
        ("Z", "") => 0,
        (sign @ ("+" | "-"), digits) => {
            let digits: i64 = digits.replace(':', "").parse().ok()?;
            let minutes = digits / 100 * 60 + digits % 100;
            if sign == "+" { minutes } else { -minutes }
        }
        _ => return None,
    };
    let minutes = (days(year, month, day) * 24 + hour) * 60 + minute - offset_minutes;
    in_range.then_some((minutes * 60 + second) * 1_000)
}

fn numbers(text: &str, between: char) -> Option<[i64; 3]> {
    let numbers: Option<Vec<i64>> = text.split(between).map(|one| one.parse().ok()).collect();
    numbers?.try_into().ok()
}

/// Days since 1970 of a date in the proleptic Gregorian calendar: years begin in March, so that leap days come last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn offsets_are_taken_off() {
        assert_eq!(parse("1970-01-01T00:00:00+0000"), Some(0));
        assert_eq!(
            parse("2026-01-15T10:30:00+0100"),
            parse("2026-01-15T09:30:00Z")
        );
        assert_eq!(parse("2024-02-29T00:00:00Z"), Some(1_709_164_800_000));
    }

    #[test]
    fn what_is_no_instant_is_none() {
        for odd in [
            "",
            "yesterday",
            "2026-13-01T00:00:00Z",
            "2026-01-15T10:30:00",
        ] {
            assert_eq!(parse(odd), None, "{odd}");
        }
    }
}

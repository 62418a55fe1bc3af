//! How long a sync takes, in words.

use std::fmt::Write as _;

use crate::jobs::{Estimate, Pace};

/// What a run will take, as one line.
#[must_use]
pub fn estimate_text(estimate: &Estimate) -> String {
    let minutes = match estimate.minutes {
        1 => "1 minute".to_owned(),
        minutes => format!("{} minutes", grouped(minutes)),
    };
    format!("about {} requests, {minutes}", grouped(estimate.requests))
}

/// How fast a run is, and how long it goes on.
#[must_use]
pub fn pace_text(pace: &Pace) -> String {
    let mut text = format!("{} requests a minute", grouped(pace.per_minute));
    if let Some(secs) = pace.seconds_left {
        let left = if secs < MINUTES_FROM_SECS {
            format!("{secs} s")
        } else {
            format!("{} min", grouped(secs.div_ceil(60)))
        };
        let _ = write!(text, ", {left} left");
    }
    text
}

/// A whole number with a comma between thousands.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// From here on seconds would only flicker.
const MINUTES_FROM_SECS: u64 = 120;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_estimate_is_a_line() {
        let text = |requests, minutes| estimate_text(&Estimate { requests, minutes });
        assert_eq!(text(1_240, 1), "about 1,240 requests, 1 minute");
        assert_eq!(text(105, 2), "about 105 requests, 2 minutes");
        assert_eq!(
            text(1_234_567, 952),
            "about 1,234,567 requests, 952 minutes"
        );
    }

    #[test]
    fn a_pace_tells_the_time_left_only_where_it_is_known() {
        let text = |seconds_left| {
            pace_text(&Pace {
                per_minute: 1_200,
                seconds_left,
            })
        };
        assert_eq!(text(None), "1,200 requests a minute");
        assert_eq!(text(Some(40)), "1,200 requests a minute, 40 s left");
        assert_eq!(text(Some(121)), "1,200 requests a minute, 3 min left");
    }
}

//! Who works when.

use super::super::DAY;
use crate::data::Timestamp;
use crate::dice::Dice;

/// Somebody of the team. Works on weekdays, in these hours (UTC).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Person {
    pub(super) login: &'static str,
    pub(super) roles: &'static [&'static str],
    /// First hour of the day.
    from: i64,
    /// The hour the day ends with.
    to: i64,
}

impl Person {
    fn is_at_work(&self, at: Timestamp) -> bool {
        let hour = at.rem_euclid(DAY) / HOUR;
        is_weekday(at) && (self.from..self.to).contains(&hour)
    }

    /// That moment, or one soon after the beginning of the next day of work.
    pub(super) fn at_or_after(&self, at: Timestamp, dice: &mut Dice) -> Timestamp {
        if self.is_at_work(at) {
            return at;
        }
        let today = at - at.rem_euclid(DAY);
        let mut morning = today + self.from * HOUR;
        while morning <= at || !is_weekday(morning) {
            morning += DAY;
        }
        morning + dice.span(2 * HOUR)
    }

    /// That moment, or one soon before the end of the last day of work.
    pub(super) fn at_or_before(&self, at: Timestamp, dice: &mut Dice) -> Timestamp {
        if self.is_at_work(at) {
            return at;
        }
        let today = at - at.rem_euclid(DAY);
        let mut evening = today + self.to * HOUR;
        while evening > at || !is_weekday(evening) {
            evening -= DAY;
        }
        evening - MINUTE - dice.span(2 * HOUR)
    }

    /// Some moment at work in that span; the span must hold a day of work.
    pub(super) fn some_time(&self, from: Timestamp, to: Timestamp, dice: &mut Dice) -> Timestamp {
        for _ in 0..TRIES {
            let day = from + dice.span(to - from);
            let day = day - day.rem_euclid(DAY);
            let at = day + self.from * HOUR + dice.span((self.to - self.from) * HOUR);
            if is_weekday(at) && at >= from && at < to {
                return at;
            }
        }
        self.at_or_before(to - MINUTE, dice)
    }
}

/// Whether it is Monday to Friday.
fn is_weekday(at: Timestamp) -> bool {
    // 1970-01-01 was a Thursday.
    (at.div_euclid(DAY) + 3).rem_euclid(7) < 5
}

const fn person(login: &'static str, roles: &'static [&'static str], from: i64, to: i64) -> Person {
    Person {
        login,
        roles,
        from,
        to,
    }
}

pub(super) const MINUTE: Timestamp = 60_000;
pub(super) const HOUR: Timestamp = 60 * MINUTE;
/// Enough that a span with a day of work is hit.
const TRIES: usize = 64;

/// Whose hours deployments keep.
pub(super) const OPERATOR: Person = person("wim-d", &["operator"], 7, 16);

/// The team. The demo's authors are three of them.
pub(super) const PEOPLE: [Person; 14] = [
    person("mia", &["member"], 7, 15),
    person("jonas", &["member"], 8, 16),
    person("priya", &["member"], 8, 17),
    person("oskar-lind", &["member"], 7, 15),
    person("t-marchetti", &["member"], 9, 17),
    person("hanna-w", &["member", "lead"], 7, 16),
    person("dmitri-k", &["member"], 9, 18),
    person("aiko-s", &["member"], 7, 14),
    person("lena-brandt", &["member"], 8, 16),
    person("r-okafor", &["member"], 9, 17),
    person("sofia-p", &["member"], 8, 15),
    person("ben-hallam", &["lead"], 8, 17),
    person("noor-e", &["security"], 8, 16),
    OPERATOR,
];

//! How fast may be asked, and who did not keep to it.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Snyk's two windows, as far as they are switched on.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    limit: Option<Limit>,
    state: Mutex<State>,
}

/// Requests that are answered in a second and in a minute.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limit {
    /// In any second.
    pub(crate) per_second: u32,
    /// In any minute.
    pub(crate) per_minute: u32,
    /// Whether a refusal also has a `retry-after`.
    pub(crate) retry_after: bool,
}

/// Whether a request is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Admission {
    /// It is, and so many more are in this second.
    Admitted(u32),
    /// It is refused; so many seconds are left.
    Refused(u64),
}

#[derive(Debug, Default)]
struct State {
    /// When each request of the last minute was admitted, oldest first.
    admitted: VecDeque<Instant>,
    refusing_until: Option<Instant>,
    /// From when until when everyone knows that nothing is to be sent.
    told: Option<(Instant, Instant)>,
    early: usize,
    refused: usize,
}

impl Pace {
    /// Switches the windows on.
    pub(crate) fn set(&mut self, limit: Limit) {
        self.limit = Some(limit);
    }

    /// The windows; none if they are off.
    pub(crate) fn limit(&self) -> Option<Limit> {
        self.limit
    }

    /// Counts a request. A refusal reaches its sender after `latency`.
    pub(crate) fn arrive(&self, latency: Duration) -> Admission {
        let mut state = self.state();
        // Within the lock, so that requests are judged in the order in which they are counted.
        self.judge(&mut state, Instant::now(), latency)
    }

    fn judge(&self, state: &mut State, now: Instant, latency: Duration) -> Admission {
        if state
            .told
            .is_some_and(|(from, until)| from <= now && now < until)
        {
            state.early += 1;
        }
        let Some(limit) = self.limit else {
            return Admission::Admitted(u32::MAX);
        };
        if let Some(until) = state.refusing_until.filter(|until| now < *until) {
            state.refused += 1;
            return Admission::Refused(seconds(until - now));
        }
        while (state.admitted.front()).is_some_and(|at| now.duration_since(*at) >= MINUTE) {
            state.admitted.pop_front();
        }
        let in_second = state.admitted.iter().rev();
        let in_second = in_second.take_while(|at| now.duration_since(**at) < SECOND);
        let in_second = u32::try_from(in_second.count()).unwrap_or(u32::MAX);
        let in_minute = u32::try_from(state.admitted.len()).unwrap_or(u32::MAX);
        let left = if in_minute >= limit.per_minute {
            let oldest = state.admitted.front().map_or(now, |at| *at + MINUTE);
            seconds(oldest - now)
        } else if in_second >= limit.per_second {
            1
        } else {
            state.admitted.push_back(now);
            return Admission::Admitted(limit.per_second - in_second - 1);
        };
        let until = now + Duration::from_secs(left);
        state.refusing_until = Some(until);
        state.close(now, now + latency + REACTION, until);
        state.refused += 1;
        Admission::Refused(left)
    }

    /// Remembers that a sender is told, after `latency`, to wait.
    pub(crate) fn tell(&self, now: Instant, latency: Duration, wait: Duration) {
        let from = now + latency + REACTION;
        self.state().close(now, from, now + wait);
    }

    /// Requests that came although their sender had been told to wait.
    pub(crate) fn early(&self) -> usize {
        self.state().early
    }

    /// Requests refused by a window.
    pub(crate) fn refused(&self) -> usize {
        self.state().refused
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Nothing is to be sent from one time until another, or until a later one that was told before.
    fn close(&mut self, now: Instant, from: Instant, until: Instant) {
        let before = self.told.filter(|(_, end)| *end > now);
        self.told = Some(match before {
            Some((begin, end)) => (begin.min(from), end.max(until)),
            None => (from, until),
        });
    }
}

impl Limit {
    /// `x-ratelimit-limit`, in the structured form that was seen in the field.
    pub(crate) fn header(self) -> String {
        let (second, minute) = (self.per_second, self.per_minute);
        format!(
            "{second}, {second};w=1;name=\"rest|per_second|principal_id\", {minute};w=60;name=\"rest|per_minute|principal_id\", {};w=3600;name=\"rest|per_hour|principal_id\"",
            minute.saturating_mul(60),
        )
    }
}

/// Whole seconds, rounded up, at least one.
fn seconds(left: Duration) -> u64 {
    (left.as_secs() + u64::from(left.subsec_nanos() > 0)).max(1)
}

/// Time in which a sender on a busy machine acts upon what it was told: what it sends meanwhile is not held against it.
const REACTION: Duration = Duration::from_millis(50);
const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);

#[cfg(test)]
mod tests {
    use super::*;

    /// Admissions of requests at these milliseconds, three a second and five a minute.
    fn arrive(at: &[u64]) -> (Vec<Admission>, usize) {
        let mut pace = Pace::default();
        pace.set(Limit {
            per_second: 3,
            per_minute: 5,
            retry_after: false,
        });
        let begin = Instant::now();
        let latency = Duration::from_millis(20);
        let admissions = at.iter().map(|at| {
            let now = begin + Duration::from_millis(*at);
            pace.judge(&mut pace.state(), now, latency)
        });
        (admissions.collect(), pace.early())
    }

    #[test]
    fn a_second_holds_no_more_than_its_limit() {
        let (admissions, early) = arrive(&[0, 1, 2, 3]);
        assert_eq!(admissions[..3], [2, 1, 0].map(Admission::Admitted));
        assert_eq!((admissions[3], early), (Admission::Refused(1), 0));
    }

    #[test]
    fn a_minute_holds_no_more_than_its_limit() {
        let (admissions, _) = arrive(&[0, 1, 2, 1_000, 1_001, 5_000, 60_001]);
        assert_eq!(admissions[5], Admission::Refused(55));
        assert_eq!(admissions[6], Admission::Admitted(2));
    }

    #[test]
    fn who_asks_on_before_the_time_told_is_early_once_it_could_know() {
        // The refusal at 3 is known at 23, and acted upon at 73.
        let (admissions, early) = arrive(&[0, 1, 2, 3, 72, 73, 500, 1_003]);
        assert_eq!(early, 2);
        assert_eq!(admissions[6], Admission::Refused(1));
        assert_eq!(admissions[7], Admission::Admitted(2));
    }

    #[test]
    fn a_shorter_wait_does_not_end_a_longer_one() {
        let pace = Pace::default();
        let begin = Instant::now();
        pace.tell(begin, Duration::ZERO, MINUTE);
        pace.tell(begin, Duration::ZERO, SECOND);
        for seconds in [30, 60] {
            let now = begin + Duration::from_secs(seconds);
            pace.judge(&mut pace.state(), now, Duration::ZERO);
        }
        assert_eq!(pace.early(), 1);
    }
}

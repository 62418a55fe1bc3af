//! When a request may leave: the upstream's quotas, kept before it has to enforce them.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::{HeaderMap, Method, StatusCode};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use super::path::{Path, PathTemplate};
use super::policy::method;
use super::retry::{asked_wait, backoff, gateway_wait};
use crate::contract::describe;

/// Paces all requests made with one credential.
///
/// Every quota is a sliding window; a request waits until all that match it have room. The upstream counts it when it
/// arrives, which is not known here; so it keeps its room from when it may leave until a full window after its answer
/// began. After an answer 429 nothing leaves until the upstream's wait is over.
#[derive(Debug)]
pub struct Governor {
    quotas: Vec<Quota>,
    state: Mutex<State>,
    /// Told when a request for a change no longer waits.
    left: Notify,
}

/// Whose requests go first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Priority {
    /// For a change that somebody waits for.
    Change,
    /// For everything else: it takes no room that a waiting [`Priority::Change`] needs.
    Backfill,
}

impl Governor {
    /// Uses this share of each quota, from above 0 to 1; at least one request a window.
    ///
    /// A quota whose path prefix is no path template applies to every path, which is the stricter reading.
    #[must_use]
    pub fn new(quotas: &[describe::Quota], rate_share: f64) -> Self {
        let quotas: Vec<Quota> = quotas
            .iter()
            .map(|quota| Quota::new(quota, rate_share))
            .collect();
        let state = State {
            usage: quotas.iter().map(|_| Usage::default()).collect(),
            closed_until: None,
            strikes: 0,
            admitted: 0,
        };
        Self {
            quotas,
            state: Mutex::new(state),
            left: Notify::new(),
        }
    }

    /// Requests that were let out so far, those sent again among them.
    #[must_use]
    pub fn admitted(&self) -> u64 {
        self.state().admitted
    }

    /// For how long nothing leaves because the upstream said so; none if something may.
    #[must_use]
    pub fn closed_for(&self) -> Option<Duration> {
        let until = self.state().closed_until?;
        let wait = until.saturating_duration_since(Instant::now());
        (!wait.is_zero()).then_some(wait)
    }

    /// Waits until the request may leave, and counts it. If that takes longer than `patience`, says how long instead,
    /// and counts nothing; while requests are under way, that is the shortest time it can take.
    pub(crate) async fn admit(
        &self,
        method: &Method,
        path: &str,
        priority: Priority,
        patience: Duration,
    ) -> Result<Departure<'_>, Duration> {
        let path = Path::parse(path).ok();
        let matching: Vec<bool> = self
            .quotas
            .iter()
            .map(|quota| quota.matches(method, path.as_ref()))
            .collect();
        let mut reserved = None;
        loop {
            // From here on, so that nobody leaves unnoticed between the look and the wait.
            let left = self.left.notified();
            let Some(opens) = self.take_slot(&matching, priority) else {
                drop(reserved);
                return Ok(Departure {
                    governor: self,
                    matching,
                });
            };
            let wait = opens.saturating_duration_since(Instant::now());
            if wait > patience {
                return Err(wait);
            }
            match priority {
                Priority::Change => {
                    reserved.get_or_insert_with(|| self.reserve(&matching));
                    sleep_until(opens).await;
                }
                Priority::Backfill => tokio::select! {
                    () = sleep_until(opens) => {}
                    () = left => {}
                },
            }
        }
    }

    /// Learns from an answer. Some if it asks to be asked again, with the wait.
    ///
    /// `resent` is how often the request was sent again already.
    pub(crate) fn settle(
        &self,
        status: StatusCode,
        headers: &HeaderMap,
        resent: u32,
    ) -> Option<Duration> {
        let mut state = self.state();
        let now = Instant::now();
        let open = state.closed_until.is_none_or(|until| until <= now);
        if status == StatusCode::TOO_MANY_REQUESTS {
            let until = match asked_wait(headers) {
                Some(wait) => now + wait,
                // Several answers of one burst are one strike.
                None if !open => now,
                None => now + state.strike(),
            };
            let until = state.closed_until.map_or(until, |closed| closed.max(until));
            state.closed_until = Some(until);
            return Some(until.saturating_duration_since(now));
        }
        let wait = gateway_wait(status, headers, resent);
        // A good answer that was under way when the window closed does not say that it is open.
        if wait.is_none() && open {
            state.strikes = 0;
        }
        wait
    }

    /// Counts the request if it may leave now; otherwise the first instant at which it could.
    fn take_slot(&self, matching: &[bool], priority: Priority) -> Option<Instant> {
        let now = Instant::now();
        let mut state = self.state();
        let mut opens = state.closed_until.filter(|until| *until > now);
        for ((quota, usage), matches) in self.quotas.iter().zip(&mut state.usage).zip(matching) {
            usage.forget(now, quota.window);
            if *matches {
                opens = opens.max(usage.opens(now, quota, priority));
            }
        }
        if opens.is_none() {
            state.admitted += 1;
            for usage in state.matching(matching) {
                usage.under_way += 1;
            }
        }
        opens
    }

    /// Keeps room for one request in these quotas until the reservation is dropped.
    fn reserve<'a>(&'a self, matching: &'a [bool]) -> Reservation<'a> {
        for usage in self.state().matching(matching) {
            usage.reserved += 1;
        }
        Reservation {
            governor: self,
            matching,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request under way; to be dropped when the head of its answer is there, or when nobody waits for it any more.
#[derive(Debug)]
pub(crate) struct Departure<'a> {
    governor: &'a Governor,
    matching: Vec<bool>,
}

impl Drop for Departure<'_> {
    fn drop(&mut self) {
        let mut state = self.governor.state();
        // Looked up under the lock, which keeps the instants in order.
        let now = Instant::now();
        for usage in state.matching(&self.matching) {
            usage.under_way -= 1;
            usage.answered.push_back(now);
        }
    }
}

/// Room kept for a request that waits for a change.
struct Reservation<'a> {
    governor: &'a Governor,
    matching: &'a [bool],
}

impl Drop for Reservation<'_> {
    fn drop(&mut self) {
        let mut state = self.governor.state();
        for usage in state.matching(self.matching) {
            usage.reserved -= 1;
        }
        drop(state);
        self.governor.left.notify_waiters();
    }
}

#[derive(Debug)]
struct Quota {
    requests: usize,
    window: Duration,
    method: Option<Method>,
    prefix: Option<PathTemplate>,
}

impl Quota {
    fn new(quota: &describe::Quota, rate_share: f64) -> Self {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of a `u32` is a small whole number"
        )]
        let share = (f64::from(quota.requests) * rate_share.clamp(0.0, 1.0)).floor() as usize;
        let window = Duration::from_secs(u64::from(quota.window_secs.max(1)));
        Self {
            requests: share.max(1),
            window,
            method: quota.method.map(method),
            prefix: quota
                .path_prefix
                .as_deref()
                .and_then(|prefix| PathTemplate::parse(prefix.trim_end_matches('/')).ok()),
        }
    }

    fn matches(&self, method: &Method, path: Option<&Path<'_>>) -> bool {
        self.method.as_ref().is_none_or(|only| only == method)
            && self
                .prefix
                .as_ref()
                .is_none_or(|prefix| path.is_none_or(|path| prefix.begins(path)))
    }
}

#[derive(Debug)]
struct State {
    /// One for each quota.
    usage: Vec<Usage>,
    closed_until: Option<Instant>,
    /// Refusals without a stated wait since the last good answer.
    strikes: u32,
    admitted: u64,
}

impl State {
    fn matching(&mut self, matching: &[bool]) -> impl Iterator<Item = &mut Usage> {
        let all = self.usage.iter_mut().zip(matching);
        all.filter_map(|(usage, matches)| matches.then_some(usage))
    }

    fn strike(&mut self) -> Duration {
        self.strikes = self.strikes.saturating_add(1);
        backoff(self.strikes - 1)
    }
}

#[derive(Debug, Default)]
struct Usage {
    /// Requests that may have left and have no answer yet.
    under_way: usize,
    /// When the answers of the last window began, oldest first.
    answered: VecDeque<Instant>,
    /// Requests for changes that wait.
    reserved: usize,
}

impl Usage {
    /// Drops what was answered before the window.
    fn forget(&mut self, now: Instant, window: Duration) {
        while (self.answered.front()).is_some_and(|first| *first + window <= now) {
            self.answered.pop_front();
        }
    }

    /// When there can be room at the earliest; none if there is now.
    fn opens(&self, now: Instant, quota: &Quota, priority: Priority) -> Option<Instant> {
        let kept = match priority {
            Priority::Change => 0,
            Priority::Backfill => self.reserved,
        };
        let used = self.under_way + self.answered.len();
        let beyond = (used + kept).checked_sub(quota.requests)?;
        // What is under way is answered now at the earliest. A reservation may be given up sooner, which is told.
        let first = self.answered.get(beyond).copied().unwrap_or(now);
        Some(first + quota.window)
    }
}

#[cfg(test)]
mod tests;

//! When a request may leave: the upstream's quotas, kept before it has to enforce them.

use std::collections::VecDeque;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::{HeaderMap, Method, StatusCode};
use tokio::time::{Instant, sleep_until};

use super::path::{Path, PathTemplate};
use super::policy::method;
use super::retry::asked_wait;
use crate::contract::describe;

/// Paces all requests made with one credential.
///
/// Every quota is a sliding window; a request waits until all that match it have room. After an answer 429 nothing
/// leaves until the upstream's wait is over.
#[derive(Debug)]
pub struct Governor {
    quotas: Vec<Quota>,
    state: Mutex<State>,
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
            sent: vec![VecDeque::new(); quotas.len()],
            closed_until: None,
            strikes: 0,
        };
        Self {
            quotas,
            state: Mutex::new(state),
        }
    }

    /// Waits until the request may leave, and counts it. If that takes longer than `patience`, says how long instead,
    /// and counts nothing.
    pub(crate) async fn admit(
        &self,
        method: &Method,
        path: &str,
        patience: Duration,
    ) -> Result<(), Duration> {
        loop {
            let Some(opens) = self.take_slot(method, path) else {
                return Ok(());
            };
            let wait = opens.saturating_duration_since(Instant::now());
            if wait > patience {
                return Err(wait);
            }
            sleep_until(opens).await;
        }
    }

    /// Learns from an answer. Some if it asks to be asked again, with the wait.
    pub(crate) fn settle(&self, status: StatusCode, headers: &HeaderMap) -> Option<Duration> {
        let mut state = self.state();
        let now = Instant::now();
        match status {
            StatusCode::TOO_MANY_REQUESTS => {
                let open = state.closed_until.is_none_or(|until| until <= now);
                let until = match asked_wait(headers) {
                    Some(wait) => now + wait,
                    // Several answers of one burst are one strike.
                    None if !open => now,
                    None => now + state.strike(),
                };
                let until = state.closed_until.map_or(until, |closed| closed.max(until));
                state.closed_until = Some(until);
                Some(until.saturating_duration_since(now))
            }
            StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT => {
                Some(asked_wait(headers).unwrap_or_else(|| state.strike()))
            }
            _ => {
                state.strikes = 0;
                None
            }
        }
    }

    /// Counts the request if it may leave now; otherwise the first instant at which it could.
    fn take_slot(&self, method: &Method, path: &str) -> Option<Instant> {
        let now = Instant::now();
        let path = Path::parse(path).ok();
        let mut state = self.state();
        let mut opens = state.closed_until.filter(|until| *until > now);
        let matching: Vec<bool> = self
            .quotas
            .iter()
            .map(|quota| quota.matches(method, path.as_ref()))
            .collect();
        for (quota, sent) in self.quotas.iter().zip(&mut state.sent) {
            while sent
                .front()
                .is_some_and(|first| *first + quota.window <= now)
            {
                sent.pop_front();
            }
        }
        for ((quota, sent), _) in self
            .quotas
            .iter()
            .zip(&state.sent)
            .zip(&matching)
            .filter(|(_, m)| **m)
        {
            if sent.len() >= quota.requests
                && let Some(first) = sent.front()
            {
                opens = opens.max(Some(*first + quota.window));
            }
        }
        if opens.is_none() {
            for (sent, _) in state.sent.iter_mut().zip(&matching).filter(|(_, m)| **m) {
                sent.push_back(now);
            }
        }
        opens
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
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
        Self {
            requests: share.max(1),
            window: Duration::from_secs(u64::from(quota.window_secs.max(1))),
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
    /// When the requests of each quota's last window left, oldest first.
    sent: Vec<VecDeque<Instant>>,
    closed_until: Option<Instant>,
    /// Refusals without a stated wait since the last good answer.
    strikes: u32,
}

impl State {
    /// The next wait of 1, 2, 4 … 60 s, less up to a quarter, so that hosts that failed together do not return together.
    fn strike(&mut self) -> Duration {
        let whole = Duration::from_secs(1 << self.strikes.min(LAST_DOUBLING)).min(LONGEST_BACKOFF);
        self.strikes = self.strikes.saturating_add(1);
        let random = u32::try_from(RandomState::new().hash_one(()) % u64::from(JITTER_STEPS));
        whole.saturating_sub(whole * random.unwrap_or_default() / (4 * JITTER_STEPS))
    }
}

/// Time a session has waited for quotas, as seen by a clock: waits at the same time count once.
#[derive(Debug, Default)]
pub(crate) struct QuotaWait(Mutex<Waits>);

#[derive(Debug, Default)]
struct Waits {
    running: u32,
    since: Option<Instant>,
    total: Duration,
}

impl QuotaWait {
    /// Counts until the guard is dropped.
    pub(crate) fn enter(&self) -> Waiting<'_> {
        let mut waits = self.waits();
        waits.running += 1;
        waits.since.get_or_insert_with(Instant::now);
        Waiting(self)
    }

    /// All time so far, the running wait included.
    pub(crate) fn total(&self) -> Duration {
        let waits = self.waits();
        waits.total + waits.since.map(|since| since.elapsed()).unwrap_or_default()
    }

    fn waits(&self) -> MutexGuard<'_, Waits> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A running wait.
pub(crate) struct Waiting<'a>(&'a QuotaWait);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let mut waits = self.0.waits();
        waits.running -= 1;
        if waits.running == 0
            && let Some(since) = waits.since.take()
        {
            waits.total += since.elapsed();
        }
    }
}

/// Longest wait that an upstream did not ask for.
const LONGEST_BACKOFF: Duration = Duration::from_mins(1);
/// Doublings after which a second is more than the longest wait.
const LAST_DOUBLING: u32 = 6;
/// Steps into which a quarter of a wait is divided.
const JITTER_STEPS: u32 = 1_000;

#[cfg(test)]
mod tests;

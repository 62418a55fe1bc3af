//! What was asked.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// One request that arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// HTTP method.
    pub method: String,
    /// Path as sent.
    pub path: String,
    /// Query as sent, without the question mark. Empty if there is none.
    pub query: String,
    /// What the `authorization` header was worth. The header itself is not kept.
    pub authorization: Authorization,
}

/// What the `authorization` header of a request was worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authorization {
    /// There was none.
    Absent,
    /// It is the expected token.
    Accepted,
    /// It is another one.
    Wrong,
}

/// All requests so far, in order of arrival.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    requests: Mutex<Vec<(Instant, Request)>>,
    in_flight: AtomicUsize,
    peak: AtomicUsize,
}

impl Journal {
    /// Writes a request down. It is in flight until the guard is dropped.
    pub(crate) fn arrive(&self, request: Request) -> InFlight<'_> {
        let now = self.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
        self.peak.fetch_max(now, Ordering::SeqCst);
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests.push((Instant::now(), request));
        InFlight(self)
    }

    /// A copy of all requests.
    pub(crate) fn requests(&self) -> Vec<Request> {
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests
            .iter()
            .map(|(_, request)| request.clone())
            .collect()
    }

    /// How many requests there were so far.
    pub(crate) fn count(&self) -> usize {
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests.len()
    }

    /// The most requests that arrived in any such time.
    pub(crate) fn busiest(&self, window: Duration) -> usize {
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        let arrived: Vec<Instant> = requests.iter().map(|(at, _)| *at).collect();
        most_within(&arrived, window)
    }

    /// The most requests in flight at one time.
    pub(crate) fn peak(&self) -> usize {
        self.peak.load(Ordering::SeqCst)
    }
}

/// Counts a request as in flight while it lives.
pub(crate) struct InFlight<'a>(&'a Journal);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::SeqCst);
    }
}

/// The most of these times, oldest first, that lie in one span.
fn most_within(times: &[Instant], span: Duration) -> usize {
    let mut begin = times.iter();
    let mut held = 0;
    let mut most = 0;
    for time in times {
        held += 1;
        while let Some(first) = begin.as_slice().first()
            && time.duration_since(*first) >= span
        {
            begin.next();
            held -= 1;
        }
        most = most.max(held);
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_busiest_second_may_begin_at_any_time() {
        let begin = Instant::now();
        let at = |millis: u64| begin + Duration::from_millis(millis);
        let times = [0, 900, 1_100, 1_200, 1_899, 1_900, 5_000].map(at);
        assert_eq!(most_within(&times, Duration::from_secs(1)), 4);
        assert_eq!(most_within(&[], Duration::from_secs(1)), 0);
    }
}

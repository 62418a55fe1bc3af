//! What was asked.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

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
    requests: Mutex<Vec<Request>>,
    in_flight: AtomicUsize,
    peak: AtomicUsize,
}

impl Journal {
    /// Writes a request down. It is in flight until the guard is dropped.
    pub(crate) fn arrive(&self, request: Request) -> InFlight<'_> {
        let now = self.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
        self.peak.fetch_max(now, Ordering::SeqCst);
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests.push(request);
        InFlight(self)
    }

    /// A copy of all requests.
    pub(crate) fn requests(&self) -> Vec<Request> {
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests.clone()
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

//! What a plugin uses, told to whoever counts it.

use std::time::Duration;

use crate::call::Verb;
use crate::egress::Denial;

/// Told what the sessions of one plugin do, as it happens. See [`Plugin::known_as`](crate::Plugin::known_as).
///
/// Called where calls and requests are made, from any thread: what takes long delays them.
pub trait Meter: Send + Sync + 'static {
    /// A session was opened.
    fn opened(&self);

    /// It is gone.
    fn closed(&self);

    /// A call ended, or an instance could not be made.
    fn called(&self, call: &CallMeasured);

    /// What a call returned is forbidden by the contract, and is not used. The call itself ended well.
    fn breached(&self, verb: Verb);

    /// A request came to something. One that is sent again comes to something each time.
    fn exchanged(&self, exchange: &ExchangeMeasured<'_>);

    /// A body of an answer was read as far as it will be: so many bytes.
    fn received(&self, bytes: u64);

    /// A request waited this long: for quotas, or because the upstream asked to be asked again later.
    fn waited(&self, wait: Duration);
}

/// A call that ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallMeasured {
    /// What was called.
    pub verb: Verb,
    /// How it ended: `ok`, `refused` if the integration decided so, or [`CallError::word`](crate::CallError::word).
    pub outcome: &'static str,
    /// Time by the clock, waits among it.
    pub wall: Duration,
    /// Computing time, in ticks of [`Limits::TICK`](crate::Limits::TICK).
    pub cpu_ticks: u64,
    /// Largest linear memory of the session so far, in bytes.
    pub memory_peak_bytes: u64,
    /// Requests of the session that left so far, those sent again among them.
    pub requests: u32,
}

/// What a request came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExchangeMeasured<'a> {
    /// The head of an answer is there.
    Answered {
        /// Its HTTP status.
        status: u16,
    },
    /// It left or would have, and no answer came.
    Failed,
    /// It was not sent: the answer is known.
    Reused,
    /// It was not sent: its window is closed for longer than the host waits.
    Held,
    /// It was not sent: it must not be.
    Denied(&'a Denial),
}

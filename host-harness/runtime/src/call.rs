//! How a call ends without a result, and what it used.

use std::time::Duration;

use crate::limits::{Limit, Limits};

/// A function of the contract, or the start of an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// Making the instance.
    Open,
    /// What the integration is.
    Describe,
    /// Checking a credential.
    Connect,
    /// Pulling data.
    Sync,
    /// Assessing a change.
    Score,
    /// Deciding about a change.
    Gate,
}

impl Verb {
    /// All, in the order in which a host calls them.
    pub const ALL: [Self; 6] = [
        Self::Open,
        Self::Describe,
        Self::Connect,
        Self::Sync,
        Self::Score,
        Self::Gate,
    ];

    /// The word for people and metrics.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "start",
            Self::Describe => "describe",
            Self::Connect => "connect",
            Self::Sync => "sync",
            Self::Score => "score",
            Self::Gate => "gate",
        }
    }

    /// Whether the verb must not send requests.
    #[must_use]
    pub fn is_pure(self) -> bool {
        matches!(self, Self::Open | Self::Describe | Self::Score | Self::Gate)
    }
}

impl std::fmt::Display for Verb {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}

/// Why a call has no result. Each but [`CallError::Unsupported`] ends the session.
///
/// `plugin` is the integration's id and version, or where it came from while these are not known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// No instance could be made.
    #[error("{plugin} did not start: {cause}")]
    Open {
        /// The integration.
        plugin: String,
        /// What happened.
        cause: String,
    },
    /// The component's types differ from the contract's.
    #[error("{plugin} does not fit the contract: {cause}; build it against this host's `wit/`")]
    Contract {
        /// The integration.
        plugin: String,
        /// Which type, and how.
        cause: String,
    },
    /// The guest failed.
    #[error("`{verb}` failed inside {plugin}: {cause}")]
    Trapped {
        /// The integration.
        plugin: String,
        /// The verb.
        verb: Verb,
        /// The trap, and what the guest wrote to standard error, cut.
        cause: String,
    },
    /// More time by the clock than allowed.
    #[error("`{verb}` of {plugin} took longer than {} s (limit `wall`)", limit.as_secs_f64())]
    OutOfTime {
        /// The integration.
        plugin: String,
        /// The verb.
        verb: Verb,
        /// The limit.
        limit: Duration,
    },
    /// More computing time than allowed.
    #[error("`{verb}` of {plugin} computed for more than {ticks} ticks of {} ms (limit `cpu`)", Limits::TICK.as_millis())]
    OutOfCpu {
        /// The integration.
        plugin: String,
        /// The verb.
        verb: Verb,
        /// The limit, in ticks.
        ticks: u64,
    },
    /// More memory than allowed.
    #[error("`{verb}` of {plugin} needed more than {} MiB of memory (limit `memory`)", bytes >> 20)]
    OutOfMemory {
        /// The integration.
        plugin: String,
        /// The verb.
        verb: Verb,
        /// The limit, in bytes.
        bytes: usize,
    },
    /// More of anything else than allowed.
    #[error("`{verb}` of {plugin} wanted more than {limit}")]
    Exceeded {
        /// The integration.
        plugin: String,
        /// The verb.
        verb: Verb,
        /// The limit.
        limit: Limit,
    },
    /// A pure verb tried to send requests. Its result is discarded.
    #[error(
        "`{verb}` of {plugin} must not send requests and tried {attempts}; its result is discarded"
    )]
    Impure {
        /// The integration.
        plugin: String,
        /// The verb.
        verb: Verb,
        /// Requests it tried to send.
        attempts: u32,
    },
    /// The future of an earlier call was dropped before it ended.
    #[error("`{verb}` of {plugin} was abandoned before it ended; open another session")]
    Abandoned {
        /// The integration.
        plugin: String,
        /// The verb of that call.
        verb: Verb,
    },
    /// The plugin is a source: it brings data and judges nothing.
    #[error("{plugin} is a source and has no `{verb}`")]
    Unsupported {
        /// The integration.
        plugin: String,
        /// The verb it lacks.
        verb: Verb,
    },
}

impl CallError {
    /// What kind it is, for metrics.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Open { .. } => "not-started",
            Self::Contract { .. } => "contract",
            Self::Trapped { .. } => "trapped",
            Self::OutOfTime { .. } => "out-of-time",
            Self::OutOfCpu { .. } => "out-of-cpu",
            Self::OutOfMemory { .. } => "out-of-memory",
            Self::Exceeded { .. } => "exceeded",
            Self::Impure { .. } => "impure",
            Self::Abandoned { .. } => "abandoned",
            Self::Unsupported { .. } => "unsupported",
        }
    }
}

/// What a session has used since it was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// Requests that left for the upstream, those sent again among them.
    pub requests: u32,
    /// Requests that the guest made, those that were denied or answered here among them: each once, however often it was
    /// sent.
    pub asked: u32,
    /// Computing time of all finished calls, in ticks of [`Limits::TICK`].
    pub cpu_ticks: u64,
    /// Largest linear memory, in bytes.
    pub memory_peak_bytes: u64,
    /// Time spent waiting for quotas.
    pub quota_wait: Duration,
}

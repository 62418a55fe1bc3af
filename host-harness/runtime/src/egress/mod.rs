//! The way out: policy, credential, pacing, transport and the record of it.
//!
//! A request passes, in this order: [`EgressPolicy`] (may it leave?), the call's request budget, [`Answers`] (is it known?),
//! [`Governor`] (when?), the credential, [`HttpClient`] (which screens the resolved address). Each exchange is written to the
//! [`Transcript`], without headers. Redirects are never followed.
//!
//! A download is a file that the pinned origin has named and another host keeps: it needs a ticket, goes without quota
//! and credential, and its query is a secret.

mod base;
mod body;
mod client;
mod complaint;
mod connector;
mod download;
mod echo;
mod forms;
mod governor;
mod hooks;
mod host;
mod origin;
mod path;
mod policy;
mod proxy;
mod recorded;
mod recorder;
mod redactor;
mod responder;
mod retry;
mod reuse;
mod screen;
mod sender;
mod ticket;
mod transcript;
mod transport;
mod waiting;

#[cfg(test)]
mod testing;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub use client::{Bounds, ClientError, HttpClient, Roots};
pub use download::DownloadFault;
pub use governor::{Governor, Priority};
pub use origin::{Known, PinError, PinnedOrigin, pin_origin};
pub use policy::{Denial, EgressPolicy, Organizations, PolicyError};
pub use proxy::{Proxy, ProxyError};
pub use recorded::{CameTo, Content, Ending, Giver, Recorded};
pub use recorder::{Recorder, Sink, Written};
pub use redactor::Redactor;
pub use responder::{Answered, Asked, Cut, Responder};
pub use retry::asked_wait;
pub use reuse::Answers;
pub use transcript::{Exchange, Outcome, Transcript};
pub use transport::TransportError;

pub(crate) use echo::Echo;
pub(crate) use hooks::EgressHooks;
pub(crate) use waiting::QuotaWait;

use http::HeaderName;

use crate::credential::CredentialHeader;

/// Where a session's requests may go. Clones write to the same transcript.
#[derive(Debug, Clone)]
pub struct Egress {
    way: Option<Arc<Way>>,
    transcript: Transcript,
    recorder: Option<Recorder>,
}

impl Egress {
    /// No way out, for pure sessions: an attempt to send a request makes the call fail.
    #[must_use]
    pub fn closed() -> Self {
        Self {
            way: None,
            transcript: Transcript::default(),
            recorder: None,
        }
    }

    /// A way out for `connect` and `sync`; the pure verbs stay closed on it too.
    ///
    /// `shared` is of all sessions of one tenant and credential; `precedence` says whose requests of them go first, and how
    /// long they wait unnoticed.
    #[must_use]
    pub fn open(
        policy: EgressPolicy,
        client: HttpClient,
        credential: Option<CredentialHeader>,
        shared: Shared,
        precedence: Precedence,
    ) -> Self {
        Self {
            way: Some(Arc::new(Way {
                policy,
                end: FarEnd::Upstream(Box::new(Upstream {
                    client,
                    credential,
                    governor: shared.governor,
                    answers: shared.answers,
                    now: shared.now,
                    priority: precedence.priority,
                    patience: precedence.patience,
                })),
            })),
            transcript: Transcript::default(),
            recorder: None,
        }
    }

    /// The same way out, at whose end a function answers: the policy, the budget, the limits, the tickets and the filter of
    /// headers are those of a live session; there is no network, no credential, no pace and no wait.
    #[must_use]
    pub fn answered_by(policy: EgressPolicy, responder: Arc<dyn Responder>) -> Self {
        Self {
            way: Some(Arc::new(Way {
                policy,
                end: FarEnd::Responder(responder),
            })),
            transcript: Transcript::default(),
            recorder: None,
        }
    }

    /// The same, whose exchanges are written down as the guest sees them.
    #[must_use]
    pub fn recorded(self, recorder: Recorder) -> Self {
        Self {
            recorder: Some(recorder),
            ..self
        }
    }

    /// The record of what was sent and answered. It outlives the session.
    #[must_use]
    pub fn transcript(&self) -> Transcript {
        self.transcript.clone()
    }
}

/// What all sessions of one tenant and credential share.
#[derive(Debug, Clone)]
pub struct Shared {
    /// Their pace.
    pub governor: Arc<Governor>,
    /// Answers that may be given again.
    pub answers: Arc<Answers>,
    /// The session's own time, by which answers grow old, in milliseconds since 1970.
    pub now: i64,
}

/// Which requests may leave, and who answers them.
#[derive(Debug)]
struct Way {
    policy: EgressPolicy,
    end: FarEnd,
}

impl Way {
    /// What the credential looks like in an answer; none if nothing is added.
    fn echo(&self) -> Option<Echo> {
        match &self.end {
            FarEnd::Upstream(upstream) => upstream.credential.as_ref().map(CredentialHeader::echo),
            FarEnd::Responder(_) => None,
        }
    }

    /// The header that carries the credential; none if nothing is added.
    fn credential_name(&self) -> Option<&HeaderName> {
        match &self.end {
            FarEnd::Upstream(upstream) => upstream.credential.as_ref().map(CredentialHeader::name),
            FarEnd::Responder(_) => None,
        }
    }
}

/// Who answers.
enum FarEnd {
    Upstream(Box<Upstream>),
    Responder(Arc<dyn Responder>),
}

impl fmt::Debug for FarEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Upstream(upstream) => upstream.fmt(f),
            Self::Responder(_) => f.write_str("Responder"),
        }
    }
}

/// Everything that is needed to ask an upstream.
#[derive(Debug)]
struct Upstream {
    client: HttpClient,
    credential: Option<CredentialHeader>,
    governor: Arc<Governor>,
    answers: Arc<Answers>,
    now: i64,
    priority: Priority,
    patience: Duration,
}

/// Whose requests go first, and how long they wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Precedence {
    /// Whose go first.
    pub priority: Priority,
    /// Longest wait for a quota that a guest does not notice; beyond it, it is told, and may end its batch.
    pub patience: Duration,
}

impl Precedence {
    /// Requests that nobody waits for. A window of a minute opens within their patience.
    pub const BACKFILL: Self = Self {
        priority: Priority::Backfill,
        patience: Duration::from_secs(62),
    };
    /// Requests that somebody waits for, who is told how long.
    pub const CHANGE: Self = Self {
        priority: Priority::Change,
        ..Self::BACKFILL
    };
    /// Requests of a job that comes back instead of waiting: only what spreads a burst is waited for.
    pub const RETURNING: Self = Self {
        priority: Priority::Change,
        patience: Duration::from_secs(2),
    };
}

//! What a key of the HTTP API opens.

use serde::{Deserialize, Serialize};

/// A part of the HTTP API that a key opens. None contains another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Read what is stored.
    Read,
    /// Hand in changes, deployments, incidents and dependencies, and have a connection synced.
    Import,
    /// Ask for decisions.
    Gate,
    /// Give an integration its credential, and take it away.
    Connect,
    /// Let changes pass on somebody's name, as far as that person's roles reach.
    Approve,
}

impl Scope {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Read,
        Self::Import,
        Self::Gate,
        Self::Connect,
        Self::Approve,
    ];

    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Import => "import",
            Self::Gate => "gate",
            Self::Connect => "connect",
            Self::Approve => "approve",
        }
    }
}

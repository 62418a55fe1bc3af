//! Why GitHub did not do what it was asked: one sentence, with the way out.

use std::fmt;

use koalr_runtime::{ClientError, TransportError};

use crate::report::plain;

/// Why a request came to nothing. No text holds the token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GitHubError {
    /// Not `owner/name`. Nothing was sent.
    #[error("`{}` is no repository; write it as `owner/name`", plain(.0))]
    Repository(String),
    /// Not a whole SHA. Nothing was sent.
    #[error("`{}` is no commit; give all 40 or 64 hexadecimal digits of its SHA", plain(.0))]
    Sha(String),
    /// The address to answer a deployment at is elsewhere. Nothing was sent, and the address is not repeated.
    #[error(
        "a deployment is answered at `{origin}/repos/OWNER/NAME/actions/runs/ID/deployment_protection_rule`, and the token goes nowhere else; check where the webhook comes from"
    )]
    Callback {
        /// Where answers go.
        origin: String,
    },
    /// Neither a state nor a comment. Nothing was sent.
    #[error("an answer that neither approves nor rejects a deployment needs a comment")]
    NothingToSay,
    /// GitHub has no list of dependencies for the repository. It does not tell why.
    #[error(
        "GitHub compares no dependencies of `{repository}` (it says `{said}`): its dependency graph may be off, GitHub Advanced Security may be missing for a private repository, or it may be a fork; switch on what is missing in the repository's settings, or give the dependencies as a file"
    )]
    NoDependencyGraph {
        /// The repository.
        repository: String,
        /// GitHub's own words.
        said: String,
    },
    /// It does not exist, or not for this token.
    #[error(
        "{deed} of `{repository}`: GitHub does not find {}, or hides it from this token; check the names, and give the token access with the permission {}",
        .deed.object(),
        .deed.permission()
    )]
    NotFound {
        /// What was asked.
        deed: Deed,
        /// Of which repository.
        repository: String,
    },
    /// The repository has another name by now.
    #[error("{deed} of `{repository}`: GitHub has moved the repository; use its new name")]
    Moved {
        /// What was asked.
        deed: Deed,
        /// Of which repository.
        repository: String,
    },
    /// The token is not known, or may not do this.
    #[error(
        "{deed} of `{repository}`: GitHub refuses the token (status {status}: `{said}`); give one that is valid and has the permission {} there",
        .deed.permission()
    )]
    Denied {
        /// What was asked.
        deed: Deed,
        /// Of which repository.
        repository: String,
        /// 401 or 403.
        status: u16,
        /// GitHub's own words.
        said: String,
    },
    /// Too many requests.
    #[error("{limit}; ask again in {seconds} s")]
    Limited {
        /// Which limit.
        limit: Limit,
        /// How long to wait, in seconds; a minute where GitHub does not say.
        seconds: u64,
    },
    /// GitHub itself fails.
    #[error(
        "{deed} of `{repository}`: GitHub fails with status {status}; try again, and look at its status page if that stays"
    )]
    Failing {
        /// What was asked.
        deed: Deed,
        /// Of which repository.
        repository: String,
        /// From 500 to 599.
        status: u16,
        /// How long GitHub asks to wait, in seconds; none if it does not.
        seconds: Option<u64>,
    },
    /// No answer came.
    #[error("GitHub cannot be reached: {0}")]
    Unreachable(TransportError),
    /// GitHub understands the request and does not take it.
    #[error(
        "{deed} of `{repository}`: GitHub does not take the request (status {status}: `{said}`); change what it names"
    )]
    Rejected {
        /// What was asked.
        deed: Deed,
        /// Of which repository.
        repository: String,
        /// The HTTP status.
        status: u16,
        /// GitHub's own words.
        said: String,
    },
    /// The answer is not one of GitHub's.
    #[error(
        "{deed} of `{repository}`: GitHub answers oddly: {why}; try again, and check whether a proxy is in between if that stays"
    )]
    Odd {
        /// What was asked.
        deed: Deed,
        /// Of which repository.
        repository: String,
        /// What is odd.
        why: String,
    },
}

impl GitHubError {
    /// Whether the same request may well succeed later, with nothing changed.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Limited { .. } | Self::Failing { .. } | Self::Odd { .. } => true,
            Self::Unreachable(cause) => matches!(
                cause,
                TransportError::Name { .. }
                    | TransportError::Refused { .. }
                    | TransportError::ProxyUnreachable { .. }
                    | TransportError::Timeout { .. }
                    | TransportError::Broken { .. }
            ),
            _ => false,
        }
    }

    /// How long GitHub asks to wait, in seconds from 1; none if it does not ask.
    #[must_use]
    pub fn retry_after_secs(&self) -> Option<u64> {
        match self {
            Self::Limited { seconds, .. } => Some(*seconds),
            Self::Failing { seconds, .. } => *seconds,
            _ => None,
        }
    }
}

/// What was asked of GitHub.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Comparing the dependencies of two commits.
    Compare,
    /// Posting a check run.
    Check,
    /// Answering a deployment protection rule.
    Protection,
}

impl Deed {
    /// The permission it needs, as GitHub's settings write it.
    #[must_use]
    pub fn permission(self) -> &'static str {
        match self {
            Self::Compare => "Contents: read",
            Self::Check => "Checks: write",
            Self::Protection => "Deployments: write",
        }
    }

    fn object(self) -> &'static str {
        match self {
            Self::Compare => "the repository or one of the two commits",
            Self::Check => "the repository or the commit",
            Self::Protection => "the repository or the workflow run that waits",
        }
    }
}

impl fmt::Display for Deed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Compare => "comparing the dependencies",
            Self::Check => "posting the check run",
            Self::Protection => "answering the deployment",
        })
    }
}

/// Which of GitHub's limits is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Requests an hour.
    Primary,
    /// Requests at once, or writes a minute.
    Secondary,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Primary => "GitHub's hourly limit of requests with this token is used up",
            Self::Secondary => "GitHub takes no more requests in such a short time",
        })
    }
}

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// Not an address of an API.
    #[error(
        "GitHub's address `{}` is none; write it like `https://api.github.com` or `https://github.example.com/api/v3`",
        plain(.0)
    )]
    Address(String),
    /// A token would travel in the clear.
    #[error("GitHub's address `{}` is plain HTTP; tokens travel by HTTPS only", plain(.0))]
    PlainHttp(String),
    /// An address of this machine without permission.
    #[error(
        "GitHub's address `{}` is this machine's; permit it with `--allow-loopback`",
        plain(.0)
    )]
    Loopback(String),
    /// No TLS.
    #[error(transparent)]
    Client(#[from] ClientError),
}

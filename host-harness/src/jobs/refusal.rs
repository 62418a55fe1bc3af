//! Why there is no connection.

use std::fmt;

use koalr_platform::model::connection::ConnectError;
use koalr_runtime::{Outcome, Transcript};

/// Why there is no connection. It prints as what somebody at a terminal can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConnectRefusal {
    /// Nothing answered there, which says nothing about the credential: why not.
    Unreachable(String),
    /// The upstream answered that it cannot answer now: its own trouble, or too many requests.
    Trouble(String),
    /// Something answered that is not the upstream's API.
    Strange(String),
    /// The integration decided. It is never [`ConnectError::Upstream`].
    Decided(ConnectError),
}

impl ConnectRefusal {
    /// What an error is, with what was sent and came back.
    pub(super) fn new(error: ConnectError, transcript: &Transcript) -> Self {
        let ConnectError::Upstream(text) = error else {
            return Self::Decided(error);
        };
        match transcript.exchanges().pop().map(|last| last.outcome) {
            // A guest is only told a code.
            Some(Outcome::Failed(cause)) => Self::Unreachable(cause.to_string()),
            Some(Outcome::Held { .. }) => Self::Trouble(text),
            Some(Outcome::Answered { status, .. }) if status == 429 || status >= 500 => {
                Self::Trouble(text)
            }
            _ => Self::Strange(text),
        }
    }
}

impl fmt::Display for ConnectRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let error = match self {
            Self::Unreachable(text) | Self::Trouble(text) | Self::Strange(text) => {
                return f.write_str(text);
            }
            Self::Decided(error) => error,
        };
        match error {
            ConnectError::BadCredential => f.write_str(
                "the token is not accepted; it may be mistyped, expired, or belong to another region (`--upstream REGION`)",
            ),
            ConnectError::WrongRegion(host) => {
                write!(f, "the token belongs to `{host}`; use that address as `--upstream`")
            }
            ConnectError::NoApiAccess => f.write_str(
                "the account's plan has no API access; ask for one that has, or use another account's token",
            ),
            ConnectError::MissingPermissions(names) => {
                let names = names.join(", ");
                write!(f, "the token works but lacks {names}; grant it to its role")
            }
            ConnectError::OrganizationsNotVisible(names) => {
                let names = names.join(", ");
                write!(f, "the token does not see {names}; check `--org`, or use a token that does")
            }
            ConnectError::InvalidSetting((key, expected)) => write!(f, "setting `{key}`: {expected}"),
            ConnectError::Upstream(text) => f.write_str(text),
            ConnectError::Other((code, text)) => write!(f, "{text} ({code})"),
        }
    }
}

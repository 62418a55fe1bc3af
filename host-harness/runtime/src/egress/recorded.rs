//! An exchange as it is written down: what the guest asked and what it saw, without anything secret.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};

use super::responder::{Answered, Cut};
use super::transport::TransportError;

/// One exchange of a session. Requests of one method and address are told apart by their occurrence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Recorded {
    /// The method, in capitals.
    pub method: String,
    /// The address, without user information. The query of a download stands as a placeholder, the same wherever the same
    /// query was.
    pub url: String,
    /// How many requests of this method and address the session began before this one.
    pub occurrence: u32,
    /// The request's body; empty for `GET` and `HEAD`.
    #[serde(default, skip_serializing_if = "Content::is_empty")]
    pub sent: Content,
    /// What became of it.
    pub came_to: CameTo,
}

/// What became of a recorded request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum CameTo {
    /// The guest was given an answer.
    Answered {
        /// Who gave it.
        by: Giver,
        /// Its HTTP status.
        status: u16,
        /// Its headers as the guest saw them, in their order.
        headers: Vec<(String, Content)>,
        /// Its body, as far as the guest was given it.
        body: Content,
        /// How the body ended.
        ending: Ending,
    },
    /// It could not be carried out.
    Failed(TransportError),
    /// It was not sent because it must not be: why. A replay finds that out by itself.
    Denied(String),
    /// The session ended before there was an answer.
    Unanswered,
}

/// Who gave an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Giver {
    /// The upstream.
    Upstream,
    /// The memory of what was answered before.
    Memory,
    /// The host itself: a window is closed for longer than it waits.
    Host,
}

/// How the body of an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// All of it came.
    Complete,
    /// It broke off.
    Cut(Cut),
    /// The guest read no further.
    Unread,
}

/// Bytes: as text where they are UTF-8.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Content {
    /// UTF-8.
    Text(String),
    /// Anything else.
    Bytes {
        /// The bytes in standard Base64.
        base64: String,
    },
}

impl Content {
    /// Writes bytes down.
    #[must_use]
    pub fn of(bytes: Vec<u8>) -> Self {
        String::from_utf8(bytes).map_or_else(
            |error| Self::Bytes {
                base64: STANDARD.encode(error.as_bytes()),
            },
            Self::Text,
        )
    }

    /// The bytes; none if what should be Base64 is not.
    #[must_use]
    pub fn bytes(&self) -> Option<Bytes> {
        match self {
            Self::Text(text) => Some(Bytes::copy_from_slice(text.as_bytes())),
            Self::Bytes { base64 } => STANDARD.decode(base64).ok().map(Bytes::from),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Text(text) if text.is_empty())
    }
}

impl Default for Content {
    fn default() -> Self {
        Self::Text(String::new())
    }
}

impl std::fmt::Debug for Content {
    /// How long it is: bodies are too long for a message.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => write!(f, "{} bytes", text.len()),
            Self::Bytes { base64 } => write!(f, "{} characters of Base64", base64.len()),
        }
    }
}

impl Recorded {
    /// What the guest is to be given again.
    ///
    /// # Errors
    ///
    /// The request failed or was not answered then either.
    pub fn answer(&self) -> Result<Answered, TransportError> {
        match &self.came_to {
            CameTo::Answered {
                status,
                headers,
                body,
                ending,
                ..
            } => answered(*status, headers, body, *ending)
                .ok_or_else(|| self.broken("what is written down of its answer is no answer")),
            CameTo::Failed(cause) => Err(cause.clone()),
            CameTo::Denied(_) => Err(self.broken("the request was denied when it was recorded")),
            CameTo::Unanswered => Err(self.broken("no answer came before the call had ended")),
        }
    }

    fn broken(&self, cause: &str) -> TransportError {
        let host = (self.url.parse::<http::Uri>().ok())
            .and_then(|url| url.host().map(str::to_owned))
            .unwrap_or_default();
        TransportError::Broken {
            host,
            cause: cause.to_owned(),
        }
    }
}

fn answered(
    status: u16,
    headers: &[(String, Content)],
    body: &Content,
    ending: Ending,
) -> Option<Answered> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let name = HeaderName::try_from(name).ok()?;
        map.append(name, HeaderValue::from_maybe_shared(value.bytes()?).ok()?);
    }
    Some(Answered {
        status: StatusCode::from_u16(status).ok()?,
        headers: map,
        body: body.bytes()?,
        cut: match ending {
            Ending::Complete => None,
            Ending::Cut(cut) => Some(cut),
            // Nobody knows what would have come.
            Ending::Unread => Some(Cut::Incomplete),
        },
    })
}

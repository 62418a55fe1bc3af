//! Upstreams that give the same wrong answer to every request.

use std::sync::Arc;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, LOCATION, RETRY_AFTER};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use koalr_runtime::{Answered, Asked, Responder, TransportError};

/// What every request comes to.
#[derive(Clone)]
pub(super) enum Trouble {
    /// An answer.
    Answer(Answered),
    /// Nothing listens.
    Refused,
    /// Nothing comes.
    Timeout,
}

impl Trouble {
    /// A status, with a body that says no more.
    pub(super) fn status(status: StatusCode) -> Self {
        Self::answer(status, "application/json", Bytes::from_static(b"{}"))
    }

    /// A good status and this body.
    pub(super) fn body(kind: &'static str, body: impl Into<Bytes>) -> Self {
        Self::answer(StatusCode::OK, kind, body.into())
    }

    /// One request too many, and a pause of so many seconds.
    pub(super) fn pause(secs: u32) -> Self {
        Self::status(StatusCode::TOO_MANY_REQUESTS).with(RETRY_AFTER, HeaderValue::from(secs))
    }

    /// Another address.
    pub(super) fn redirect() -> Self {
        let elsewhere = HeaderValue::from_static("https://elsewhere.example.com/");
        Self::status(StatusCode::FOUND).with(LOCATION, elsewhere)
    }

    fn answer(status: StatusCode, kind: &'static str, body: Bytes) -> Self {
        Self::Answer(Answered {
            status,
            headers: HeaderMap::new(),
            body,
            cut: None,
        })
        .with(CONTENT_TYPE, HeaderValue::from_static(kind))
    }

    fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        if let Self::Answer(answered) = &mut self {
            answered.headers.insert(name, value);
        }
        self
    }

    pub(super) fn upstream(self) -> Arc<dyn Responder> {
        Arc::new(self)
    }
}

impl Responder for Trouble {
    fn answer(&self, asked: &Asked) -> Result<Answered, TransportError> {
        let host = asked.url.host().unwrap_or_default().to_owned();
        match self {
            Self::Answer(answered) => Ok(answered.clone()),
            Self::Refused => Err(TransportError::Refused { host }),
            Self::Timeout => Err(TransportError::Timeout { host, seconds: 30 }),
        }
    }
}

//! Answers from a function instead of an upstream.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, Uri};
use http_body::{Body, Frame, SizeHint};
use serde::{Deserialize, Serialize};
use wasmtime_wasi_http::Error;

use super::transport::TransportError;

/// Answers requests in place of an upstream, without network. It is asked what the policy let out, in the order in which
/// the requests of a session were read, and from any thread.
///
/// What it answers is what the guest sees: a 429 or 503 is not sent again, and nobody waits.
pub trait Responder: Send + Sync + 'static {
    /// The answer.
    ///
    /// # Errors
    ///
    /// The request could not be carried out: the guest is told the error's code.
    fn answer(&self, asked: &Asked) -> Result<Answered, TransportError>;
}

/// A request as it would leave: without the credential, and without what the client adds.
#[derive(Clone, PartialEq, Eq)]
pub struct Asked {
    /// The method.
    pub method: Method,
    /// The whole address. The query of a download is a secret.
    pub url: Uri,
    /// How many requests of this method and address the session began before this one.
    pub occurrence: u32,
    /// The guest's headers. Empty for a download.
    pub headers: HeaderMap,
    /// The body. Empty for `GET` and `HEAD`.
    pub body: Bytes,
}

impl fmt::Debug for Asked {
    /// Without the query, which may be a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asked")
            .field("method", &self.method)
            .field("host", &self.url.host())
            .field("path", &self.url.path())
            .field("occurrence", &self.occurrence)
            .finish_non_exhaustive()
    }
}

/// An answer. Headers that no guest may see are taken from it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answered {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body, as far as it comes.
    pub body: Bytes,
    /// Why the body ends there without being complete; none if it is complete.
    pub cut: Option<Cut>,
}

/// Why a body broke off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cut {
    /// The connection ended too early.
    Incomplete,
    /// Nothing came for too long.
    Silent,
    /// It was larger than permitted: so many bytes had come.
    TooLarge(u64),
}

impl Cut {
    /// What such an error of a body is.
    pub(super) fn of(error: &Error) -> Self {
        match error {
            Error::ConnectionReadTimeout => Self::Silent,
            Error::HttpResponseBodySize(Some(bytes)) => Self::TooLarge(*bytes),
            _ => Self::Incomplete,
        }
    }

    /// What a guest is told.
    pub(super) fn code(self) -> Error {
        match self {
            Self::Incomplete => Error::HttpResponseIncomplete,
            Self::Silent => Error::ConnectionReadTimeout,
            Self::TooLarge(bytes) => Error::HttpResponseBodySize(Some(bytes)),
        }
    }
}

/// The body of such an answer.
pub(super) struct AnsweredBody {
    whole: Option<Bytes>,
    cut: Option<Cut>,
}

impl AnsweredBody {
    pub(super) fn new(body: Bytes, cut: Option<Cut>) -> Self {
        Self {
            whole: (!body.is_empty()).then_some(body),
            cut,
        }
    }
}

impl Body for AnsweredBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let next = (self.whole.take().map(|data| Ok(Frame::data(data))))
            .or_else(|| self.cut.take().map(|cut| Err(cut.code())));
        Poll::Ready(next)
    }

    fn is_end_stream(&self) -> bool {
        self.whole.is_none() && self.cut.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        let bytes = self.whole.as_ref().map_or(0, |data| data.len() as u64);
        match self.cut {
            None => SizeHint::with_exact(bytes),
            Some(_) => SizeHint::default(),
        }
    }
}

#[cfg(test)]
mod tests;

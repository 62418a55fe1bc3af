//! What went wrong with a request, as RFC 9457 writes it.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use schemars::JsonSchema;
use serde::Serialize;

use crate::jobs::Complaint;
use crate::report::plain;

/// A problem document. Its type is `about:blank`, the default: the status says what kind it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub(super) struct Problem {
    /// What the status is called.
    title: &'static str,
    /// The status of the answer.
    status: u16,
    /// What is wrong, and the way out. For people: never match on it.
    detail: String,
    /// The header or member that is wrong; absent if it is something else.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// All that is wrong, with its place; absent if the sentence says it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Complaint>,
    /// Whether a key would help.
    #[serde(skip)]
    challenged: bool,
    /// When to come again, in seconds; none if that is not said.
    #[serde(skip)]
    retry_after_secs: Option<u64>,
}

impl Problem {
    /// A problem with one sentence about it, which shows nothing secret. What it repeats of a request is made harmless, as
    /// are all [`errors`](Self::because): people read it on a terminal.
    pub(super) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            title: status.canonical_reason().unwrap_or_default(),
            status: status.as_u16(),
            detail: plain(&detail.into()),
            field: None,
            errors: Vec::new(),
            challenged: false,
            retry_after_secs: None,
        }
    }

    /// The same, about a header or member.
    pub(super) fn about(mut self, field: Option<&str>) -> Self {
        self.field = field.map(str::to_owned);
        self
    }

    /// The same, with all that is wrong.
    pub(super) fn because(mut self, errors: Vec<Complaint>) -> Self {
        let plain = |one: Complaint| Complaint {
            line: one.line,
            path: plain(&one.path),
            problem: plain(&one.problem),
        };
        self.errors = errors.into_iter().map(plain).collect();
        self
    }

    /// The same, for who has not shown a key.
    pub(super) fn challenged(mut self) -> Self {
        self.challenged = true;
        self
    }

    pub(super) fn title(&self) -> &'static str {
        self.title
    }

    pub(super) fn detail(&self) -> &str {
        &self.detail
    }

    /// All that is wrong; empty if the detail says it.
    pub(super) fn reasons(&self) -> &[Complaint] {
        &self.errors
    }

    /// The same, for who may come again in so many seconds.
    pub(super) fn later(mut self, secs: u64) -> Self {
        self.retry_after_secs = Some(secs);
        self
    }

    /// Whether this is the server's own fault, or an upstream's.
    pub(super) fn is_ours(&self) -> bool {
        self.status >= StatusCode::INTERNAL_SERVER_ERROR.as_u16()
    }

    /// Its status.
    pub(super) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The server cannot do it now.
    pub(super) fn busy() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "this cannot be taken now; send it again later",
        )
        .later(RETRY_AFTER_SECS)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status();
        let (challenged, retry_after_secs) = (self.challenged, self.retry_after_secs);
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        let media_type = HeaderValue::from_static("application/problem+json");
        headers.insert(header::CONTENT_TYPE, media_type);
        if challenged {
            let scheme = HeaderValue::from_static("Bearer");
            headers.insert(header::WWW_AUTHENTICATE, scheme);
        }
        if let Some(secs) = retry_after_secs {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(secs));
        }
        response
    }
}

/// When to come again, in seconds.
const RETRY_AFTER_SECS: u64 = 10;

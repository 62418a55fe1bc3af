//! Answers, and the error documents among them.

use serde_json::{Value, json};

use crate::render::put;

/// What is sent back.
#[derive(Debug)]
pub(crate) struct Answer {
    /// HTTP status.
    pub(crate) status: u16,
    /// `content-type`.
    pub(crate) media_type: &'static str,
    /// Other headers.
    pub(crate) headers: Vec<(&'static str, String)>,
    /// The version of the path that answered, for `snyk-version-served`.
    pub(crate) served: Option<&'static str>,
    /// Life-cycle stage of that path.
    pub(crate) stage: &'static str,
    /// The body.
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// A recorded body, unchanged.
    pub(crate) fn recorded(status: u16, body: &[u8]) -> Self {
        Self::whole(status, body.to_vec())
    }

    /// A body of which no copy is to be made.
    pub(crate) fn whole(status: u16, body: Vec<u8>) -> Self {
        Self {
            status,
            media_type: JSON_API,
            headers: Vec::new(),
            served: None,
            stage: "ga",
            body,
        }
    }

    /// A document.
    pub(crate) fn document(status: u16, document: &Value) -> Self {
        Self::whole(status, document.to_string().into_bytes())
    }

    /// An error document.
    pub(crate) fn error(status: u16, detail: &str) -> Self {
        Self::failure(status, detail, None)
    }

    /// 400 about one query parameter.
    pub(crate) fn bad_parameter(detail: &str, parameter: &str) -> Self {
        Self::failure(400, detail, Some(parameter))
    }

    /// 404.
    pub(crate) fn not_found(what: &str) -> Self {
        Self::error(404, &format!("{what} not found"))
    }

    /// The same answer, with the version of its path.
    pub(crate) fn served(mut self, version: &'static str) -> Self {
        self.served = Some(version);
        self
    }

    /// The same answer, with one more header.
    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    fn failure(status: u16, detail: &str, parameter: Option<&str>) -> Self {
        let mut error = json!({"status": status.to_string(), "detail": detail});
        if let Some(code) = code(status) {
            put(&mut error, "code", json!(code));
        }
        if let Some(parameter) = parameter {
            put(&mut error, "source", json!({"parameter": parameter}));
        }
        Self::document(
            status,
            &json!({"jsonapi": {"version": "1.0"}, "errors": [error]}),
        )
    }
}

/// The code of Snyk's public error catalogue; none for a status it does not name.
fn code(status: u16) -> Option<&'static str> {
    Some(match status {
        400 => "SNYK-OPENAPI-0001",
        401 => "SNYK-0005",
        403 => "SNYK-OPENAPI-0002",
        404 => "SNYK-OPENAPI-0004",
        405 => "SNYK-OPENAPI-0005",
        409 => "SNYK-OPENAPI-0009",
        415 => "SNYK-OPENAPI-0008",
        429 => "SNYK-0001",
        500 => "SNYK-9999",
        503 => "SNYK-0099",
        _ => return None,
    })
}

/// Media type of every document.
const JSON_API: &str = "application/vnd.api+json";

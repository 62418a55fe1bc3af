//! Requests over `wasi:http`, one after the other.
//!
//! It sets no header and no timeout: the credential and the deadline are the host's.

use crate::bindings::wasi::http::outgoing_handler;
use crate::bindings::wasi::http::types::{
    ErrorCode, Fields, IncomingResponse, OutgoingRequest, Scheme,
};
use crate::bindings::wasi::io::streams::StreamError;
use crate::transport::{Answer, Transport};

/// Requests to the pinned endpoint.
pub(crate) struct Http {
    secure: bool,
    authority: String,
    /// What stands before `/api`; empty, or with a slash at its beginning.
    context: String,
}

impl Http {
    pub(crate) fn new(base: &str, context: &str) -> Self {
        let (scheme, authority) = base.split_once("://").unwrap_or(("https", base));
        Self {
            secure: scheme != "http",
            authority: authority.trim_end_matches('/').to_owned(),
            context: if context.is_empty() {
                String::new()
            } else {
                format!("/{context}")
            },
        }
    }
}

impl Transport for Http {
    fn get(&mut self, path: &str) -> Result<Answer, String> {
        let request = OutgoingRequest::new(Fields::new());
        let scheme = if self.secure {
            Scheme::Https
        } else {
            Scheme::Http
        };
        request
            .set_scheme(Some(&scheme))
            .and_then(|()| request.set_authority(Some(&self.authority)))
            .and_then(|()| request.set_path_with_query(Some(&format!("{}{path}", self.context))))
            .map_err(|()| "the address is not valid".to_owned())?;
        let sent = outgoing_handler::handle(request, None).map_err(|code| told(&code))?;
        sent.subscribe().block();
        let response = sent
            .get()
            .and_then(Result::ok)
            .ok_or("there is no response")?
            .map_err(|code| told(&code))?;
        read(&response)
    }
}

fn read(response: &IncomingResponse) -> Result<Answer, String> {
    let retry_after = response.headers().get("retry-after").into_iter().next();
    let retry_after = retry_after.and_then(|value| String::from_utf8(value).ok());
    let taken = |()| "the body was taken already".to_owned();
    let body = response.consume().map_err(taken)?;
    let stream = body.stream().map_err(taken)?;
    let mut bytes = Vec::new();
    loop {
        match stream.blocking_read(CHUNK_BYTES) {
            Ok(chunk) => bytes.extend_from_slice(&chunk),
            Err(StreamError::Closed) => break,
            Err(StreamError::LastOperationFailed(error)) => {
                return Err(format!("the body broke off: {}", error.to_debug_string()));
            }
        }
    }
    Ok(Answer {
        status: response.status(),
        retry_after_secs: retry_after.and_then(|value| value.trim().parse().ok()),
        body: bytes,
    })
}

fn told(code: &ErrorCode) -> String {
    match code {
        ErrorCode::HttpRequestDenied => "the host does not allow this request".to_owned(),
        ErrorCode::InternalError(Some(text)) => text.clone(),
        code => format!("{code:?}"),
    }
}

/// Most bytes taken from a body at once.
const CHUNK_BYTES: u64 = 64 << 10;

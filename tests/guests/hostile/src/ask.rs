//! Requests, sent as plainly as `wasi:http` lets one.

use crate::wasi::http::outgoing_handler;
use crate::wasi::http::types::{
    Fields, FutureIncomingResponse, IncomingResponse, Method, OutgoingBody, OutgoingRequest, Scheme,
};
use crate::wasi::io::streams::StreamError;

/// A request to be sent.
#[derive(Debug, Clone)]
pub struct Ask<'a> {
    /// The method.
    pub method: Method,
    /// The whole address, taken apart at `://` and the next `/`.
    pub url: &'a str,
    /// Header names and values.
    pub headers: &'a [(&'a str, &'a str)],
    /// The body; none if it is empty.
    pub body: &'a [u8],
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Header names and values.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body as far as it came.
    pub body: Vec<u8>,
    /// Whether it came to its end.
    pub whole: bool,
}

/// Sends a `GET` and reads the answer.
///
/// # Errors
///
/// What the host said instead, in a word.
pub fn get(url: &str) -> Result<Answer, String> {
    send(&Ask {
        method: Method::Get,
        url,
        headers: &[],
        body: &[],
    })
}

/// Sends a request and reads the answer.
///
/// # Errors
///
/// What the host said instead, in a word.
pub fn send(ask: &Ask<'_>) -> Result<Answer, String> {
    read(&wait(&begin(ask)?)?)
}

/// Sends a request and waits for nothing.
///
/// # Errors
///
/// What the host said to one of its parts, in a word.
pub fn begin(ask: &Ask<'_>) -> Result<FutureIncomingResponse, String> {
    let fields = Fields::new();
    for (name, value) in ask.headers {
        fields
            .append(name, value.as_bytes())
            .map_err(|error| format!("header `{name}`: {error:?}"))?;
    }
    let (scheme, rest) = ask.url.split_once("://").ok_or("no scheme")?;
    let (host, path) = match rest.find('/') {
        Some(slash) => rest.split_at(slash),
        None => (rest, "/"),
    };
    let scheme = match scheme {
        "http" => Scheme::Http,
        "https" => Scheme::Https,
        other => Scheme::Other(other.to_owned()),
    };
    let request = OutgoingRequest::new(fields);
    let set = |part: &str, done: Result<(), ()>| done.map_err(|()| format!("no such {part}"));
    set("method", request.set_method(&ask.method))?;
    set("scheme", request.set_scheme(Some(&scheme)))?;
    set("host", request.set_authority(Some(host)))?;
    set("path", request.set_path_with_query(Some(path)))?;
    let body = request.body().map_err(|()| "no body")?;
    let answer = outgoing_handler::handle(request, None).map_err(|error| format!("{error:?}"))?;
    write(&body, ask.body);
    // A host that has refused the request no longer takes its body.
    let _ = OutgoingBody::finish(body, None);
    Ok(answer)
}

/// Waits for the head of an answer.
///
/// # Errors
///
/// What the host said instead, in a word.
pub fn wait(answer: &FutureIncomingResponse) -> Result<IncomingResponse, String> {
    answer.subscribe().block();
    match answer.get() {
        Some(Ok(Ok(response))) => Ok(response),
        Some(Ok(Err(error))) => Err(format!("{error:?}")),
        Some(Err(())) | None => Err("no answer".to_owned()),
    }
}

/// Reads an answer to its end.
///
/// # Errors
///
/// It has no body.
pub fn read(response: &IncomingResponse) -> Result<Answer, String> {
    let (status, headers) = (response.status(), response.headers().entries());
    let incoming = response.consume().map_err(|()| "no body")?;
    let stream = incoming.stream().map_err(|()| "no stream")?;
    let mut body = Vec::new();
    let whole = loop {
        match stream.blocking_read(CHUNK_BYTES) {
            Ok(piece) => body.extend(piece),
            Err(StreamError::Closed) => break true,
            Err(StreamError::LastOperationFailed(_)) => break false,
        }
    };
    Ok(Answer {
        status,
        headers,
        body,
        whole,
    })
}

fn write(body: &OutgoingBody, bytes: &[u8]) {
    let Ok(stream) = body.write() else { return };
    for piece in bytes.chunks(WRITE_BYTES) {
        if stream.blocking_write_and_flush(piece).is_err() {
            return;
        }
    }
}

/// Bytes read at once.
const CHUNK_BYTES: u64 = 64 << 10;
/// Bytes that may be written at once.
const WRITE_BYTES: usize = 4 << 10;

//! Answers that may be given again instead of asking, for as long as the manifest says.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::AGE;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use tokio::time::Instant;
use wasmtime_wasi_http::WasiBody;

/// Answers of one tenant's upstream, in memory. Only successful ones to `GET` are kept, the oldest go first when there is
/// no more room, and a reconnect begins with an empty one.
#[derive(Default)]
pub struct Answers {
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    by_request: HashMap<String, Answer>,
    /// Requests in the order in which they were kept.
    order: VecDeque<String>,
    bytes: usize,
}

/// A whole answer.
#[derive(Clone)]
pub(super) struct Answer {
    headers: HeaderMap,
    body: Bytes,
    since: Instant,
}

impl Answers {
    /// The answer to the same request, if it is not older than this.
    pub(super) fn find<B>(&self, request: &Request<B>, fresh: Duration) -> Option<Answer> {
        let kept = self.kept();
        let answer = kept.by_request.get(&key(request))?;
        (answer.since.elapsed() < fresh).then(|| answer.clone())
    }

    /// Keeps what comes back to a request, once all of it is there; none if it is not worth keeping.
    pub(super) fn keeper<B>(
        self: &Arc<Self>,
        request: &Request<B>,
        (status, headers): (StatusCode, &HeaderMap),
    ) -> Option<Keeper> {
        let worth = request.method() == Method::GET && status == StatusCode::OK;
        worth.then(|| Keeper {
            answers: Arc::clone(self),
            key: key(request),
            headers: headers.clone(),
            body: BytesMut::new(),
        })
    }

    fn keep(&self, key: String, answer: Answer) {
        let mut kept = self.kept();
        kept.bytes += answer.body.len();
        match kept.by_request.insert(key.clone(), answer) {
            Some(older) => kept.bytes -= older.body.len(),
            None => kept.order.push_back(key),
        }
        while kept.bytes > MOST_BYTES || kept.order.len() > MOST_ANSWERS {
            let Some(oldest) = kept.order.pop_front() else {
                break;
            };
            if let Some(gone) = kept.by_request.remove(&oldest) {
                kept.bytes -= gone.body.len();
            }
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Answers {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept = self.kept();
        formatter
            .debug_struct("Answers")
            .field("answers", &kept.order.len())
            .field("bytes", &kept.bytes)
            .finish()
    }
}

impl Answer {
    /// Its age in whole seconds.
    pub(super) fn age_secs(&self) -> u64 {
        self.since.elapsed().as_secs()
    }

    /// The answer as it came, with its age.
    pub(super) fn again(self) -> Response<WasiBody> {
        let age = self.age_secs();
        let body = Full::new(self.body).map_err(|never| match never {});
        let mut response = Response::new(body.boxed_unsync());
        *response.headers_mut() = self.headers;
        response.headers_mut().insert(AGE, HeaderValue::from(age));
        response
    }
}

/// Collects a body on its way to the guest.
pub(super) struct Keeper {
    answers: Arc<Answers>,
    key: String,
    headers: HeaderMap,
    body: BytesMut,
}

impl Keeper {
    /// Takes the next piece; none if the body has become too large to keep.
    pub(super) fn piece(mut self, data: &[u8]) -> Option<Self> {
        if self.body.len() + data.len() > LARGEST_BODY {
            return None;
        }
        self.body.extend_from_slice(data);
        Some(self)
    }

    /// The body is complete.
    pub(super) fn finish(self) {
        let answer = Answer {
            headers: self.headers,
            body: self.body.freeze(),
            since: Instant::now(),
        };
        self.answers.keep(self.key, answer);
    }
}

/// What makes two requests the same: where they go, and in which form they want the answer.
fn key<B>(request: &Request<B>) -> String {
    let accept = request.headers().get(http::header::ACCEPT);
    let accept = accept.map_or(&b""[..], HeaderValue::as_bytes);
    format!("{} {}", request.uri(), String::from_utf8_lossy(accept))
}

/// Bytes of all bodies that are kept for one upstream of a tenant.
const MOST_BYTES: usize = 8 << 20;
/// Answers that are kept: most packages have no vulnerability, and their answers are tiny.
const MOST_ANSWERS: usize = 20_000;
/// Largest body that is kept, in bytes.
const LARGEST_BODY: usize = 1 << 20;

#[cfg(test)]
mod tests;

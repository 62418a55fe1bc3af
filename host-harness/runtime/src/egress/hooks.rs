//! What happens to a request that a guest sends.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::header::{
    AUTHORIZATION, CONTENT_LENGTH, COOKIE, EXPECT, FORWARDED, HOST, HeaderName, RETRY_AFTER,
    SET_COOKIE, TE, TRAILER,
};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Empty, Full, Limited};
use wasmtime_wasi_http::{
    DEFAULT_FORBIDDEN_HEADERS, Error, ForbiddenHeaderFilter, RequestOptions, WasiBody,
    WasiHttpHooks,
};

use super::body::{Record, ResponseBody};
use super::governor::QuotaWait;
use super::policy::Denial;
use super::screen::Reach;
use super::transcript::Outcome;
use super::{Egress, Way};
use crate::limits::Limits;

/// The policed sender of one session.
pub(crate) struct EgressHooks {
    egress: Egress,
    request_bytes: usize,
    response_bytes: u64,
    requests: u32,
    /// Requests the current call has started.
    started: u32,
    /// Whether nothing may leave during the current call.
    pure: bool,
    /// Requests the current call tried to send although it must not.
    impure_attempts: u32,
    sent: Arc<AtomicU32>,
    waiting: Arc<QuotaWait>,
    forbidden: ForbiddenHeaderFilter,
}

impl EgressHooks {
    pub(crate) fn new(egress: Egress, limits: &Limits) -> Self {
        let credential = egress
            .way
            .as_ref()
            .and_then(|way| way.credential.as_ref())
            .map(|credential| credential.name().clone());
        Self {
            egress,
            request_bytes: limits.request_bytes,
            response_bytes: limits.response_bytes,
            requests: limits.requests,
            started: 0,
            pure: true,
            impure_attempts: 0,
            sent: Arc::default(),
            waiting: Arc::default(),
            forbidden: Arc::new(move |name| {
                is_forbidden(name) || Some(name) == credential.as_ref()
            }),
        }
    }

    /// Gives the next call its own budget.
    pub(crate) fn begin_call(&mut self, pure: bool) {
        self.pure = pure || self.egress.way.is_none();
        self.started = 0;
        self.impure_attempts = 0;
    }

    /// Requests the current call tried to send although it must not.
    pub(crate) fn impure_attempts(&self) -> u32 {
        self.impure_attempts
    }

    /// Requests that left, in all calls.
    pub(crate) fn sent(&self) -> u32 {
        self.sent.load(Ordering::Relaxed)
    }

    pub(crate) fn waiting(&self) -> Arc<QuotaWait> {
        Arc::clone(&self.waiting)
    }

    /// The way out for this request, or why there is none.
    fn admit(&mut self, request: &Request<WasiBody>) -> Result<Arc<Way>, Denial> {
        let way = self.egress.way.as_ref().filter(|_| !self.pure);
        let Some(way) = way else {
            self.impure_attempts = self.impure_attempts.saturating_add(1);
            return Err(Denial::Closed);
        };
        way.policy.allows(request.method(), request.uri())?;
        if self.started >= self.requests {
            return Err(Denial::Budget);
        }
        self.started += 1;
        Ok(Arc::clone(way))
    }
}

impl WasiHttpHooks for EgressHooks {
    fn forbidden_header_filter(&mut self) -> ForbiddenHeaderFilter {
        Arc::clone(&self.forbidden)
    }

    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        // Timeouts are the host's.
        _options: Option<RequestOptions>,
        _processed: Box<dyn Future<Output = Result<(), Error>> + Send>,
    ) -> Box<dyn Future<Output = Result<Answer, Error>> + Send> {
        let admitted = self.admit(&request);
        let sender = Sender {
            egress: self.egress.clone(),
            request_bytes: self.request_bytes,
            response_bytes: self.response_bytes,
            sent: Arc::clone(&self.sent),
            waiting: Arc::clone(&self.waiting),
            forbidden: Arc::clone(&self.forbidden),
        };
        Box::new(async move {
            let response = sender.carry_out(request, admitted).await?;
            let processed: Processed = Box::new(async { Ok(()) });
            Ok((response, processed))
        })
    }
}

type Processed = Box<dyn Future<Output = Result<(), Error>> + Send>;
type Answer = (Response<WasiBody>, Processed);

/// What one request takes along, because it runs beside the guest.
struct Sender {
    egress: Egress,
    request_bytes: usize,
    response_bytes: u64,
    sent: Arc<AtomicU32>,
    waiting: Arc<QuotaWait>,
    forbidden: ForbiddenHeaderFilter,
}

impl Sender {
    async fn carry_out(
        &self,
        request: Request<WasiBody>,
        admitted: Result<Arc<Way>, Denial>,
    ) -> Result<Response<WasiBody>, Error> {
        // The body is read before a denial is told: a guest that is still writing would only see a broken stream.
        let request = self.read(request).await?;
        let way = match admitted {
            Ok(way) => way,
            Err(denial) => {
                let code = match denial {
                    Denial::Budget => Error::ConnectionLimitReached,
                    _ => Error::HttpRequestDenied,
                };
                let outcome = Outcome::Denied(denial);
                self.egress
                    .transcript
                    .begin(request.method(), request.uri(), outcome);
                return Err(code);
            }
        };
        let again = matches!(*request.method(), Method::GET | Method::HEAD);
        let mut resends = if again { RESENDS } else { 0 };
        loop {
            let path = request.uri().path();
            let admission = {
                let _waiting = self.waiting.enter();
                way.governor.admit(request.method(), path, PATIENCE).await
            };
            if let Err(wait) = admission {
                return Ok(self.hold(&request, wait));
            }
            let (response, row) = self.send(&way, request.clone()).await?;
            let wait = way.governor.settle(response.status(), response.headers());
            match wait {
                Some(wait) if wait <= PATIENCE && resends > 0 => {
                    resends -= 1;
                    let status = response.status().as_u16();
                    self.egress
                        .transcript
                        .set(row, Outcome::Answered { status, bytes: 0 });
                    drop(response);
                    let _waiting = self.waiting.enter();
                    tokio::time::sleep(wait).await;
                }
                _ => return self.hand_over(response, row),
            }
        }
    }

    /// Reads the request's body; that of a `GET` or `HEAD` is dropped.
    async fn read(&self, request: Request<WasiBody>) -> Result<Request<Full<Bytes>>, Error> {
        let (mut parts, body) = request.into_parts();
        let body = Limited::new(body, self.request_bytes)
            .collect()
            .await
            .map_err(|_| Error::HttpRequestBodySize(None))?
            .to_bytes();
        let body = match parts.method {
            Method::GET | Method::HEAD => Bytes::new(),
            _ => body,
        };
        // The client writes these itself, from the address and the body that really leave.
        for name in [HOST, CONTENT_LENGTH] {
            parts.headers.remove(name);
        }
        Ok(Request::from_parts(parts, Full::new(body)))
    }

    async fn send(
        &self,
        way: &Way,
        mut request: Request<Full<Bytes>>,
    ) -> Result<(Response<hyper::body::Incoming>, Option<usize>), Error> {
        let transcript = &self.egress.transcript;
        let row = transcript.begin(request.method(), request.uri(), Outcome::Sent);
        if let Some(credential) = &way.credential {
            let (name, value) = credential.header();
            request.headers_mut().insert(name, value);
        }
        let reach = if way.policy.allow_loopback() {
            Reach::Loopback
        } else {
            Reach::Public
        };
        self.sent.fetch_add(1, Ordering::Relaxed);
        match way.client.send(request, reach).await {
            Ok(response) => Ok((response, row)),
            Err(cause) => {
                let code = cause.code();
                transcript.set(row, Outcome::Failed(cause));
                Err(code)
            }
        }
    }

    fn hand_over(
        &self,
        response: Response<hyper::body::Incoming>,
        row: Option<usize>,
    ) -> Result<Response<WasiBody>, Error> {
        let (mut parts, body) = response.into_parts();
        let unwanted: Vec<HeaderName> = parts
            .headers
            .keys()
            .filter(|name| (self.forbidden)(name))
            .cloned()
            .collect();
        for name in unwanted {
            parts.headers.remove(name);
        }
        let record = Record {
            transcript: self.egress.transcript.clone(),
            row,
            status: parts.status.as_u16(),
        };
        let body = ResponseBody::new(body, self.response_bytes, record)?;
        Ok(Response::from_parts(parts, body.boxed_unsync()))
    }

    /// The answer to a request that would have to wait too long: what the upstream would say, without asking it.
    fn hold(&self, request: &Request<Full<Bytes>>, wait: Duration) -> Response<WasiBody> {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        let outcome = Outcome::Held { seconds };
        self.egress
            .transcript
            .begin(request.method(), request.uri(), outcome);
        let body = Empty::new().map_err(|never| match never {}).boxed_unsync();
        let mut response = Response::new(body);
        *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
        response
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from(seconds));
        response
    }
}

/// Headers neither a guest may set nor an upstream may hand to it.
///
/// The last group would let a request be another one than the policy saw.
fn is_forbidden(name: &HeaderName) -> bool {
    DEFAULT_FORBIDDEN_HEADERS.contains(name)
        || [
            AUTHORIZATION,
            COOKIE,
            SET_COOKIE,
            EXPECT,
            TE,
            TRAILER,
            FORWARDED,
        ]
        .contains(name)
        || [
            "set-cookie2",
            "x-http-method",
            "x-http-method-override",
            "x-method-override",
            "x-original-url",
            "x-rewrite-url",
            "x-forwarded-host",
        ]
        .contains(&name.as_str())
}

/// Longest wait that a guest does not notice; beyond it, it is told, and may end its batch.
const PATIENCE: Duration = Duration::from_mins(1);
/// Times a request that changes nothing is sent again.
const RESENDS: u32 = 4;

#[cfg(test)]
mod tests;

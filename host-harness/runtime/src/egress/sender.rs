//! The way of one request: read, admitted, sent, sent again, handed over.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HOST, HeaderName, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt, Collected, Empty, Full, Limited};
use hyper::body::Incoming;
use tokio::time::Instant;
use wasmtime_wasi_http::{Error, ForbiddenHeaderFilter, WasiBody};

use super::body::{Record, ResponseBody, Source};
use super::governor::Departure;
use super::host::is_own_name;
use super::policy::{Denial, Route};
use super::responder::{AnsweredBody, Asked, Responder};
use super::retry::download_wait;
use super::reuse::{self, Keeper};
use super::screen::Reach;
use super::ticket::{Collector, Tickets};
use super::transcript::Outcome;
use super::transport::TransportError;
use super::waiting::QuotaWait;
use super::{Egress, FarEnd, Upstream, Way};
use crate::meter::{ExchangeMeasured, Meter};

/// A request may leave, this way.
pub(super) struct Permit {
    pub(super) way: Arc<Way>,
    pub(super) route: Route,
}

impl Permit {
    /// How far the connection may reach. A download from elsewhere never reaches this machine.
    fn reach(&self, uri: &Uri) -> Reach {
        let may_be_own = self.route == Route::Api || uri.host().is_some_and(is_own_name);
        if may_be_own && self.way.policy.allow_loopback() {
            Reach::Loopback
        } else {
            Reach::Public
        }
    }
}

/// What one request takes along, because it runs beside the guest.
pub(super) struct Sender {
    pub(super) egress: Egress,
    pub(super) request_bytes: usize,
    pub(super) response_bytes: u64,
    pub(super) download_bytes: u64,
    pub(super) sent: Arc<AtomicU32>,
    pub(super) waiting: Arc<QuotaWait>,
    pub(super) tickets: Tickets,
    /// How many requests of the same method and address the session began before.
    pub(super) occurrence: u32,
    /// What was answered from memory in this session.
    pub(super) given: Arc<Mutex<HashSet<String>>>,
    pub(super) forbidden: ForbiddenHeaderFilter,
    pub(super) meter: Option<Arc<dyn Meter>>,
}

impl Sender {
    pub(super) async fn carry_out(
        &self,
        request: Request<WasiBody>,
        permit: Result<Permit, Denial>,
    ) -> Result<Response<WasiBody>, Error> {
        // The body is read before a denial is told: a guest that is still writing would only see a broken stream.
        let request = self.read(request).await?;
        let permit = match permit {
            Ok(permit) => permit,
            Err(denial) => {
                let code = match denial {
                    Denial::Budget => Error::ConnectionLimitReached,
                    _ => Error::HttpRequestDenied,
                };
                self.exchanged(&ExchangeMeasured::Denied(&denial));
                let outcome = Outcome::Denied(denial);
                self.begin(&request, None, outcome);
                return Err(code);
            }
        };
        match &permit.way.end {
            FarEnd::Upstream(upstream) => self.ask(upstream, &permit, request).await,
            FarEnd::Responder(responder) => self.answer(responder.as_ref(), &permit, request).await,
        }
    }

    /// Asks the upstream, as often as it takes.
    async fn ask(
        &self,
        upstream: &Upstream,
        permit: &Permit,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<WasiBody>, Error> {
        if let Some(answer) = self.known(upstream, permit, &request) {
            return Ok(answer);
        }
        let again = matches!(*request.method(), Method::GET | Method::HEAD);
        let resends = if again { RESENDS } else { 0 };
        let mut resent = 0;
        loop {
            let (response, row) = match self.pace(upstream, permit.route, &request).await {
                // Counts as under way until the head of the answer is there.
                Ok(_departure) => self.send(upstream, permit, request.clone()).await?,
                Err(wait) => return Ok(self.hold(&request, wait)),
            };
            let (status, headers) = (response.status(), response.headers());
            let wait = match permit.route {
                Route::Api => upstream.governor.settle(status, headers, resent),
                // Another host: it neither uses the quotas nor closes them.
                Route::Download => download_wait(status, headers, resent),
            };
            match wait {
                Some(wait) if wait <= upstream.patience && resent < resends => {
                    resent += 1;
                    let status = status.as_u16();
                    self.egress
                        .transcript
                        .set(row, Outcome::Answered { status, bytes: 0 });
                    drop(response);
                    let _waiting = self.waiting.enter();
                    tokio::time::sleep(wait).await;
                    self.waited(wait);
                }
                _ => {
                    let keeper = (permit.way.policy)
                        .fresh_secs(request.method(), request.uri())
                        .and_then(|_| {
                            let head = (response.status(), response.headers());
                            (upstream.answers).keeper(&request, head, upstream.now)
                        });
                    return self.hand_over(permit, response.map(Source::Upstream), row, keeper);
                }
            }
        }
    }

    /// Has a function answer.
    async fn answer(
        &self,
        responder: &dyn Responder,
        permit: &Permit,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<WasiBody>, Error> {
        let row = self.begin(&request, Some(permit.route), Outcome::Sent);
        self.sent.fetch_add(1, Ordering::Relaxed);
        let (parts, body) = request.into_parts();
        let body = body.collect().await.map(Collected::to_bytes);
        let asked = Asked {
            method: parts.method,
            url: parts.uri,
            occurrence: self.occurrence,
            headers: match permit.route {
                Route::Api => parts.headers,
                Route::Download => HeaderMap::new(),
            },
            body: body.unwrap_or_else(|never| match never {}),
        };
        match responder.answer(&asked) {
            Ok(answered) => {
                let mut response = Response::new(Source::Responder(AnsweredBody::new(
                    answered.body,
                    answered.cut,
                )));
                *response.status_mut() = answered.status;
                *response.headers_mut() = answered.headers;
                let status = answered.status.as_u16();
                self.exchanged(&ExchangeMeasured::Answered { status });
                self.hand_over(permit, response, row, None)
            }
            Err(cause) => Err(self.fail(row, cause)),
        }
    }

    /// The answer that was given before, where the manifest lets it be given again.
    fn known(
        &self,
        upstream: &Upstream,
        permit: &Permit,
        request: &Request<Full<Bytes>>,
    ) -> Option<Response<WasiBody>> {
        let fresh_secs = permit
            .way
            .policy
            .fresh_secs(request.method(), request.uri())?;
        let key = reuse::key(request);
        let (answer, age_secs) = upstream.answers.find(&key, upstream.now, fresh_secs)?;
        // Whoever asks once more in one session could not use the answer.
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        if !given.insert(key) {
            return None;
        }
        self.exchanged(&ExchangeMeasured::Reused);
        self.begin(request, Some(permit.route), Outcome::Reused { age_secs });
        Some(answer.again(age_secs))
    }

    /// Waits until the quotas have room; the time until then if that is too long.
    async fn pace<'a>(
        &self,
        upstream: &'a Upstream,
        route: Route,
        request: &Request<Full<Bytes>>,
    ) -> Result<Option<Departure<'a>>, Duration> {
        if route == Route::Download {
            return Ok(None);
        }
        let _waiting = self.waiting.enter();
        let path = request.uri().path();
        let began = Instant::now();
        let admitted = (upstream.governor)
            .admit(request.method(), path, upstream.priority, upstream.patience)
            .await?;
        self.waited(began.elapsed());
        Ok(Some(admitted))
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
        upstream: &Upstream,
        permit: &Permit,
        mut request: Request<Full<Bytes>>,
    ) -> Result<(Response<Incoming>, Option<usize>), Error> {
        let row = self.begin(&request, Some(permit.route), Outcome::Sent);
        match (permit.route, &upstream.credential) {
            (Route::Api, Some(credential)) => {
                let (name, value) = credential.header();
                request.headers_mut().insert(name, value);
            }
            (Route::Api, None) => {}
            // The address says all; a header would only carry something to another host.
            (Route::Download, _) => request.headers_mut().clear(),
        }
        let reach = permit.reach(request.uri());
        self.sent.fetch_add(1, Ordering::Relaxed);
        match upstream.client.send(request, reach).await {
            Ok(response) => {
                let status = response.status().as_u16();
                self.exchanged(&ExchangeMeasured::Answered { status });
                Ok((response, row))
            }
            Err(cause) => Err(self.fail(row, cause)),
        }
    }

    /// Writes down that there is no answer. What the guest is told of it.
    fn fail(&self, row: Option<usize>, cause: TransportError) -> Error {
        self.exchanged(&ExchangeMeasured::Failed);
        let code = cause.code();
        self.egress.transcript.set(row, Outcome::Failed(cause));
        code
    }

    fn hand_over(
        &self,
        permit: &Permit,
        response: Response<Source>,
        row: Option<usize>,
        keeper: Option<Keeper>,
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
            meter: self.meter.clone(),
        };
        let (most, collector) = match permit.route {
            Route::Api => (
                self.response_bytes,
                Collector::new(&permit.way, &self.tickets, &parts),
            ),
            Route::Download => (self.download_bytes, None),
        };
        let body = ResponseBody::new(body, most, record, (collector, keeper))?;
        Ok(Response::from_parts(parts, body.boxed_unsync()))
    }

    /// The answer to a request that would have to wait too long: what the upstream would say, without asking it.
    fn hold(&self, request: &Request<Full<Bytes>>, wait: Duration) -> Response<WasiBody> {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        self.exchanged(&ExchangeMeasured::Held);
        let outcome = Outcome::Held { seconds };
        self.begin(request, Some(Route::Api), outcome);
        let body = Empty::new().map_err(|never| match never {}).boxed_unsync();
        let mut response = Response::new(body);
        *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
        response
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from(seconds));
        response
    }

    fn exchanged(&self, exchange: &ExchangeMeasured<'_>) {
        if let Some(meter) = &self.meter {
            meter.exchanged(exchange);
        }
    }

    fn waited(&self, wait: Duration) {
        if let Some(meter) = &self.meter {
            meter.waited(wait);
        }
    }

    fn begin(
        &self,
        request: &Request<Full<Bytes>>,
        route: Option<Route>,
        outcome: Outcome,
    ) -> Option<usize> {
        self.egress
            .transcript
            .begin(request.method(), request.uri(), route, outcome)
    }
}

/// Times a request that changes nothing is sent again.
const RESENDS: u32 = 4;

#[cfg(test)]
mod tests;

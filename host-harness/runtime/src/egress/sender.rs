//! The way of one request: read, admitted, sent, sent again, handed over.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, HOST, HeaderName, RETRY_AFTER,
};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt, Collected, Empty, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use tokio::time::Instant;
use wasmtime_wasi_http::{Error, ForbiddenHeaderFilter, WasiBody};

use super::body::{Readers, Record, ResponseBody, Source, WITHHELD};
use super::complaint::Complaints;
use super::echo::{Echo, Listener};
use super::governor::Departure;
use super::host::is_own_name;
use super::policy::{Denial, Route, shown};
use super::recorded::{CameTo, Giver};
use super::responder::{AnsweredBody, Asked, Responder};
use super::retry::download_wait;
use super::reuse::{self, Keeper};
use super::screen::Reach;
use super::ticket::{Collector, Tickets};
use super::transcript::Outcome;
use super::transport::TransportError;
use super::waiting::QuotaWait;
use super::{Egress, FarEnd, Upstream, Way};
use crate::limits::Limit;
use crate::meter::{ExchangeMeasured, Meter};

/// A request may leave, this way.
pub(super) struct Permit {
    pub(super) way: Arc<Way>,
    pub(super) route: Route,
    /// The host that is asked.
    pub(super) host: String,
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
    pub(super) response: Limit,
    pub(super) download: Limit,
    pub(super) sent: Arc<AtomicU32>,
    pub(super) waiting: Arc<QuotaWait>,
    pub(super) tickets: Tickets,
    /// How many requests of the same method and address the session began before.
    pub(super) occurrence: u32,
    /// What was answered from memory in this session.
    pub(super) given: Arc<Mutex<HashSet<String>>>,
    pub(super) complaints: Complaints,
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
        let (request, body, whole) = self.read(request).await?;
        let recorder = self.egress.recorder.as_ref();
        let taking = recorder.map(|recorder| recorder.begin(&request, self.occurrence, &body));
        let permit = permit.and_then(|permit| whole.map(|()| permit));
        let came = self.bring(request.map(|()| Full::new(body)), permit).await;
        match (came, taking) {
            (Ok((response, by)), Some(taking)) => Ok(taking.answered(response, by)),
            (Ok((response, _)), None) => Ok(response),
            (Err(failure), taking) => {
                let code = failure.code();
                if let Some(taking) = taking {
                    taking.end(failure.came_to());
                }
                Err(code)
            }
        }
    }

    /// An answer, and who gave it.
    async fn bring(
        &self,
        request: Request<Full<Bytes>>,
        permit: Result<Permit, Denial>,
    ) -> Result<(Response<WasiBody>, Giver), Failure> {
        let permit = match permit {
            Ok(permit) => permit,
            Err(denial) => {
                self.complaints.tell("was denied a request", &denial);
                self.exchanged(&ExchangeMeasured::Denied(&denial));
                let outcome = Outcome::Denied(denial.clone());
                self.begin(&request, None, outcome);
                return Err(Failure::Denied(denial));
            }
        };
        match &permit.way.end {
            FarEnd::Upstream(upstream) => self.ask(upstream, &permit, request).await,
            FarEnd::Responder(responder) => {
                let answer = self.answer(responder.as_ref(), &permit, request).await?;
                Ok((answer, Giver::Upstream))
            }
        }
    }

    /// Asks the upstream, as often as it takes.
    async fn ask(
        &self,
        upstream: &Upstream,
        permit: &Permit,
        request: Request<Full<Bytes>>,
    ) -> Result<(Response<WasiBody>, Giver), Failure> {
        if let Some(answer) = self.known(upstream, permit, &request) {
            return Ok((answer, Giver::Memory));
        }
        let again = matches!(*request.method(), Method::GET | Method::HEAD);
        let resends = if again { RESENDS } else { 0 };
        let mut resent = 0;
        loop {
            let (response, row) = match self.pace(upstream, permit.route, &request).await {
                // Counts as under way until the head of the answer is there.
                Ok(_departure) => self.send(upstream, permit, request.clone()).await?,
                Err(wait) => return Ok((self.hold(&request, wait), Giver::Host)),
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
                    let response = self.filtered(response);
                    let keeper = (permit.way.policy)
                        .fresh_secs(request.method(), request.uri())
                        .and_then(|_| {
                            let head = (response.status(), response.headers());
                            (upstream.answers).keeper(&request, head, upstream.now)
                        });
                    let answer = response.map(Source::Upstream);
                    let answer = self.hand_over(permit, answer, row, keeper)?;
                    return Ok((answer, Giver::Upstream));
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
    ) -> Result<Response<WasiBody>, Failure> {
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
                self.hand_over(permit, self.filtered(response), row, None)
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

    /// Reads the request's body; that of a `GET` or `HEAD` is dropped, and so is one that is too long.
    async fn read(
        &self,
        request: Request<WasiBody>,
    ) -> Result<(Request<()>, Bytes, Result<(), Denial>), Error> {
        let (mut parts, body) = request.into_parts();
        let body = Limited::new(body, self.request_bytes).collect().await;
        let (body, whole) = match body {
            Ok(body) => (body.to_bytes(), Ok(())),
            Err(cause) if cause.is::<LengthLimitError>() => {
                (Bytes::new(), Err(Denial::Body(self.request_bytes)))
            }
            Err(_) => return Err(Error::HttpRequestBodySize(None)),
        };
        let body = match parts.method {
            Method::GET | Method::HEAD => Bytes::new(),
            _ => body,
        };
        // The client writes these itself, from the address and the body that really leave.
        for name in [HOST, CONTENT_LENGTH] {
            parts.headers.remove(name);
        }
        Ok((Request::from_parts(parts, ()), body, whole))
    }

    async fn send(
        &self,
        upstream: &Upstream,
        permit: &Permit,
        mut request: Request<Full<Bytes>>,
    ) -> Result<(Response<Incoming>, Option<usize>), Failure> {
        let row = self.begin(&request, Some(permit.route), Outcome::Sent);
        match (permit.route, &upstream.credential) {
            (Route::Api, Some(credential)) => {
                let (name, value) = credential.header();
                let headers = request.headers_mut();
                headers.insert(name, value);
                headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(PLAIN));
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

    /// Writes down that there is no answer.
    fn fail(&self, row: Option<usize>, cause: TransportError) -> Failure {
        self.exchanged(&ExchangeMeasured::Failed);
        let outcome = Outcome::Failed(cause.clone());
        self.egress.transcript.set(row, outcome);
        Failure::Transport(cause)
    }

    fn hand_over(
        &self,
        permit: &Permit,
        response: Response<Source>,
        row: Option<usize>,
        keeper: Option<Keeper>,
    ) -> Result<Response<WasiBody>, Failure> {
        let (parts, body) = response.into_parts();
        let echo = match permit.route {
            Route::Api => permit.way.echo(),
            Route::Download => None,
        };
        if let Some(echo) = &echo {
            check_head(echo, &permit.host, &parts.headers).map_err(|cause| {
                self.complaints.tell(WITHHELD, &cause);
                self.fail(row, cause)
            })?;
        }
        let record = Record {
            complaints: self.complaints.clone(),
            host: permit.host.clone(),
            transcript: self.egress.transcript.clone(),
            row,
            status: parts.status.as_u16(),
            meter: self.meter.clone(),
        };
        let (limit, collector) = match permit.route {
            Route::Api => (
                self.response,
                Collector::new(&permit.way, &self.tickets, &parts),
            ),
            Route::Download => (self.download, None),
        };
        let readers = Readers {
            listener: echo.map(Listener::new),
            collector,
            keeper,
        };
        // What is too long is written down where the body ends.
        let body = ResponseBody::new(body, limit, record, readers).map_err(Failure::Transport)?;
        Ok(Response::from_parts(parts, body.boxed_unsync()))
    }

    /// The same without headers that no guest may see.
    fn filtered<B>(&self, mut response: Response<B>) -> Response<B> {
        let headers = response.headers_mut();
        let unwanted: Vec<HeaderName> = headers
            .keys()
            .filter(|name| (self.forbidden)(name))
            .cloned()
            .collect();
        for name in unwanted {
            headers.remove(name);
        }
        response
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

/// Refuses an answer whose head holds the credential, or whose body could hold it unseen.
fn check_head(echo: &Echo, host: &str, headers: &HeaderMap) -> Result<(), TransportError> {
    let host = || host.to_owned();
    let repeats = |(name, value): (&HeaderName, &HeaderValue)| {
        echo.is_in(value.as_bytes()) || echo.is_in(name.as_str().as_bytes())
    };
    if headers.iter().any(repeats) {
        return Err(TransportError::Echo { host: host() });
    }
    match headers.get(CONTENT_ENCODING) {
        Some(encoding) if !encoding.as_bytes().eq_ignore_ascii_case(PLAIN.as_bytes()) => {
            Err(TransportError::Encoded {
                host: host(),
                encoding: shown(&String::from_utf8_lossy(encoding.as_bytes())),
            })
        }
        _ => Ok(()),
    }
}

/// Why a guest has no answer.
enum Failure {
    Denied(Denial),
    Transport(TransportError),
}

impl Failure {
    /// What the guest is told.
    fn code(&self) -> Error {
        match self {
            Self::Denied(Denial::Budget | Denial::Open) => Error::ConnectionLimitReached,
            Self::Denied(Denial::Body(_)) => Error::HttpRequestBodySize(None),
            Self::Denied(_) => Error::HttpRequestDenied,
            Self::Transport(cause) => cause.code(),
        }
    }

    fn came_to(self) -> CameTo {
        match self {
            Self::Denied(denial) => CameTo::Denied(denial.to_string()),
            Self::Transport(cause) => CameTo::Failed(cause),
        }
    }
}

/// The encoding of a body that is not encoded.
const PLAIN: &str = "identity";
/// Times a request that changes nothing is sent again.
const RESENDS: u32 = 4;

#[cfg(test)]
mod tests;

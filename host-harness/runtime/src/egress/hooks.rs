//! What happens to a request that a guest sends.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use http::header::{
    ACCEPT_ENCODING, AUTHORIZATION, COOKIE, EXPECT, FORWARDED, HeaderName, IF_RANGE, RANGE,
    SET_COOKIE, TE, TRAILER,
};
use http::{Request, Response};
use http_body_util::BodyExt as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tracing::{Instrument as _, Span};
use wasmtime_wasi_http::{
    DEFAULT_FORBIDDEN_HEADERS, Error, ForbiddenHeaderFilter, RequestOptions, WasiBody,
    WasiHttpHooks,
};

use super::Egress;
use super::complaint::Complaints;
use super::policy::{Denial, Route};
use super::sender::{Permit, Sender};
use super::ticket::Tickets;
use super::waiting::QuotaWait;
use crate::limits::{Limit, LimitName, Limits};
use crate::meter::Meter;

/// The policed sender of one session.
pub(crate) struct EgressHooks {
    egress: Egress,
    request_bytes: usize,
    response: Limit,
    download: Limit,
    requests: u32,
    /// Room for requests under way and for answers the guest still holds.
    open: Arc<Semaphore>,
    /// Requests the current call has started.
    started: u32,
    /// Whether nothing may leave during the current call.
    pure: bool,
    /// Requests the current call tried to send although it must not.
    impure_attempts: u32,
    sent: Arc<AtomicU32>,
    /// Requests that the guest made, in all calls.
    made: u32,
    waiting: Arc<QuotaWait>,
    tickets: Tickets,
    given: Arc<Mutex<HashSet<String>>>,
    /// How often each method and address was asked in this session.
    asked: HashMap<u64, u32>,
    complaints: Complaints,
    forbidden: ForbiddenHeaderFilter,
    meter: Option<Arc<dyn Meter>>,
}

impl EgressHooks {
    pub(crate) fn new(egress: Egress, limits: &Limits) -> Self {
        let credential = egress
            .way
            .as_ref()
            .and_then(|way| way.credential_name().cloned());
        // A guest must not notice whether somebody else answers.
        let forms = (egress.way.as_ref())
            .map(|way| way.policy.credential_names().to_vec())
            .unwrap_or_default();
        Self {
            egress,
            request_bytes: limits.request_bytes,
            response: limits.of(LimitName::ResponseBody),
            download: limits.of(LimitName::Download),
            requests: limits.requests,
            open: Arc::new(Semaphore::new(limits.open_requests)),
            started: 0,
            pure: true,
            impure_attempts: 0,
            sent: Arc::default(),
            made: 0,
            waiting: Arc::default(),
            tickets: Tickets::default(),
            given: Arc::default(),
            asked: HashMap::new(),
            complaints: Complaints::default(),
            forbidden: Arc::new(move |name| {
                is_forbidden(name) || Some(name) == credential.as_ref() || forms.contains(name)
            }),
            meter: None,
        }
    }

    /// The same, whose requests this one is told of.
    pub(crate) fn told_to(self, meter: Option<Arc<dyn Meter>>) -> Self {
        Self { meter, ..self }
    }

    /// Gives the next call its own budget. `who` begins the sentences about it.
    pub(crate) fn begin_call(&mut self, pure: bool, who: String) {
        self.complaints = Complaints::of(who);
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

    /// Requests that the guest made, in all calls: those that were denied or answered here among them, and each once
    /// however often it was sent.
    pub(crate) fn made(&self) -> u32 {
        self.made
    }

    pub(crate) fn waiting(&self) -> Arc<QuotaWait> {
        Arc::clone(&self.waiting)
    }

    /// How many requests of this method and address were begun before.
    fn occurrence(&mut self, request: &Request<WasiBody>) -> u32 {
        let mut hasher = DefaultHasher::new();
        (request.method(), request.uri()).hash(&mut hasher);
        let key = hasher.finish();
        // Who asks this much is long beyond the budget of any call.
        if self.asked.len() >= MOST_ADDRESSES && !self.asked.contains_key(&key) {
            return 0;
        }
        let count = self.asked.entry(key).or_default();
        let occurrence = *count;
        *count = count.saturating_add(1);
        occurrence
    }

    /// The way out for this request, or why there is none.
    fn admit(&mut self, request: &Request<WasiBody>) -> Result<(Permit, Room), Denial> {
        let way = self.egress.way.as_ref().filter(|_| !self.pure);
        let Some(way) = way else {
            self.impure_attempts = self.impure_attempts.saturating_add(1);
            return Err(Denial::Closed);
        };
        // Denied ones count too: each costs the host a row.
        if self.started >= self.requests {
            return Err(Denial::Budget);
        }
        self.started += 1;
        let (method, uri) = (request.method(), request.uri());
        let route = way.policy.route(method, uri, &self.tickets)?;
        let room = Arc::clone(&self.open).try_acquire_owned();
        let room = room.map_err(|_| Denial::Open)?;
        if route == Route::Download {
            self.tickets.take(uri);
        }
        let permit = Permit {
            way: Arc::clone(way),
            route,
            host: uri.host().unwrap_or_default().to_owned(),
        };
        Ok((permit, room))
    }
}

impl WasiHttpHooks for EgressHooks {
    /// Small, because a guest may have a body open for each of its handles.
    fn p2_outgoing_body_chunk_size(&mut self) -> usize {
        BODY_CHUNK_BYTES
    }

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
        self.made = self.made.saturating_add(1);
        let occurrence = self.occurrence(&request);
        let admitted = self.admit(&request);
        let sender = Sender {
            egress: self.egress.clone(),
            request_bytes: self.request_bytes,
            response: self.response,
            download: self.download,
            sent: Arc::clone(&self.sent),
            waiting: Arc::clone(&self.waiting),
            tickets: self.tickets.clone(),
            occurrence,
            given: Arc::clone(&self.given),
            complaints: self.complaints.clone(),
            forbidden: Arc::clone(&self.forbidden),
            meter: self.meter.clone(),
        };
        let answer = async move {
            let (permit, room) = match admitted {
                Ok((permit, room)) => (Ok(permit), Some(room)),
                Err(denial) => (Err(denial), None),
            };
            let response = sender.carry_out(request, permit).await?;
            // The room is taken until the guest lets go of the answer.
            let response = response.map(|body| {
                let held = move |frame| {
                    let _room = &room;
                    frame
                };
                body.map_frame(held).boxed_unsync()
            });
            let processed: Processed = Box::new(async { Ok(()) });
            Ok((response, processed))
        }
        .instrument(Span::current());
        Box::new(answer)
    }
}

type Room = OwnedSemaphorePermit;
type Processed = Box<dyn Future<Output = Result<(), Error>> + Send>;
type Answer = (Response<WasiBody>, Processed);

/// Headers neither a guest may set nor an upstream may hand to it.
///
/// `accept-encoding` and the ranges would have an answer come in a form in which the credential is not recognized. The last
/// group would let a request be another one than the policy saw.
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
            ACCEPT_ENCODING,
            RANGE,
            IF_RANGE,
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

/// Bytes of a request's body that are kept before they are taken.
const BODY_CHUNK_BYTES: usize = 16 << 10;
/// Addresses of one session whose requests are counted.
const MOST_ADDRESSES: usize = 20_000;

#[cfg(test)]
mod tests;

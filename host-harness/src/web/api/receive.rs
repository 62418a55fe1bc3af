//! A request, from its key to its answer.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::header::HeaderName;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use koalr_store::{ApiKeyRecord, OnceAnswer, TenantId};
use tokio::time::timeout;
use tracing::{Instrument as _, Span};
use zeroize::Zeroizing;

use super::super::body::Bodies;
use super::super::limits::Limits;
use super::super::problem::Problem;
use super::news::{KeyHolder, Streams};
use super::once::{self, OnceKey};
use super::parameter::Query;
use super::rate::{Rate, Standing};
use super::refusal::{not_stored, problem, unauthorized};
use super::route::{Given, Route};
use super::turns::Turns;
use super::{Api, Ask, Reply};
use crate::api_key::ApiKey;
use crate::error::HostError;

/// Who sends a request: the other end of its connection.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Peer(pub(in super::super) IpAddr);

/// Where all requests to the API come in.
pub(super) struct Room<A> {
    api: Arc<A>,
    bodies: Bodies,
    rate: Rate,
    /// Requests under way, by tenant.
    tenants: Turns<TenantId>,
    requests_of_a_tenant: usize,
    streams: Streams,
    answer_timeout: Duration,
}

/// What is answered.
pub(super) struct Told {
    pub(super) answer: OnceAnswer,
    /// Whether it was answered before, and nothing was done now.
    pub(super) is_replayed: bool,
}

impl<A: Api> Room<A> {
    pub(super) fn new(api: Arc<A>, bodies: Bodies, limits: &Limits) -> Self {
        Self {
            api,
            bodies,
            rate: Rate::new(limits),
            tenants: Turns::new(),
            requests_of_a_tenant: limits.requests_of_a_tenant,
            streams: Streams::new(limits),
            answer_timeout: limits.answer_timeout,
        }
    }

    /// Who asks is looked at before anything else is.
    pub(super) async fn receive(
        &self,
        route: &'static Route,
        id: Option<String>,
        request: Request,
    ) -> Result<Response, Problem> {
        let (head, body) = request.into_parts();
        let (caller, standing) = self.caller(&head).await?;
        Span::current()
            .record("tenant", caller.tenant.as_str())
            .record("key", caller.id.as_str());
        let handled = match standing.check() {
            Ok(()) => self.handle(caller, route, id, (head, body)).await,
            Err(problem) => Err(problem),
        };
        let mut response = handled.into_response();
        standing.write(response.headers_mut());
        Ok(response)
    }

    async fn caller(&self, head: &Parts) -> Result<(ApiKeyRecord, Standing), Problem> {
        let nowhere = Peer(Ipv4Addr::UNSPECIFIED.into());
        let Peer(peer) = head.extensions.get().copied().unwrap_or(nowhere);
        let now = self.api.now();
        if let Some(key) = bearer(&head.headers) {
            let hash = key.hash();
            self.rate.knock(peer, &hash, now)?;
            let caller = Arc::clone(&self.api).authenticate(key).await;
            if let Some(caller) = caller.map_err(problem)? {
                return Ok((caller, self.rate.asked(&hash, now)));
            }
        }
        self.rate.failed(peer, now);
        Err(unauthorized())
    }

    async fn handle(
        &self,
        caller: ApiKeyRecord,
        route: &'static Route,
        id: Option<String>,
        (head, body): (Parts, Body),
    ) -> Result<Response, Problem> {
        if !caller.scopes.contains(&route.scope) {
            let word = route.scope.word();
            let detail = format!("this key has not the scope `{word}`; use one that has");
            return Err(Problem::new(StatusCode::FORBIDDEN, detail));
        }
        let id = id.ok_or_else(|| {
            let detail = "the id in the address is not UTF-8, percent-encoded";
            Problem::new(StatusCode::BAD_REQUEST, detail)
        })?;
        let query = Query::read(&head.uri, route.query)?;
        let turn = self.tenants.take(&caller.tenant, self.requests_of_a_tenant);
        let turn = turn.ok_or_else(|| {
            let most = self.requests_of_a_tenant;
            let detail = format!("{most} requests of this tenant are under way; ask again");
            Problem::new(StatusCode::TOO_MANY_REQUESTS, detail).later(1)
        })?;
        let mut body = self.bodies.read(body, route.most_bytes).await?;
        // There may be a token in it.
        let bytes = Zeroizing::new(std::mem::take(&mut body.bytes));
        let once = OnceKey::read(&head, &bytes)?;
        // The largest bodies take a good part of a second, in which this thread serves others.
        let read = move || {
            let body = bytes.as_slice();
            (route.read)(Given { id, query, body })
        };
        let ask = tokio::task::spawn_blocking(read).await;
        let ask = ask.map_err(|_| Problem::busy())??;
        let api = Arc::clone(&self.api);
        if ask == Ask::News {
            drop((body, turn));
            return self
                .streams
                .open(Arc::new(KeyHolder { api, caller }), &head.headers)
                .await;
        }
        let answer = async move {
            let answer = match once {
                Some(once) => once::answer(api, caller, once, ask).await,
                None => told(api.answer(caller, ask).await),
            };
            // What was in it takes room until then.
            drop((body, turn));
            answer
        };
        let answer = tokio::spawn(answer.in_current_span());
        let answer = timeout(self.answer_timeout, answer).await;
        let answer = answer.map_err(|_| late())?.map_err(|_| Problem::busy())?;
        Ok(answer?.into_response())
    }
}

impl IntoResponse for Told {
    fn into_response(self) -> Response {
        let OnceAnswer { status, body } = self.answer;
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let media_type = if status.is_success() {
            "application/json"
        } else {
            "application/problem+json"
        };
        let mut response = (status, [(header::CONTENT_TYPE, media_type)], body).into_response();
        let headers = response.headers_mut();
        if self.is_replayed {
            headers.insert(REPLAYED, HeaderValue::from_static("true"));
        }
        response
    }
}

/// An answer as it is sent.
pub(super) fn told(answer: Result<Option<Reply>, HostError>) -> Result<Told, Problem> {
    let Some(Reply { status, body }) = answer.map_err(problem)? else {
        return Err(not_stored());
    };
    Ok(Told {
        answer: OnceAnswer {
            status: status.as_u16(),
            body: body.to_string(),
        },
        is_replayed: false,
    })
}

/// The key of a request; none unless it has exactly one that can be one.
fn bearer(headers: &HeaderMap) -> Option<ApiKey> {
    let mut all = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(one), None) = (all.next(), all.next()) else {
        return None;
    };
    let (scheme, key) = one.to_str().ok()?.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| ApiKey::parse(key.trim()))?
}

fn late() -> Problem {
    let detail = "this takes longer than an answer is waited for, and goes on; look later whether it was done";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail).later(RETRY_AFTER_SECS)
}

/// Says that nothing was done now.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// When to look again for what goes on, in seconds.
const RETRY_AFTER_SECS: u64 = 10;

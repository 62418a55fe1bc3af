//! The HTTP API: a key says whose data it is about and what may be done with it; nothing else does.

mod changes;
mod integrations;
mod members;
mod metrics;
mod openapi;
mod page;
mod parameter;
mod route;

use std::sync::Arc;

use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{RawPathParams, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, get, on};
use axum::{Json, Router};
use http::{HeaderMap, StatusCode, header};
use koalr_store::ApiKeyRecord;
use serde_json::Value;

use super::body::Bodies;
use super::problem::Problem;
use crate::api_key::ApiKey;
use crate::error::HostError;
use parameter::Query;
use route::{Given, Route};

pub use changes::ChangesAsk;
pub use integrations::IntegrationsAsk;
pub use metrics::MetricsAsk;
pub use page::{After, Items, Page};

/// Who answers. A request that is under way is answered even if its sender has hung up.
pub trait Api: Send + Sync + 'static {
    /// What is stored of a key; none if nobody has it, or if it was taken back.
    ///
    /// # Errors
    ///
    /// It cannot be told. The sender is asked to come again.
    fn authenticate(
        self: Arc<Self>,
        key: ApiKey,
    ) -> impl Future<Output = Result<Option<ApiKeyRecord>, HostError>> + Send;

    /// Answers about the data of the key's tenant. That the key has the scope was made sure of. None if nothing is
    /// stored there that has the id.
    ///
    /// # Errors
    ///
    /// What is wrong with the question, or why it cannot be answered now.
    fn answer(
        self: Arc<Self>,
        caller: ApiKeyRecord,
        ask: Ask,
    ) -> impl Future<Output = Result<Option<Reply>, HostError>> + Send;
}

/// What is asked for, by room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// Changes and decisions.
    Changes(ChangesAsk),
    /// What is connected.
    Integrations(IntegrationsAsk),
    /// Figures.
    Metrics(MetricsAsk),
}

/// What is answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// That it was done, or will be.
    pub status: StatusCode,
    /// The document.
    pub body: Value,
}

/// Everything under `/api/v1`.
pub(super) fn router<A: Api>(api: Arc<A>, bodies: Bodies) -> Router {
    let mut router = Router::new().route(openapi::PATH, get(openapi::serve));
    for route in route::routes() {
        let Ok(method) = MethodFilter::try_from(route.method.clone()) else {
            continue;
        };
        let answer = async move |State(room): State<Room<A>>,
                                 params: Result<RawPathParams, RawPathParamsRejection>,
                                 request: Request| {
            let id = params.map(|all| all.iter().map(|(_, value)| value).collect());
            room.receive(route, id.ok(), request).await
        };
        router = router.route(route.path, on(method, answer));
    }
    router.with_state(Room { api, bodies })
}

struct Room<A> {
    api: Arc<A>,
    bodies: Bodies,
}

impl<A: Api> Room<A> {
    /// Who asks is looked at before a byte of the body is.
    async fn receive(
        &self,
        route: &'static Route,
        id: Option<String>,
        request: Request,
    ) -> Result<Response, Problem> {
        let (head, body) = request.into_parts();
        let caller = self.caller(&head.headers).await?;
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
        let mut body = self.bodies.read(body, route.most_bytes).await?;
        let bytes = std::mem::take(&mut body.bytes);
        // The largest bodies take a good part of a second, in which this thread serves others.
        let read = move || {
            let body = &bytes;
            (route.read)(Given { id, query, body })
        };
        let ask = tokio::task::spawn_blocking(read).await;
        let ask = ask.map_err(|_| Problem::busy())??;
        tracing::info!(
            tenant = %caller.tenant,
            key = caller.id,
            method = %head.method,
            route = route.path,
            "asked by API"
        );
        let api = Arc::clone(&self.api);
        let answer = tokio::spawn(async move {
            let answer = api.answer(caller, ask).await;
            // What was in it takes room until then.
            drop(body);
            answer
        });
        match answer
            .await
            .map_err(|_| Problem::busy())?
            .map_err(problem)?
        {
            Some(reply) => Ok((reply.status, Json(reply.body)).into_response()),
            None => Err(Problem::new(StatusCode::NOT_FOUND, NOT_STORED)),
        }
    }

    async fn caller(&self, headers: &HeaderMap) -> Result<ApiKeyRecord, Problem> {
        let key = bearer(headers).ok_or_else(unauthorized)?;
        let caller = Arc::clone(&self.api).authenticate(key).await;
        caller.map_err(problem)?.ok_or_else(unauthorized)
    }
}

impl<A> Clone for Room<A> {
    fn clone(&self) -> Self {
        Self {
            api: Arc::clone(&self.api),
            bodies: self.bodies.clone(),
        }
    }
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

/// The same for a key that is missing, wrong or taken back, so that keys cannot be guessed.
fn unauthorized() -> Problem {
    let detail =
        "no valid key; send one as `Authorization: Bearer koalr_…`, made by `koalr key create`";
    Problem::new(StatusCode::UNAUTHORIZED, detail).challenged()
}

/// What of an error is for who asked. The rest is for the log.
fn problem(error: HostError) -> Problem {
    let (status, detail) = match error {
        HostError::Import { complaints, .. } => {
            let detail = "nothing was imported; `errors` says what is wrong, and where";
            return Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail).because(complaints);
        }
        HostError::Forbidden(detail) => (StatusCode::FORBIDDEN, detail),
        HostError::Outdated(detail) => (StatusCode::CONFLICT, detail),
        HostError::NotConnected { integration, .. } => (
            StatusCode::CONFLICT,
            format!("`{integration}` is not connected; `koalr connect {integration}` does that"),
        ),
        HostError::Change(detail) | HostError::NotPossible(detail) => {
            (StatusCode::UNPROCESSABLE_ENTITY, detail)
        }
        other => {
            tracing::error!("the API could not answer: {other}");
            return Problem::busy();
        }
    };
    Problem::new(status, detail)
}

/// The same for what never was and for what another tenant has.
const NOT_STORED: &str = "nothing is stored here under this id";

/// Every address with a method, and the scope that it needs. What is in braces stands for itself.
#[cfg(test)]
pub(super) fn addresses() -> impl Iterator<Item = (String, koalr_platform::access::Scope)> {
    route::routes().map(|one| (format!("{} {}", one.method, one.path), one.scope))
}

//! The HTTP API: a key says whose data it is about and what may be done with it; nothing else does.

mod changes;
mod integrations;
mod members;
mod metrics;
mod news;
mod once;
mod openapi;
mod page;
mod parameter;
mod rate;
mod receive;
mod refusal;
mod route;
mod turns;

use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{RawPathParams, Request, State};
use axum::routing::{MethodFilter, get, on};
use http::StatusCode;
use koalr_platform::model::common::Timestamp;
use koalr_store::{ApiKeyRecord, Once, OnceAnswer};
use serde_json::Value;

use super::body::Bodies;
use super::limits::Limits;
use crate::api_key::ApiKey;
use crate::error::HostError;
use receive::Room;

pub(super) use changes::meaning;
pub(crate) use changes::{DECISIONS, STATES};
pub(super) use news::{Hearer, Streams};
pub(super) use parameter::{CURSOR, Kind, Parameter, Query, time};
pub(super) use receive::Peer;
pub(super) use refusal::problem;

pub use changes::{
    ChangeFilter, ChangesAsk, DecisionFilter, DecisionsAsk, Handed, Judging, PolicyAsk, PolicySet,
    WaiverDone, WaiversAsk,
};
pub use integrations::{ConnectBody, IntegrationsAsk, Token};
pub(super) use metrics::about;
pub use metrics::{About, Dashboard, MetricsAsk, RiskBody};
pub use news::{Listening, News, NewsItem, SyncNews};
pub use once::OnceKey;
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

    /// Begins a request that its sender wants done once.
    ///
    /// # Errors
    ///
    /// It cannot be told whether it was done. The sender is asked to come again.
    fn begin_once(
        self: Arc<Self>,
        caller: ApiKeyRecord,
        once: OnceKey,
    ) -> impl Future<Output = Result<Once, HostError>> + Send;

    /// Keeps what was answered to a request that was begun; forgets the request if nothing is to be kept.
    ///
    /// # Errors
    ///
    /// It cannot be kept.
    fn end_once(
        self: Arc<Self>,
        caller: ApiKeyRecord,
        once: OnceKey,
        answer: Option<OnceAnswer>,
    ) -> impl Future<Output = Result<(), HostError>> + Send;

    /// Listens to what happens at the key's tenant, from behind the item with this id on; none means from now on. None if
    /// there is no such tenant, or no news any more.
    ///
    /// # Errors
    ///
    /// It cannot be told now.
    fn listen(
        self: Arc<Self>,
        caller: ApiKeyRecord,
        after: Option<String>,
    ) -> impl Future<Output = Result<Option<Listening>, HostError>> + Send;

    /// Whether the key still holds, and its tenant may be served.
    fn still_holds(self: Arc<Self>, caller: ApiKeyRecord) -> impl Future<Output = bool> + Send;

    /// What time it is.
    fn now(&self) -> Timestamp;
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
    /// News, as they come: [`Api::listen`] tells them.
    News,
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
pub(super) fn router<A: Api>(api: Arc<A>, bodies: Bodies, limits: &Limits) -> Router {
    let mut router = Router::new().route(openapi::PATH, get(openapi::serve));
    for route in route::routes() {
        let Ok(method) = MethodFilter::try_from(route.method.clone()) else {
            continue;
        };
        let answer = async move |State(room): State<Arc<Room<A>>>,
                                 params: Result<RawPathParams, RawPathParamsRejection>,
                                 request: Request| {
            let id = params.map(|all| all.iter().map(|(_, value)| value).collect());
            room.receive(route, id.ok(), request).await
        };
        router = router.route(route.path, on(method, answer));
    }
    router.with_state(Arc::new(Room::new(api, bodies, limits)))
}

/// Every address with a method, and the scope that it needs. What is in braces stands for itself.
#[cfg(test)]
pub(super) fn addresses() -> impl Iterator<Item = (String, koalr_platform::access::Scope)> {
    route::routes().map(|one| (format!("{} {}", one.method, one.path), one.scope))
}

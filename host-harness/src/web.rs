//! The server: webhooks, the API, and how it feels. A room of routes is a function that makes a router.

mod api;
mod body;
mod health;
mod inbox;
mod limits;
mod listen;
mod pages;
mod problem;
mod pulse;
mod serve;
mod tls;
mod watch;
mod webhooks;

pub(crate) use api::{DECISIONS, STATES};

pub use api::{
    About, After, Api, Ask, ChangeFilter, ChangesAsk, ConnectBody, Dashboard, DecisionFilter,
    DecisionsAsk, Handed, IntegrationsAsk, Items, Judging, Listening, MetricsAsk, News, NewsItem,
    OnceKey, Page, PolicyAsk, PolicySet, Reply, RiskBody, SyncNews, Token, WaiverDone, WaiversAsk,
};
pub use inbox::{Inbox, Taken};
pub use limits::Limits;
pub use listen::{ListenError, Listener, Reach, listen};
pub(crate) use pages::{
    Acted, ChangesForm, ChangesPage, CorrelationPage, DashboardPage, FindingsPage, FormAsk,
    PageAsk, Pages, PolicyForm, SettingsForm, SettingsPage,
};
pub use pulse::{Pulse, Unready};
pub(crate) use serve::{serve, serve_operator};
pub use tls::{Tls, TlsError};

use std::sync::Arc;

use axum::Router;
use http::StatusCode;

use body::Bodies;
use problem::Problem;

/// Everything that is served; `is_sealed`: over TLS.
fn router<S: Inbox + Api + Pages + Pulse>(
    server: Arc<S>,
    limits: &Limits,
    is_sealed: bool,
) -> Router {
    let bodies = Bodies::new(limits);
    Router::new()
        .merge(health::router(Arc::clone(&server)))
        .merge(webhooks::router(Arc::clone(&server), bodies.clone()))
        .merge(api::router(Arc::clone(&server), bodies.clone(), limits))
        .merge(pages::router(server, bodies, limits, is_sealed))
        .method_not_allowed_fallback(async || {
            let detail = "this address does not take this method";
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, detail)
        })
}

#[cfg(test)]
mod tests;

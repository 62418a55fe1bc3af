//! How the server feels.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::routing::get;

use super::inbox::Inbox;
use super::problem::Problem;

/// `/healthz`: it runs. `/readyz`: it can take deliveries.
pub(super) fn router<I: Inbox>(inbox: Arc<I>) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready::<I>))
        .with_state(inbox)
}

async fn ready<I: Inbox>(State(inbox): State<Arc<I>>) -> Result<&'static str, Problem> {
    if inbox.ready().await {
        Ok("ready\n")
    } else {
        Err(Problem::busy())
    }
}

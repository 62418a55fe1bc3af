//! How the server feels.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::IntoResponse;
use axum::routing::get;
use http::{StatusCode, header};

use super::problem::Problem;
use super::pulse::Pulse;

/// `/healthz`: it runs. `/readyz`: it can take deliveries.
pub(super) fn router<P: Pulse>(pulse: Arc<P>) -> Router {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready::<P>))
        .with_state(pulse)
}

/// The same and `/metrics`, for who operates the server.
pub(super) fn operator_router<P: Pulse>(pulse: Arc<P>) -> Router {
    Router::new()
        .route("/metrics", get(metrics::<P>))
        .with_state(Arc::clone(&pulse))
        .merge(router(pulse))
}

async fn ready<P: Pulse>(State(pulse): State<Arc<P>>) -> Result<&'static str, Problem> {
    match pulse.ready().await {
        Ok(()) => Ok("ready\n"),
        Err(why) => Err(Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            why.to_string(),
        )),
    }
}

async fn metrics<P: Pulse>(State(pulse): State<Arc<P>>) -> impl IntoResponse {
    let text = pulse.metrics().text(&pulse.scene());
    ([(header::CONTENT_TYPE, OPEN_METRICS)], text)
}

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

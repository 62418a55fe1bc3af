//! The server: webhooks, and how it feels. A room of routes is a function that makes a router.

mod body;
mod health;
mod inbox;
mod limits;
mod listen;
mod problem;
mod serve;
mod webhooks;

pub use inbox::{Inbox, Taken};
pub use limits::Limits;
pub use listen::{ListenError, Reach, listen};
pub use serve::serve;

use std::sync::Arc;

use axum::Router;
use http::StatusCode;

use problem::Problem;

/// Everything that is served.
fn router<I: Inbox>(inbox: Arc<I>, limits: &Limits) -> Router {
    Router::new()
        .merge(health::router(Arc::clone(&inbox)))
        .merge(webhooks::router(inbox, limits))
        .fallback(async || Problem::new(StatusCode::NOT_FOUND, "there is nothing at this address"))
        .method_not_allowed_fallback(async || {
            let detail = "this address does not take this method";
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, detail)
        })
}

#[cfg(test)]
mod tests;

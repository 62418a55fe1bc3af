//! Where webhooks arrive.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::routing::post;
use axum::{Json, Router};
use http::StatusCode;
use koalr_store::TenantId;
use schemars::JsonSchema;
use serde::Serialize;
use tracing::Span;

use super::body::Bodies;
use super::inbox::Inbox;
use super::problem::Problem;
use super::pulse::Pulse;
use crate::error::HostError;
use crate::inbox::{Refused, Source};

/// `/webhooks/{tenant}/{source}`.
pub(super) fn router<I: Inbox + Pulse>(inbox: Arc<I>, bodies: Bodies) -> Router {
    let mut router = Router::new();
    for source in SOURCES {
        let path = template(source);
        let answer = async move |State(room): State<Room<I>>,
                                 tenant: Result<Path<String>, PathRejection>,
                                 request: Request| {
            // What is no text is no tenant either.
            let tenant = tenant.map_or_else(|_| String::new(), |Path(tenant)| tenant);
            let answer = room.receive(source, &tenant, request).await;
            let webhooks = &room.inbox.metrics().http.webhooks;
            webhooks.of([source.as_str(), outcome(&answer)]).inc();
            answer
        };
        router = router.route(&path, post(answer));
    }
    router.with_state(Room { inbox, bodies })
}

fn template(source: Source) -> String {
    format!("/webhooks/{{tenant}}/{}", source.as_str())
}

struct Room<I> {
    inbox: Arc<I>,
    bodies: Bodies,
}

/// What the sender is told. People read it in the sender's list of deliveries.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Accepted {
    /// Id of the delivery, as its sender gave it.
    delivery: String,
    /// Whether it was taken before.
    duplicate: bool,
    /// What was ignored; absent if nothing was.
    #[serde(skip_serializing_if = "Option::is_none")]
    ignored: Option<String>,
}

impl<I: Inbox> Room<I> {
    async fn receive(
        &self,
        source: Source,
        tenant: &str,
        request: Request,
    ) -> Result<(StatusCode, Json<Accepted>), Problem> {
        let (head, body) = request.into_parts();
        let body = self.bodies.read(body, source.max_body_bytes()).await?;
        let Ok(tenant) = TenantId::parse(tenant) else {
            return Err(unauthorized());
        };
        Span::current().record("tenant", tenant.as_str());
        let secret = self.inbox.secret(&tenant, source).await;
        // An empty secret signs nothing: who is not known is refused as a forger is, in the same time.
        let secret = secret.map_err(|error| failed(&error))?.unwrap_or_default();
        // The largest bodies take a good part of a second, in which this thread serves others.
        let read = move || source.read(&head.headers, &body.bytes, &secret);
        let read = tokio::task::spawn_blocking(read).await;
        let received = read
            .map_err(|_| Problem::busy())?
            .map_err(|why| refused(source, &tenant, &why))?;
        let (delivery, ignored) = (received.id.clone(), received.ignored.clone());
        let duplicate = if received.events.is_empty() {
            false
        } else {
            let taken = self.inbox.take(&tenant, source, received).await;
            taken.map_err(|error| failed(&error))?.duplicate
        };
        let accepted = Accepted {
            delivery,
            duplicate,
            ignored,
        };
        Ok((StatusCode::ACCEPTED, Json(accepted)))
    }
}

impl<I> Clone for Room<I> {
    fn clone(&self) -> Self {
        Self {
            inbox: Arc::clone(&self.inbox),
            bodies: self.bodies.clone(),
        }
    }
}

/// What became of a delivery, for metrics.
fn outcome(answer: &Result<(StatusCode, Json<Accepted>), Problem>) -> &'static str {
    match answer {
        Ok((_, Json(accepted))) if accepted.duplicate => "duplicate",
        Ok((_, Json(accepted))) if accepted.ignored.is_some() => "ignored",
        Ok(_) => "taken",
        Err(problem) if problem.is_ours() => "failed",
        Err(_) => "refused",
    }
}

fn refused(source: Source, tenant: &TenantId, why: &Refused) -> Problem {
    tracing::warn!(
        "a webhook of {} for tenant {tenant} was refused: {why}",
        source.as_str()
    );
    if why.status() == StatusCode::UNAUTHORIZED {
        return unauthorized();
    }
    Problem::new(why.status(), why.to_string()).about(why.field())
}

/// The same for a signature that is missing or wrong and for a tenant whom nobody knows, so that tenants cannot be
/// guessed.
fn unauthorized() -> Problem {
    let detail =
        "the signature is missing or wrong; the sender must sign with the secret that is set here";
    Problem::new(StatusCode::UNAUTHORIZED, detail)
}

fn failed(error: &HostError) -> Problem {
    tracing::error!("a webhook could not be taken: {error}");
    Problem::busy()
}

/// Who sends.
const SOURCES: [Source; 2] = [Source::GitHub, Source::PagerDuty];

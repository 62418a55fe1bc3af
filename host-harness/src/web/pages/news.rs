//! How far a sync is, for the script of an integration's page.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use koalr_store::Visitor;

use super::super::api::{Hearer, Listening};
use super::super::problem::Problem;
use super::Pages;
use super::room::{Room, not_found, problem, refused};
use crate::ticket::Ticket;

/// Tells the news of the visitor's tenant as they come.
pub(super) async fn listen<P: Pages>(
    State(room): State<Room<P>>,
    Path(integration): Path<String>,
    head: HeaderMap,
) -> Response {
    let listening = async {
        let Some((visit, visitor)) = room.visitor(&head).await? else {
            let detail = "you are not signed in any more; make a new link with `koalr sign-in`";
            return Err(Problem::new(StatusCode::UNAUTHORIZED, detail));
        };
        let visitor = Watching {
            pages: Arc::clone(&room.pages),
            visit,
            visitor,
            integration,
        };
        room.streams.open(Arc::new(visitor), &head).await
    };
    listening
        .await
        .unwrap_or_else(|problem| refused(None, &problem))
}

/// A visitor who looks at an integration's page.
struct Watching<P> {
    pages: Arc<P>,
    visit: Ticket,
    visitor: Visitor,
    integration: String,
}

impl<P: Pages> Hearer for Watching<P> {
    const WHO: &str = "this visit";

    fn id(&self) -> String {
        hex::encode(self.visit.hash())
    }

    async fn listen(&self, after: Option<String>) -> Result<Listening, Problem> {
        let (visitor, integration) = (self.visitor.clone(), self.integration.clone());
        let listening = Arc::clone(&self.pages).news(visitor, integration, after);
        listening.await.map_err(problem)?.ok_or_else(not_found)
    }

    async fn may_listen(&self) -> bool {
        let visitor = Arc::clone(&self.pages).visitor(self.visit.again());
        matches!(visitor.await, Ok(Some(_)))
    }
}

/// Where it is.
pub(super) const PATH: &str = "/settings/integrations/{integration}/news";

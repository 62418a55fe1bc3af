//! What the API asks for: answered at once, or queued.

mod changes;
mod integrations;
mod metrics;

use std::sync::Arc;

use http::StatusCode;
use koalr_store::ApiKeyRecord;
use serde::Serialize;
use serde_json::Value;
use tracing::Span;

use super::desk::Desk;
use crate::web::{Api, Ask, Reply};
use crate::{ApiKey, HostError};

impl Api for Desk {
    async fn authenticate(self: Arc<Self>, key: ApiKey) -> Result<Option<ApiKeyRecord>, HostError> {
        blocking(move || self.holder(&key)).await
    }

    async fn answer(
        self: Arc<Self>,
        caller: ApiKeyRecord,
        ask: Ask,
    ) -> Result<Option<Reply>, HostError> {
        match ask {
            Ask::Changes(ask) => changes::answer(self, caller, ask).await,
            Ask::Integrations(ask) => integrations::answer(self, caller, ask).await,
            Ask::Metrics(ask) => metrics::answer(self, caller, ask).await,
        }
    }
}

impl Desk {
    /// What is stored of a key that holds.
    fn holder(&self, key: &ApiKey) -> Result<Option<ApiKeyRecord>, HostError> {
        let kept = self.data.api_key(key.id())?;
        // Who is not known is refused in the time of a wrong secret.
        let (record, hash) = match kept {
            Some((record, hash)) => (Some(record), hash),
            None => (None, [0; 32]),
        };
        if !key.is(&hash) {
            return Ok(None);
        }
        let record = record.filter(|one| one.revoked_at.is_none());
        if let Some(record) = &record
            && let Err(error) = self.data.note_api_key_use(record, self.now())
        {
            // That it was used is nice to know, and no reason to refuse it.
            tracing::warn!(key = record.id, "noting that a key was used: {error}");
        }
        Ok(record)
    }
}

fn done(body: &impl Serialize) -> Result<Option<Reply>, HostError> {
    Ok(Some(Reply {
        status: StatusCode::OK,
        body: serde_json::to_value(body).map_err(HostError::Json)?,
    }))
}

fn queued(body: Value) -> Reply {
    let status = StatusCode::ACCEPTED;
    Reply { status, body }
}

/// Waits for a disk where nobody else waits with it.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, HostError> + Send + 'static,
) -> Result<T, HostError> {
    let span = Span::current();
    let done = tokio::task::spawn_blocking(move || span.in_scope(work)).await;
    done.map_err(|_| HostError::Ended)?
}

//! What the API asks for: answered at once, or queued.

mod changes;
mod integrations;
mod metrics;

pub(super) use metrics::asked;

use std::sync::Arc;

use http::StatusCode;
use koalr_platform::model::common::Timestamp;
use koalr_store::{ApiKeyRecord, Once, OnceAnswer, OnceRequest};
use serde::Serialize;
use tracing::Span;

use super::desk::Desk;
use crate::web::{Api, Ask, Listening, OnceKey, Reply};
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
            Ask::News => Ok(None),
        }
    }

    async fn begin_once(
        self: Arc<Self>,
        caller: ApiKeyRecord,
        once: OnceKey,
    ) -> Result<Once, HostError> {
        blocking(move || match self.tenant(&caller.tenant)? {
            Some(mut tenant) => Ok(tenant.begin_once(request(&caller, &once), Desk::now(&self))?),
            // There is nothing to be done, however often.
            None => Ok(Once::Begun),
        })
        .await
    }

    async fn end_once(
        self: Arc<Self>,
        caller: ApiKeyRecord,
        once: OnceKey,
        answer: Option<OnceAnswer>,
    ) -> Result<(), HostError> {
        blocking(move || {
            let Some(mut tenant) = self.tenant(&caller.tenant)? else {
                return Ok(());
            };
            let request = request(&caller, &once);
            match answer {
                Some(answer) => tenant.finish_once(request, &answer)?,
                None => tenant.forget_once(request)?,
            }
            Ok(())
        })
        .await
    }

    async fn listen(
        self: Arc<Self>,
        caller: ApiKeyRecord,
        after: Option<String>,
    ) -> Result<Option<Listening>, HostError> {
        blocking(move || {
            if self.tenant(&caller.tenant)?.is_none() {
                return Ok(None);
            }
            let now = Desk::now(&self);
            Ok(self.news.listen(&caller.tenant, after.as_deref(), now))
        })
        .await
    }

    async fn still_holds(self: Arc<Self>, caller: ApiKeyRecord) -> bool {
        let looked = blocking(move || {
            let key = self.data.api_key(&caller.id)?;
            let holds = key.is_some_and(|(record, _)| record.revoked_at.is_none());
            Ok(holds && self.tenant(&caller.tenant)?.is_some())
        });
        looked.await.unwrap_or(false)
    }

    fn now(&self) -> Timestamp {
        Self::now(self)
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

fn request<'a>(caller: &'a ApiKeyRecord, once: &'a OnceKey) -> OnceRequest<'a> {
    OnceRequest {
        api_key: &caller.id,
        key: &once.key,
        fingerprint: &once.fingerprint,
    }
}

/// Who asks, in the audit log: the key's person, or the key.
fn actor(caller: &ApiKeyRecord) -> String {
    let key = || format!("api key {}", caller.id);
    caller.login.clone().unwrap_or_else(key)
}

fn done(body: &impl Serialize) -> Result<Option<Reply>, HostError> {
    reply(StatusCode::OK, body)
}

/// It is stored, and will be done.
fn queued_as(body: &impl Serialize) -> Result<Option<Reply>, HostError> {
    reply(StatusCode::ACCEPTED, body)
}

fn reply(status: StatusCode, body: &impl Serialize) -> Result<Option<Reply>, HostError> {
    let body = serde_json::to_value(body).map_err(HostError::Json)?;
    Ok(Some(Reply { status, body }))
}

/// Waits for a disk where nobody else waits with it.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, HostError> + Send + 'static,
) -> Result<T, HostError> {
    let span = Span::current();
    let done = tokio::task::spawn_blocking(move || span.in_scope(work)).await;
    done.map_err(|_| HostError::Ended)?
}

//! An inbox that remembers.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use http::StatusCode;
use koalr_store::{ApiKeyRecord, TenantId};
use serde_json::json;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use super::super::{Api, Ask, Inbox, Pulse, Reply, Taken, Unready};
use super::SECRET;
use crate::ApiKey;
use crate::error::HostError;
use crate::inbox::{Received, Source};
use crate::observe::{Metrics, Scene};

/// Knows tenant `acme`, by its secret, and `globex`, by another one; `silent` has none.
#[derive(Default)]
pub(super) struct Fake {
    pub(super) taken: Mutex<Vec<(TenantId, Source, Received)>>,
    seen: Mutex<BTreeSet<(TenantId, Source, String)>>,
    /// Keys by the hash of each.
    keys: Vec<(ApiKeyRecord, [u8; 32])>,
    /// What was asked by API, and by whom.
    pub(super) asked: Mutex<Vec<(TenantId, Ask)>>,
    /// What counts its requests.
    metrics: Arc<Metrics>,
    /// It fails.
    pub(super) broken: bool,
    /// Where taking waits until it may go on.
    pub(super) gate: Option<Gate>,
}

pub(super) struct Gate {
    /// One permit for each that waits.
    pub(super) arrived: Semaphore,
    /// One permit for each that may go on.
    pub(super) open: Semaphore,
}

impl Fake {
    pub(super) fn gated() -> Self {
        let gate = Gate {
            arrived: Semaphore::new(0),
            open: Semaphore::new(0),
        };
        Self {
            gate: Some(gate),
            ..Self::default()
        }
    }

    pub(super) fn knowing(record: ApiKeyRecord, key: &ApiKey) -> Self {
        Self {
            keys: vec![(record, key.hash())],
            ..Self::default()
        }
    }

    pub(super) fn broken() -> Self {
        Self {
            broken: true,
            ..Self::default()
        }
    }

    fn works(&self) -> Result<(), HostError> {
        if self.broken {
            return Err(HostError::Manifest("canary".to_owned()));
        }
        Ok(())
    }
}

impl Inbox for Fake {
    async fn secret(
        &self,
        tenant: &TenantId,
        _: Source,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, HostError> {
        self.works()?;
        let secret = match tenant.as_str() {
            "acme" => Some(SECRET),
            "globex" => Some("another one"),
            _ => None,
        };
        Ok(secret.map(|secret| Zeroizing::new(secret.as_bytes().to_vec())))
    }

    async fn take(
        &self,
        tenant: &TenantId,
        source: Source,
        received: Received,
    ) -> Result<Taken, HostError> {
        if let Some(gate) = &self.gate {
            gate.arrived.add_permits(1);
            gate.open.acquire().await.unwrap().forget();
        }
        let key = (tenant.clone(), source, received.id.clone());
        let duplicate = !self.seen.lock().unwrap().insert(key);
        if !duplicate {
            let taken = (tenant.clone(), source, received);
            self.taken.lock().unwrap().push(taken);
        }
        Ok(Taken { duplicate })
    }
}

impl Pulse for Fake {
    async fn ready(&self) -> Result<(), Unready> {
        self.works().map_err(|_| Unready::Data)
    }

    fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }

    fn scene(&self) -> Scene {
        Scene::default()
    }
}

impl Api for Fake {
    async fn authenticate(self: Arc<Self>, key: ApiKey) -> Result<Option<ApiKeyRecord>, HostError> {
        self.works()?;
        let mut keys = self.keys.iter();
        Ok(keys.find(|(_, hash)| key.is(hash)).map(|one| one.0.clone()))
    }

    async fn answer(
        self: Arc<Self>,
        caller: ApiKeyRecord,
        ask: Ask,
    ) -> Result<Option<Reply>, HostError> {
        self.asked.lock().unwrap().push((caller.tenant, ask));
        let body = json!({ "key": caller.id });
        let status = StatusCode::OK;
        Ok(Some(Reply { status, body }))
    }
}

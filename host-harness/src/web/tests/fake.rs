//! An inbox that remembers.

use std::collections::BTreeSet;
use std::sync::Mutex;

use koalr_store::TenantId;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use super::super::{Inbox, Taken};
use super::SECRET;
use crate::error::HostError;
use crate::inbox::{Received, Source};

/// Knows tenant `acme`, by its secret, and `globex`, by another one; `silent` has none.
#[derive(Default)]
pub(super) struct Fake {
    pub(super) taken: Mutex<Vec<(TenantId, Source, Received)>>,
    seen: Mutex<BTreeSet<(TenantId, Source, String)>>,
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

    async fn ready(&self) -> bool {
        !self.broken
    }
}

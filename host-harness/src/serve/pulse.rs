//! How the server feels.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use koalr_store::{DataDir, StoreError};

use super::desk::Desk;
use crate::observe::{Metrics, Scene};
use crate::web::{Pulse, Unready};

impl Pulse for Desk {
    async fn ready(&self) -> Result<(), Unready> {
        if self.ends() {
            return Err(Unready::Ending);
        }
        if !self.running.load(Ordering::Relaxed) {
            return Err(Unready::Queue);
        }
        let path = self.data.path().to_owned();
        let looked = tokio::task::spawn_blocking(move || {
            // Opening makes what is missing, and a directory that is gone is not to become an empty one.
            if !path.join("control.db").is_file() {
                return Err(Unready::Data);
            }
            DataDir::open(path).map(drop).map_err(|error| {
                tracing::error!("not ready: {error}");
                unready(&error)
            })
        });
        looked.await.unwrap_or(Err(Unready::Data))
    }

    fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }

    fn scene(&self) -> Scene {
        Scene {
            queue: self.counts(),
            integration: self.integration().to_owned(),
            syncs: self.freshness.syncs(self.now(), self.every),
        }
    }
}

fn unready(error: &StoreError) -> Unready {
    match error {
        StoreError::KeyMissing { .. }
        | StoreError::KeyWrong { .. }
        | StoreError::KeyMode { .. }
        | StoreError::KeyLength { .. } => Unready::Vault,
        _ => Unready::Data,
    }
}

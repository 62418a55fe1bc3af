//! Which version of the integration serves whom. It is replaced while calls are under way.

use std::collections::BTreeMap;
use std::sync::{Arc, MutexGuard, PoisonError};

use koalr_platform::rollout::{ContentHash, Paused, Rollout};
use koalr_store::TenantId;

use super::{Host, Loaded};
use crate::HostError;
use crate::registry::refuse_pause;

/// Loaded versions of one integration, by content hash.
pub type Versions = BTreeMap<ContentHash, Host>;

/// Loaded versions, and who is served by which.
pub(super) struct Serving {
    rollout: Rollout,
    versions: BTreeMap<ContentHash, Arc<Loaded>>,
}

impl Host {
    /// The version that serves a tenant now: this one until [`Host::serve`] says otherwise.
    ///
    /// A call, a decision and a batch each begin with it and end on it, whatever is put in its place meanwhile.
    #[must_use]
    pub fn serving(&self, tenant: &TenantId) -> Self {
        let serving = self.slot().clone();
        let loaded = serving.and_then(|serving| {
            let release = serving.rollout.resolve(tenant.as_str());
            serving.versions.get(&release.hash).cloned()
        });
        Self {
            loaded: loaded.unwrap_or_else(|| Arc::clone(&self.loaded)),
            ..self.clone()
        }
    }

    /// From now on each tenant is served as this rollout says. Calls that are under way end on the version they began with.
    ///
    /// A version that is not among those given is not served: this one is, in its place.
    pub fn serve(&self, rollout: Rollout, versions: &Versions) {
        let versions = versions
            .iter()
            .map(|(hash, host)| (hash.clone(), Arc::clone(&host.loaded)))
            .collect();
        let serving = Arc::new(Serving { rollout, versions });
        let former = self.slot().replace(serving);
        // What nobody uses any more is freed here, where nobody waits for it.
        drop(former);
    }

    /// Why nothing is asked of the integration for now; none if it works.
    pub(crate) fn paused(&self) -> Option<Paused> {
        self.slot().as_ref()?.rollout.paused.clone()
    }

    /// Makes sure that the integration may be asked.
    pub(crate) fn refuse_paused(&self) -> Result<(), HostError> {
        match self.slot().as_ref() {
            Some(serving) => refuse_pause(&serving.rollout),
            None => Ok(()),
        }
    }

    /// Whether both are the same component.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.plugin().content_hash() == other.plugin().content_hash()
    }

    fn slot(&self) -> MutexGuard<'_, Option<Arc<Serving>>> {
        let serving = self.common.serving.lock();
        serving.unwrap_or_else(PoisonError::into_inner)
    }
}

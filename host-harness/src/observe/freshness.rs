//! How old each tenant's data are, kept in memory: thousands of files are not opened for a look at it.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use koalr_platform::model::common::Timestamp;
use koalr_store::TenantId;

/// When each connected tenant was last synced to the end.
#[derive(Debug, Default)]
pub(crate) struct Freshness(Mutex<BTreeMap<TenantId, Option<Timestamp>>>);

/// Connected tenants by how fresh their data are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Syncs {
    /// By the word of their state.
    pub(super) tenants: [(&'static str, usize); 3],
    /// Age of the oldest of their newest complete syncs, in milliseconds; none while there is none.
    pub(super) oldest_ms: Option<i64>,
}

impl Freshness {
    /// A tenant is connected, and was last synced to the end then. None says nothing: a walk that was stopped does not
    /// know the one before it.
    pub(crate) fn note(&self, tenant: &TenantId, synced_at: Option<Timestamp>) {
        let mut tenants = self.tenants();
        let known = tenants.entry(tenant.clone()).or_default();
        *known = synced_at.or(*known);
    }

    /// A tenant is not connected.
    pub(crate) fn forget(&self, tenant: &TenantId) {
        self.tenants().remove(tenant);
    }

    /// How it stands where every tenant is synced once a period.
    pub(crate) fn syncs(&self, now: Timestamp, period: Duration) -> Syncs {
        let period_ms = i64::try_from(period.as_millis()).unwrap_or(i64::MAX);
        let (mut fresh, mut stale, mut never) = (0, 0, 0);
        let mut oldest_ms = None;
        for synced_at in self.tenants().values() {
            let Some(synced_at) = synced_at else {
                never += 1;
                continue;
            };
            // The clock may have been put back.
            let age_ms = now.saturating_sub(*synced_at).max(0);
            oldest_ms = oldest_ms.max(Some(age_ms));
            if age_ms > period_ms.saturating_mul(2) {
                stale += 1;
            } else {
                fresh += 1;
            }
        }
        Syncs {
            tenants: [("fresh", fresh), ("stale", stale), ("never", never)],
            oldest_ms,
        }
    }

    fn tenants(&self) -> MutexGuard<'_, BTreeMap<TenantId, Option<Timestamp>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenant(name: &str) -> TenantId {
        TenantId::parse(name).unwrap()
    }

    #[test]
    fn data_are_stale_after_two_periods_and_a_tenant_that_was_never_synced_has_no_age() {
        let freshness = Freshness::default();
        let minute = Duration::from_mins(1);
        assert_eq!(freshness.syncs(0, minute).oldest_ms, None);
        freshness.note(&tenant("never"), None);
        assert_eq!(freshness.syncs(0, minute).oldest_ms, None);
        freshness.note(&tenant("just-fresh"), Some(60_000));
        freshness.note(&tenant("just-stale"), Some(59_999));
        let syncs = freshness.syncs(180_000, minute);
        assert_eq!(syncs.tenants, [("fresh", 1), ("stale", 1), ("never", 1)]);
        assert_eq!(syncs.oldest_ms, Some(120_001));
    }

    #[test]
    fn a_walk_that_was_stopped_does_not_undo_the_one_before_it() {
        let freshness = Freshness::default();
        freshness.note(&tenant("acme"), Some(7));
        freshness.note(&tenant("acme"), None);
        assert_eq!(freshness.syncs(10, Duration::ZERO).oldest_ms, Some(3));
    }

    #[test]
    fn a_tenant_that_is_connected_no_more_does_not_age() {
        let freshness = Freshness::default();
        freshness.note(&tenant("acme"), Some(0));
        freshness.forget(&tenant("acme"));
        let syncs = freshness.syncs(i64::MAX, Duration::ZERO);
        assert_eq!((syncs.tenants[1].1, syncs.oldest_ms), (0, None));
    }
}

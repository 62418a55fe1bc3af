//! What is done without being asked: tenants are noticed as they come and go, and every connection is synced.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use koalr_platform::model::common::Timestamp;
use koalr_store::{Class, FileMark, JobState, StoreError, Tenant, TenantId, TenantState};

use super::api::blocking;
use super::desk::Desk;
use super::work::Task;
use crate::HostError;
use crate::jobs::SYNC_KEY;

/// Looks at the tenants again and again, because other processes make, suspend, restore and delete them.
pub(super) async fn watch(desk: Arc<Desk>) {
    let mut served = BTreeMap::new();
    loop {
        if let Err(error) = look(&desk, &mut served).await {
            tracing::error!("looking at the tenants: {error}");
        }
        desk.pause(LOOK_MS).await;
    }
}

/// Lets go of tenants that were suspended or deleted, and begins with those that were made, resumed or restored.
/// `served` has every tenant that was begun with, and the file it had then.
async fn look(
    desk: &Arc<Desk>,
    served: &mut BTreeMap<TenantId, FileMark>,
) -> Result<(), HostError> {
    let looking = Arc::clone(desk);
    let records = blocking(move || {
        looking.pool.close_stale(&looking.data);
        Ok(looking.data.tenant_records()?)
    })
    .await?;
    let active = records
        .into_iter()
        .filter(|record| record.state == TenantState::Active)
        .filter_map(|record| Some((record.id, record.file?)));
    // While the integration is paused, jobs wait in the store as those of a suspended tenant do.
    let active: BTreeMap<TenantId, FileMark> = match desk.host.paused() {
        None => active.collect(),
        Some(_) => BTreeMap::new(),
    };
    served.retain(|id, file| {
        let stays = active.get(id) == Some(file);
        if !stays {
            tracing::info!(tenant = %id, "suspended, replaced or deleted, or the integration is paused: its jobs are let go");
            desk.let_go(id);
        }
        stays
    });
    for (id, file) in active {
        if served.contains_key(&id) {
            continue;
        }
        let (beginning, tenant) = (Arc::clone(desk), id.clone());
        match blocking(move || begin(&beginning, &tenant)).await {
            // It is tried again with the next look.
            Err(HostError::Store(StoreError::Busy { .. })) => continue,
            // One tenant's damaged file is no reason to leave the others alone.
            Err(error) => tracing::error!(tenant = %id, "opening its data: {error}"),
            Ok(()) => {}
        }
        served.insert(id, file);
    }
    Ok(())
}

/// Takes up what waits, and sees to it that the connection is synced.
fn begin(desk: &Desk, id: &TenantId) -> Result<(), HostError> {
    match desk.tenant(id) {
        Ok(Some(mut tenant)) => {
            tenant.revive_jobs()?;
            desk.take_up(&tenant, |_| true)?;
            plan(desk, &mut tenant, desk.now())
        }
        // It was deleted or suspended since.
        Ok(None) | Err(HostError::Store(StoreError::TenantSuspended { .. })) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Queues the next sync of a connected tenant.
pub(super) fn plan(desk: &Desk, tenant: &mut Tenant, at: Timestamp) -> Result<(), HostError> {
    let integration = desk.integration().to_owned();
    if tenant.connection(&integration)?.is_none() {
        desk.freshness.forget(tenant.id());
        return Ok(());
    }
    let synced_at = crate::jobs::synced_at(&desk.serving(tenant), tenant)?;
    desk.freshness.note(tenant.id(), synced_at);
    let task = due(desk, tenant)?;
    desk.push(tenant, &task, at)
}

/// What a sync of a connected tenant is now: everything if nothing was synced yet, else what changed. A backfill that
/// waits, since it was cut off, stays one: it also looks back.
pub(super) fn due(desk: &Desk, tenant: &Tenant) -> Result<Task, HostError> {
    if !crate::jobs::is_synced(&desk.serving(tenant), tenant)? {
        return Ok(Task::Backfill);
    }
    let waits = tenant.waiting_jobs()?.into_iter().any(|job| {
        job.key == SYNC_KEY && job.class == Class::Backfill && job.state == JobState::Waiting
    });
    Ok(if waits {
        Task::Backfill
    } else {
        Task::Increment
    })
}

/// When the next sync of a tenant begins: tenants that were started at once do not stay in step.
pub(super) fn next(tenant: &TenantId, every: Duration, now: Timestamp) -> Timestamp {
    let every_ms = i64::try_from(every.as_millis()).unwrap_or(i64::MAX);
    let spread = tenant.as_str().bytes().fold(0_u32, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(u32::from(byte))
    });
    // Up to a tenth later.
    let later = every_ms / 10 * i64::from(spread % 1000) / 1000;
    now.saturating_add(every_ms).saturating_add(later)
}

/// How often the tenants are looked at, in milliseconds. It takes some milliseconds where there are thousands.
const LOOK_MS: Timestamp = 5_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenants_do_not_stay_in_step_and_are_at_most_a_tenth_late() {
        let at = |name: &str| next(&TenantId::parse(name).unwrap(), Duration::from_mins(15), 0);
        assert_ne!(at("acme"), at("umbrella"));
        for name in ["a", "acme", "umbrella"] {
            assert!((900_000..=990_000).contains(&at(name)), "{}", at(name));
        }
    }
}

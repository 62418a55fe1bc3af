//! What is done without being asked: the first sync of a connection, and the next one after it.

use std::time::Duration;

use koalr_platform::model::common::Timestamp;
use koalr_store::{Tenant, TenantId};

use super::desk::Desk;
use super::work::Task;
use crate::HostError;

/// Takes up what waits, and sees to it that every connection is synced.
pub(super) fn begin(desk: &Desk) -> Result<(), HostError> {
    for id in desk.tenants()? {
        match desk.tenant(&id) {
            Ok(Some(mut tenant)) => {
                desk.take_up(&tenant, |_| true)?;
                plan(desk, &mut tenant, desk.now())?;
            }
            Ok(None) => {}
            // One tenant's damaged file is no reason to leave the others alone.
            Err(error) => tracing::error!(tenant = %id, "opening its data: {error}"),
        }
    }
    Ok(())
}

/// Queues the next sync of a connected tenant.
pub(super) fn plan(desk: &Desk, tenant: &mut Tenant, at: Timestamp) -> Result<(), HostError> {
    let integration = desk.host.manifest().id.clone();
    if tenant.connection(&integration)?.is_none() {
        return Ok(());
    }
    let task = due(desk, tenant)?;
    desk.push(tenant, &task, at)
}

/// What a sync of a connected tenant is now: everything if nothing was synced yet, else what changed.
pub(super) fn due(desk: &Desk, tenant: &Tenant) -> Result<Task, HostError> {
    Ok(if crate::jobs::is_synced(&desk.host, tenant)? {
        Task::Increment
    } else {
        Task::Backfill
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

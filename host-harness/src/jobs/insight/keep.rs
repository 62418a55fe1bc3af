//! Keeps what reports read, so that who looks at them does not wait.

use koalr_platform::model::common::Timestamp;
use koalr_store::Tenant;

use super::{MOST_CHANGED, TURN, refresh};
use crate::HostError;

/// Whether reports of a time are made at once: in about a tenth of a second beyond what reading takes that is kept.
///
/// # Errors
/// - the store failed
pub fn is_prompt(tenant: &Tenant, as_of: Timestamp) -> Result<bool, HostError> {
    let unkept = tenant.unkept(as_of)?;
    let spells = unkept.spells;
    Ok(spells.segments <= MOST_SEGMENTS
        && spells.findings <= MOST_CHANGED
        && unkept.delivered <= MOST_DELIVERED)
}

/// Keeps all that reports of a time read, unless it is to end.
///
/// # Errors
/// - the store failed
pub fn keep_reports(
    tenant: &mut Tenant,
    as_of: Timestamp,
    ends: impl Fn() -> bool,
) -> Result<(), HostError> {
    while !ends() && refresh(tenant, TURN)? == TURN {}
    tenant.ledger(as_of)?;
    Ok(())
}

/// Segments that are built while somebody waits: 16,384 findings.
const MOST_SEGMENTS: u32 = 32;

/// Changes and deployments that a ledger is made of while somebody waits.
const MOST_DELIVERED: u32 = 20_000;

//! Asks about findings that a completed listing no longer had: whether they are gone.

use koalr_platform::model::common::Timestamp;
use koalr_platform::model::walk::{FindingsScope, Scope};
use koalr_store::{StoredConnection, Tenant};

use super::line::{Line, organizations};
use super::sync_report::SyncReport;
use super::walk::{Step, Walk};
use crate::HostError;

/// Asks about missing findings, organization by organization.
///
/// # Errors
///
/// The store failed, or the upstream could not be asked. What was stored stays, and the rest is asked for next time.
pub(super) async fn confirm(
    line: &Line,
    tenant: &mut Tenant,
    connection: &StoredConnection,
    report: &mut SyncReport,
    as_of: Timestamp,
) -> Result<(), HostError> {
    let mut room = MOST_FINDINGS;
    for organization in organizations(&connection.record) {
        let ids = tenant.missing(connection, &organization, room)?;
        if ids.is_empty() {
            continue;
        }
        room = room.saturating_sub(ids.len());
        let scope = Scope::Findings(FindingsScope { organization, ids });
        let walk = Walk {
            line,
            scope: scope.clone(),
            since: None,
            as_of,
            patience_secs: LONGEST_WAIT_SECS,
        };
        walk.run(None, |step| {
            if let Step::Keep(batch) = step {
                tenant.apply_batch(connection, &scope, batch, as_of)?;
                report.requests += u64::from(batch.requests);
            }
            Ok(())
        })
        .await?;
        if room == 0 {
            break;
        }
    }
    Ok(())
}

/// Most findings one run asks about: each is a request, and a listing that lost more is answered by the next one.
const MOST_FINDINGS: usize = 100;

/// Longest time to wait for the upstream in all, in seconds: the outcome is not printed before.
const LONGEST_WAIT_SECS: u32 = 60;

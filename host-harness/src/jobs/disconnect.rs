//! Takes a connection away: its token is shredded, what was synced stays.

use koalr_platform::audit::Event;
use koalr_platform::model::common::Timestamp;
use koalr_platform::team::Act;
use koalr_store::Tenant;
use schemars::JsonSchema;
use serde::Serialize;

use super::line::not_connected;
use super::team::{known, not_possible};
use crate::HostError;

/// A connection that was taken away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct DisconnectReport {
    /// Id of the integration, for example `snyk`.
    pub integration: String,
    /// The address that was connected. Connecting to it again goes on where its syncs stopped.
    pub upstream: String,
}

/// Disconnects: the token is removed so that no file has anything of it, not even sealed. What was synced stays, and
/// reports still count it. A sync that runs ends before its next batch is stored.
///
/// # Errors
/// - nothing is connected
/// - somebody reads the tenant's file for too long: the connection is gone, but the token's sealed form is not yet; do it
///   again
/// - the store failed
pub fn disconnect(
    tenant: &mut Tenant,
    integration: &str,
    by: &str,
    now: Timestamp,
) -> Result<DisconnectReport, HostError> {
    let is_first = tenant.connection(integration)?.is_some();
    let upstream = tenant.as_one(|tenant| {
        let former = tenant.disconnect(integration, SYNC_KEY)?;
        let former = former.ok_or_else(|| not_connected(tenant, integration))?;
        let upstream = former.record.endpoint.base;
        if is_first {
            let event = Event::Disconnected {
                integration: integration.to_owned(),
            };
            tenant.append_audit(now, by, &upstream, &event)?;
        }
        Ok::<_, HostError>(upstream)
    })?;
    tenant.shred()?;
    Ok(DisconnectReport {
        integration: integration.to_owned(),
        upstream,
    })
}

/// The same, done by somebody of the team.
///
/// # Errors
/// - the login is not known, or may not
/// - those of [`disconnect`]
pub fn disconnect_as(
    tenant: &mut Tenant,
    integration: &str,
    login: &str,
    now: Timestamp,
) -> Result<DisconnectReport, HostError> {
    let actor = known(tenant, login)?;
    actor.may(Act::Connect, None).map_err(not_possible)?;
    disconnect(tenant, integration, actor.login(), now)
}

/// Key of the job that syncs: of a tenant, one waits at most.
pub(crate) const SYNC_KEY: &str = "sync";

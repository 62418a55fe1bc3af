//! What is connected, and what was synced. Reads the store alone: no component, no request.

use koalr_platform::model::common::{Coverage, Timestamp};
use koalr_platform::model::connection::{Account, Capability, Organization};
use koalr_store::Tenant;
use schemars::JsonSchema;
use serde::Serialize;

use super::counts::{ClassCounts, FixCounts};
use super::line::connected;
use super::sync::{everything, listed};
use crate::{Host, HostError};

/// A connection, the state of its data, and what the findings are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct StatusReport {
    /// The connection.
    #[serde(flatten)]
    pub connection: ConnectionStatus,
    /// Stored findings, by what they are.
    pub classes: ClassCounts,
    /// The open ones, by whether a fix exists.
    pub fixes: FixCounts,
    /// When the first of the stored resolutions was; none if none is stored.
    pub oldest_resolution: Option<Timestamp>,
}

/// A connection and the state of its data. The token is not in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ConnectionStatus {
    /// The integration.
    pub integration: String,
    /// The tenant.
    pub tenant: String,
    /// Id of the origin, for example `EU-01`.
    pub origin: String,
    /// The pinned address.
    pub upstream: String,
    /// When it was connected.
    pub connected_at: Timestamp,
    /// Who the token belongs to.
    pub account: Account,
    /// The organizations that are synced.
    pub organizations: Vec<Organization>,
    /// Domain suffixes that files may be downloaded from. May be empty.
    pub downloads: Vec<String>,
    /// What the token may do, with the reasons where it may not.
    pub capabilities: Vec<Capability>,
    /// The newest walk of everything; none before the first.
    pub walk: Option<WalkStatus>,
    /// What every route came to.
    pub coverage: Vec<Coverage>,
    /// Projects stored.
    pub projects: u64,
    /// Findings stored, open or not.
    pub issues: u64,
    /// Findings that are open, ignored ones too.
    pub open: u64,
    /// Open findings that the last complete listing lacked, which may be gone.
    pub missing: u64,
    /// Findings that are gone without having been resolved.
    pub vanished: u64,
    /// Checks of pull requests stored.
    pub checks: u64,
}

/// Where a walk stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct WalkStatus {
    /// When it began.
    pub began_at: Timestamp,
    /// When it ended; none if it was stopped, and goes on at the next sync.
    pub ended_at: Option<Timestamp>,
    /// Before when the upstream does not want to be asked again; none if it did not say.
    pub resume_at: Option<Timestamp>,
}

/// Whether everything of a tenant's connection was read once.
///
/// # Errors
/// - the store failed
pub fn is_synced(host: &Host, tenant: &Tenant) -> Result<bool, HostError> {
    Ok(synced_at(host, tenant)?.is_some())
}

/// Whether a tenant's connection was never read to its end yet, so that figures are of less than there is.
///
/// # Errors
/// - the store failed
pub(crate) fn is_first_sync(host: &Host, tenant: &Tenant) -> Result<bool, HostError> {
    let Some(connection) = tenant.connection(&host.manifest().id)? else {
        return Ok(false);
    };
    Ok(tenant.is_first_walk(&connection, &everything(&connection.record))?)
}

/// When everything of a tenant's connection was last read; none if it never was, or the next read is under way.
///
/// # Errors
/// - the store failed
pub fn synced_at(host: &Host, tenant: &Tenant) -> Result<Option<Timestamp>, HostError> {
    let Some(connection) = tenant.connection(&host.manifest().id)? else {
        return Ok(None);
    };
    let state = tenant.sync_state(&connection, &everything(&connection.record))?;
    Ok(state.and_then(|state| state.done_at))
}

/// Reads the state of a connection, and what its findings are.
///
/// # Errors
///
/// Nothing is connected, or the store failed.
pub fn status(tenant: &Tenant, integration: &str) -> Result<StatusReport, HostError> {
    let connection = connection_status(tenant, integration)?;
    let tally = tenant.tally(&connected(tenant, integration)?)?;
    Ok(StatusReport {
        connection,
        classes: ClassCounts::of(&tally),
        fixes: FixCounts::of(&tally),
        oldest_resolution: tally.oldest_resolution,
    })
}

/// Reads the state of a connection, which takes no longer for many findings than for few.
///
/// # Errors
///
/// Nothing is connected, or the store failed.
pub fn connection_status(
    tenant: &Tenant,
    integration: &str,
) -> Result<ConnectionStatus, HostError> {
    let connection = connected(tenant, integration)?;
    let record = &connection.record;
    let scope = everything(record);
    // First whether a walk has ended, then what it brought: a sync goes on between the two.
    let walk = tenant.sync_state(&connection, &scope)?;
    let coverage = listed(tenant, &connection)?;
    let counts = tenant.counts(&connection)?;
    Ok(ConnectionStatus {
        integration: record.integration.clone(),
        tenant: tenant.id().to_string(),
        origin: record.endpoint.origin.clone(),
        upstream: record.endpoint.base.clone(),
        connected_at: record.connected_at,
        account: record.connection.account.clone(),
        organizations: record.connection.organizations.clone(),
        downloads: record.downloads.clone(),
        capabilities: record.connection.capabilities.clone(),
        walk: walk.map(|state| WalkStatus {
            began_at: state.started_at,
            ended_at: state.done_at,
            resume_at: state.resume_at,
        }),
        coverage,
        projects: counts.projects,
        issues: counts.findings,
        open: counts.open_findings,
        missing: counts.missing,
        vanished: counts.vanished,
        checks: counts.change_checks,
    })
}

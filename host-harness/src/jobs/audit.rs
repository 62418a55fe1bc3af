//! The audit log, read and checked.

use koalr_platform::audit::{Entry, Tip, verify};
use koalr_store::Tenant;
use serde::Serialize;

use crate::HostError;

/// Whether the audit log is as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct AuditReport {
    /// How many entries there are.
    pub entries: u64,
    /// Its end, to be kept elsewhere; none if the chain is broken.
    pub tip: Option<Tip>,
    /// Where and how it is broken, as a sentence; none if it is not.
    pub broken: Option<String>,
}

/// All entries, oldest first.
///
/// # Errors
/// - the store failed
pub fn audit_entries(tenant: &Tenant) -> Result<Vec<Entry>, HostError> {
    let mut entries = Vec::new();
    tenant.audit(&mut |entry| {
        entries.push(entry);
        Ok::<_, HostError>(())
    })?;
    Ok(entries)
}

/// Follows the chain from its first entry. `known` is an end that it once had; none if none was kept.
///
/// # Errors
/// - the store failed
pub fn verify_audit(tenant: &Tenant, known: Option<&Tip>) -> Result<AuditReport, HostError> {
    let entries = audit_entries(tenant)?;
    let verified = verify(&entries, known);
    Ok(AuditReport {
        entries: u64::try_from(entries.len()).unwrap_or(u64::MAX),
        broken: verified.as_ref().err().map(ToString::to_string),
        tip: verified.ok(),
    })
}

//! The loop: a stored change, from what is known of it to a verdict, as often as answers come.

use koalr_platform::decision::Decision;
use koalr_platform::evidence::looked_up;
use koalr_platform::model::common::Timestamp;
use koalr_platform::policy::Policy;
use koalr_platform::waiver::WaiverFile;
use koalr_store::Tenant;

use super::dependencies::{Compare, Listed, find};
use super::judge::{Case, JudgeOptions, decide};
use crate::report::{ChangeReport, plain};
use crate::{Host, HostError};

/// How far a change has come.
#[derive(Debug, Clone, PartialEq)]
pub struct Loop {
    /// What is said about it now.
    pub report: ChangeReport,
    /// How many package versions were looked up, and of how many; none without a dependency list.
    pub progress: Option<(u32, u32)>,
    /// When to judge it again, after `as_of`: an answer may be there, or the deadline is over. None if nothing more is
    /// waited for.
    pub again_at: Option<Timestamp>,
}

/// Judges a stored change under the tenant's policy, waivers and overrides, as [`judge_stored`] does.
///
/// # Errors
/// - as those of [`judge_stored`]
/// - the stored policy cannot be used
pub async fn judge_change(
    host: &Host,
    tenant: &mut Tenant,
    compare: Option<&dyn Compare>,
    change_id: &str,
    as_of: Timestamp,
    patience_secs: u32,
) -> Result<Loop, HostError> {
    let options = JudgeOptions::stored(host, tenant)?;
    let when = (as_of, patience_secs);
    judge_stored(host, tenant, compare, change_id, &options, when).await
}

/// Judges a stored change.
///
/// Its dependency list is the stored one of this head, else the one that `compare` gives. `patience_secs` is how long
/// to wait for the upstream in all: with 0, what the quota does not allow now is awaited, and the verdict is pending
/// until the policy's deadline.
///
/// # Errors
/// - the change is not stored, or nothing is connected
/// - a lookup, the store or the plugin failed
pub async fn judge_stored(
    host: &Host,
    tenant: &mut Tenant,
    compare: Option<&dyn Compare>,
    change_id: &str,
    options: &JudgeOptions,
    (as_of, patience_secs): (Timestamp, u32),
) -> Result<Loop, HostError> {
    let record = tenant
        .change(change_id)?
        .ok_or_else(|| HostError::Change(format!("`{}` is no stored change", plain(change_id))))?;
    let list = find(tenant, compare, &record.change, as_of).await?;
    let list_after_secs = match &list {
        Listed::Awaited { after_secs, .. } => Some(*after_secs),
        _ => None,
    };
    let case = Case::stored(record, list);
    let (report, walk_after_secs) =
        decide(host, tenant, &case, options, (as_of, patience_secs)).await?;
    let deadline = options.policy.deadline(report.asked_at);
    let waits = report.settled.outcome.decision == Decision::Pending
        || walk_after_secs.is_some()
        || list_after_secs.is_some();
    let after_secs = walk_after_secs.into_iter().chain(list_after_secs).min();
    let again_at = after_secs.map_or(deadline, |secs| {
        as_of
            .saturating_add(Timestamp::from(secs.max(1)) * 1000)
            .min(deadline)
    });
    Ok(Loop {
        progress: looked_up(&report.evidence),
        again_at: (waits && as_of < deadline).then_some(again_at),
        report,
    })
}

impl JudgeOptions {
    /// The policy and the waivers that are stored.
    ///
    /// # Errors
    /// - the store failed
    /// - the stored policy does not fit the integration
    pub fn stored(host: &Host, tenant: &Tenant) -> Result<Self, HostError> {
        Ok(Self {
            policy: Self::stored_policy(host, tenant)?,
            waivers: Self::stored_waivers(tenant)?,
        })
    }

    /// The stored policy; the default one without it.
    pub(crate) fn stored_policy(host: &Host, tenant: &Tenant) -> Result<Policy, HostError> {
        let Some(stored) = tenant.policy()? else {
            return Ok(Policy::default());
        };
        Policy::parse(&stored.text, host.manifest()).map_err(|complaints| HostError::Complaints {
            path: format!("version {} of the stored policy", stored.version).into(),
            complaints,
        })
    }

    /// The stored waivers that were not revoked.
    pub(crate) fn stored_waivers(tenant: &Tenant) -> Result<WaiverFile, HostError> {
        Ok(WaiverFile {
            waivers: tenant.waivers()?,
            complaints: Vec::new(),
        })
    }
}

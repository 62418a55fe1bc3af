//! The policy that holds, as it is told.

use koalr_platform::decision::Cause;
use koalr_platform::merge::Bands;
use koalr_platform::model::common::Timestamp;
use koalr_platform::policy::{CvssSource, Mode};
use koalr_store::Tenant;
use schemars::JsonSchema;
use serde::Serialize;

use super::judge::JudgeOptions;
use crate::report::AppliedRule;
use crate::report::settings::applied;
use crate::{Host, HostError};

/// The policy that holds, with every default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct PolicyStatus {
    /// Its number, from 1; none if none was ever set, and the defaults hold.
    pub version: Option<u64>,
    /// Login of who set it; none if nobody did.
    pub actor: Option<String>,
    /// When it was set, in milliseconds since 1970; none if it never was.
    pub at: Option<Timestamp>,
    /// Its text as it was set; none if none was.
    pub text: Option<String>,
    /// The whole of it as a file to start from: every key and rule with a comment, in TOML.
    pub spelled_out: String,
    /// How decisions bind.
    pub mode: Mode,
    /// Which CVSS rating counts.
    pub cvss_source: CvssSource,
    /// Causes for which a change that cannot be judged only warns. May be empty.
    pub fail_open: Vec<Cause>,
    /// How long awaited evidence keeps a change pending, in seconds.
    pub deadline_seconds: u32,
    /// Longest life of a waiver, in days.
    pub waiver_max_days: u32,
    /// Where the bands of the score begin, in tenths, 1 to 1000.
    pub bands: Bands,
    /// The active rules with every parameter that applies.
    pub rules: Vec<AppliedRule>,
}

/// The policy that holds.
///
/// # Errors
/// - the stored policy does not fit the integration
/// - the store failed
pub fn policy_status(host: &Host, tenant: &Tenant) -> Result<PolicyStatus, HostError> {
    let policy = JudgeOptions::stored_policy(host, tenant)?;
    let stored = tenant.policy()?;
    let declared = &host.manifest().rules;
    Ok(PolicyStatus {
        version: stored.as_ref().map(|one| one.version),
        actor: stored.as_ref().map(|one| one.actor.clone()),
        at: stored.as_ref().map(|one| one.at),
        text: stored.map(|one| one.text),
        spelled_out: policy.spelled_out(declared),
        mode: policy.mode,
        cvss_source: policy.cvss_source,
        fail_open: policy.fail_open.iter().copied().collect(),
        deadline_seconds: policy.deadline_secs,
        waiver_max_days: policy.waiver_max_days,
        bands: policy.bands,
        rules: applied(&policy.rules(declared), declared),
    })
}

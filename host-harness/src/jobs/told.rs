//! What is told of a stored change.

use koalr_platform::decision::Decision;
use koalr_platform::merge::Merged;
use koalr_platform::model::common::{Change, Timestamp};
use koalr_platform::model::evidence::Observation;
use koalr_platform::waiver::Asked;
use koalr_store::{ChangeRecord, ChangeState, DecisionRecord, Tenant};
use serde::Serialize;

use super::judge::JudgeOptions;
use crate::report::summary::summary;
use crate::report::{ChangeReport, SCHEMA};
use crate::{Host, HostError};

/// A stored change and the last decision about it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ChangeStatus {
    /// The change, with its newest head.
    pub change: Change,
    /// Its title; empty if not known. Text from outside.
    pub title: String,
    /// Login of who wrote it; none if not known. Text from outside.
    pub author: Option<String>,
    /// How far it is.
    pub state: ChangeState,
    /// Whether a decision about the newest head is under way, or waits for evidence.
    pub pending: bool,
    /// The last decision; none if there is none yet.
    pub decided: Option<Decided>,
}

/// A decision in short.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Decided {
    /// The head that was judged, which need not be the newest.
    pub head_sha: String,
    /// Whether it was decided at the time or rebuilt later.
    pub observation: Observation,
    /// What binds, under the policy's mode of the time.
    pub decision: Decision,
    /// The joined score.
    pub score: Merged,
    /// The verdict as sentences.
    pub summary: String,
    /// When a decision about this head was first asked for, in milliseconds since 1970.
    pub asked_at: Timestamp,
    /// The time the decision was made for, in milliseconds since 1970.
    pub as_of: Timestamp,
}

/// What is stored of a change; none if it is not stored. `queued` says whether a judgement of it waits or runs.
///
/// # Errors
/// - the stored policy cannot be used
/// - the store failed
pub fn change_status(
    host: &Host,
    tenant: &Tenant,
    id: &str,
    queued: bool,
) -> Result<Option<ChangeStatus>, HostError> {
    let Some(record) = tenant.change(id)? else {
        return Ok(None);
    };
    let decided = match tenant.latest_decision(&host.manifest().id, id)? {
        Some(decision) => Some(decided(host, tenant, &record, decision)?),
        None => None,
    };
    let waits = decided.as_ref().is_some_and(|one| {
        one.decision == Decision::Pending && one.head_sha == record.change.head_sha
    });
    Ok(Some(ChangeStatus {
        change: record.change,
        title: record.title,
        author: record.author,
        state: record.state,
        pending: queued || waits,
        decided,
    }))
}

/// The sentence is not stored: it is said again, of the same evidence.
fn decided(
    host: &Host,
    tenant: &Tenant,
    record: &ChangeRecord,
    decision: DecisionRecord,
) -> Result<Decided, HostError> {
    let JudgeOptions { policy, waivers } = JudgeOptions::stored(host, tenant)?;
    let as_of = decision.as_of;
    let change = Change {
        head_sha: decision.head_sha.clone(),
        ..record.change.clone()
    };
    let judged = waivers.waivers.valid(&Asked {
        change: &change,
        author: record.author.as_deref(),
        evidence: &decision.evidence,
        cvss_source: policy.cvss_source,
        as_of,
    });
    let pending = decision.settled.outcome.decision == Decision::Pending;
    let report = ChangeReport {
        schema: SCHEMA.to_owned(),
        change,
        title: record.title.clone(),
        author: record.author.clone(),
        deadline: pending.then(|| policy.deadline(decision.asked_at)),
        summary: String::new(),
        fixes: Vec::new(),
        factors: Vec::new(),
        rules: Vec::new(),
        settings: Vec::new(),
        waivers: waivers.waivers.report(&judged, &decision.verdict, as_of),
        complaints: Vec::new(),
        waivable_until: None,
        settled: decision.settled,
        assessment: decision.assessment,
        verdict: decision.verdict,
        evidence: decision.evidence,
        judge: host.judge(),
        asked_at: decision.asked_at,
        as_of,
    };
    Ok(Decided {
        summary: summary(&report),
        head_sha: decision.head_sha,
        observation: decision.observation,
        decision: report.settled.decision,
        score: report.settled.score,
        asked_at: report.asked_at,
        as_of,
    })
}

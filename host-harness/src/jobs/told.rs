//! What is told of stored changes.

mod report;

use koalr_platform::decision::{Decision, DecisionRow};
use koalr_platform::merge::Merged;
use koalr_platform::model::common::{Change, Timestamp};
use koalr_platform::model::evidence::Observation;
use koalr_store::{ChangeState, ListedChange, Tenant};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;

use crate::{Host, HostError};
use report::retold;

pub use report::{told_report, told_report_of};

/// A stored change and the last decision about it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ChangeStatus {
    /// The change, with its newest head.
    pub change: Change,
    /// Its title; empty if not known. Text from outside.
    pub title: String,
    /// Login of who wrote it; none if not known. Text from outside.
    pub author: Option<String>,
    /// How far it is.
    #[schemars(schema_with = "states")]
    pub state: ChangeState,
    /// Whether a decision about the newest head is under way, or waits for evidence.
    pub pending: bool,
    /// The last decision; none if there is none yet.
    pub decided: Option<Decided>,
}

/// A stored change as lists of changes show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ChangeRow {
    /// The change, with its newest head.
    pub change: Change,
    /// Its title; empty if not known. Text from outside.
    pub title: String,
    /// Login of who wrote it; none if not known. Text from outside.
    pub author: Option<String>,
    /// How far it is.
    #[schemars(schema_with = "states")]
    pub state: ChangeState,
    /// When it was opened, in milliseconds since 1970; none if not known.
    pub opened_at: Option<Timestamp>,
    /// When it was merged, in milliseconds since 1970; none if it is not, or not known.
    pub merged_at: Option<Timestamp>,
    /// The time of the last event that told of it, in milliseconds since 1970.
    pub updated_at: Timestamp,
    /// Who told that: `github`, `import`, `api` or `file`.
    pub source: String,
    /// Whether a decision about the newest head is under way, or waits for evidence.
    pub pending: bool,
    /// The last decision, in figures; none if there is none yet.
    pub decided: Option<DecisionRow>,
}

impl ChangeRow {
    /// A change of a list. `queued` says whether a judgement of it waits or runs.
    #[must_use]
    pub fn new(listed: ListedChange, queued: bool) -> Self {
        let ListedChange { record, decided } = listed;
        let waits = decided.as_ref().is_some_and(|one| {
            one.decision == Decision::Pending && one.head_sha == record.change.head_sha
        });
        Self {
            change: record.change,
            title: record.title,
            author: record.author,
            state: record.state,
            opened_at: record.opened_at,
            merged_at: record.merged_at,
            updated_at: record.updated_at,
            source: record.source,
            pending: queued || waits,
            decided,
        }
    }
}

/// A decision in short.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
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
        Some(decision) => {
            let (head_sha, observation) = (decision.head_sha.clone(), decision.observation);
            let report = retold(host, tenant, &record, decision)?;
            Some(Decided {
                head_sha,
                observation,
                decision: report.settled.decision,
                score: report.settled.score,
                summary: report.summary,
                asked_at: report.asked_at,
                as_of: report.as_of,
            })
        }
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

/// The words of states.
fn states(_: &mut SchemaGenerator) -> Schema {
    let states = [
        ChangeState::Open,
        ChangeState::Merged,
        ChangeState::Closed,
        ChangeState::Unknown,
    ];
    json_schema!({ "type": "string", "enum": states.map(ChangeState::word) })
}

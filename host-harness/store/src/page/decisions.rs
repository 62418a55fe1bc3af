//! Decisions in figures, by the time they were made for.

use koalr_platform::decision::{Decision, DecisionRow};
use koalr_platform::model::common::Timestamp;
use koalr_platform::model::evidence::Observation;
use rusqlite::ToSql;
use rusqlite::types::Value;

use super::Slice;
use crate::decision::word;
use crate::error::{Fault, StoreError};
use crate::tenant::Tenant;

/// Which decisions a list shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DecisionList {
    /// Only about this change.
    pub change: Option<String>,
    /// Only about changes of this repository, as `owner/name` in any case.
    pub repository: Option<String>,
    /// Only those that bind so.
    pub decision: Option<Decision>,
    /// Only of this kind.
    pub observation: Option<Observation>,
    /// Only those made for then or later.
    pub from: Option<Timestamp>,
    /// Only those made for before then.
    pub before: Option<Timestamp>,
}

/// Place of a decision in a list: the time it was made for, its change, its head and its kind's word.
pub type DecisionKey = (Timestamp, String, String, String);

impl Tenant {
    /// Decisions of an integration, the newest first. No evidence is read.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn list_decisions(
        &self,
        integration: &str,
        wanted: &DecisionList,
        slice: &Slice<DecisionKey>,
    ) -> Result<Vec<DecisionRow>, StoreError> {
        let mut conditions = vec!["integration = ?".to_owned()];
        let mut values: Vec<Value> = vec![integration.to_owned().into()];
        let mut only = |condition: &str, value: Option<Value>| {
            if let Some(value) = value {
                conditions.push(condition.to_owned());
                values.push(value);
            }
        };
        let text = |text: &str| Value::from(text.to_owned());
        only("change = ?", wanted.change.as_deref().map(text));
        only(OF_REPOSITORY, wanted.repository.as_deref().map(text));
        only("bound = ?", wanted.decision.map(|one| text(one.word())));
        only(
            "observation = ?",
            wanted.observation.map(|one| text(word(one))),
        );
        only("as_of >= ?", wanted.from.map(Value::from));
        only("as_of < ?", wanted.before.map(Value::from));
        if let Some((as_of, change, head_sha, observation)) = &slice.after {
            conditions.push("(as_of, change, head_sha, observation) < (?, ?, ?, ?)".to_owned());
            values.push((*as_of).into());
            values.extend([change, head_sha, observation].map(|key| text(key)));
        }
        values.push(i64::from(slice.limit).into());
        let index = match wanted.change {
            Some(_) => "decisions_of_change",
            None => "decisions_by_time",
        };
        let query = format!(
            "SELECT {SHORT} FROM decisions INDEXED BY {index} WHERE {}
             ORDER BY as_of DESC, change DESC, head_sha DESC, observation DESC LIMIT ?",
            conditions.join(" AND ")
        );
        let values: Vec<&dyn ToSql> = values.iter().map(|value| value as _).collect();
        self.database.read(|database| {
            let mut statement = database.prepare(&query)?;
            let mut rows = statement.query(&*values)?;
            let mut decisions = Vec::new();
            while let Some(row) = rows.next()? {
                decisions.push(short(&row.get::<_, String>(0)?)?);
            }
            Ok(decisions)
        })
    }
}

/// A decision as [`SHORT`] gave it.
pub(super) fn short(json: &str) -> Result<DecisionRow, Fault> {
    Ok(serde_json::from_str(json)?)
}

/// A decision in figures as JSON, of columns that are in both indices of decisions.
pub(super) const SHORT: &str = "json_object(
    'change', change, 'head-sha', head_sha, 'observation', observation, 'decision', bound, 'judged', decision,
    'mode', mode, 'overridden-by', overridden_by, 'waived', waived, 'score', score, 'security', security,
    'band', band, 'asked-at', asked_at, 'as-of', as_of)";

const OF_REPOSITORY: &str =
    "EXISTS (SELECT 1 FROM changes WHERE changes.id = decisions.change AND repository = ?)";

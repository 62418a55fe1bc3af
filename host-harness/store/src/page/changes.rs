//! Changes, by when they were opened.

use koalr_platform::decision::{Decision, DecisionRow};
use koalr_platform::model::common::Timestamp;
use rusqlite::ToSql;
use rusqlite::types::Value;

use super::decisions::{SHORT, short};
use super::{Slice, TimeAndId};
use crate::change::{ChangeRecord, ChangeState};
use crate::error::StoreError;
use crate::fields::decode;
use crate::row::select_list;
use crate::table::own::CHANGES;
use crate::tenant::Tenant;

/// Which changes a list shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChangeList {
    /// Only of this repository, as `owner/name` in any case.
    pub repository: Option<String>,
    /// Only in this state.
    pub state: Option<ChangeState>,
    /// Only those whose last decision this is, as it binds.
    pub decision: Option<Decision>,
}

/// A change in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedChange {
    /// The change.
    pub record: ChangeRecord,
    /// The last decision about it, in figures; none if there is none yet.
    pub decided: Option<DecisionRow>,
}

impl ListedChange {
    /// Its place in the list.
    #[must_use]
    pub fn place(&self) -> TimeAndId {
        let opened_at = self.record.opened_at.unwrap_or(NOT_KNOWN);
        (opened_at, self.record.change.id.clone())
    }
}

impl Tenant {
    /// Changes with the last decision of an integration about each, the last opened first; those of which that is not
    /// known come last. No evidence is read.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn list_changes(
        &self,
        integration: &str,
        wanted: &ChangeList,
        slice: &Slice<TimeAndId>,
    ) -> Result<Vec<ListedChange>, StoreError> {
        let last = |what: &str| format!("(SELECT {what} {LAST})");
        let mut conditions = vec!["?1 IS NOT NULL".to_owned()];
        let mut values: Vec<Value> = vec![integration.to_owned().into()];
        let index = match &wanted.repository {
            Some(repository) => {
                conditions.push("repository = ?".to_owned());
                values.push(repository.clone().into());
                "changes_by_opening_in_repository"
            }
            None => "changes_by_opening",
        };
        if let Some(state) = wanted.state {
            conditions.push("state = ?".to_owned());
            values.push(state.word().to_owned().into());
        }
        if let Some(decision) = wanted.decision {
            conditions.push(format!("{} = ?", last("bound")));
            values.push(decision.word().to_owned().into());
        }
        if let Some((at, id)) = &slice.after {
            conditions.push(BEHIND.to_owned());
            values.extend([*at, *at].map(Value::from));
            values.push(id.clone().into());
        }
        values.push(i64::from(slice.limit).into());
        let query = format!(
            "SELECT {}, {} FROM changes INDEXED BY {index} WHERE {}
             ORDER BY {OPENED} DESC, id DESC LIMIT ?",
            select_list(&CHANGES),
            last(SHORT),
            conditions.join(" AND ")
        );
        let values: Vec<&dyn ToSql> = values.iter().map(|value| value as _).collect();
        self.database.read(|database| {
            let mut statement = database.prepare(&query)?;
            let mut rows = statement.query(&*values)?;
            let mut listed = Vec::new();
            while let Some(row) = rows.next()? {
                let decided: Option<String> = row.get(CHANGES.columns.len())?;
                listed.push(ListedChange {
                    record: decode(&CHANGES, row)?,
                    decided: decided.as_deref().map(short).transpose()?,
                });
            }
            Ok(listed)
        })
    }

    /// Ids of open changes that a waiver of a repository, or of any, may concern: those that do not pass if it is new,
    /// and those of which waivers let findings pass if it was taken back. The last opened first.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn changes_to_judge_again(
        &self,
        integration: &str,
        (repository, waived): (Option<&str>, bool),
        limit: u32,
    ) -> Result<Vec<String>, StoreError> {
        let query = format!(
            "SELECT id FROM changes
             WHERE state IN ('open', 'unknown') AND (?2 IS NULL OR repository = ?2)
               AND (SELECT CASE WHEN ?3 THEN waived > 0 ELSE decision <> 'pass' END {LAST})
             ORDER BY {OPENED} DESC, id DESC LIMIT ?4"
        );
        self.database.read(|database| {
            let mut statement = database.prepare(&query)?;
            let parameters: [&dyn ToSql; 4] = [&integration, &repository, &waived, &limit];
            let ids = statement.query_map(&parameters[..], |row| row.get(0))?;
            Ok(ids.collect::<rusqlite::Result<_>>()?)
        })
    }
}

/// The last decision about a change, as [`latest_decision`](Tenant::latest_decision) chooses it.
const LAST: &str = "FROM decisions AS last INDEXED BY decisions_of_change
    WHERE integration = ?1 AND last.change = changes.id
    ORDER BY observation, as_of DESC, asked_at DESC, rowid DESC LIMIT 1";

/// The index serves the first of the two.
pub(super) const BEHIND: &str = "ifnull(opened_at, -9223372036854775807) <= ?
    AND (ifnull(opened_at, -9223372036854775807), id) < (?, ?)";

/// As in the indices, which otherwise do not serve.
pub(super) const OPENED: &str = "ifnull(opened_at, -9223372036854775807)";

/// The same here.
const NOT_KNOWN: Timestamp = -9_223_372_036_854_775_807;

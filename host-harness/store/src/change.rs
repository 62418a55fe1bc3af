//! Changes, by what the newest event says.

mod newest;

use koalr_platform::model::common::{Change, Tenths, Timestamp};
use rusqlite::types::{Value, ValueRef};
use rusqlite::{OptionalExtension, ToSql};
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::fields::decode;
use crate::kept::put;
use crate::row::select_list;
use crate::table::own::CHANGES;
use crate::tenant::Tenant;

/// A change as the host knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ChangeRecord {
    /// The change with its newest head.
    pub change: Change,
    /// Its title; empty while unknown. Text from outside.
    pub title: String,
    /// Login of who wrote it; none while unknown.
    pub author: Option<String>,
    /// When it was opened; none while unknown.
    pub opened_at: Option<Timestamp>,
    /// How far it is.
    pub state: ChangeState,
    /// When it was merged; none if it is not, or while unknown.
    pub merged_at: Option<Timestamp>,
    /// The commit that the merge made; none if it is not merged, or while unknown.
    pub merge_sha: Option<String>,
    /// Koalr's own deploy risk of it, without any integration, in tenths, 0 to 1000; none while unknown.
    pub base_score: Option<Tenths>,
    /// The time of the event that says so: an older one never replaces a newer.
    pub updated_at: Timestamp,
    /// Who says so: `file`, `import`, `github` or `api`.
    pub source: String,
}

/// How far a change is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeState {
    /// It may be merged yet.
    Open,
    /// It was merged.
    Merged,
    /// It was given up.
    Closed,
    /// Nobody said.
    Unknown,
}

impl ChangeState {
    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Merged => "merged",
            Self::Closed => "closed",
            Self::Unknown => "unknown",
        }
    }
}

/// Which changes to read. The default is all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeFilter {
    /// Only of this repository, as `owner/name` in any case.
    pub repository: Option<String>,
    /// Only in this state.
    pub state: Option<ChangeState>,
    /// Only merged ones, then or later.
    pub merged_from: Option<Timestamp>,
    /// Only merged ones, then or earlier.
    pub merged_to: Option<Timestamp>,
    /// Only what comes after the change of this id, which was the last of the former page.
    pub after: Option<String>,
    /// At most so many.
    pub limit: u32,
}

impl Default for ChangeFilter {
    fn default() -> Self {
        Self {
            repository: None,
            state: None,
            merged_from: None,
            merged_to: None,
            after: None,
            limit: u32::MAX,
        }
    }
}

impl Tenant {
    /// Stores a change, unless something newer is stored and it adds nothing to that: then it says no, and nothing was
    /// written. Of equally old states the later one counts, but what is merged stays so, and what GitHub said is not
    /// replaced by what anybody else says.
    ///
    /// What the newer state does not know it takes from the older one, whichever came first.
    ///
    /// # Errors
    /// - the database is busy, full or cannot be written
    pub fn save_change(&mut self, record: &ChangeRecord) -> Result<bool, StoreError> {
        self.database.write(|transaction| {
            let list = select_list(&CHANGES);
            let query = format!("SELECT {list} FROM changes WHERE id = ?1");
            let mut statement = transaction.prepare(&query)?;
            let mut rows = statement.query([&record.change.id])?;
            let newest = match rows.next()? {
                None => record.clone(),
                Some(row) => {
                    let former: ChangeRecord = decode(&CHANGES, row)?;
                    let newest = newest::of(record, &former);
                    if record.is_outranked(&former) && newest == former {
                        return Ok(false);
                    }
                    newest
                }
            };
            let change = &newest.change;
            let beside = [&change.id, &change.repository].map(|text| ValueRef::from(&**text));
            put(transaction, &CHANGES, &beside, &newest)
        })
    }

    /// A change by the host's id; none if it was never stored.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn change(&self, id: &str) -> Result<Option<ChangeRecord>, StoreError> {
        self.record(&CHANGES, "id = ?1", &[&id])
    }

    /// The change of a repository with this head, the one that moved last if several have it; none if none has.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn change_of_head(
        &self,
        repository: &str,
        head_sha: &str,
    ) -> Result<Option<ChangeRecord>, StoreError> {
        let condition =
            "repository = ?1 AND change ->> 'head-sha' = ?2 ORDER BY updated_at DESC, id";
        self.record(&CHANGES, condition, &[&repository, &head_sha])
    }

    /// Changes by the time of their merge, then id; those that are not merged last.
    ///
    /// # Errors
    /// - [`StoreError::NotStored`]: there is no change with the id to go on after
    /// - the database cannot be read
    pub fn changes(&self, filter: &ChangeFilter) -> Result<Vec<ChangeRecord>, StoreError> {
        let mut conditions = vec!["true".to_owned()];
        let mut values: Vec<Value> = Vec::new();
        if let Some(repository) = &filter.repository {
            conditions.push("repository = ?".to_owned());
            values.push(repository.clone().into());
        }
        if let Some(state) = filter.state {
            conditions.push("state = ?".to_owned());
            values.push(state.word().to_owned().into());
        }
        for (sign, time) in [(">=", filter.merged_from), ("<=", filter.merged_to)] {
            if let Some(time) = time {
                conditions.push(format!("merged_at IS NOT NULL AND {MERGED} {sign} ?"));
                values.push(time.into());
            }
        }
        if let Some(after) = &filter.after {
            conditions.push(format!("({MERGED}, id) > (?, ?)"));
            values.push(self.place(after)?.into());
            values.push(after.clone().into());
        }
        values.push(i64::from(filter.limit).into());
        let condition = format!("{} ORDER BY {MERGED}, id LIMIT ?", conditions.join(" AND "));
        let values: Vec<&dyn ToSql> = values.iter().map(|value| value as _).collect();
        self.records(&CHANGES, &condition, &values)
    }

    /// Where a change stands in the order.
    fn place(&self, id: &str) -> Result<i64, StoreError> {
        let query = format!("SELECT {MERGED} FROM changes WHERE id = ?1");
        let place = self.database.read(|database| {
            let place = database.query_row(&query, [id], |row| row.get(0));
            Ok(place.optional()?)
        })?;
        place.ok_or_else(|| StoreError::NotStored {
            what: "change",
            name: id.to_owned(),
            path: self.database.path().to_owned(),
        })
    }
}

/// As in the indices, which otherwise do not serve.
const MERGED: &str = "ifnull(merged_at, 9223372036854775807)";

#[cfg(test)]
mod tests;

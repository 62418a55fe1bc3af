//! What the heads of changes do to dependencies.

use koalr_platform::model::common::{DependencyChange, Timestamp};
use rusqlite::types::ValueRef;
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::table::own::DEPENDENCY_LISTS;
use crate::tenant::Tenant;

/// Dependencies that one head of a change touches, and who says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DependencyList {
    /// Where the list comes from, for example `file` or `dependency-graph`.
    pub source: String,
    /// The commit it was compared with; none while unknown.
    pub base_sha: Option<String>,
    /// Whether nothing is missing from it.
    pub complete: bool,
    /// What is missing and why, for people. Empty if nothing is.
    pub detail: String,
    /// The dependencies. Empty means that the head touches none, if the list is complete.
    pub changes: Vec<DependencyChange>,
}

impl Tenant {
    /// Stores the list of one head in place of its former one.
    ///
    /// # Errors
    /// - the database is busy, full or cannot be written
    pub fn save_dependencies(
        &mut self,
        change: &str,
        head_sha: &str,
        list: &DependencyList,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let beside = [change.into(), head_sha.into(), ValueRef::Integer(at)];
        self.keep(&DEPENDENCY_LISTS, &beside, list)?;
        Ok(())
    }

    /// The list of one head; none while it is unknown, which is not the same as an empty list.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn dependencies(
        &self,
        change: &str,
        head_sha: &str,
    ) -> Result<Option<DependencyList>, StoreError> {
        let condition = "change = ?1 AND head_sha = ?2";
        self.record(&DEPENDENCY_LISTS, condition, &[&change, &head_sha])
    }
}

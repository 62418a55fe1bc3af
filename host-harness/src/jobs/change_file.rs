//! A change as it is handed in.

use koalr_platform::model::common::{Change, DependencyChange, Tenths, Timestamp};
use koalr_platform::model::evidence::Evidence;
use koalr_store::{ChangeRecord, ChangeState, DependencyList, Tenant};
use serde::Deserialize;

use crate::HostError;

/// A change as a person or a program describes it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(
    rename_all = "kebab-case",
    deny_unknown_fields,
    expecting = "an object that describes a change"
)]
pub struct ChangeFile {
    /// The change.
    pub change: Change,
    /// Its title, for reports.
    #[serde(default)]
    pub title: String,
    /// Login of who wrote it; absent means unknown, and then no waiver holds.
    pub author: Option<String>,
    /// When it was opened, in milliseconds since 1970; absent means unknown, and then the first judgement counts.
    pub opened_at: Option<Timestamp>,
    /// Koalr's own score of it without security, 0 to 100; absent means that there is none, and security stands alone.
    pub base_score: Option<f64>,
    /// Dependencies it touches; absent means unknown, empty means that it touches none.
    pub dependencies: Option<Vec<DependencyChange>>,
    /// Ready evidence: judged as it is, without any request.
    pub evidence: Option<Evidence>,
}

impl ChangeFile {
    /// A change that was stored before, with the dependency list of its head; none if it was not.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub fn stored(tenant: &Tenant, id: &str) -> Result<Option<Self>, HostError> {
        let Some(record) = tenant.change(id)? else {
            return Ok(None);
        };
        let list = tenant.dependencies(id, &record.change.head_sha)?;
        Ok(Some(Self {
            change: record.change,
            title: record.title,
            author: record.author,
            opened_at: record.opened_at,
            base_score: record.base_score.map(|tenths| f64::from(tenths) / 10.0),
            dependencies: list.map(|list| list.changes),
            evidence: None,
        }))
    }

    /// Makes sure that it can be told from another one.
    ///
    /// # Errors
    ///
    /// Its id, its repository or its head is empty.
    pub fn check(&self) -> Result<(), HostError> {
        let change = &self.change;
        for (key, text) in [
            ("id", &change.id),
            ("repository", &change.repository),
            ("head-sha", &change.head_sha),
        ] {
            if text.trim().is_empty() {
                return Err(HostError::Change(format!(
                    "`{key}` of the change is empty; README shows what such a file holds"
                )));
            }
        }
        Ok(())
    }

    /// As it is stored. A file does not tell how far the change is.
    pub(super) fn record(&self, base_score: Option<Tenths>, updated_at: Timestamp) -> ChangeRecord {
        ChangeRecord {
            change: self.change.clone(),
            title: self.title.clone(),
            author: self.author.clone(),
            opened_at: self.opened_at,
            state: ChangeState::Unknown,
            merged_at: None,
            merge_sha: None,
            base_score,
            updated_at,
            source: FILE.to_owned(),
        }
    }

    /// The dependency list of its head as it is stored; none while it is unknown.
    pub(super) fn dependency_list(&self) -> Option<DependencyList> {
        let changes = self.dependencies.clone()?;
        Some(DependencyList {
            source: FILE.to_owned(),
            base_sha: self.change.base_sha.clone(),
            complete: true,
            detail: String::new(),
            changes,
        })
    }

    /// The base score in tenths; none where there is none.
    pub(super) fn base_tenths(&self) -> Result<Option<Tenths>, HostError> {
        let Some(score) = self.base_score else {
            return Ok(None);
        };
        if !(0.0..=100.0).contains(&score) {
            return Err(HostError::Change(format!(
                "`base-score` is {score}; it must be between 0 and 100"
            )));
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "checked above to be within 0 and 1000"
        )]
        Ok(Some((score * 10.0).round() as Tenths))
    }
}

/// Who says so.
const FILE: &str = "file";

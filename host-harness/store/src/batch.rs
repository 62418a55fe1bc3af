//! Applying a batch: records, coverage and cursor, all or nothing.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Slot;

use koalr_platform::model::common::{Coverage, Timestamp};
use koalr_platform::model::record::Entry;
use koalr_platform::model::walk::{Batch, Scope};
use rusqlite::types::Value;
use rusqlite::{ErrorCode, Transaction, params};
use serde::Serialize;

use crate::connection::StoredConnection;
use crate::error::{Fault, StoreError};
use crate::row::{Stored, Writer};
use crate::sync_state::{advance, scope_key};
use crate::table::{
    CHANGE_CHECKS, CHANGE_FINDINGS, DEPLOYMENTS, FINDINGS, FIXES, INCIDENTS, MEASUREMENTS, OTHERS,
    PROJECTS, REMEDIATIONS, Table, WALKS,
};
use crate::tenant::Tenant;

/// What a batch changed. The ends of walks are not counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BatchOutcome {
    /// Records that were new.
    pub inserted: u64,
    /// Records that replaced an older state.
    pub updated: u64,
    /// Records that were there already, or in a newer state.
    pub unchanged: u64,
}

impl Tenant {
    /// Stores a batch, its coverage and its cursor in one transaction. Applying it twice changes nothing.
    ///
    /// A record replaces the stored one unless its own time is earlier. Nothing is ever removed or resolved here: what
    /// a walk did not show stays as it was.
    ///
    /// # Errors
    /// - [`StoreError::Record`]: a record does not fit; nothing was stored, and the cursor stays
    /// - the database is busy, full or cannot be written; nothing was stored
    pub fn apply_batch(
        &mut self,
        connection: &StoredConnection,
        scope: &Scope,
        batch: &Batch,
        as_of: Timestamp,
    ) -> Result<BatchOutcome, StoreError> {
        let scope = scope_key(scope);
        let path = self.database.path().to_owned();
        self.database.write(|transaction| {
            let mut records = Records {
                transaction,
                connection: connection.id,
                scope: &scope,
                as_of,
                writers: BTreeMap::new(),
                outcome: BatchOutcome::default(),
            };
            for (index, entry) in batch.records.iter().enumerate() {
                if let Err((kind, fault)) = records.store(entry) {
                    let reason = misfit(fault)?;
                    return Err(Fault::Store(StoreError::Record {
                        path,
                        index,
                        kind,
                        reason,
                    }));
                }
            }
            let outcome = records.outcome;
            for coverage in &batch.coverage {
                store_coverage(transaction, connection.id, &scope, coverage)?;
            }
            advance(transaction, connection.id, &scope, batch, as_of)?;
            Ok(outcome)
        })
    }
}

/// The records of one batch on their way into the tables.
struct Records<'t> {
    transaction: &'t Transaction<'t>,
    connection: i64,
    scope: &'t str,
    as_of: Timestamp,
    writers: BTreeMap<&'static str, Writer<'t>>,
    outcome: BatchOutcome,
}

impl Records<'_> {
    fn store(&mut self, entry: &Entry) -> Result<(), (&'static str, Fault)> {
        let text = |text: &str| Value::Text(text.to_owned());
        let stored = match entry {
            Entry::Project(project) => self.put(&PROJECTS, vec![], project)?,
            Entry::Finding(finding) => self.put(&FINDINGS, vec![], finding)?,
            Entry::ChangeCheck(check) => self.put(&CHANGE_CHECKS, vec![], check)?,
            Entry::ChangeFinding(change_finding) => {
                let finding = &change_finding.finding;
                let beside = vec![
                    text(self.scope),
                    text(&finding.organization),
                    text(&finding.id),
                    Value::Integer(finding.updated_at),
                ];
                self.put(&CHANGE_FINDINGS, beside, change_finding)?
            }
            Entry::Remediation(remediation) => self.put(&REMEDIATIONS, vec![], remediation)?,
            Entry::Fix(fix) => {
                let optional = |text: &Option<String>| match text {
                    Some(text) => Value::Text(text.clone()),
                    None => Value::Null,
                };
                let beside = vec![
                    optional(&fix.affected.ecosystem),
                    text(&fix.affected.name),
                    optional(&fix.affected.version),
                ];
                self.put(&FIXES, beside, fix)?
            }
            Entry::Measurement(measurement) => self.put(&MEASUREMENTS, vec![], measurement)?,
            Entry::Incident(incident) => self.put(&INCIDENTS, vec![], incident)?,
            Entry::Deployment(deployment) => self.put(&DEPLOYMENTS, vec![], deployment)?,
            Entry::Other(other) => self.put(&OTHERS, vec![], other)?,
            Entry::WalkCompleted(walk) => {
                let beside = vec![text(self.scope), text("completed")];
                self.put(&WALKS, beside, walk)?;
                return Ok(());
            }
            Entry::WalkBroken(walk) => {
                let beside = vec![text(self.scope), text("broken")];
                self.put(&WALKS, beside, walk)?;
                return Ok(());
            }
        };
        match stored {
            Stored::Inserted => self.outcome.inserted += 1,
            Stored::Updated => self.outcome.updated += 1,
            Stored::Unchanged => self.outcome.unchanged += 1,
        }
        Ok(())
    }

    fn put(
        &mut self,
        table: &'static Table,
        beside: Vec<Value>,
        record: &impl Serialize,
    ) -> Result<Stored, (&'static str, Fault)> {
        let writer = match self.writers.entry(table.name) {
            Slot::Occupied(slot) => slot.into_mut(),
            Slot::Vacant(slot) => {
                let writer = Writer::new(self.transaction, table);
                slot.insert(writer.map_err(|error| (table.name, error.into()))?)
            }
        };
        writer
            .store(self.connection, self.as_of, beside, record)
            .map_err(|fault| (table.name, fault))
    }
}

/// Why a record does not fit; any other fault stays what it is.
fn misfit(fault: Fault) -> Result<String, Fault> {
    match fault {
        Fault::Json(error) => Ok(error.to_string()),
        Fault::Sqlite(error)
            if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) =>
        {
            Ok(error.to_string())
        }
        fault => Err(fault),
    }
}

fn store_coverage(
    transaction: &Transaction<'_>,
    connection: i64,
    scope: &str,
    coverage: &Coverage,
) -> Result<(), Fault> {
    let state = serde_json::to_value(coverage.state)?;
    transaction.execute(
        "INSERT OR REPLACE INTO coverage (connection, scope, route, subject, state, as_of, detail)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            connection,
            scope,
            coverage.route,
            coverage.subject,
            state.as_str(),
            coverage.as_of,
            coverage.detail,
        ],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests;

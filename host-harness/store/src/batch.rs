//! Applying a batch: records, coverage and cursor, all or nothing.

use std::collections::btree_map::Entry as Slot;
use std::collections::{BTreeMap, HashSet};

use koalr_platform::model::common::{Coverage, Timestamp};
use koalr_platform::model::record::{Entry, Finding, Remediation, RemediationStep};
use koalr_platform::model::walk::{Batch, Scope, Walk};
use koalr_platform::timeline;
use rusqlite::types::ValueRef;
use rusqlite::{ErrorCode, params};
use serde::Serialize;
use serde::de::{DeserializeOwned, Error as _};

use crate::absence;
use crate::connection::StoredConnection;
use crate::database::Transaction;
use crate::error::{Fault, StoreError};
use crate::reimport::Reimports;
use crate::row::{Met, Stored, Writer};
use crate::step::Steps;
use crate::sync_state::{Turn, advance, enter, scope_key};
use crate::table::{
    CHANGE_CHECKS, CHANGE_FINDINGS, DEPLOYMENTS, FINDINGS, FIXES, INCIDENTS, MEASUREMENTS, OTHERS,
    PROJECTS, Table, WALKS,
};
use crate::tenant::Tenant;
use crate::term::Terms;

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
    /// A record replaces the stored one unless its own time is earlier, and tells the steps between the two. Nothing is
    /// ever removed here. What a walk did not show stays as it was, unless the walk listed everything and ended properly:
    /// then it is missing, and vanished after the next one.
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
        let path = self.database.path().to_owned();
        let named = &self.named;
        let (outcome, stored) = self.database.write(|transaction| {
            let turn = enter(transaction, connection.id, scope, batch, as_of)?;
            let scope = scope_key(scope);
            let mut records = Records {
                transaction,
                turn,
                scope: &scope,
                writers: BTreeMap::new(),
                reimports: Reimports::open(transaction, turn)?,
                stated: stated(batch),
                steps: Steps::open(transaction, turn)?,
                terms: Terms::open(transaction, turn, named)?,
                found: Vec::new(),
                outcome: BatchOutcome::default(),
            };
            for (index, entry) in ordered(&batch.records) {
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
            let Records {
                mut steps,
                terms,
                found,
                outcome,
                ..
            } = records;
            for step in &found {
                steps.add(step)?;
            }
            for coverage in &batch.coverage {
                store_coverage(transaction, connection.id, &scope, coverage)?;
            }
            advance(transaction, &turn, &scope, batch)?;
            Ok((outcome, terms.stored()))
        })?;
        self.named.extend(stored);
        Ok(outcome)
    }
}

/// The records of one batch on their way into the tables.
struct Records<'t> {
    transaction: &'t Transaction<'t>,
    turn: Turn,
    scope: &'t str,
    writers: BTreeMap<&'static str, Writer<'t>>,
    reimports: Reimports<'t>,
    stated: HashSet<(&'t str, &'t str, RemediationStep)>,
    steps: Steps<'t>,
    terms: Terms<'t>,
    /// Steps that the store itself found. They are stored last, where the integration gave none of that time.
    found: Vec<Remediation>,
    outcome: BatchOutcome,
}

impl<'t> Records<'t> {
    fn store(&mut self, entry: &'t Entry) -> Result<(), (&'static str, Fault)> {
        let stored = match entry {
            Entry::Project(project) => self.put(&PROJECTS, &[], project)?,
            Entry::Finding(finding) => self
                .finding(finding)
                .map_err(|fault| (FINDINGS.name, fault))?,
            Entry::ChangeCheck(check) => self.put(&CHANGE_CHECKS, &[], check)?,
            Entry::ChangeFinding(change_finding) => {
                let finding = &change_finding.finding;
                let beside = [
                    ValueRef::from(self.scope),
                    ValueRef::from(finding.organization.as_str()),
                    ValueRef::from(finding.id.as_str()),
                    ValueRef::Integer(finding.updated_at),
                ];
                self.put(&CHANGE_FINDINGS, &beside, change_finding)?
            }
            Entry::Remediation(step) => self.step(step)?,
            Entry::Fix(fix) => {
                let beside = [
                    ValueRef::from(fix.affected.ecosystem.as_deref()),
                    ValueRef::from(fix.affected.name.as_str()),
                    ValueRef::from(fix.affected.version.as_deref()),
                ];
                self.put(&FIXES, &beside, fix)?
            }
            Entry::Measurement(measurement) => self.put(&MEASUREMENTS, &[], measurement)?,
            Entry::Incident(incident) => self.put(&INCIDENTS, &[], incident)?,
            Entry::Deployment(deployment) => self.put(&DEPLOYMENTS, &[], deployment)?,
            Entry::Other(other) => self.put(&OTHERS, &[], other)?,
            Entry::WalkCompleted(walk) => return self.end(walk, "completed"),
            Entry::WalkBroken(walk) => return self.end(walk, "broken"),
        };
        match stored {
            Stored::Inserted => self.outcome.inserted += 1,
            Stored::Updated => self.outcome.updated += 1,
            Stored::Unchanged => self.outcome.unchanged += 1,
        }
        Ok(())
    }

    fn finding(&mut self, finding: &'t Finding) -> Result<Stored, Fault> {
        let met = self.meet(&FINDINGS, &[], finding)?;
        self.steps.know(finding, met.row);
        if met.was_gone {
            self.found.extend(absence::return_of(&self.turn, finding));
        }
        if met.stored != Stored::Unchanged {
            self.terms.store(finding)?;
            let steps = timeline::steps(met.former.as_ref(), finding, self.turn.as_of);
            let stated = |step: &Remediation| {
                let key = (step.organization.as_str(), step.finding.as_str(), step.step);
                self.stated.contains(&key)
            };
            let steps = steps.into_iter().filter(|step| !stated(step));
            self.found.extend(steps);
        }
        if met.stored == Stored::Inserted {
            self.reimports.inherit(finding)?;
        }
        Ok(met.stored)
    }

    fn step(&mut self, step: &Remediation) -> Result<Stored, (&'static str, Fault)> {
        let vanished = step.step == RemediationStep::Vanished;
        if vanished {
            let confirmed = absence::confirm(self.transaction, &self.turn, step);
            if !confirmed.map_err(|error| (FINDINGS.name, error.into()))? {
                return Ok(Stored::Unchanged);
            }
        }
        let stored = self.steps.store(step);
        let stored = stored.and_then(|stored| {
            let unknown = || format!("its finding `{}` is not stored", step.finding);
            stored.ok_or_else(|| serde_json::Error::custom(unknown()).into())
        });
        stored.map_err(|fault| ("remediations", fault))
    }

    fn end(&mut self, walk: &Walk, state: &str) -> Result<(), (&'static str, Fault)> {
        let beside = [ValueRef::from(self.scope), ValueRef::from(state)];
        self.put(&WALKS, &beside, walk)?;
        let mut conclude = || {
            if absence::conclude(self.transaction, &self.turn, walk)? {
                self.reimports.pair(&walk.organization)?;
            }
            Ok(())
        };
        if state == "completed" {
            conclude().map_err(|error: rusqlite::Error| (WALKS.name, error.into()))?;
        }
        Ok(())
    }

    fn put<R: Serialize + DeserializeOwned>(
        &mut self,
        table: &'static Table,
        beside: &[ValueRef<'_>],
        record: &R,
    ) -> Result<Stored, (&'static str, Fault)> {
        let met = self.meet(table, beside, record);
        met.map(|met| met.stored)
            .map_err(|fault| (table.name, fault))
    }

    fn meet<R: Serialize + DeserializeOwned>(
        &mut self,
        table: &'static Table,
        beside: &[ValueRef<'_>],
        record: &R,
    ) -> Result<Met<R>, Fault> {
        let writer = match self.writers.entry(table.name) {
            Slot::Occupied(slot) => slot.into_mut(),
            Slot::Vacant(slot) => slot.insert(Writer::new(self.transaction, table)?),
        };
        writer.store(&self.turn, beside, record)
    }
}

/// Records with their index, in the order of the tables' keys: ids are random, and a batch in their order reads and
/// writes each page of an index once. What is said twice stays in order, and the ends of walks come last.
fn ordered(records: &[Entry]) -> Vec<(usize, &Entry)> {
    let mut ordered: Vec<_> = records.iter().enumerate().collect();
    ordered.sort_by_key(|(_, entry)| match entry {
        Entry::Project(project) => (0, project.organization.as_str(), project.id.as_str()),
        Entry::Finding(finding) => (1, finding.organization.as_str(), finding.id.as_str()),
        Entry::Remediation(step) => (2, step.organization.as_str(), step.finding.as_str()),
        Entry::WalkCompleted(_) | Entry::WalkBroken(_) => (4, "", ""),
        _ => (3, "", ""),
    });
    ordered
}

/// Ends and returns that the integration itself tells of in this batch: by organization, finding and step. They
/// may be dated otherwise than by the finding's own fields, and are not told twice.
fn stated(batch: &Batch) -> HashSet<(&str, &str, RemediationStep)> {
    let steps = batch.records.iter().filter_map(|entry| match entry {
        Entry::Remediation(step) => Some(step),
        _ => None,
    });
    steps
        .filter(|step| {
            matches!(
                step.step,
                RemediationStep::Resolved | RemediationStep::ReIntroduced
            )
        })
        .map(|step| (step.organization.as_str(), step.finding.as_str(), step.step))
        .collect()
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

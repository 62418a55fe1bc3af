//! Steps in the life of findings.
//!
//! They stand under the row of their finding, not under its id: rows rise, ids are random, and what is written together
//! then lies together however many there are.

use std::collections::HashMap;

use koalr_platform::model::record::{Finding, Remediation, RemediationStep};
use rusqlite::{OptionalExtension, Statement, params};

use crate::database::Transaction;
use crate::error::Fault;
use crate::row::Stored;
use crate::sync_state::Turn;

/// Stores steps, with statements that are prepared once a batch.
pub(crate) struct Steps<'t> {
    turn: Turn,
    /// Rows of the batch's own findings, by organization and id.
    rows: HashMap<(&'t str, &'t str), i64>,
    find: Statement<'t>,
    insert: Statement<'t>,
    explain: Statement<'t>,
}

impl<'t> Steps<'t> {
    pub(crate) fn open(transaction: &'t Transaction<'t>, turn: Turn) -> rusqlite::Result<Self> {
        Ok(Self {
            turn,
            rows: HashMap::new(),
            find: transaction.prepare(FIND)?,
            insert: transaction.prepare(INSERT)?,
            explain: transaction.prepare(EXPLAIN)?,
        })
    }

    /// Takes the row of a finding, which need not be looked up any more: its steps come when many other pages were read.
    pub(crate) fn know(&mut self, finding: &'t Finding, row: i64) {
        let key = (finding.organization.as_str(), finding.id.as_str());
        self.rows.insert(key, row);
    }

    /// Stores a step that the integration told. None if its finding is not stored.
    pub(crate) fn store(&mut self, step: &Remediation) -> Result<Option<Stored>, Fault> {
        let Some(finding) = self.find(step)? else {
            return Ok(None);
        };
        if self.insert(finding, step)? {
            return Ok(Some(Stored::Inserted));
        }
        let explained =
            (self.explain).execute(params![finding, word(step.step)?, step.at, step.source])?;
        Ok(Some(match explained {
            0 => Stored::Unchanged,
            _ => Stored::Updated,
        }))
    }

    /// Stores a step that was found by comparing, unless the integration told it.
    pub(crate) fn add(&mut self, step: &Remediation) -> Result<(), Fault> {
        if let Some(finding) = self.find(step)? {
            self.insert(finding, step)?;
        }
        Ok(())
    }

    fn find(&mut self, step: &Remediation) -> rusqlite::Result<Option<i64>> {
        let key = (step.organization.as_str(), step.finding.as_str());
        if let Some(row) = self.rows.get(&key) {
            return Ok(Some(*row));
        }
        let key = params![self.turn.connection, step.organization, step.finding];
        self.find.query_row(key, |row| row.get(0)).optional()
    }

    fn insert(&mut self, finding: i64, step: &Remediation) -> Result<bool, Fault> {
        let inserted = self.insert.execute(params![
            finding,
            word(step.step)?,
            step.at,
            self.turn.connection,
            self.turn.as_of,
            step.source,
        ])?;
        Ok(inserted > 0)
    }
}

fn word(step: RemediationStep) -> Result<String, Fault> {
    Ok(serde_json::from_value(serde_json::to_value(step)?)?)
}

const FIND: &str =
    "SELECT row FROM findings WHERE connection = ?1 AND organization = ?2 AND id = ?3";

const INSERT: &str = "
    INSERT INTO remediations (finding, step, at, connection, first_seen, source)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING";

const EXPLAIN: &str = "
    UPDATE remediations SET source = ?4
    WHERE finding = ?1 AND step = ?2 AND at = ?3 AND source <> ?4";

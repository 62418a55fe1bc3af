//! Jobs that wait, run, or were given up.

use koalr_platform::model::common::Timestamp;
use rusqlite::{OptionalExtension, params};
use serde::{Deserialize, Serialize};

use crate::database::Transaction;
use crate::error::{Fault, StoreError};
use crate::table::own::JOBS;
use crate::tenant::Tenant;

/// Something to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct JobRecord {
    /// Its number, which no other job of the tenant ever has.
    pub id: i64,
    /// What it is about: of one key only one job waits.
    pub key: String,
    /// How urgent it is.
    pub class: Class,
    /// What is to be done.
    pub kind: String,
    /// The particulars, as JSON.
    pub payload: String,
    /// How often it was started.
    pub attempts: u32,
    /// It is not started before.
    pub not_before: Timestamp,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// How far it is.
    pub state: JobState,
    /// Why it failed last; empty if it did not.
    pub reason: String,
}

/// How urgent a job is, the most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// A change waits for its verdict.
    Gate,
    /// Somebody waits for a connection.
    Connect,
    /// What is new since the last walk.
    Increment,
    /// Everything.
    Backfill,
}

impl Class {
    /// All of them, the most urgent first.
    pub const ALL: [Self; 4] = [Self::Gate, Self::Connect, Self::Increment, Self::Backfill];

    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Gate => "gate",
            Self::Connect => "connect",
            Self::Increment => "increment",
            Self::Backfill => "backfill",
        }
    }
}

/// How far a job is. One that ended well is not stored any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum JobState {
    /// It is to be started.
    Waiting,
    /// It was started; in a process that is no more, if this one did not.
    Running,
    /// It was given up until somebody replays it.
    Dead,
}

impl Tenant {
    /// Adds a job that waits, and gives its number. None if one with this key waits already: that takes the new kind and
    /// payload, the earlier start and the more urgent class. One that runs does not count: it may have begun on the old
    /// state.
    ///
    /// # Errors
    /// - the database is busy, full or cannot be written
    pub fn enqueue(
        &mut self,
        key: &str,
        class: Class,
        kind: &str,
        payload: &str,
        not_before: Timestamp,
        now: Timestamp,
    ) -> Result<Option<i64>, StoreError> {
        self.database.write(|transaction| {
            let select = "SELECT id, class FROM jobs WHERE key = ?1 AND state = 'waiting'";
            let waits = transaction
                .query_row(select, [key], |row| {
                    Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
                })
                .optional()?;
            if let Some((id, waits)) = waits {
                let waits: Class = serde_json::from_value(waits.into())?;
                transaction.execute(
                    "UPDATE jobs SET kind = ?2, payload = ?3, class = ?4,
                       not_before = min(not_before, ?5) WHERE id = ?1",
                    params![id, kind, payload, class.min(waits).word(), not_before],
                )?;
                return Ok(None);
            }
            transaction.execute(
                "INSERT INTO jobs (key, class, kind, payload, attempts, not_before, created_at, state, reason)
                 VALUES (?1, ?2, ?3, ?4, 0, ?5, ?6, 'waiting', '')",
                params![key, class.word(), kind, payload, not_before, now],
            )?;
            Ok(Some(transaction.last_insert_rowid()))
        })
    }

    /// Jobs that wait or run, the most urgent first, then by start and number. When a process begins, those that run are
    /// left over from one that died: start them again.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn waiting_jobs(&self) -> Result<Vec<JobRecord>, StoreError> {
        let mut jobs: Vec<JobRecord> =
            self.records(&JOBS, "state IN ('waiting', 'running')", &[])?;
        jobs.sort_by_key(|job| (job.class, job.not_before, job.id));
        Ok(jobs)
    }

    /// Whether a job of this key waits or runs.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn is_queued(&self, key: &str) -> Result<bool, StoreError> {
        let query = "SELECT EXISTS (SELECT 1 FROM jobs WHERE key = ?1 AND state = 'waiting')
                         OR EXISTS (SELECT 1 FROM jobs WHERE key = ?1 AND state = 'running')";
        self.database
            .read(|database| Ok(database.query_row(query, [key], |row| row.get(0))?))
    }

    /// Lets the jobs that a dead process left over wait again, to be begun anew. One of their key that waits goes: what
    /// was begun does its work, and maybe more. Call it before this process starts any.
    ///
    /// # Errors
    /// - the database is busy, full or cannot be written
    pub fn revive_jobs(&mut self) -> Result<(), StoreError> {
        let left: Vec<(i64, String)> = self.database.read(|database| {
            let mut statement =
                database.prepare("SELECT id, key FROM jobs WHERE state = 'running' ORDER BY id")?;
            let left = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(left.collect::<Result<_, _>>()?)
        })?;
        // Most tenants have none, and a server begins with thousands.
        if left.is_empty() {
            return Ok(());
        }
        self.database.write(|transaction| {
            for (id, key) in &left {
                let delete = "DELETE FROM jobs WHERE key = ?1 AND state = 'waiting'";
                transaction.execute(delete, [key])?;
                let update = "UPDATE jobs SET state = 'waiting' WHERE id = ?1";
                transaction.execute(update, [id])?;
            }
            Ok(())
        })
    }

    /// Notes that a job that waits, or that a dead process left over, is started; says whether there is such a job.
    ///
    /// # Errors
    /// - the database is busy, full or cannot be written
    pub fn start_job(&mut self, id: i64) -> Result<bool, StoreError> {
        self.database.write(|transaction| {
            let update = "UPDATE jobs SET state = 'running', attempts = attempts + 1
                          WHERE id = ?1 AND state IN ('waiting', 'running')";
            Ok(transaction.execute(update, [id])? > 0)
        })
    }

    /// Removes a job that ended well; says whether there was one that ran.
    ///
    /// # Errors
    /// - the database is busy, full or cannot be written
    pub fn finish_job(&mut self, id: i64) -> Result<bool, StoreError> {
        self.database.write(|transaction| {
            let delete = "DELETE FROM jobs WHERE id = ?1 AND state = 'running'";
            Ok(transaction.execute(delete, [id])? > 0)
        })
    }

    /// Lets a job that failed wait for another attempt; says whether there was one that ran. If another with its key
    /// waits by now, that one does its work, and this one is removed.
    ///
    /// # Errors
    /// - the database is busy, full or cannot be written
    pub fn retry_job(
        &mut self,
        id: i64,
        reason: &str,
        not_before: Timestamp,
    ) -> Result<bool, StoreError> {
        self.database.write(|transaction| {
            let update = "UPDATE jobs SET state = 'waiting', reason = ?2, not_before = ?3
                          WHERE id = ?1 AND state = 'running'";
            Ok(yields(transaction, id, "running")?
                || transaction.execute(update, params![id, reason, not_before])? > 0)
        })
    }

    /// Gives up a job until somebody replays it; says whether there was one that waited or ran.
    ///
    /// # Errors
    /// - the database is busy, full or cannot be written
    pub fn bury_job(&mut self, id: i64, reason: &str) -> Result<bool, StoreError> {
        self.database.write(|transaction| {
            let update = "UPDATE jobs SET state = 'dead', reason = ?2
                          WHERE id = ?1 AND state IN ('waiting', 'running')";
            Ok(transaction.execute(update, params![id, reason])? > 0)
        })
    }

    /// Jobs that were given up, by number.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn dead_jobs(&self) -> Result<Vec<JobRecord>, StoreError> {
        self.records(&JOBS, "state = 'dead' ORDER BY id", &[])
    }

    /// Lets a job that was given up wait again, as if it was never started; says whether there was one. If another with
    /// its key waits by now, that one does its work, and this one is removed.
    ///
    /// # Errors
    /// - the database is busy, full or cannot be written
    pub fn replay_job(&mut self, id: i64, now: Timestamp) -> Result<bool, StoreError> {
        self.database.write(|transaction| {
            let update = "UPDATE jobs SET state = 'waiting', attempts = 0, not_before = ?2
                          WHERE id = ?1 AND state = 'dead'";
            Ok(yields(transaction, id, "dead")?
                || transaction.execute(update, params![id, now])? > 0)
        })
    }
}

/// Removes a job in that state if another with its key waits.
fn yields(transaction: &Transaction<'_>, id: i64, state: &str) -> Result<bool, Fault> {
    let delete = "DELETE FROM jobs WHERE id = ?1 AND state = ?2
                  AND key IN (SELECT key FROM jobs WHERE state = 'waiting')";
    Ok(transaction.execute(delete, params![id, state])? > 0)
}

#[cfg(test)]
mod tests;

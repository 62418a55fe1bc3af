//! How much is stored.

use rusqlite::Row;

use crate::connection::StoredConnection;
use crate::error::StoreError;
use crate::tenant::Tenant;

/// How many records of a connection are stored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Projects.
    pub projects: u64,
    /// Findings, open or not.
    pub findings: u64,
    /// Open findings, ignored and missing ones too, but no vanished ones.
    pub open_findings: u64,
    /// Open findings that the last completed walk lacked.
    pub missing: u64,
    /// Findings that vanished while they were open.
    pub vanished: u64,
    /// Checks the upstream ran on changes.
    pub change_checks: u64,
}

impl Tenant {
    /// How many records are stored.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn counts(&self, connection: &StoredConnection) -> Result<Counts, StoreError> {
        self.database.read(|database| {
            Ok(database.query_row(COUNTS, [connection.id], |row| {
                Ok(Counts {
                    projects: number(row, 0)?,
                    change_checks: number(row, 1)?,
                    findings: number(row, 2)?,
                    open_findings: number(row, 3)?,
                    missing: number(row, 4)?,
                    vanished: number(row, 5)?,
                })
            })?)
        })
    }
}

fn number(row: &Row<'_>, place: usize) -> rusqlite::Result<u64> {
    Ok(row.get::<_, i64>(place)?.unsigned_abs())
}

const COUNTS: &str = "
    SELECT (SELECT count(*) FROM projects WHERE connection = ?1),
           (SELECT count(*) FROM change_checks WHERE connection = ?1),
           ifnull(sum(n), 0), ifnull(sum(n) FILTER (WHERE is_open AND NOT is_vanished), 0),
           ifnull(sum(n) FILTER (WHERE is_missing AND NOT is_vanished), 0),
           ifnull(sum(n) FILTER (WHERE is_vanished), 0)
    FROM finding_counts WHERE connection = ?1";

//! How much is stored.

use rusqlite::Row;

use crate::connection::StoredConnection;
use crate::error::StoreError;
use crate::finding::IS_MISSING;
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
        let findings = format!(
            "SELECT count(*), count(*) FILTER (WHERE open = 1 AND vanished_at IS NULL),
                    count(*) FILTER (WHERE {IS_MISSING}), count(vanished_at)
             FROM findings INDEXED BY findings_by_state WHERE connection = ?1"
        );
        let beside = "SELECT (SELECT count(*) FROM projects WHERE connection = ?1),
                             (SELECT count(*) FROM change_checks WHERE connection = ?1)";
        self.database.read(|database| {
            let id = [connection.id];
            let (projects, change_checks) =
                database.query_row(beside, id, |row| Ok((number(row, 0)?, number(row, 1)?)))?;
            let counts = database.query_row(&findings, id, |row| {
                Ok(Counts {
                    projects,
                    findings: number(row, 0)?,
                    open_findings: number(row, 1)?,
                    missing: number(row, 2)?,
                    vanished: number(row, 3)?,
                    change_checks,
                })
            })?;
            Ok(counts)
        })
    }
}

fn number(row: &Row<'_>, place: usize) -> rusqlite::Result<u64> {
    Ok(row.get::<_, i64>(place)?.unsigned_abs())
}

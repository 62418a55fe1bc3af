//! How much is stored.

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
        let count = |table| self.count(connection, table, "true");
        let findings = |condition| self.count(connection, "findings", condition);
        Ok(Counts {
            projects: count("projects")?,
            findings: count("findings")?,
            open_findings: findings("open = 1 AND vanished_at IS NULL")?,
            missing: findings(IS_MISSING)?,
            vanished: findings("vanished_at IS NOT NULL")?,
            change_checks: count("change_checks")?,
        })
    }

    fn count(
        &self,
        connection: &StoredConnection,
        table: &str,
        condition: &str,
    ) -> Result<u64, StoreError> {
        let query = format!("SELECT count(*) FROM {table} WHERE connection = ?1 AND {condition}");
        self.database.read(|database| {
            let count: i64 = database.query_row(&query, [connection.id], |row| row.get(0))?;
            Ok(count.unsigned_abs())
        })
    }
}

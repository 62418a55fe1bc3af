//! Findings, read back with all that became known beside them.

use koalr_platform::model::common::Timestamp;
use koalr_platform::model::record::{Finding, Remediation};
use rusqlite::params;

use crate::connection::StoredConnection;
use crate::error::StoreError;
use crate::fields::decode;
use crate::fix::Fixes;
use crate::row::select_list;
use crate::table::FINDINGS;
use crate::tenant::Tenant;

/// Which findings to read. The default is all.
#[derive(Debug, Clone, Copy, Default)]
pub struct FindingFilter<'a> {
    /// Only in projects of this repository, written as the integration writes it.
    pub repository: Option<&'a str>,
    /// Only in projects of this branch or other reference.
    pub reference: Option<&'a str>,
    /// Only about one of these packages, by name. An empty list finds nothing.
    pub packages: Option<&'a [&'a str]>,
}

/// A finding, and what the store knows of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFinding {
    /// The finding in its newest known state. Where the listing does not say whether all of it can be fixed, fixes that
    /// were looked up are filled in.
    pub finding: Finding,
    /// When a batch first held it.
    pub first_seen: Timestamp,
    /// When a batch last held it.
    pub last_seen: Timestamp,
    /// Since when completed walks lack it; none if the last one showed it.
    pub missing_since: Option<Timestamp>,
    /// When it vanished: its last state is kept, and says nothing about now. None if it did not.
    pub vanished_at: Option<Timestamp>,
    /// The finding that it continues, because its project was imported again; none if it is not known to.
    pub continues: Option<String>,
    /// The earliest introduction that is known, over all imports of its project.
    pub introduced_at_first: Timestamp,
}

impl StoredFinding {
    /// Whether it is open as far as is known. An ignored finding is open, a vanished one is not.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.finding.open && self.vanished_at.is_none()
    }
}

impl Tenant {
    /// Findings by organization and id, vanished ones too.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn findings(
        &self,
        connection: &StoredConnection,
        filter: FindingFilter<'_>,
    ) -> Result<Vec<StoredFinding>, StoreError> {
        let packages = filter
            .packages
            .map(|names| serde_json::json!(names).to_string());
        let query = format!(
            "SELECT {}, first_seen, last_seen, missing_since, vanished_at, continues,
                    min(created_at, ifnull(introduced_at, created_at)) AS introduced_at_first
             FROM findings
             WHERE connection = ?1
               AND (?2 IS NULL AND ?3 IS NULL OR EXISTS (
                 SELECT 1 FROM projects
                 WHERE projects.connection = findings.connection
                   AND projects.organization = findings.organization
                   AND projects.id = findings.project
                   AND projects.repository = ifnull(?2, projects.repository)
                   AND projects.reference = ifnull(?3, projects.reference)))
               AND (?4 IS NULL OR EXISTS (
                 SELECT 1 FROM json_each(findings.packages) AS package
                 WHERE package.value ->> 'name' IN (SELECT value FROM json_each(?4))))
             ORDER BY organization, id",
            select_list(&FINDINGS)
        );
        let (repository, reference) = (filter.repository, filter.reference);
        self.database.read(|database| {
            let mut statement = database.prepare(&query)?;
            let mut first = database.prepare(&format!("{CHAIN} {FIRST_OF_CHAIN}"))?;
            let mut fixes = Fixes::open(database, connection.id)?;
            let mut rows =
                statement.query(params![connection.id, repository, reference, packages])?;
            let mut findings = Vec::new();
            while let Some(row) = rows.next()? {
                let mut stored = StoredFinding {
                    finding: decode(&FINDINGS, row)?,
                    first_seen: row.get("first_seen")?,
                    last_seen: row.get("last_seen")?,
                    missing_since: row.get("missing_since")?,
                    vanished_at: row.get("vanished_at")?,
                    continues: row.get("continues")?,
                    introduced_at_first: row.get("introduced_at_first")?,
                };
                let finding = &mut stored.finding;
                fixes.overlay(finding)?;
                if stored.continues.is_some() {
                    let key = params![connection.id, finding.organization, finding.id];
                    stored.introduced_at_first = first.query_row(key, |row| row.get(0))?;
                }
                findings.push(stored);
            }
            Ok(findings)
        })
    }

    /// Ids of an organization's missing findings, those that are missing longest first.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn missing(
        &self,
        connection: &StoredConnection,
        organization: &str,
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        let query = format!(
            "SELECT id FROM findings WHERE connection = ?1 AND organization = ?2 AND {IS_MISSING}
             ORDER BY missing_since, id LIMIT ?3"
        );
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.database.read(|database| {
            let mut statement = database.prepare(&query)?;
            let parameters = params![connection.id, organization, limit];
            let ids = statement.query_map(parameters, |row| row.get(0))?;
            Ok(ids.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// The life of a finding in order of time, with that of the findings it continues. Empty if it is not known.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn timeline(
        &self,
        connection: &StoredConnection,
        organization: &str,
        finding: &str,
    ) -> Result<Vec<Remediation>, StoreError> {
        let query = format!(
            "{CHAIN} SELECT findings.organization, findings.id, step, at, source
             FROM findings JOIN remediations ON remediations.finding = findings.row
             WHERE findings.connection = ?1 AND findings.organization = ?2
               AND findings.id IN (SELECT id FROM chain)"
        );
        self.database.read(|database| {
            let mut statement = database.prepare(&query)?;
            let mut rows = statement.query(params![connection.id, organization, finding])?;
            let mut steps: Vec<Remediation> = Vec::new();
            while let Some(row) = rows.next()? {
                steps.push(Remediation {
                    organization: row.get(0)?,
                    finding: row.get(1)?,
                    step: serde_json::from_value(row.get::<_, String>(2)?.into())?,
                    at: row.get(3)?,
                    source: row.get(4)?,
                });
            }
            steps.sort_by(|a, b| (a.at, a.step, &a.finding).cmp(&(b.at, b.step, &b.finding)));
            Ok(steps)
        })
    }
}

/// Condition of a finding that completed walks lack, and of which nothing is concluded yet.
const IS_MISSING: &str = "missing_since IS NOT NULL AND vanished_at IS NULL";

/// The finding ?3 and all that it continues; NULL behind the last one.
const CHAIN: &str = "
    WITH RECURSIVE chain (id) AS (
      VALUES (?3) UNION
      SELECT heir.continues FROM chain JOIN findings AS heir
        ON heir.connection = ?1 AND heir.organization = ?2 AND heir.id = chain.id)";

const FIRST_OF_CHAIN: &str = "
    SELECT min(min(created_at, ifnull(introduced_at, created_at))) FROM findings
    WHERE connection = ?1 AND organization = ?2 AND id IN (SELECT id FROM chain)";

#[cfg(test)]
mod tests;

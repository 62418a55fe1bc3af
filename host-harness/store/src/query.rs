//! What was synced, read back.

use koalr_platform::model::common::{Coverage, Timestamp};
use koalr_platform::model::record::{ChangeFinding, Finding, Project};
use koalr_platform::model::walk::Scope;
use rusqlite::{ToSql, params};
use serde::de::DeserializeOwned;

use crate::connection::StoredConnection;
use crate::error::StoreError;
use crate::row::{decode, select_list};
use crate::sync_state::scope_key;
use crate::table::{CHANGE_FINDINGS, FINDINGS, PROJECTS, Table};
use crate::tenant::Tenant;

/// Which findings to read. The default is all.
#[derive(Debug, Clone, Copy, Default)]
pub struct FindingFilter<'a> {
    /// Only in projects of this repository, written as the integration writes it.
    pub repository: Option<&'a str>,
    /// Only about one of these packages, by name. An empty list finds nothing.
    pub packages: Option<&'a [&'a str]>,
}

/// A finding, and when it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFinding {
    /// The finding in its newest known state.
    pub finding: Finding,
    /// When a batch first held it.
    pub first_seen: Timestamp,
    /// When a batch last held it.
    pub last_seen: Timestamp,
}

/// How many records of a connection are stored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Projects.
    pub projects: u64,
    /// Findings, open or not.
    pub findings: u64,
    /// Open findings, ignored ones too.
    pub open_findings: u64,
    /// Checks the upstream ran on changes.
    pub change_checks: u64,
    /// Findings the upstream tied to changes.
    pub change_findings: u64,
    /// Steps in the life of findings.
    pub remediations: u64,
    /// Measurements.
    pub measurements: u64,
    /// Incidents, open or not.
    pub incidents: u64,
    /// Deployments in any state.
    pub deployments: u64,
    /// Records without a table of their own.
    pub others: u64,
}

impl Tenant {
    /// Findings by organization and id.
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
            "SELECT {}, first_seen, last_seen FROM findings
             WHERE connection = ?1
               AND (?2 IS NULL OR EXISTS (
                 SELECT 1 FROM projects
                 WHERE projects.connection = findings.connection
                   AND projects.organization = findings.organization
                   AND projects.id = findings.project
                   AND projects.repository = ?2))
               AND (?3 IS NULL OR EXISTS (
                 SELECT 1 FROM json_each(findings.packages) AS package
                 WHERE package.value ->> 'name' IN (SELECT value FROM json_each(?3))))
             ORDER BY organization, id",
            select_list(&FINDINGS)
        );
        self.database.read(|database| {
            let mut statement = database.prepare(&query)?;
            let mut rows = statement.query(params![connection.id, filter.repository, packages])?;
            let mut findings = Vec::new();
            while let Some(row) = rows.next()? {
                findings.push(StoredFinding {
                    finding: decode(&FINDINGS, row)?,
                    first_seen: row.get("first_seen")?,
                    last_seen: row.get("last_seen")?,
                });
            }
            Ok(findings)
        })
    }

    /// Projects by organization and id.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn projects(&self, connection: &StoredConnection) -> Result<Vec<Project>, StoreError> {
        let condition = "connection = ?1 ORDER BY organization, id";
        self.records(&PROJECTS, condition, &[&connection.id])
    }

    /// What the upstream itself said about the change of `scope`, by change, route, organization and id.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn change_findings(
        &self,
        connection: &StoredConnection,
        scope: &Scope,
    ) -> Result<Vec<ChangeFinding>, StoreError> {
        let condition = "connection = ?1 AND scope = ?2 ORDER BY change, route, organization, id";
        self.records(
            &CHANGE_FINDINGS,
            condition,
            &[&connection.id, &scope_key(scope)],
        )
    }

    /// What the walks of `scope` know to be complete, partial or refused, by route and subject. May be empty.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn coverage(
        &self,
        connection: &StoredConnection,
        scope: &Scope,
    ) -> Result<Vec<Coverage>, StoreError> {
        self.database.read(|database| {
            let mut statement = database.prepare(
                "SELECT route, subject, state, as_of, detail FROM coverage
                 WHERE connection = ?1 AND scope = ?2 ORDER BY route, subject",
            )?;
            let mut rows = statement.query(params![connection.id, scope_key(scope)])?;
            let mut coverage = Vec::new();
            while let Some(row) = rows.next()? {
                coverage.push(Coverage {
                    route: row.get(0)?,
                    subject: row.get(1)?,
                    state: serde_json::from_value(row.get::<_, String>(2)?.into())?,
                    as_of: row.get(3)?,
                    detail: row.get(4)?,
                });
            }
            Ok(coverage)
        })
    }

    /// How many records are stored.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn counts(&self, connection: &StoredConnection) -> Result<Counts, StoreError> {
        let count = |table| self.count(connection, table, "true");
        Ok(Counts {
            projects: count("projects")?,
            findings: count("findings")?,
            open_findings: self.count(connection, "findings", "open = 1")?,
            change_checks: count("change_checks")?,
            change_findings: count("change_findings")?,
            remediations: count("remediations")?,
            measurements: count("measurements")?,
            incidents: count("incidents")?,
            deployments: count("deployments")?,
            others: count("others")?,
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

    fn records<T: DeserializeOwned>(
        &self,
        table: &Table,
        condition: &str,
        parameters: &[&dyn ToSql],
    ) -> Result<Vec<T>, StoreError> {
        let list = select_list(table);
        let query = format!("SELECT {list} FROM {} WHERE {condition}", table.name);
        self.database.read(|database| {
            let mut statement = database.prepare(&query)?;
            let mut rows = statement.query(parameters)?;
            let mut records = Vec::new();
            while let Some(row) = rows.next()? {
                records.push(decode(table, row)?);
            }
            Ok(records)
        })
    }
}

#[cfg(test)]
mod tests {
    use koalr_platform::model::record::{Entry, PackageVersion};

    use super::*;
    use crate::fixture::{batch, connected, finding, organizations, project};

    fn ids(filter: FindingFilter<'_>) -> Vec<String> {
        let (_directory, mut tenant, connection) = connected();
        let place = |id: &str, project: &str, package: &str| {
            let mut finding = finding(id);
            finding.project = project.to_owned();
            finding.packages.push(PackageVersion {
                ecosystem: Some("npm".to_owned()),
                name: package.to_owned(),
                version: Some("1.0.0".to_owned()),
            });
            Entry::Finding(finding)
        };
        let batch = batch(vec![
            Entry::Project(project("p1", Some("shop/web"))),
            Entry::Project(project("p2", Some("shop/api"))),
            Entry::Project(project("p3", None)),
            place("f3", "p1", "left-pad"),
            place("f2", "p2", "left-pad"),
            place("f1", "p3", "it's \"quoted\""),
        ]);
        tenant
            .apply_batch(&connection, &organizations(), &batch, 5)
            .unwrap();
        let findings = tenant.findings(&connection, filter).unwrap();
        findings
            .into_iter()
            .map(|stored| stored.finding.id)
            .collect()
    }

    #[test]
    fn findings_come_by_id_and_all_without_a_filter() {
        assert_eq!(ids(FindingFilter::default()), ["f1", "f2", "f3"]);
    }

    #[test]
    fn findings_of_a_repository_are_those_of_its_projects() {
        let of = |repository| {
            ids(FindingFilter {
                repository: Some(repository),
                packages: None,
            })
        };
        assert_eq!(of("shop/web"), ["f3"]);
        assert!(of("shop").is_empty());
    }

    #[test]
    fn findings_of_packages_are_found_by_any_of_their_packages() {
        let of = |packages: &[&str]| {
            ids(FindingFilter {
                repository: None,
                packages: Some(packages),
            })
        };
        assert_eq!(of(&["left-pad"]), ["f2", "f3"]);
        assert_eq!(of(&["it's \"quoted\"", "none"]), ["f1"]);
        assert_eq!(of(&["lodash"]), ["f1", "f2", "f3"]);
        assert!(of(&[]).is_empty());
    }

    #[test]
    fn a_row_that_does_not_fit_the_model_is_told() {
        let (directory, mut tenant, connection) = connected();
        let batch = batch(vec![Entry::Project(project("p1", None))]);
        tenant
            .apply_batch(&connection, &organizations(), &batch, 5)
            .unwrap();
        tenant
            .database
            .write(|transaction| Ok(transaction.execute("UPDATE projects SET extra = '{'", [])?))
            .unwrap();
        assert_eq!(
            tenant.projects(&connection).unwrap_err().to_string(),
            format!(
                "reading `{}`: EOF while parsing an object at line 1 column 1; restore it from a backup",
                directory.path().join("tenants/acme.db").display()
            )
        );
    }

    #[test]
    fn both_filters_must_hold() {
        let filter = FindingFilter {
            repository: Some("shop/api"),
            packages: Some(&["left-pad"]),
        };
        assert_eq!(ids(filter), ["f2"]);
    }
}

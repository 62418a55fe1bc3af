//! The rows that a ledger is made of: only the columns that it needs, because they are many.

use koalr_platform::delivery::{Merge, Services};
use koalr_platform::ledger::{Decided, Deployed, Happened, Known, LetPass, Mark, Other, Summary};
use koalr_platform::model::record::{Deployment, Incident};
use rusqlite::{Connection, Row};

use super::stamp;
use crate::error::{Fault, StoreError};
use crate::fields::word;
use crate::tenant::Tenant;

impl Tenant {
    /// Everything that a ledger is made of, and the stamp of just these rows.
    pub(super) fn known(&self) -> Result<(i64, Known), StoreError> {
        self.database.read(|database| {
            // One snapshot, whoever writes meanwhile.
            let snapshot = database.unchecked_transaction()?;
            let stamp = stamp(&snapshot)?;
            let (merges, others) = changes(&snapshot)?;
            let services = Services::new(self.services()?).map_err(|errors| {
                let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
                StoreError::Services {
                    path: self.database.path().to_owned(),
                    reason: errors.join("; "),
                }
            })?;
            let known = Known {
                merges,
                others,
                deployments: each(&snapshot, DEPLOYMENTS, deployed)?,
                incidents: each(&snapshot, INCIDENTS, happened)?,
                services,
                decided: each(&snapshot, DECIDED, decided)?,
                let_pass: each(&snapshot, LET_PASS, |row| {
                    Ok(LetPass {
                        change: row.get(0)?,
                        head_sha: row.get(1)?,
                        at: row.get(2)?,
                    })
                })?,
                marks: each(&snapshot, MARKS, |row| {
                    Ok(Mark {
                        repository: row.get(0)?,
                        change: row.get(1)?,
                        head_sha: row.get(2)?,
                        at: row.get(3)?,
                    })
                })?,
            };
            Ok((stamp, known))
        })
    }
}

fn each<T>(
    database: &Connection,
    query: &str,
    mut make: impl FnMut(&Row<'_>) -> Result<T, Fault>,
) -> Result<Vec<T>, Fault> {
    let mut statement = database.prepare(query)?;
    let mut rows = statement.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(make(row)?);
    }
    Ok(all)
}

fn changes(database: &Connection) -> Result<(Vec<Merge>, Vec<Other>), Fault> {
    let mut merges = Vec::new();
    let mut others = Vec::new();
    each(database, CHANGES, |row| {
        let (change, repository, number) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let is_merged = row.get(3)?;
        match row.get(4)? {
            Some(merged_at) if is_merged => merges.push(Merge {
                change,
                repository,
                number,
                merge_sha: row.get(5)?,
                head_sha: row.get(6)?,
                merged_at,
            }),
            _ => others.push(Other {
                change,
                repository,
                number,
                merged: is_merged,
            }),
        }
        Ok(())
    })?;
    Ok((merges, others))
}

fn deployed(row: &Row<'_>) -> Result<Deployed, Fault> {
    Ok(Deployed {
        deployment: Deployment {
            id: row.get(0)?,
            service: row.get(1)?,
            environment: row.get(2)?,
            sha: row.get(3)?,
            state: word(row, 4)?,
            at: row.get(5)?,
            extra: vec![],
        },
        repository: row.get(6)?,
        source: row.get(7)?,
    })
}

fn happened(row: &Row<'_>) -> Result<Happened, Fault> {
    Ok(Happened {
        incident: Incident {
            id: row.get(0)?,
            service: row.get(1)?,
            title: row.get(2)?,
            severity: row.get(3)?,
            change: row.get(4)?,
            started_at: row.get(5)?,
            acknowledged_at: None,
            resolved_at: row.get(6)?,
            open: row.get(7)?,
            extra: vec![],
        },
        source: row.get(8)?,
    })
}

fn decided(row: &Row<'_>) -> Result<Decided, Fault> {
    Ok(Decided {
        change: row.get(0)?,
        head_sha: row.get(1)?,
        as_of: row.get(2)?,
        observation: word(row, 3)?,
        summary: Summary {
            decision: word(row, 4)?,
            enforced: row.get(5)?,
            told: row.get(6)?,
            introduced_high: row.get(7)?,
            introduced_low: row.get(8)?,
            introduced_unscored: row.get(9)?,
            introduced_highest: row.get(10)?,
            unattributed: row.get(11)?,
            dependencies: row.get(12)?,
            waived: row.get(13)?,
            security: row.get(14)?,
            score: row.get(15)?,
        },
    })
}

const CHANGES: &str = "
    SELECT id, repository, change ->> 'number', state = 'merged', merged_at, merge_sha, change ->> 'head-sha'
    FROM changes";

/// What an integration and the platform both know from one source is one: the platform heard it as it happened.
const DEPLOYMENTS: &str = "
    SELECT id, service, environment, sha, state, at, repository, source FROM own_deployments
    UNION ALL
    SELECT deployments.id, service, environment, sha, state, at, NULL, integration
    FROM deployments JOIN connections ON connections.id = connection AND current = 1
    WHERE NOT EXISTS (
      SELECT 1 FROM own_deployments AS own WHERE own.source = integration AND own.id = deployments.id
    )";

const INCIDENTS: &str = "
    SELECT id, service, title, severity, change, started_at, resolved_at, open, source FROM own_incidents
    UNION ALL
    SELECT incidents.id, service, title, severity, change, started_at, resolved_at, open, integration
    FROM incidents JOIN connections ON connections.id = connection AND current = 1
    WHERE NOT EXISTS (
      SELECT 1 FROM own_incidents AS own WHERE own.source = integration AND own.id = incidents.id
    )";

/// Of the index alone.
pub(super) const DECIDED: &str = "
    SELECT change, head_sha, as_of, observation, decision, enforced, told, introduced_high,
           introduced_low, introduced_unscored, introduced_highest, unattributed, dependencies, waived, security,
           score
    FROM decisions INDEXED BY decisions_by_time";

const LET_PASS: &str = "SELECT change, head_sha, at FROM overrides";

const MARKS: &str = "
    SELECT repository, change, head_sha, at
    FROM change_checks JOIN connections ON connections.id = connection AND current = 1
    WHERE marked_as_success AND head_sha IS NOT NULL";

//! Changes, and what was decided about them.

use koalr_platform::decision::Settled;
use koalr_platform::model::assessment::Assessment;
use koalr_platform::model::common::{Change, DependencyChange, Tenths, Timestamp};
use koalr_platform::model::evidence::Evidence;
use koalr_platform::model::verdict::Verdict;
use rusqlite::{OptionalExtension, params};

use crate::error::{Fault, StoreError};
use crate::tenant::Tenant;

/// A change as the host knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRecord {
    /// The change with its newest head.
    pub change: Change,
    /// Its title; empty while unknown. Text from outside.
    pub title: String,
    /// Login of who wrote it; none while unknown.
    pub author: Option<String>,
    /// When it was opened; none while unknown.
    pub opened_at: Option<Timestamp>,
    /// Koalr's own deploy risk of it, without any integration, in tenths, 0 to 1000; none while unknown.
    pub base_score: Option<Tenths>,
    /// Dependencies it touches; none while unknown, which is not the same as an empty list.
    pub dependencies: Option<DependencyList>,
    /// When this state was stored.
    pub saved_at: Timestamp,
}

/// Dependencies a change touches, and who says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DependencyList {
    /// Where the list comes from, for example `file` or `dependency-graph`.
    pub source: String,
    /// The dependencies. Empty means that the change touches none.
    pub changes: Vec<DependencyChange>,
}

/// What an integration decided about one head of a change, with all it decided on.
#[derive(Debug, Clone, PartialEq)]
pub struct DecisionRecord {
    /// Id of the integration.
    pub integration: String,
    /// Id of the change.
    pub change: String,
    /// The head that was judged.
    pub head_sha: String,
    /// What was known. Assessment and verdict count in its lists.
    pub evidence: Evidence,
    /// The answer of `score`.
    pub assessment: Assessment,
    /// The answer of `gate`.
    pub verdict: Verdict,
    /// What it came to under the policy.
    pub settled: Settled,
    /// Version of the integration that decided.
    pub plugin_version: String,
    /// When a decision about this head was first asked for.
    pub asked_at: Timestamp,
    /// The time the decision was made for.
    pub as_of: Timestamp,
}

impl Tenant {
    /// Stores a change in place of its former state.
    ///
    /// # Errors
    /// - the database is busy, full or cannot be written
    pub fn save_change(&mut self, record: &ChangeRecord) -> Result<(), StoreError> {
        self.database.write(|transaction| {
            let dependencies = record.dependencies.as_ref();
            transaction.execute(
                "INSERT OR REPLACE INTO changes
                   (id, change, title, author, opened_at, base_score, dependencies, dependency_source, saved_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                params![
                    record.change.id,
                    serde_json::to_string(&record.change)?,
                    record.title,
                    record.author,
                    record.opened_at,
                    record.base_score,
                    dependencies
                        .map(|list| serde_json::to_string(&list.changes))
                        .transpose()?,
                    dependencies.map(|list| &list.source),
                    record.saved_at,
                ],
            )?;
            Ok(())
        })
    }

    /// A change by the host's id; none if it was never stored.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn change(&self, id: &str) -> Result<Option<ChangeRecord>, StoreError> {
        self.database.read(|database| {
            let mut statement = database.prepare(
                "SELECT change, title, author, opened_at, base_score, dependencies, dependency_source, saved_at
                 FROM changes WHERE id = ?1",
            )?;
            let mut rows = statement.query([id])?;
            let Some(row) = rows.next()? else {
                return Ok(None);
            };
            let changes: Option<String> = row.get(5)?;
            let source: Option<String> = row.get(6)?;
            let dependencies = changes.zip(source).map(|(changes, source)| {
                let changes = serde_json::from_str(&changes)?;
                Ok::<_, Fault>(DependencyList { source, changes })
            });
            Ok(Some(ChangeRecord {
                change: serde_json::from_str(&row.get::<_, String>(0)?)?,
                title: row.get(1)?,
                author: row.get(2)?,
                opened_at: row.get(3)?,
                base_score: row.get(4)?,
                dependencies: dependencies.transpose()?,
                saved_at: row.get(7)?,
            }))
        })
    }

    /// Stores a decision in place of the former one of the same integration about the same head.
    ///
    /// # Errors
    /// - the database is busy, full or cannot be written
    pub fn save_decision(&mut self, record: &DecisionRecord) -> Result<(), StoreError> {
        self.database.write(|transaction| {
            transaction.execute(
                "INSERT OR REPLACE INTO decisions
                   (integration, change, head_sha, evidence, assessment, verdict, settled, plugin_version, asked_at, as_of)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                params![
                    record.integration,
                    record.change,
                    record.head_sha,
                    serde_json::to_string(&record.evidence)?,
                    serde_json::to_string(&record.assessment)?,
                    serde_json::to_string(&record.verdict)?,
                    serde_json::to_string(&record.settled)?,
                    record.plugin_version,
                    record.asked_at,
                    record.as_of,
                ],
            )?;
            Ok(())
        })
    }

    /// What an integration decided about one head of a change; none if it has not.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn decision(
        &self,
        integration: &str,
        change: &str,
        head_sha: &str,
    ) -> Result<Option<DecisionRecord>, StoreError> {
        self.database.read(|database| {
            let row = database
                .query_row(
                    "SELECT evidence, assessment, verdict, settled, plugin_version, asked_at, as_of
                     FROM decisions WHERE integration = ?1 AND change = ?2 AND head_sha = ?3",
                    [integration, change, head_sha],
                    |row| {
                        let json = |index| row.get::<_, String>(index);
                        let json = (json(0)?, json(1)?, json(2)?, json(3)?);
                        Ok((json, row.get(4)?, row.get(5)?, row.get(6)?))
                    },
                )
                .optional()?;
            let Some((json, plugin_version, asked_at, as_of)) = row else {
                return Ok(None);
            };
            let (evidence, assessment, verdict, settled) = json;
            Ok(Some(DecisionRecord {
                integration: integration.to_owned(),
                change: change.to_owned(),
                head_sha: head_sha.to_owned(),
                evidence: serde_json::from_str(&evidence)?,
                assessment: serde_json::from_str(&assessment)?,
                verdict: serde_json::from_str(&verdict)?,
                settled: serde_json::from_str(&settled)?,
                plugin_version,
                asked_at,
                as_of,
            }))
        })
    }

    /// When this integration first decided about any head of a change; none if it never did.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn first_asked_at(
        &self,
        integration: &str,
        change: &str,
    ) -> Result<Option<Timestamp>, StoreError> {
        self.database.read(|database| {
            let first = database.query_row(
                "SELECT min(asked_at) FROM decisions WHERE integration = ?1 AND change = ?2",
                [integration, change],
                |row| row.get(0),
            );
            Ok(first?)
        })
    }
}

#[cfg(test)]
mod tests {
    use koalr_platform::decision;
    use koalr_platform::merge::merge;
    use koalr_platform::model::evidence::Observation;
    use koalr_platform::model::verdict::Decision;
    use koalr_platform::policy::Mode;
    use std::collections::BTreeSet;

    use super::*;
    use crate::fixture::{change, connected, open};

    #[test]
    fn a_change_reads_back_with_its_dependencies_and_their_source() {
        let (directory, mut tenant, _) = connected();
        let record = ChangeRecord {
            change: change(),
            title: "Use lodash".to_owned(),
            author: Some("mia".to_owned()),
            opened_at: Some(7),
            base_score: Some(412),
            dependencies: Some(DependencyList {
                source: "file".to_owned(),
                changes: vec![DependencyChange {
                    ecosystem: "npm".to_owned(),
                    name: "lodash".to_owned(),
                    before: None,
                    after: Some("4.17.15".to_owned()),
                    direct: None,
                    manifest: None,
                }],
            }),
            saved_at: 9,
        };
        tenant.save_change(&record).unwrap();
        drop(tenant);
        let tenant = open(directory.path());
        assert_eq!(tenant.change("c1").unwrap(), Some(record));
        assert_eq!(tenant.change("c2").unwrap(), None);
    }

    #[test]
    fn an_unknown_dependency_list_stays_unknown_and_an_empty_one_empty() {
        let (_directory, mut tenant, _) = connected();
        let empty = DependencyList {
            source: "file".to_owned(),
            changes: vec![],
        };
        for dependencies in [None, Some(empty)] {
            let record = ChangeRecord {
                change: change(),
                title: String::new(),
                author: None,
                opened_at: None,
                base_score: None,
                dependencies,
                saved_at: 9,
            };
            tenant.save_change(&record).unwrap();
            assert_eq!(tenant.change("c1").unwrap(), Some(record));
        }
    }

    #[test]
    fn a_decision_is_kept_for_each_head() {
        let (_directory, mut tenant, _) = connected();
        let first = decision("abc", Decision::Block);
        let second = decision("def", Decision::Pass);
        tenant.save_decision(&first).unwrap();
        tenant.save_decision(&second).unwrap();
        let of = |head| tenant.decision("snyk", "c1", head).unwrap();
        assert_eq!(of("abc"), Some(first));
        assert_eq!(of("def"), Some(second));
        assert_eq!(of("fed"), None);
    }

    #[test]
    fn a_later_decision_about_the_same_head_replaces_the_former() {
        let (_directory, mut tenant, _) = connected();
        let later = decision("abc", Decision::Pass);
        tenant
            .save_decision(&decision("abc", Decision::Block))
            .unwrap();
        tenant.save_decision(&later).unwrap();
        assert_eq!(tenant.decision("snyk", "c1", "abc").unwrap(), Some(later));
    }

    fn decision(head_sha: &str, decision: Decision) -> DecisionRecord {
        DecisionRecord {
            integration: "snyk".to_owned(),
            change: "c1".to_owned(),
            head_sha: head_sha.to_owned(),
            evidence: Evidence {
                observation: Observation::Observed,
                dependencies: None,
                findings: vec![],
                aliases: vec![],
                licenses: vec![],
                fix_candidates: vec![],
                debt: vec![],
                measurements: vec![],
                coverage: vec![],
                extra: vec![],
            },
            assessment: Assessment {
                model: "1".to_owned(),
                score: 0,
                findings: vec![],
                factors: vec![],
                contributions: vec![],
                terms: vec![],
                counterfactuals: vec![],
                unknowns: vec![],
                extra: vec![],
            },
            verdict: Verdict {
                decision,
                fired: vec![],
                waived: vec![],
                missing: vec![],
                unasked: vec![],
                errors: vec![],
                extra: vec![],
            },
            settled: Settled {
                decision: decision::Decision::Pass,
                outcome: decision::Outcome {
                    decision: decision::Decision::Pass,
                    causes: BTreeSet::new(),
                    opened: false,
                },
                overridden: None,
                mode: Mode::Enforce,
                score: merge(None, 0, decision::Decision::Pass, Mode::Enforce),
            },
            plugin_version: "0.1.0".to_owned(),
            asked_at: 8,
            as_of: 9,
        }
    }
}

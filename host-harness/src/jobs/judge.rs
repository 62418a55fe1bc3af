//! From a change to an explained verdict.

use std::collections::BTreeSet;

use koalr_platform::decision::{Decision, bind, judge as judged};
use koalr_platform::evidence::{CHECKS, Known, PACKAGES, TEST_FINDINGS, gather, is_of_head};
use koalr_platform::merge::merge;
use koalr_platform::model::assessment::{Assessment, ScoreError};
use koalr_platform::model::common::{Change, Coverage, DependencyChange, Tenths, Timestamp};
use koalr_platform::model::evidence::{Evidence, ScoreRequest};
use koalr_platform::model::record::{Entry, Project};
use koalr_platform::model::verdict::{GateError, GateRequest, Verdict};
use koalr_platform::model::walk::{ChangeScope, Scope};
use koalr_platform::policy::Policy;
use koalr_runtime::{Egress, Priority};
use koalr_store::{
    ChangeRecord, DecisionRecord, DependencyList, FindingFilter, StoredConnection, Tenant,
};
use serde::Deserialize;

use super::line::{organizations, reopen};
use super::sync::{beside, everything};
use super::walk::{Step, Walk};
use crate::contract::Mirror as _;
use crate::report::ChangeReport;
use crate::report::fix::fixes;
use crate::report::summary::summary;
use crate::{Host, HostError};

/// A change as a person or a program describes it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(
    rename_all = "kebab-case",
    deny_unknown_fields,
    expecting = "an object that describes a change"
)]
pub struct ChangeFile {
    /// The change.
    pub change: Change,
    /// Its title, for reports.
    #[serde(default)]
    pub title: String,
    /// Koalr's own score of it without security, 0 to 100; absent means that there is none, and security stands alone.
    pub base_score: Option<f64>,
    /// Dependencies it touches; absent means unknown, empty means that it touches none.
    pub dependencies: Option<Vec<DependencyChange>>,
    /// Ready evidence: judged as it is, without any request.
    pub evidence: Option<Evidence>,
}

impl ChangeFile {
    /// A change that was stored before.
    #[must_use]
    pub fn stored(record: ChangeRecord) -> Self {
        Self {
            change: record.change,
            title: String::new(),
            base_score: record.base_score.map(|tenths| f64::from(tenths) / 10.0),
            dependencies: record.dependencies.map(|list| list.changes),
            evidence: None,
        }
    }

    /// Makes sure that it can be told from another one.
    ///
    /// # Errors
    ///
    /// Its id, its repository or its head is empty.
    pub fn check(&self) -> Result<(), HostError> {
        let change = &self.change;
        for (key, text) in [
            ("id", &change.id),
            ("repository", &change.repository),
            ("head-sha", &change.head_sha),
        ] {
            if text.trim().is_empty() {
                return Err(HostError::Change(format!(
                    "`{key}` of the change is empty; README shows what such a file holds"
                )));
            }
        }
        Ok(())
    }

    /// The base score in tenths; none where there is none.
    fn base_tenths(&self) -> Result<Option<Tenths>, HostError> {
        let Some(score) = self.base_score else {
            return Ok(None);
        };
        if !(0.0..=100.0).contains(&score) {
            return Err(HostError::Change(format!(
                "`base-score` is {score}; it must be between 0 and 100"
            )));
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "checked above to be within 0 and 1000"
        )]
        Ok(Some((score * 10.0).round() as Tenths))
    }
}

/// Judges a change: looks up what its dependencies bring, scores, gates, merges, and stores the decision.
///
/// # Errors
///
/// Nothing is connected and the change brings no evidence of its own; a lookup, the store or the plugin failed.
pub async fn judge(
    host: &Host,
    tenant: &mut Tenant,
    file: ChangeFile,
    policy: &Policy,
    as_of: Timestamp,
) -> Result<ChangeReport, HostError> {
    file.check()?;
    let base = file.base_tenths()?;
    let evidence = match file.evidence {
        Some(ref evidence) => evidence.clone(),
        None => {
            look_up(
                host,
                tenant,
                &file.change,
                file.dependencies.as_deref(),
                as_of,
            )
            .await?
        }
    };
    let assessment = score(host, &file.change, &evidence, policy, as_of).await?;
    let verdict = gate(host, &assessment, &evidence, policy, as_of).await?;
    let stored = ChangeRecord {
        change: file.change.clone(),
        base_score: base,
        dependencies: file.dependencies.clone().map(|changes| DependencyList {
            source: "file".to_owned(),
            changes,
        }),
        saved_at: as_of,
    };
    tenant.save_change(&stored)?;
    tenant.save_decision(&DecisionRecord {
        integration: host.manifest().id.clone(),
        change: file.change.id.clone(),
        head_sha: file.change.head_sha.clone(),
        evidence: evidence.clone(),
        assessment: assessment.clone(),
        verdict: verdict.clone(),
        plugin_version: host.manifest().version.clone(),
        as_of,
    })?;
    let judged = judged(&verdict, &evidence.coverage, as_of, None);
    let decision = bind(judged, policy.mode);
    let mut report = ChangeReport {
        change: file.change,
        title: file.title,
        decision,
        judged,
        mode: policy.mode,
        score: merge(base, assessment.score, judged, policy.mode),
        summary: String::new(),
        fixes: if judged == Decision::Block {
            fixes(&evidence, &assessment, &verdict)
        } else {
            Vec::new()
        },
        assessment,
        verdict,
        evidence,
        judge: host.judge(),
        as_of,
    };
    report.summary = summary(&report);
    Ok(report)
}

/// Asks the upstream about the packages a change touches and the tests of its head, and puts it beside what is stored.
async fn look_up(
    host: &Host,
    tenant: &mut Tenant,
    change: &Change,
    dependencies: Option<&[DependencyChange]>,
    as_of: Timestamp,
) -> Result<Evidence, HostError> {
    let (connection, line) = reopen(host, tenant, Priority::Change)?;
    let checks = tenant.change_checks(&connection, &change.repository, change)?;
    let scope = Scope::Change(ChangeScope {
        change: change.clone(),
        organizations: organizations(&connection.record).collect(),
        dependencies: dependencies.map(<[DependencyChange]>::to_vec),
        checks: checks
            .iter()
            .filter(|check| is_of_head(check, change))
            .cloned()
            .collect(),
    });
    let mut lookups = Vec::new();
    let mut tests = Vec::new();
    let mut coverage = Vec::new();
    Walk {
        line: &line,
        scope: scope.clone(),
        since: None,
        as_of,
        patience_secs: LONGEST_WAIT_SECS,
    }
    .run(None, |step| {
        let Step::Keep(batch) = step else {
            return Ok(());
        };
        tenant.apply_batch(&connection, &scope, batch, as_of)?;
        for entry in &batch.records {
            if let Entry::ChangeFinding(found) = entry {
                match found.route.as_str() {
                    PACKAGES => lookups.push(found.finding.clone()),
                    TEST_FINDINGS => tests.push(found.finding.clone()),
                    _ => {}
                }
            }
        }
        coverage.clone_from(&batch.coverage);
        Ok(())
    })
    .await?;
    let mut projects = tenant.projects(&connection)?;
    projects.retain(|project| project.repository.as_deref() == Some(change.repository.as_str()));
    coverage.extend(synced(tenant, &connection, &projects)?);
    let filter = FindingFilter {
        repository: Some(&change.repository),
        ..FindingFilter::default()
    };
    let stored: Vec<_> = tenant
        .findings(&connection, filter)?
        .into_iter()
        // What vanished says nothing about now.
        .filter(|stored| stored.vanished_at.is_none())
        .map(|stored| stored.finding)
        .collect();
    Ok(gather(&Known {
        change,
        dependencies,
        lookups: &lookups,
        tests: &tests,
        checks: &checks,
        stored: &stored,
        projects: &projects,
        coverage: &coverage,
        beyond_packages: false,
        as_of,
    }))
}

/// What the last walks say about the organizations that hold the repository's projects; about all, if none is known to
/// hold it.
fn synced(
    tenant: &Tenant,
    connection: &StoredConnection,
    projects: &[Project],
) -> Result<Vec<Coverage>, HostError> {
    let mut rows = tenant.coverage(connection, &everything(&connection.record))?;
    let enriched = tenant.coverage(connection, &beside(&connection.record))?;
    rows.extend(enriched.into_iter().filter(|row| row.route == CHECKS));
    let holders: BTreeSet<&str> = projects
        .iter()
        .map(|project| project.organization.as_str())
        .collect();
    rows.retain(|row| holders.is_empty() || holders.contains(row.subject.as_str()));
    Ok(rows)
}

async fn score(
    host: &Host,
    change: &Change,
    evidence: &Evidence,
    policy: &Policy,
    as_of: Timestamp,
) -> Result<Assessment, HostError> {
    let request = ScoreRequest {
        change: change.clone(),
        evidence: evidence.clone(),
        settings: policy.score_settings(),
        as_of,
    };
    let mut session = host.plugin().open_session(Egress::closed()).await?;
    session
        .score(&request.mirror())
        .await?
        .map(crate::contract::Mirror::mirror)
        .map_err(|error| {
            let reason = match error.mirror() {
                ScoreError::InvalidEvidence(reason) => reason,
                ScoreError::InvalidSetting((key, expected)) => {
                    format!("setting `{key}`: {expected}")
                }
                ScoreError::Other((code, text)) => format!("{text} ({code})"),
            };
            HostError::Refused {
                verb: "score",
                reason,
            }
        })
}

async fn gate(
    host: &Host,
    assessment: &Assessment,
    evidence: &Evidence,
    policy: &Policy,
    as_of: Timestamp,
) -> Result<Verdict, HostError> {
    let request = GateRequest {
        assessment: assessment.clone(),
        evidence: evidence.clone(),
        rules: policy.rules(&host.manifest().rules),
        waivers: Vec::new(),
        as_of,
    };
    let mut session = host.plugin().open_session(Egress::closed()).await?;
    session
        .gate(&request.mirror())
        .await?
        .map(crate::contract::Mirror::mirror)
        .map_err(|error| {
            let reason = match error.mirror() {
                GateError::InvalidRequest(reason) => reason,
                GateError::Other((code, text)) => format!("{text} ({code})"),
            };
            HostError::Refused {
                verb: "gate",
                reason,
            }
        })
}

/// Longest time a judgement waits for the upstream in all, in seconds.
const LONGEST_WAIT_SECS: u32 = 900;

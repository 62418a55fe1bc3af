//! What is known about a change: asked for now, or stored before.

use std::collections::BTreeSet;

use koalr_platform::evidence::{
    CHECKS, Known, ListState, PACKAGES, TEST_FINDINGS, awaited, gather, is_of_head,
};
use koalr_platform::model::common::{Change, Coverage, CoverageState, DependencyChange, Timestamp};
use koalr_platform::model::evidence::Evidence;
use koalr_platform::model::record::{ChangeCheck, Entry, Project};
use koalr_platform::model::walk::{ChangeScope, Scope};
use koalr_runtime::Precedence;
use koalr_store::{FindingFilter, StoredConnection, Tenant};

use super::line::{organizations, reopen};
use super::sync::{beside, everything};
use super::walk::{End, Step, Walk};
use crate::{Host, HostError};

/// What evidence is asked for.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) change: &'a Change,
    pub(super) dependencies: Option<&'a [DependencyChange]>,
    /// How that list is known.
    pub(super) list: ListState<'a>,
    /// Whether container and infrastructure findings of its branch count.
    pub(super) beyond_packages: bool,
    /// When the change was first assessed or opened; none if neither is known, so that nothing is new since.
    pub(super) assessed_at: Option<Timestamp>,
    /// The time the evidence is for.
    pub(super) as_of: Timestamp,
    /// Longest time to wait for the upstream in all, in seconds.
    pub(super) patience_secs: u32,
}

/// Asks the upstream about the packages a change touches and the tests of its head, and puts it beside what is stored.
/// Also when to ask for the rest, in seconds; none if there is no rest.
pub(super) async fn look_up(
    host: &Host,
    tenant: &mut Tenant,
    asked: &Asked<'_>,
) -> Result<(Evidence, Option<u32>), HostError> {
    let Asked {
        change,
        dependencies,
        as_of,
        ..
    } = *asked;
    // Whoever comes back for the rest does not keep others waiting.
    let precedence = match asked.patience_secs {
        0 => Precedence::RETURNING,
        _ => Precedence::CHANGE,
    };
    let (connection, line) = reopen(host, tenant, precedence, as_of)?;
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
    let end = Walk {
        line: &line,
        scope: scope.clone(),
        since: None,
        as_of,
        patience_secs: asked.patience_secs,
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
    let resume_secs = match end {
        End::Done => None,
        End::Paused { secs } => Some(secs),
    };
    if resume_secs.is_some() {
        let told = (lookups.as_slice(), coverage.as_slice());
        let rows = awaited(change, dependencies.unwrap_or_default(), told, NOT_YET);
        let tests = awaited_tests(&checks, change, &coverage);
        coverage.extend(rows.into_iter().chain(tests));
    }
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
    let evidence = gather(&Known {
        change,
        dependencies,
        list: asked.list,
        lookups: &lookups,
        tests: &tests,
        checks: &checks,
        stored: &stored,
        projects: &projects,
        coverage: &coverage,
        beyond_packages: asked.beyond_packages,
        assessed_at: asked.assessed_at,
        as_of,
    });
    Ok((evidence, resume_secs))
}

/// Rows of the tests of this head that were not read yet.
fn awaited_tests(checks: &[ChangeCheck], change: &Change, told: &[Coverage]) -> Vec<Coverage> {
    let tests: BTreeSet<&str> = checks
        .iter()
        .filter(|check| is_of_head(check, change))
        .filter_map(|check| check.test.as_deref())
        .filter(|test| {
            let mut told = told.iter();
            !told.any(|row| row.route == TEST_FINDINGS && row.subject == *test)
        })
        .collect();
    let rows = tests.into_iter();
    rows.map(|test| Coverage {
        route: TEST_FINDINGS.to_owned(),
        subject: test.to_owned(),
        state: CoverageState::Awaited,
        as_of: None,
        detail: NOT_YET.to_owned(),
    })
    .collect()
}

/// What the last walks say about the organizations that hold the repository's projects; about all, if none is known to
/// hold it.
pub(super) fn synced(
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

const NOT_YET: &str = "the upstream asks to wait before it answers";

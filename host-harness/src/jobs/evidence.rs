//! What is known about a change: asked for now, or stored before.

use std::collections::BTreeSet;
use std::time::Duration;

use koalr_platform::evidence::{
    CHECKS, Known, ListState, PACKAGES, TEST_FINDINGS, awaited, gather, is_of_head,
};
use koalr_platform::model::common::{
    Change, Coverage, CoverageState, DependencyChange, Measurement, Timestamp,
};
use koalr_platform::model::evidence::Evidence;
use koalr_platform::model::record::{ChangeCheck, ChangeFinding, Entry, Finding, Project};
use koalr_platform::model::walk::{ChangeScope, Scope};
use koalr_runtime::Precedence;
use koalr_store::{FindingFilter, StoredConnection, Tenant};
use tokio::time::timeout;

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
    /// Only a glance, of at most so long: nothing is stored of it, and what has not come by then is not looked up. None
    /// keeps what comes.
    pub(super) glance: Option<Duration>,
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
    let mut checks = tenant.change_checks(&connection, &change.repository, change)?;
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
    let mut brought = Brought::default();
    let walk = Walk {
        line: &line,
        scope: scope.clone(),
        since: None,
        as_of,
        patience_secs: asked.patience_secs,
    };
    let run = walk.run(None, |step| {
        let Step::Keep(batch) = step else {
            return Ok(());
        };
        if asked.glance.is_none() {
            tenant.apply_batch(&connection, &scope, batch, as_of)?;
        }
        for entry in &batch.records {
            brought.take(entry);
        }
        brought.coverage.clone_from(&batch.coverage);
        Ok(())
    });
    let end = match asked.glance {
        None => run.await?,
        Some(most) => match timeout(most, run).await {
            Ok(end) => end?,
            Err(_) => End::Paused { secs: 0 },
        },
    };
    let resume_secs = match end {
        End::Done => None,
        End::Paused { secs } => Some(secs),
    };
    if resume_secs.is_some() {
        let coverage = &mut brought.coverage;
        let told = (brought.lookups.as_slice(), coverage.as_slice());
        let rows = awaited(change, dependencies.unwrap_or_default(), told, NOT_YET);
        let tests = awaited_tests(&checks, change, coverage);
        coverage.extend(rows.into_iter().chain(tests));
        if asked.glance.is_some() {
            give_up(coverage);
        }
    }
    if brought.has_checks && asked.glance.is_none() {
        checks = tenant.change_checks(&connection, &change.repository, change)?;
    }
    Ok((
        put_together(tenant, &connection, asked, (brought, &checks))?,
        resume_secs,
    ))
}

/// What was asked for now.
#[derive(Default)]
struct Brought {
    lookups: Vec<Finding>,
    tests: Vec<Finding>,
    tied: Vec<ChangeFinding>,
    measurements: Vec<Measurement>,
    has_checks: bool,
    coverage: Vec<Coverage>,
}

impl Brought {
    fn take(&mut self, entry: &Entry) {
        match entry {
            Entry::ChangeFinding(found) => match found.route.as_str() {
                PACKAGES => self.lookups.push(found.finding.clone()),
                TEST_FINDINGS => self.tests.push(found.finding.clone()),
                _ => self.tied.push(found.clone()),
            },
            Entry::Measurement(one) => self.measurements.push(one.clone()),
            Entry::ChangeCheck(_) => self.has_checks = true,
            _ => {}
        }
    }
}

/// What was found, beside what is stored.
fn put_together(
    tenant: &Tenant,
    connection: &StoredConnection,
    asked: &Asked<'_>,
    (mut found, checks): (Brought, &[ChangeCheck]),
) -> Result<Evidence, HostError> {
    let change = asked.change;
    let mut projects = tenant.projects(connection)?;
    projects.retain(|project| project.repository.as_deref() == Some(change.repository.as_str()));
    let synced = synced(tenant, connection, &projects)?;
    found.coverage.extend(synced);
    let filter = FindingFilter {
        repository: Some(&change.repository),
        ..FindingFilter::default()
    };
    let stored: Vec<_> = tenant
        .findings(connection, filter)?
        .into_iter()
        // What vanished says nothing about now.
        .filter(|stored| stored.vanished_at.is_none())
        .map(|stored| stored.finding)
        .collect();
    Ok(gather(&Known {
        change,
        dependencies: asked.dependencies,
        list: asked.list,
        lookups: &found.lookups,
        tests: &found.tests,
        tied: &found.tied,
        measurements: &found.measurements,
        checks,
        stored: &stored,
        projects: &projects,
        coverage: &found.coverage,
        beyond_packages: asked.beyond_packages,
        assessed_at: asked.assessed_at,
        as_of: asked.as_of,
    }))
}

/// What is known without asking anybody, where nothing is connected or the upstream does not answer: the list itself.
pub(super) fn without_looking_up(asked: &Asked<'_>) -> Evidence {
    gather(&Known {
        change: asked.change,
        dependencies: asked.dependencies,
        list: asked.list,
        lookups: &[],
        tests: &[],
        tied: &[],
        measurements: &[],
        checks: &[],
        stored: &[],
        projects: &[],
        coverage: &[],
        beyond_packages: asked.beyond_packages,
        assessed_at: asked.assessed_at,
        as_of: asked.as_of,
    })
}

/// Nobody comes back for what a glance did not see.
fn give_up(coverage: &mut [Coverage]) {
    let awaited = coverage.iter_mut();
    for row in awaited.filter(|row| row.state == CoverageState::Awaited) {
        row.state = CoverageState::NotAsked;
        NOT_IN_TIME.clone_into(&mut row.detail);
    }
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

const NOT_IN_TIME: &str = "the upstream did not answer in time; ask again";

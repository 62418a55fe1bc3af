//! What must hold afterwards.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use koalr_host::jobs::{audit_entries, verify_audit};
use koalr_platform::audit::Deed;
use koalr_platform::model::evidence::Observation;
use koalr_platform::model::walk::Scope;
use koalr_store::{
    ChangeState, DataDir, DecisionFilter, DecisionRecord, DeliveryFilter, FindingFilter, JobRecord,
    JobState, StoreError, StoredConnection, TenantId,
};
use koalr_upstream::github::CheckRun;

use super::company::{CANARY, Company, GITHUB_TOKEN, HOOK_SECRET, Tenant};
use super::traffic::Told;

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// When the server ended.
    pub(super) ended_at: i64,
    pub(super) complaints: Vec<String>,
    pub(super) decisions: usize,
    /// Heads that had another one behind them before they were judged.
    pub(super) superseded: usize,
    pub(super) findings: usize,
    pub(super) audited: u64,
    /// Reasons of jobs that were given up.
    pub(super) dead: Vec<String>,
}

impl Found {
    fn unless(&mut self, holds: bool, complaint: impl FnOnce() -> String) {
        if !holds {
            self.complaints.push(complaint());
        }
    }
}

/// An open tenant.
pub(super) fn open(company: &Company, tenant: &Tenant) -> koalr_store::Tenant {
    let data = DataDir::open(&company.data).unwrap();
    data.tenant(&TenantId::parse(&tenant.name).unwrap(), false)
        .unwrap()
}

/// Jobs that still had to run then; the next sync, which always waits, is none of them.
pub(super) fn unfinished(store: &koalr_store::Tenant, then: i64) -> Vec<JobRecord> {
    let mut jobs = store.waiting_jobs().unwrap();
    jobs.retain(|job| {
        job.key != "sync" || job.state == JobState::Running || job.not_before <= then
    });
    jobs
}

/// Whether a whole sync began after this time and ended.
pub(super) fn is_synced_since(store: &koalr_store::Tenant, since: i64) -> bool {
    let connection = connection(store);
    let organizations = connection.record.connection.organizations.iter();
    let scope = Scope::Organizations(organizations.map(|one| one.id.clone()).collect());
    let state = store.sync_state(&connection, &scope).unwrap();
    state.is_some_and(|state| state.started_at > since && state.done_at.is_some())
}

fn connection(store: &koalr_store::Tenant) -> StoredConnection {
    store.connection("snyk").unwrap().unwrap()
}

/// Looks at everything of a tenant.
pub(super) fn look(company: &Company, tenant: &Tenant, told: &Told, found: &mut Found) {
    let store = open(company, tenant);
    let dead = store.dead_jobs().unwrap();
    jobs(tenant, &store, &dead, found);
    decisions(company, tenant, &store, (told, &dead), found);
    deliveries(tenant, &store, told, found);
    findings(tenant, &store, found);
    audit(tenant, &store, found);
}

fn jobs(tenant: &Tenant, store: &koalr_store::Tenant, dead: &[JobRecord], found: &mut Found) {
    let left = unfinished(store, found.ended_at);
    found.unless(left.is_empty(), || {
        format!("{}: jobs are left: {left:?}", tenant.name)
    });
    for job in dead {
        found.unless(!job.reason.is_empty(), || {
            format!("{}: given up for no reason: {job:?}", tenant.name)
        });
        found.dead.push(job.reason.clone());
    }
}

fn decisions(
    company: &Company,
    tenant: &Tenant,
    store: &koalr_store::Tenant,
    (told, dead): (&Told, &[JobRecord]),
    found: &mut Found,
) {
    let mut decided: BTreeMap<(String, String), usize> = BTreeMap::new();
    let each = &mut |decision: DecisionRecord| {
        if decision.observation == Observation::Observed {
            *decided
                .entry((decision.change, decision.head_sha))
                .or_default() += 1;
        }
        Ok::<_, StoreError>(())
    };
    let all = DecisionFilter {
        integration: "snyk".to_owned(),
        observation: None,
        from: None,
        to: None,
    };
    store.decisions(&all, each).unwrap();
    let runs: Vec<CheckRun> = company
        .github
        .check_runs()
        .into_iter()
        .filter(|run| run.repository == tenant.repository)
        .collect();
    let mut runs_of: BTreeMap<&str, Vec<&CheckRun>> = BTreeMap::new();
    for run in &runs {
        runs_of.entry(&run.head_sha).or_default().push(run);
    }
    for (head, runs) in &runs_of {
        found.unless(runs.len() == 1, || {
            format!("{}: {} check runs of {head}", tenant.name, runs.len())
        });
    }
    for (number, change) in &told.changes {
        let id = format!("{}#{number}", tenant.repository);
        let stored = store.change(&id).unwrap();
        let holds = stored.as_ref().is_some_and(|stored| {
            stored.change.head_sha == change.pull.head_sha
                && (stored.state == ChangeState::Open) == change.is_open
        });
        found.unless(holds, || {
            format!(
                "{id} is at {} but stored as {stored:?}",
                change.pull.head_sha
            )
        });
        for head in &change.heads {
            let is_last = *head == change.pull.head_sha;
            let count = decided
                .remove(&(id.clone(), head.clone()))
                .unwrap_or_default();
            found.decisions += count;
            found.superseded += usize::from(count == 0);
            let is_dead = dead.iter().any(|job| job.key == format!("judge {id}"));
            let is_asked = is_last && change.is_open && !is_dead;
            found.unless(count == 1 || !is_asked && count == 0, || {
                format!("{id} at {head}: {count} decisions")
            });
            let run = runs_of.get(head.as_str()).and_then(|runs| runs.first());
            let is_told = run.is_some_and(|run| run.status == "completed");
            found.unless(is_told || !is_asked, || {
                format!("{id} at {head}: the check run is {run:?}")
            });
        }
    }
    found.unless(decided.is_empty(), || {
        format!("{}: nobody pushed {decided:?}", tenant.name)
    });
}

fn deliveries(tenant: &Tenant, store: &koalr_store::Tenant, told: &Told, found: &mut Found) {
    let all = DeliveryFilter::default();
    let stored: BTreeMap<String, String> = store
        .deployments(&all)
        .unwrap()
        .into_iter()
        .map(|one| {
            (
                one.deployment.id.clone(),
                format!("{:?}", one.deployment.state),
            )
        })
        .collect();
    found.unless(stored.len() == told.deployments.len(), || {
        format!(
            "{}: {} deployments of {}",
            tenant.name,
            stored.len(),
            told.deployments.len()
        )
    });
    for (id, end) in &told.deployments {
        let wanted = if *end == "success" {
            "Succeeded"
        } else {
            "Failed"
        };
        let state = stored
            .iter()
            .find(|(stored, _)| **stored == format!("github:{id}"));
        found.unless(state.is_some_and(|(_, state)| state == wanted), || {
            format!(
                "{}: deployment {id} is {state:?}, not {wanted}",
                tenant.name
            )
        });
    }
    let incidents = store.incidents(&all).unwrap();
    found.unless(incidents.len() == told.incidents.len(), || {
        format!(
            "{}: {} incidents of {}",
            tenant.name,
            incidents.len(),
            told.incidents.len()
        )
    });
    for one in incidents {
        let is_over = told.incidents.get(&one.incident.id);
        found.unless(is_over == Some(&!one.incident.open), || {
            format!("{}: incident {:?}", tenant.name, one.incident)
        });
    }
    let dump = store.dump().unwrap();
    let taken = dump
        .lines()
        .filter(|line| line.starts_with("deliveries "))
        .count();
    found.unless(taken == told.deliveries, || {
        format!("{}: {taken} deliveries of {}", tenant.name, told.deliveries)
    });
}

fn findings(tenant: &Tenant, store: &koalr_store::Tenant, found: &mut Found) {
    let connection = connection(store);
    let stored = store
        .findings(&connection, FindingFilter::default())
        .unwrap();
    let ids: BTreeSet<(&str, &str)> = stored
        .iter()
        .map(|one| (&*one.finding.organization, &*one.finding.id))
        .collect();
    found.unless(ids.len() == stored.len(), || {
        format!(
            "{}: {} findings have {} ids",
            tenant.name,
            stored.len(),
            ids.len()
        )
    });
    found.findings += stored.len();
    let stored: BTreeMap<(String, String), bool> = stored
        .into_iter()
        .map(|one| {
            (
                (one.finding.organization.clone(), one.finding.id.clone()),
                one.is_open(),
            )
        })
        .collect();
    let true_ones: BTreeMap<(String, String), bool> = tenant
        .snyk
        .change(|organizations| {
            let all = organizations.iter().flat_map(|organization| {
                let ids = organization.issues.iter();
                ids.map(|issue| {
                    (
                        (organization.id.clone(), issue.id.clone()),
                        issue.status() == "open",
                    )
                })
            });
            all.collect()
        })
        .unwrap();
    let differ: Vec<_> = true_ones
        .iter()
        .filter(|(id, open)| stored.get(*id) != Some(open))
        .map(|(id, open)| format!("{id:?} is open: {open}, stored: {:?}", stored.get(id)))
        .take(3)
        .collect();
    found.unless(differ.is_empty(), || format!("{}: {differ:?}", tenant.name));
    let invented = stored
        .keys()
        .filter(|id| !true_ones.contains_key(*id))
        .count();
    found.unless(invented == 0, || {
        format!("{}: {invented} findings are nobody's", tenant.name)
    });
}

fn audit(tenant: &Tenant, store: &koalr_store::Tenant, found: &mut Found) {
    let report = verify_audit(store, None).unwrap();
    found.audited += report.entries;
    found.unless(report.broken.is_none(), || {
        format!("{}: {:?}", tenant.name, report.broken)
    });
    // The same decision about the same head is audited once, until it changes.
    let mut last = BTreeMap::new();
    for entry in audit_entries(store).unwrap() {
        if entry.act != Deed::Decided {
            continue;
        }
        let head = entry
            .detail
            .split("\"head-sha\":\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next());
        let head = (entry.subject.clone(), head.map(str::to_owned));
        let again = last.insert(head, entry.detail.clone());
        found.unless(again.as_ref() != Some(&entry.detail), || {
            format!("{}: audited twice: {entry:?}", tenant.name)
        });
    }
}

/// No secret is in any file under the directory, the log among them.
pub(super) fn search(directory: &Path, found: &mut Found) {
    let mut directories = vec![directory.to_owned()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
                continue;
            }
            let content = fs::read(&path).unwrap();
            for secret in [CANARY, GITHUB_TOKEN, HOOK_SECRET] {
                let is_there = content
                    .windows(secret.len())
                    .any(|part| part == secret.as_bytes());
                found.unless(!is_there, || format!("a secret is in {}", path.display()));
            }
        }
    }
}

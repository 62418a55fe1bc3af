//! Recorded public answers of Snyk, digested by the real component in its sandbox.
//!
//! Every record of a recorded page must be stored, or be named with the reason why not; a listing is complete only if
//! nothing was left out.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use koalr_host::jobs::{
    ChangeFile, ConnectOptions, ConnectReport, JudgeOptions, SyncOptions, connect, judge, sync,
};
use koalr_host::{Host, HostError, HostSettings};
use koalr_platform::model::common::{Change, CoverageState, DependencyChange};
use koalr_runtime::Secret;
use koalr_store::{DataDir, Tenant, TenantId};
use koalr_upstream::{Listing, Replay, Upstream};
use libtest_mimic::{Failed, Trial};
use serde_json::Value;

use super::{absent, conclude};

/// One trial for each recorded answer.
pub(crate) fn trials(folder: &Path) -> Vec<Trial> {
    let Ok(replay) = Replay::from_dir(folder) else {
        return vec![absent("snyk_answers", folder)];
    };
    let trial = |listing: Listing| {
        let folder = folder.to_path_buf();
        Trial::test(
            format!("reference::snyk_answers::{}", listing.file),
            move || tokio::runtime::Runtime::new()?.block_on(check(folder, listing)),
        )
    };
    replay.listings().into_iter().map(trial).collect()
}

async fn check(folder: PathBuf, listing: Listing) -> Result<(), Failed> {
    let document: Value = serde_json::from_slice(&fs::read(folder.join(&listing.file))?)?;
    let Some(organization) = &listing.organization else {
        return organizations(&folder, &listing, &document).await;
    };
    let mut bench = Bench::open(Replay::from_dir(&folder)?).await?;
    let connected = bench.connect(vec![organization.clone()]).await;
    if document.get("errors").is_some() {
        return refusal(&mut bench, &listing, connected).await;
    }
    connected?;
    if listing.route.contains("/packages/") {
        package(&mut bench, &listing, &document).await
    } else if listing.route.ends_with("/targets") {
        // Targets are read with their projects; the page must only not get in the way.
        conclude(&listing.file, records(&document).len(), &[])
    } else {
        pages(&mut bench, &listing, &document).await
    }
}

/// Projects or issues: each is stored, or named as skipped.
async fn pages(bench: &mut Bench, listing: &Listing, document: &Value) -> Result<(), Failed> {
    let report = sync(
        &bench.host,
        &mut bench.tenant,
        SyncOptions::default(),
        AS_OF,
        |_| {},
    )
    .await?;
    let connection = bench.tenant.connection("snyk")?.ok_or("not connected")?;
    let mut stored: BTreeSet<String> = bench
        .tenant
        .projects(&connection)?
        .into_iter()
        .map(|project| project.id)
        .collect();
    let findings = bench
        .tenant
        .findings(&connection, koalr_store::FindingFilter::default())?;
    stored.extend(findings.into_iter().map(|stored| stored.finding.id));
    let records = records(document);
    let mut mismatches = Vec::new();
    for id in &records {
        let named = report
            .diagnostics
            .iter()
            .any(|one| one.subject == *id || one.message.contains(id.as_str()));
        if !stored.contains(id) && !named {
            mismatches.push(format!("`{id}` is neither stored nor named as skipped"));
        }
    }
    let incomplete = report
        .coverage
        .iter()
        .any(|row| row.state != CoverageState::Complete);
    if !report.diagnostics.is_empty() && !incomplete {
        mismatches.push("something was skipped and yet everything is called complete".to_owned());
    }
    for row in report
        .coverage
        .iter()
        .filter(|row| row.state != CoverageState::Complete && row.detail.is_empty())
    {
        mismatches.push(format!(
            "{} of {} is not complete, and nothing says why",
            row.route, row.subject
        ));
    }
    conclude(&listing.file, records.len().max(1), &mismatches)
}

/// A lookup: as many facts as the answer has issues.
async fn package(bench: &mut Bench, listing: &Listing, document: &Value) -> Result<(), Failed> {
    let named = document
        .pointer("/data/0/attributes/coordinates/0/representations")
        .and_then(Value::as_array);
    let package = named
        .into_iter()
        .flatten()
        .find_map(|one| one.get("package"));
    let text = |field, default: &str| {
        package
            .and_then(|package| package.get(field))
            .and_then(Value::as_str)
            .unwrap_or(default)
            .to_owned()
    };
    let dependency = DependencyChange {
        ecosystem: text("type", "npm"),
        name: text("name", "left-pad"),
        before: None,
        after: Some(text("version", "1.0.0")),
        direct: None,
        manifest: None,
    };
    let file = ChangeFile {
        change: Change {
            id: "reference/lookup#1".to_owned(),
            repository: "reference/lookup".to_owned(),
            number: Some(1),
            head_sha: "a".to_owned(),
            base_sha: None,
            source_branch: None,
            target_branch: None,
        },
        title: String::new(),
        author: None,
        opened_at: None,
        base_score: None,
        dependencies: Some(vec![dependency]),
        evidence: None,
    };
    let report = judge(
        &bench.host,
        &mut bench.tenant,
        file,
        &JudgeOptions::default(),
        AS_OF,
    )
    .await?;
    let expected = records(document).len();
    let mut mismatches = Vec::new();
    if report.evidence.findings.len() != expected {
        mismatches.push(format!(
            "{} facts from {expected} issues",
            report.evidence.findings.len()
        ));
    }
    let rows = report
        .evidence
        .coverage
        .iter()
        .filter(|row| row.route == "packages");
    for row in rows.filter(|row| row.state != CoverageState::Complete) {
        mismatches.push(format!(
            "{} is {:?}: {}",
            row.subject, row.state, row.detail
        ));
    }
    conclude(&listing.file, expected.max(1), &mismatches)
}

/// An error document: either there is no connection, for a reason that a person can act on, or nothing is called
/// complete and each row says why.
async fn refusal(
    bench: &mut Bench,
    listing: &Listing,
    connected: Result<ConnectReport, HostError>,
) -> Result<(), Failed> {
    let mut mismatches = Vec::new();
    match connected {
        Err(HostError::Connect { reason, .. }) => println!("{}: {reason}", listing.file),
        Err(error) => mismatches.push(error.to_string()),
        Ok(_) => {
            let report = sync(
                &bench.host,
                &mut bench.tenant,
                SyncOptions::default(),
                AS_OF,
                |_| {},
            )
            .await?;
            for row in &report.coverage {
                if row.state == CoverageState::Complete || row.detail.is_empty() {
                    mismatches.push(format!(
                        "{} is {:?}: `{}`",
                        row.route, row.state, row.detail
                    ));
                }
            }
        }
    }
    conclude(&listing.file, 1, &mismatches)
}

/// A list of organizations: connect finds each, and says so where the list goes on elsewhere.
async fn organizations(folder: &Path, listing: &Listing, document: &Value) -> Result<(), Failed> {
    let replay = Replay::from_dir(folder)?.organizations_from(&listing.file)?;
    let mut bench = Bench::open(replay).await?;
    let report = bench.connect(Vec::new()).await?;
    let found: BTreeSet<_> = report
        .connection
        .organizations
        .iter()
        .map(|one| one.id.clone())
        .collect();
    let expected: BTreeSet<_> = records(document).into_iter().collect();
    let mut mismatches = Vec::new();
    if found != expected {
        mismatches.push(format!("found {found:?}, recorded {expected:?}"));
    }
    if document.pointer("/links/next").is_some() && report.connection.warnings.is_empty() {
        mismatches.push("the list goes on, and no warning says so".to_owned());
    }
    conclude(&listing.file, expected.len(), &mismatches)
}

/// Ids of the records of a page or of a single answer.
fn records(document: &Value) -> Vec<String> {
    let data = &document["data"];
    let one = std::slice::from_ref(data);
    let records = data.as_array().map_or(one, Vec::as_slice);
    records
        .iter()
        .filter_map(|record| Some(record.get("id")?.as_str()?.to_owned()))
        .collect()
}

/// A host with a data directory of its own, before a replaying upstream.
struct Bench {
    upstream: Upstream,
    host: Host,
    tenant: Tenant,
    secret: Secret,
    _directory: tempfile::TempDir,
}

impl Bench {
    async fn open(replay: Replay) -> Result<Self, Failed> {
        let directory = tempfile::tempdir()?;
        let tenant =
            DataDir::open(directory.path())?.tenant(&TenantId::parse("reference")?, true)?;
        // One directory for all trials: the component is compiled once.
        let artifact_dir = Some(PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("artifacts"));
        Ok(Self {
            upstream: Upstream::start(replay).await?,
            host: Host::open(HostSettings {
                artifact_dir,
                ..HostSettings::default()
            })
            .await?,
            tenant,
            secret: Secret::parse("00000000-0000-4000-8000-000000000000")?,
            _directory: directory,
        })
    }

    async fn connect(&mut self, organizations: Vec<String>) -> Result<ConnectReport, HostError> {
        let options = ConnectOptions {
            upstream: Some(self.upstream.base_url().to_owned()),
            allow_loopback: true,
            secret: self.secret.clone(),
            organizations,
            roots: None,
            downloads: Vec::new(),
        };
        connect(&self.host, &mut self.tenant, options, AS_OF).await
    }
}

/// The time of every call, in milliseconds since 1970: after all recordings.
const AS_OF: i64 = 1_900_000_000_000;

//! The upstream that knows of all pull requests, and the component that judges them.

use std::collections::BTreeSet;

use koalr_host::jobs::{
    ChangeFile, ConnectOptions, JudgeOptions, SyncOptions, connect, judge, sync,
};
use koalr_host::report::ChangeReport;
use koalr_host::{Host, HostSettings};
use koalr_platform::model::assessment::Attribution;
use koalr_platform::model::common::{Change, DependencyChange};
use koalr_runtime::Secret;
use koalr_store::{DataDir, Tenant, TenantId};
use koalr_tests::component;
use koalr_upstream::{Fault, Occurrence, Upstream};

use super::model::{Broken, PullRequest, Spoilt, Trouble};
use super::truth::Brought;
use super::world::{self, Listing};

/// One upstream, and one tenant connected to it and synced.
pub(crate) struct Stage {
    upstream: Upstream,
    tenant: Tenant,
    _directory: tempfile::TempDir,
}

impl Stage {
    pub(crate) async fn open(requests: &[PullRequest]) -> Self {
        let upstream = Upstream::start(world::world(requests, AS_OF))
            .await
            .unwrap();
        let directory = tempfile::tempdir().unwrap();
        let data = DataDir::open(directory.path()).unwrap();
        let mut tenant = data.tenant(&TenantId::parse("t").unwrap(), true).unwrap();
        let options = ConnectOptions {
            upstream: Some(upstream.base_url().to_owned()),
            allow_loopback: true,
            secret: Secret::parse("00000000-0000-4000-8000-000000000000").unwrap(),
            organizations: Vec::new(),
            roots: None,
            downloads: Vec::new(),
        };
        let host = host().await;
        connect(&host, &mut tenant, options, AS_OF).await.unwrap();
        for (listing, fault) in [
            (Listing::Repeats, Fault::RepeatingCursor),
            (Listing::OffHost, Fault::OffHostNext),
        ] {
            upstream.fault(&world::issues_path(listing), Occurrence::Every, fault);
        }
        sync(&host, &mut tenant, SyncOptions::default(), AS_OF, |_| {})
            .await
            .unwrap();
        upstream.heal();
        Self {
            upstream,
            tenant,
            _directory: directory,
        }
    }

    /// Judges one pull request while its trouble is on.
    pub(crate) async fn judge(&mut self, request: &PullRequest) -> ChangeReport {
        if let Some((path, fault)) = fault(request) {
            self.upstream.fault(&path, Occurrence::Every, fault);
        }
        // A host of its own: quotas are paced by the minute, and a pause would last for all that follow.
        let host = host().await;
        let file = change_file(request);
        let options = JudgeOptions::default();
        let mut report = judge(&host, &mut self.tenant, file.clone(), &options, AS_OF)
            .await
            .unwrap();
        self.upstream.heal();
        let unrated: BTreeSet<&str> = request
            .flaws
            .iter()
            .filter(|flaw| !flaw.rated)
            .map(|flaw| flaw.id.as_str())
            .collect();
        if report
            .evidence
            .findings
            .iter()
            .any(|fact| unrated.contains(fact.vulnerability.as_str()))
        {
            // The mock always states a severity, so it is taken out of what was gathered.
            let mut evidence = report.evidence;
            for fact in &mut evidence.findings {
                if unrated.contains(fact.vulnerability.as_str()) {
                    fact.severity = None;
                }
            }
            let file = ChangeFile {
                evidence: Some(evidence),
                ..file
            };
            report = judge(&host, &mut self.tenant, file, &options, AS_OF)
                .await
                .unwrap();
        }
        report
    }
}

/// What a report says is introduced.
pub(crate) fn introduced(report: &ChangeReport) -> BTreeSet<Brought> {
    let findings = report
        .evidence
        .findings
        .iter()
        .zip(&report.assessment.findings);
    findings
        .filter(|(_, one)| one.attribution == Attribution::Introduced)
        .map(|(fact, _)| {
            let (id, package) = (fact.vulnerability.clone(), fact.package.clone());
            (id, package, fact.version.clone())
        })
        .collect()
}

async fn host() -> Host {
    let settings = HostSettings {
        artifact_dir: Some(component::folder().join("artifacts")),
        ..HostSettings::default()
    };
    Host::open(settings).await.unwrap()
}

fn fault(request: &PullRequest) -> Option<(String, Fault)> {
    match &request.trouble {
        Trouble::Limited => {
            let wait = Some("1000".to_owned());
            Some((world::packages_path(), Fault::Status(429, wait)))
        }
        Trouble::Lookup(at, how) => {
            let fault = match how {
                Spoilt::Refused => Fault::Status(403, None),
                Spoilt::Down => Fault::Status(500, None),
                Spoilt::Truncated => Fault::Truncated,
                Spoilt::LeadsOn => Fault::EmptyPageInMiddle,
                Spoilt::NoId => Fault::RecordWithoutId,
            };
            Some((world::package_path(at), fault))
        }
        // Those of listings are on while it is synced.
        Trouble::Nothing | Trouble::NoList | Trouble::Unsupported | Trouble::Listing(_) => None,
    }
}

fn change_file(request: &PullRequest) -> ChangeFile {
    let rows = request.rows.iter().map(|row| DependencyChange {
        ecosystem: row.package.ecosystem.to_owned(),
        name: row.package.name.clone(),
        before: row.before.clone(),
        after: row.after.clone(),
        direct: row.direct,
        manifest: Some(row.manifest.to_owned()),
    });
    let repository = world::repository(request);
    ChangeFile {
        change: Change {
            id: format!("{repository}#{}", request.number),
            repository,
            number: Some(request.number),
            head_sha: format!("{:040x}", request.number),
            base_sha: None,
            source_branch: None,
            target_branch: Some("main".to_owned()),
        },
        title: String::new(),
        author: None,
        opened_at: None,
        base_score: None,
        dependencies: (request.trouble != Trouble::NoList).then(|| rows.collect()),
        evidence: None,
    }
}

impl From<&Trouble> for Listing {
    fn from(trouble: &Trouble) -> Self {
        match trouble {
            Trouble::Listing(Broken::Repeats) => Self::Repeats,
            Trouble::Listing(Broken::OffHost) => Self::OffHost,
            _ => Self::Whole,
        }
    }
}

/// The time of every call, in milliseconds since 1970.
const AS_OF: i64 = 1_790_000_000_000;

//! Input that contradicts itself, is far too large, or means harm: answered in bounded time with a clear sentence, and
//! never more mildly than without it.

mod evidence;
mod files;
mod names;
mod size;

use koalr_host::jobs::{ChangeFile, JudgeOptions, judge};
use koalr_host::report::ChangeReport;
use koalr_host::{Host, HostError, HostSettings};
use koalr_platform::model::common::{
    Change, Coverage, CoverageState, DependencyChange, ExploitMaturity, FindingClass, FixState,
    Reachability,
};
use koalr_platform::model::evidence::{Evidence, FindingFact, Observation, Presence};
use koalr_store::{DataDir, TenantId};
use koalr_tests::component;

/// Judges ready evidence with the real component under the default policy.
fn judged(evidence: Evidence) -> Result<ChangeReport, HostError> {
    judged_change(change(evidence))
}

fn judged_change(file: ChangeFile) -> Result<ChangeReport, HostError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .event_interval(1)
        .build();
    runtime.unwrap().block_on(async {
        let directory = tempfile::tempdir().unwrap();
        let data = DataDir::open(directory.path()).unwrap();
        let mut tenant = data.tenant(&TenantId::parse("t").unwrap(), true).unwrap();
        let host = host().await;
        judge(&host, &mut tenant, file, &JudgeOptions::default(), 0).await
    })
}

async fn host() -> Host {
    let settings = HostSettings {
        artifact_dir: Some(component::folder().join("artifacts")),
        ..HostSettings::default()
    };
    Host::open(settings).await.unwrap()
}

fn change(evidence: Evidence) -> ChangeFile {
    ChangeFile {
        change: Change {
            id: "acme/shop#1".to_owned(),
            repository: "acme/shop".to_owned(),
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
        dependencies: evidence.dependencies.clone(),
        evidence: Some(evidence),
    }
}

/// Complete evidence of one new dependency with one vulnerability of this score.
fn evidence(tenths: u16) -> Evidence {
    Evidence {
        observation: Observation::Observed,
        dependencies: Some(vec![dependency("left-pad")]),
        findings: vec![introduced("left-pad", tenths)],
        aliases: Vec::new(),
        licenses: Vec::new(),
        fix_candidates: Vec::new(),
        debt: Vec::new(),
        measurements: Vec::new(),
        coverage: ["dependencies", "packages", "issues"]
            .map(|route| coverage(route, CoverageState::Complete))
            .into(),
        extra: Vec::new(),
    }
}

fn dependency(name: &str) -> DependencyChange {
    DependencyChange {
        ecosystem: "npm".to_owned(),
        name: name.to_owned(),
        before: None,
        after: Some("1.0.0".to_owned()),
        direct: Some(true),
        manifest: None,
    }
}

fn introduced(package: &str, tenths: u16) -> FindingFact {
    FindingFact {
        vulnerability: "SNYK-JS-LEFTPAD-1".to_owned(),
        package: package.to_owned(),
        version: "1.0.0".to_owned(),
        class: FindingClass::PackageVulnerability,
        severity: None,
        cvss_selected: Some(tenths),
        cvss_highest: Some(tenths),
        head: Presence::Present,
        base: Presence::Absent,
        dependency: Some(0),
        seen_before: false,
        disclosed_at: None,
        exploit: ExploitMaturity::Unknown,
        reachability: Reachability::Unknown,
        fix: FixState::Unknown,
        ignored: false,
    }
}

fn coverage(route: &str, state: CoverageState) -> Coverage {
    Coverage {
        route: route.to_owned(),
        subject: "acme/shop#1".to_owned(),
        state,
        as_of: Some(0),
        detail: String::new(),
    }
}

//! Decisions of the real component, stored to be made again.

use koalr_host::jobs::{ChangeFile, JudgeOptions, judge};
use koalr_host::{Host, HostSettings};
use koalr_platform::model::common::{
    Change, Coverage, CoverageState, DependencyChange, ExploitMaturity, FindingClass, FixState,
    Reachability, Severity, Timestamp,
};
use koalr_platform::model::evidence::{Evidence, FindingFact, Observation, Presence};
use koalr_platform::model::manifest::Manifest;
use koalr_store::{DataDir, TenantId};
use tempfile::TempDir;

use crate::component;

/// A host with the real component, and what it decided.
pub struct Past {
    /// Serves the real component.
    pub host: Host,
    /// Where its decisions are.
    pub data: DataDir,
    _directory: TempDir,
}

impl Past {
    /// So many changes of one tenant, with the numbers from 1 on: each touches a package, and every other one brings
    /// light vulnerabilities with it, so that nothing blocks.
    pub async fn of(count: u32) -> Self {
        let host = Host::open(HostSettings {
            artifact_dir: Some(component::folder().join("artifacts")),
            ..HostSettings::default()
        })
        .await
        .unwrap();
        let directory = tempfile::tempdir().unwrap();
        let data = DataDir::open(directory.path().join("data")).unwrap();
        let mut tenant = data.tenant(&tenant(), true).unwrap();
        for number in 1..=count.min(2) {
            let file = file(number, host.manifest());
            let terms = JudgeOptions::default();
            let at = NOW - Timestamp::from(count);
            judge(&host, &mut tenant, file, &terms, at).await.unwrap();
        }
        for number in 3..=count {
            let like = change(2 - number % 2);
            let mut record = tenant.change(&like.id).unwrap().unwrap();
            record.change = change(number);
            tenant.save_change(&record).unwrap();
            let decision = tenant.decision("snyk", &like.id, &like.head_sha).unwrap();
            let mut decision = decision.unwrap();
            decision.change.clone_from(&record.change.id);
            decision.as_of += Timestamp::from(number);
            tenant.save_decision(&decision).unwrap();
        }
        drop(tenant);
        Self {
            host,
            data,
            _directory: directory,
        }
    }

    /// Everybody.
    #[must_use]
    pub fn tenants(&self) -> Vec<TenantId> {
        self.data.tenants().unwrap()
    }
}

fn tenant() -> TenantId {
    TenantId::parse("acme").unwrap()
}

fn change(number: u32) -> Change {
    Change {
        id: format!("acme/shop#{number}"),
        repository: "acme/shop".to_owned(),
        number: Some(number),
        head_sha: "a".repeat(40),
        base_sha: None,
        source_branch: None,
        target_branch: None,
    }
}

fn file(number: u32, manifest: &Manifest) -> ChangeFile {
    ChangeFile {
        change: change(number),
        title: String::new(),
        author: None,
        opened_at: None,
        base_score: None,
        dependencies: None,
        evidence: Some(evidence(manifest, number.is_multiple_of(2))),
    }
}

/// Everything is known of it.
fn evidence(manifest: &Manifest, vulnerable: bool) -> Evidence {
    let mut routes: Vec<&String> = manifest.rules.iter().flat_map(|one| &one.routes).collect();
    routes.sort();
    routes.dedup();
    let coverage = routes.into_iter().map(|route| Coverage {
        route: route.clone(),
        subject: "acme/shop".to_owned(),
        state: CoverageState::Complete,
        as_of: Some(NOW),
        detail: String::new(),
    });
    let findings = if vulnerable { FINDINGS } else { 0 };
    Evidence {
        observation: Observation::Observed,
        dependencies: Some(vec![DependencyChange {
            ecosystem: "npm".to_owned(),
            name: "shelf".to_owned(),
            before: None,
            after: Some("1.0.0".to_owned()),
            direct: Some(true),
            manifest: None,
        }]),
        findings: (0..findings).map(finding).collect(),
        aliases: Vec::new(),
        licenses: Vec::new(),
        fix_candidates: Vec::new(),
        debt: Vec::new(),
        measurements: Vec::new(),
        coverage: coverage.collect(),
        extra: Vec::new(),
    }
}

fn finding(number: u32) -> FindingFact {
    FindingFact {
        vulnerability: format!("SNYK-JS-SHELF-{number}"),
        package: "shelf".to_owned(),
        version: "1.0.0".to_owned(),
        class: FindingClass::PackageVulnerability,
        severity: Some(Severity::Low),
        cvss_selected: Some(21),
        cvss_highest: Some(21),
        head: Presence::Present,
        base: Presence::Absent,
        dependency: Some(0),
        seen_before: false,
        disclosed_at: None,
        exploit: ExploitMaturity::Unknown,
        reachability: Reachability::Unknown,
        fix: FixState::None,
        ignored: false,
    }
}

/// The time of everything.
pub const NOW: Timestamp = 1_767_225_600_000;
/// Of each change that has any.
const FINDINGS: u32 = 20;

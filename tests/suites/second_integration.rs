//! A second integration runs through the same jobs and into the same store as the first, and the host knows nothing of it.

use koalr_guests::upstream::{SonarQube, TOKEN, World};
use koalr_host::jobs::{
    ChangeFile, ConnectOptions, JudgeOptions, Outcome, SyncOptions, SyncReport, connect, enrich,
    judge, sync,
};
use koalr_host::report::ChangeReport;
use koalr_host::{Host, HostSettings};
use koalr_platform::decision::Decision;
use koalr_platform::model::common::{Change, CoverageState, Measurement, Severity};
use koalr_platform::policy::Policy;
use koalr_platform::waiver::Waivers;
use koalr_runtime::Secret;
use koalr_store::{DataDir, FindingFilter, Tenant, TenantId};
use koalr_tests::component;

/// One mock, and one tenant connected to it.
struct Stage {
    upstream: SonarQube,
    host: Host,
    tenant: Tenant,
    _directory: tempfile::TempDir,
}

impl Stage {
    async fn connected() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let wasm = directory.path().join("sonarqube.wasm");
        std::fs::write(&wasm, koalr_guests::sonarqube()).unwrap();
        let host = Host::open(HostSettings {
            plugin: Some(wasm),
            artifact_dir: Some(component::folder().join("artifacts")),
            ..HostSettings::default()
        })
        .await
        .unwrap();
        let data = DataDir::open(directory.path().join("data")).unwrap();
        let mut stage = Self {
            upstream: SonarQube::start(World::sample()),
            host,
            tenant: data.tenant(&TenantId::parse("t").unwrap(), true).unwrap(),
            _directory: directory,
        };
        stage.connect(TOKEN).await.unwrap();
        stage
    }

    async fn connect(&mut self, token: &str) -> Result<Vec<String>, String> {
        let options = ConnectOptions {
            upstream: Some(self.upstream.base_url().to_owned()),
            allow_loopback: true,
            secret: Secret::parse(token).unwrap(),
            organizations: Vec::new(),
            roots: None,
            downloads: Vec::new(),
        };
        let report = connect(&self.host, &mut self.tenant, options, AS_OF)
            .await
            .map_err(|error| error.to_string())?;
        let organizations = report.connection.organizations.into_iter();
        Ok(organizations.map(|one| one.id).collect())
    }

    async fn sync(&mut self) -> SyncReport {
        let options = SyncOptions::default();
        sync(&self.host, &mut self.tenant, options, AS_OF, |_| {})
            .await
            .unwrap()
    }

    async fn judge(&mut self, number: u32, policy: &str, waivers: &str) -> ChangeReport {
        let policy = Policy::parse(policy, self.host.manifest()).unwrap();
        let options = JudgeOptions {
            waivers: Waivers::parse(waivers, &policy),
            policy,
        };
        judge(
            &self.host,
            &mut self.tenant,
            change(number),
            &options,
            AS_OF,
        )
        .await
        .unwrap()
    }

    /// Id, whether it is open, and severity of each stored finding.
    fn findings(&self) -> Vec<(String, bool, Option<Severity>)> {
        let connection = self.tenant.connection("sonarqube").unwrap().unwrap();
        let filter = FindingFilter::default();
        let stored = self.tenant.findings(&connection, filter).unwrap();
        let mut told: Vec<_> = stored
            .into_iter()
            .map(|one| (one.finding.id, one.finding.open, one.finding.severity))
            .collect();
        told.sort();
        told
    }
}

fn change(number: u32) -> ChangeFile {
    ChangeFile {
        change: Change {
            id: format!("acme/shop#{number}"),
            repository: "acme/shop".to_owned(),
            number: Some(number),
            head_sha: format!("{number:040x}"),
            base_sha: None,
            source_branch: Some("feature".to_owned()),
            target_branch: Some("main".to_owned()),
        },
        title: String::new(),
        author: Some("priya".to_owned()),
        opened_at: None,
        base_score: None,
        dependencies: None,
        evidence: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_not_accepted_connects_nothing() {
    let mut stage = Stage::connected().await;
    let other = "squ_ffffffffffffffffffffffffffffffffffffffff";
    let sentence = stage.connect(other).await.unwrap_err();
    assert!(sentence.contains("the token is not accepted"), "{sentence}");
    assert_eq!(stage.connect(TOKEN).await.unwrap(), ["acme"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn projects_findings_checks_and_measurements_arrive_in_the_same_store() {
    let mut stage = Stage::connected().await;
    let report = stage.sync().await;
    assert_eq!(report.outcome, Outcome::Ok, "{report:?}");
    let (medium, critical, low) = (Severity::Medium, Severity::Critical, Severity::Low);
    assert_eq!(
        stage.findings(),
        [
            ("I-1".to_owned(), true, Some(medium)),
            ("I-2".to_owned(), true, Some(critical)),
            ("I-3".to_owned(), false, Some(low)),
            ("I-9".to_owned(), true, Some(low)),
        ]
    );
    let connection = stage.tenant.connection("sonarqube").unwrap().unwrap();
    let projects = stage.tenant.projects(&connection).unwrap();
    let told: Vec<_> = projects
        .iter()
        .map(|one| (one.id.as_str(), one.repository.as_deref()))
        .collect();
    assert_eq!(
        told,
        [
            ("acme_shop:main", Some("acme/shop")),
            ("acme_site:main", None)
        ]
    );
    let file = change(7);
    let checks = (stage.tenant)
        .change_checks(&connection, "acme/shop", &file.change)
        .unwrap();
    assert_eq!(checks[0].state, "ERROR");
    assert_eq!(checks[0].head_sha, Some(file.change.head_sha));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_fails_makes_the_sync_partial_and_is_named() {
    let mut stage = Stage::connected().await;
    stage.sync().await;
    stage.upstream.change(|world| {
        world.projects[0].issues.remove(0);
    });
    stage
        .upstream
        .fault("issues/search?componentKeys=acme_shop", 500);
    let report = stage.sync().await;
    assert_eq!(report.outcome, Outcome::Partial);
    let row = (report.coverage.iter()).find(|row| row.route == "issues");
    let row = row.unwrap();
    assert_eq!(row.state, CoverageState::Partial);
    let named = "page 1 of the issues of `acme_shop:main` answered 500";
    assert_eq!(row.detail, named);
    // What is partial is never taken for complete: what was not listed is still there.
    assert_eq!(stage.findings().len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_projects_are_all_read() {
    let mut stage = Stage::connected().await;
    stage.upstream.change(|world| world.page_size = 1);
    let report = stage.sync().await;
    assert_eq!(report.outcome, Outcome::Ok);
    assert_eq!(stage.findings().len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_quality_gate_blocks_and_says_why() {
    let mut stage = Stage::connected().await;
    stage.sync().await;
    let report = stage.judge(7, "", "").await;
    assert_eq!(report.settled.decision, Decision::Block, "{report:#?}");
    let fired = &report.verdict.fired[0];
    assert_eq!(fired.rule, "quality-gate");
    let facts = &report.evidence.findings;
    let index = usize::try_from(fired.findings[0]).unwrap();
    assert_eq!(facts[index].vulnerability, "quality-gate:new-coverage");
    let measured: Vec<&Measurement> = report.evidence.measurements.iter().collect();
    let coverage = measured.iter().find(|one| one.metric == "new-coverage");
    assert!((coverage.unwrap().value - 63.1).abs() < 1e-9);
    let points = report.assessment.contributions.iter();
    let sum: u16 = points.map(|one| one.points).sum();
    assert_eq!(sum, report.assessment.score);
    assert!(sum > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_passes_its_gate_passes() {
    let mut stage = Stage::connected().await;
    stage.sync().await;
    let report = stage.judge(8, "", "").await;
    assert_eq!(report.settled.decision, Decision::Pass, "{report:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waiver_lifts_a_failed_quality_gate() {
    let mut stage = Stage::connected().await;
    stage.sync().await;
    let waiver = "[[waiver]]\nid = \"w1\"\nvulnerability = \"quality-gate:new-coverage\"\n\
        reason = \"tests follow\"\napprover = \"sam\"\ncreated = 2026-01-15\nexpires = 2026-01-30\n";
    let report = stage.judge(7, "", waiver).await;
    assert_eq!(report.complaints, Vec::<String>::new());
    assert_eq!(report.settled.decision, Decision::Pass, "{report:#?}");
    assert_eq!(report.verdict.waived.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_integration_s_own_rules_are_a_policy_s() {
    let mut stage = Stage::connected().await;
    stage.sync().await;
    let policy = "[rules.quality-gate]\nactive = false\n[rules.introduced-severity]\nseverity = \"medium\"\naction = \"warn\"\n\
        [rules.coverage-below]\nactive = true\nthreshold = 70.0\naction = \"warn\"\n";
    let report = stage.judge(7, policy, "").await;
    assert_eq!(report.settled.decision, Decision::Warn, "{report:#?}");
    let rules: Vec<_> = (report.verdict.fired.iter())
        .map(|fired| fired.rule.as_str())
        .collect();
    assert_eq!(rules, ["introduced-severity", "coverage-below"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_has_nothing_of_is_asked_for_in_vain_and_without_a_request() {
    let mut stage = Stage::connected().await;
    stage.sync().await;
    let before = stage.upstream.asked().len();
    let report = enrich(&stage.host, &mut stage.tenant, None, AS_OF, |_| {})
        .await
        .unwrap();
    assert_eq!(report.requests, 0);
    assert_eq!(stage.upstream.asked().len(), before);
}

/// The time of every call: 2026-01-20.
const AS_OF: i64 = 1_768_867_200_000;

//! The past: merged changes that nobody judged, and what another policy would have decided.

use koalr_platform::delivery::Service;
use koalr_platform::model::common::{
    Change, Coverage, CoverageState, DependencyChange, Endpoint, ExploitMaturity, FindingClass,
    FixState, Reachability, Severity, Timestamp,
};
use koalr_platform::model::connection::{Account, Connection, CredentialFacts, Organization};
use koalr_platform::model::record::{
    Deployment, DeploymentState, Entry, Finding, Incident, PackageVersion, Project, ProjectClass,
    SelectedCvss,
};
use koalr_platform::model::walk::{Batch, Progress, Scope};
use koalr_store::{
    ChangeRecord, ChangeState, ConnectionRecord, DataDir, DependencyList, OwnDeployment,
    OwnIncident, Tenant, TenantId,
};
use serde_json::{Value, json};

use crate::support::{Koalr, TOKEN};

/// A tenant with four merged changes: the first brought a critical vulnerability and an incident, the second something
/// harmless, of the third nothing is known, and what the fourth brought became public after its merge.
fn past() -> Koalr {
    let koalr = Koalr::new();
    let mut tenant = open(&koalr);
    let connection = tenant.save_connection(&connection(), TOKEN).unwrap();
    let records = vec![
        Entry::Project(project()),
        Entry::Finding(finding("V-1", "qs", days_ago(60) + HOUR, days_ago(300))),
        Entry::Finding(finding("V-4", "left", days_ago(40) + HOUR, days_ago(39))),
    ];
    let scope = Scope::Organizations(vec!["o".to_owned()]);
    tenant
        .apply_batch(&connection, &scope, &batch(records), NOW)
        .unwrap();
    for (number, merged_at, package) in [
        (1, days_ago(60), Some("qs")),
        (2, days_ago(50), Some("harmless")),
        (3, days_ago(45), None),
        (4, days_ago(40), Some("left")),
    ] {
        merge(&mut tenant, number, merged_at, package);
    }
    let service = Service {
        name: "shop".to_owned(),
        aliases: vec![],
        repositories: vec!["acme/shop".to_owned()],
    };
    tenant.save_service(&service).unwrap();
    let incident = Incident {
        id: "i-1".to_owned(),
        service: "shop".to_owned(),
        title: String::new(),
        severity: None,
        change: None,
        started_at: days_ago(60) + 5 * HOUR,
        acknowledged_at: None,
        resolved_at: None,
        open: true,
        extra: vec![],
    };
    let source = "import".to_owned();
    tenant
        .save_incident(&OwnIncident { incident, source }, NOW)
        .unwrap();
    koalr
}

fn open(koalr: &Koalr) -> Tenant {
    let data = DataDir::open(koalr.path("data")).unwrap();
    data.tenant(&TenantId::parse("default").unwrap(), true)
        .unwrap()
}

/// A change that was merged and deployed an hour later.
fn merge(tenant: &mut Tenant, number: u32, merged_at: Timestamp, package: Option<&str>) {
    let head_sha = format!("{number}{}", "a".repeat(39));
    let id = format!("acme/shop#{number}");
    let record = ChangeRecord {
        change: Change {
            id: id.clone(),
            repository: "acme/shop".to_owned(),
            number: Some(number),
            head_sha: head_sha.clone(),
            base_sha: None,
            source_branch: Some(format!("topic-{number}")),
            target_branch: Some("main".to_owned()),
        },
        title: String::new(),
        author: Some("mia".to_owned()),
        opened_at: Some(merged_at - HOUR),
        state: ChangeState::Merged,
        merged_at: Some(merged_at),
        merge_sha: Some(format!("{number}{}", "b".repeat(39))),
        base_score: Some(200),
        updated_at: merged_at,
        source: "import".to_owned(),
    };
    tenant.save_change(&record).unwrap();
    if let Some(package) = package {
        let list = DependencyList {
            source: "import".to_owned(),
            base_sha: None,
            complete: true,
            detail: String::new(),
            changes: vec![DependencyChange {
                ecosystem: "npm".to_owned(),
                name: package.to_owned(),
                before: None,
                after: Some("1.0.0".to_owned()),
                direct: Some(true),
                manifest: Some("package-lock.json".to_owned()),
            }],
        };
        tenant
            .save_dependencies(&id, &head_sha, &list, NOW)
            .unwrap();
    }
    let deployment = OwnDeployment {
        deployment: Deployment {
            id: format!("d-{number}"),
            service: "shop".to_owned(),
            environment: Some("production".to_owned()),
            sha: record.merge_sha,
            state: DeploymentState::Succeeded,
            at: merged_at + HOUR,
            extra: vec![],
        },
        repository: Some("acme/shop".to_owned()),
        source: "import".to_owned(),
    };
    tenant.save_deployment(&deployment).unwrap();
}

fn connection() -> ConnectionRecord {
    ConnectionRecord {
        integration: "snyk".to_owned(),
        endpoint: Endpoint {
            origin: "US-01".to_owned(),
            // Nothing listens there: a request would fail.
            base: "http://127.0.0.1:1".to_owned(),
        },
        allow_loopback: true,
        credential: CredentialFacts {
            kind: None,
            audience_host: None,
        },
        connection: Connection {
            account: Account {
                id: "u".to_owned(),
                name: "Ada".to_owned(),
                kind: "user".to_owned(),
            },
            organizations: vec![Organization {
                id: "o".to_owned(),
                slug: None,
                name: "Acme".to_owned(),
            }],
            capabilities: vec![],
            warnings: vec![],
            extra: vec![],
        },
        plugin_version: "0.1.0".to_owned(),
        ca_pem: None,
        downloads: vec![],
        connected_at: days_ago(1),
    }
}

fn batch(records: Vec<Entry>) -> Batch {
    Batch {
        records,
        cursor: None,
        done: true,
        progress: Progress {
            done: 1,
            total: None,
        },
        requests: 1,
        resume_after_secs: None,
        coverage: vec![Coverage {
            route: "issues".to_owned(),
            subject: "o".to_owned(),
            state: CoverageState::Complete,
            as_of: Some(NOW),
            detail: String::new(),
        }],
        diagnostics: vec![],
        extra: vec![],
    }
}

fn project() -> Project {
    Project {
        id: "p".to_owned(),
        organization: "o".to_owned(),
        name: "shop".to_owned(),
        class: ProjectClass::OpenSource,
        kind: "npm".to_owned(),
        origin: "github".to_owned(),
        repository: Some("acme/shop".to_owned()),
        target: None,
        reference: Some("main".to_owned()),
        file: Some("package.json".to_owned()),
        active: true,
        created_at: Some(days_ago(200)),
        extra: vec![],
    }
}

fn finding(id: &str, package: &str, came: Timestamp, disclosed: Timestamp) -> Finding {
    Finding {
        id: id.to_owned(),
        key: id.to_owned(),
        organization: "o".to_owned(),
        project: "p".to_owned(),
        class: FindingClass::PackageVulnerability,
        kind: "package_vulnerability".to_owned(),
        title: String::new(),
        vulnerability: id.to_owned(),
        aliases: vec![],
        weaknesses: vec![],
        packages: vec![PackageVersion {
            ecosystem: Some("npm".to_owned()),
            name: package.to_owned(),
            version: Some("1.0.0".to_owned()),
        }],
        severity: Some(Severity::Critical),
        cvss: vec![],
        selected: Some(SelectedCvss {
            score: 91,
            highest: 98,
            rating: 0,
            reason: String::new(),
        }),
        exploit: ExploitMaturity::Unknown,
        risk: None,
        reachability: Reachability::Unknown,
        fix: FixState::Available,
        fix_source: String::new(),
        fixed_in: vec![],
        license: None,
        location: None,
        open: true,
        ignored: false,
        created_at: came,
        updated_at: came,
        introduced_at: Some(came),
        resolved_at: None,
        disclosed_at: Some(disclosed),
        extra: vec![],
    }
}

fn reconstruct(koalr: &Koalr, more: &[&str]) -> Value {
    let args = ["reconstruct", "--now", NOW_TEXT, "--format", "json"];
    let ran = koalr.run(&[&args, more].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran.json()
}

fn backtest(koalr: &Koalr, policy: &str, more: &[&str]) -> Value {
    koalr.write("policy.toml", policy);
    let args = [
        "gate",
        "backtest",
        "--policy",
        "policy.toml",
        "--now",
        NOW_TEXT,
        "--format",
        "json",
    ];
    let ran = koalr.run(&[&args, more].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
    ran.json()
}

fn decided(koalr: &Koalr, number: u32) -> Option<&'static str> {
    let id = format!("acme/shop#{number}");
    let head = format!("{number}{}", "a".repeat(39));
    let record = open(koalr).reconstructed("snyk", &id, &head).unwrap();
    record.map(|record| record.settled.outcome.decision.word())
}

#[test]
fn merged_changes_are_judged_as_if_somebody_had_at_their_merge() {
    let koalr = past();
    let report = reconstruct(&koalr, &[]);
    assert_eq!(
        [1, 2, 3, 4].map(|number| decided(&koalr, number)),
        [
            Some("block"),
            Some("pass"),
            Some("inconclusive"),
            Some("pass")
        ],
        "{report}"
    );
    assert_eq!(
        report["decisions"],
        json!({"pass": 2, "inconclusive": 1, "block": 1})
    );
}

#[test]
fn the_share_that_could_not_be_rebuilt_is_told_with_its_reason() {
    let report = reconstruct(&past(), &[]);
    assert_eq!(
        [&report["whole"], &report["part"], &report["nothing"]],
        [3, 0, 1],
        "{report}"
    );
    assert_eq!([&report["lost"]["count"], &report["lost"]["of"]], [1, 4]);
    let reasons = report["reasons"].as_array().unwrap();
    assert!(
        reasons
            .iter()
            .any(|one| one["reason"] == "no dependency list of this change was given"),
        "{report}"
    );
}

#[test]
fn a_second_run_judges_only_what_is_missing_unless_it_is_told_to() {
    let koalr = past();
    let first = reconstruct(&koalr, &[]);
    let second = reconstruct(&koalr, &[]);
    let third = reconstruct(&koalr, &["--again"]);
    let counts = |report: &Value| [report["judged"].clone(), report["kept"].clone()];
    assert_eq!(
        [counts(&first), counts(&second), counts(&third)],
        [
            [json!(4), json!(0)],
            [json!(0), json!(4)],
            [json!(4), json!(0)]
        ]
    );
    for key in ["whole", "part", "nothing", "reasons", "decisions"] {
        assert_eq!((&first[key], &first[key]), (&second[key], &third[key]));
    }
}

#[test]
fn what_was_decided_at_the_time_is_never_rebuilt() {
    let koalr = past();
    reconstruct(&koalr, &[]);
    let mut tenant = open(&koalr);
    let head = format!("2{}", "a".repeat(39));
    let record = tenant.reconstructed("snyk", "acme/shop#2", &head).unwrap();
    let mut observed = record.unwrap();
    observed.observation = koalr_platform::model::evidence::Observation::Observed;
    tenant.save_decision(&observed).unwrap();
    drop(tenant);
    let report = reconstruct(&koalr, &["--again"]);
    assert_eq!([&report["observed"], &report["judged"]], [1, 3]);
    let kept = open(&koalr).decision("snyk", "acme/shop#2", &head).unwrap();
    assert_eq!(kept, Some(observed));
}

#[test]
fn a_milder_policy_would_have_let_the_block_pass_and_missed_the_incident() {
    let koalr = past();
    reconstruct(&koalr, &[]);
    let same = backtest(&koalr, "", &[]);
    let group = &same["reconstructed"];
    assert_eq!(
        [&group["decisions"], &group["blocked"], &group["changed"]],
        [4, 1, 0],
        "{same}"
    );
    assert_eq!(group["accuracy"]["true-positives"], 1);
    assert_eq!([&group["recall"]["count"], &group["recall"]["of"]], [1, 1]);
    assert_eq!(same["observed"]["decisions"], 0, "never pooled");
    assert_eq!(same["observed"]["precision"]["interval"], Value::Null);

    let milder = backtest(&koalr, "[rules.introduced-cvss]\nthreshold = 9.5\n", &[]);
    let group = &milder["reconstructed"];
    assert_eq!(
        [&group["blocked"], &group["warned"], &group["changed"]],
        [0, 1, 1],
        "{milder}"
    );
    assert_eq!([&group["recall"]["count"], &group["recall"]["of"]], [0, 1]);
    let example = &group["examples"][0];
    assert_eq!([&example["then"], &example["now"]], ["block", "warn"]);
    assert_eq!(
        example["reasons"],
        json!(["introduced-cvss-warn: V-1 in qs"])
    );
}

#[test]
fn another_rating_is_scored_anew() {
    let koalr = past();
    reconstruct(&koalr, &[]);
    let policy = "cvss-source = \"highest\"\n[rules.introduced-cvss]\nthreshold = 9.5\n";
    let report = backtest(&koalr, policy, &[]);
    assert_eq!(report["reconstructed"]["blocked"], 1, "{report}");
}

#[test]
fn a_back_test_changes_nothing_that_is_stored() {
    let koalr = past();
    reconstruct(&koalr, &[]);
    let before = open(&koalr).dump().unwrap();
    backtest(&koalr, "mode = \"observe\"\n", &[]);
    assert_eq!(open(&koalr).dump().unwrap(), before);
}

#[test]
fn a_waiver_of_the_time_lets_the_block_pass() {
    let koalr = past();
    reconstruct(&koalr, &[]);
    koalr.write(
        "w.toml",
        "[[waiver]]\nid = \"W-1\"\nvulnerability = \"V-1\"\nreason = \"build only\"\napprover = \"ines\"\n\
         created = 2025-11-25\nexpires = 2025-12-20\n",
    );
    let report = backtest(&koalr, "", &["--waivers", "w.toml"]);
    let group = &report["reconstructed"];
    assert_eq!([&group["blocked"], &group["waived"]], [0, 1], "{report}");
}

#[test]
fn the_texts_fit_a_terminal_and_tell_n_beside_every_share() {
    let koalr = past();
    let rebuilt = koalr.run(&["reconstruct", "--now", NOW_TEXT]);
    koalr.write("policy.toml", "");
    let tested = koalr.run(&[
        "gate",
        "backtest",
        "--policy",
        "policy.toml",
        "--now",
        NOW_TEXT,
    ]);
    for ran in [&rebuilt, &tested] {
        assert_eq!(ran.code, 0, "{}", ran.err);
        assert!(
            ran.out.lines().all(|line| line.chars().count() <= 80),
            "{}",
            ran.out
        );
    }
    assert!(
        rebuilt.out.contains("not at all: 1 of 4 (25.0 %)"),
        "{}",
        rebuilt.out
    );
    assert!(
        tested.out.contains("would have blocked: 1 of 4 (25.0 %)"),
        "{}",
        tested.out
    );
}

#[test]
fn a_gate_without_a_change_says_what_it_needs() {
    let ran = Koalr::new().run(&["gate"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("<CHANGE>"), "{}", ran.err);
}

fn days_ago(days: i64) -> Timestamp {
    NOW - days * 24 * HOUR
}

const HOUR: Timestamp = 3_600_000;

/// 1 February 2026.
const NOW: Timestamp = 1_769_904_000_000;

const NOW_TEXT: &str = "2026-02-01T00:00:00Z";

//! A tenant of any size, written through the store's own doors.

use koalr_platform::decision;
use koalr_platform::delivery::Service;
use koalr_platform::evidence::DEPENDENCIES;
use koalr_platform::merge::merge;
use koalr_platform::model::assessment::{Assessment, Attributed, Attribution, Bump};
use koalr_platform::model::common::{
    Change, Coverage, CoverageState, DependencyChange, ExploitMaturity, FindingClass, FixState,
    Reachability, Severity, Timestamp,
};
use koalr_platform::model::connection::Organization;
use koalr_platform::model::evidence::{Evidence, FindingFact, Observation, Presence};
use koalr_platform::model::record::{
    Deployment, DeploymentState, Entry, Finding, Incident, PackageVersion, Project, ProjectClass,
    SelectedCvss,
};
use koalr_platform::model::verdict::{Decision, Verdict};
use koalr_platform::model::walk::Scope;
use koalr_platform::policy::Mode;
use koalr_store::{
    ChangeRecord, ChangeState, DataDir, DecisionRecord, StoredConnection, Tenant, TenantId,
};

use crate::stored;

/// A tenant with `findings` findings, a tenth as many deployments, a hundredth incidents, and a fiftieth changes that were
/// decided and merged, all of three years.
pub(crate) struct Company {
    pub(crate) data: DataDir,
    pub(crate) tenant: Tenant,
    connection: StoredConnection,
    findings: u64,
    /// What has happened since it was made: each is newer than the one before.
    events: u64,
}

impl Company {
    /// Makes it.
    pub(crate) fn new(data: DataDir, findings: u64) -> Self {
        let mut company = Self::open(data, findings);
        company.build();
        company
    }

    /// Opens the store of one that may have been made.
    pub(crate) fn open(data: DataDir, findings: u64) -> Self {
        let mut tenant = data.tenant(&name(), true).unwrap();
        let mut connection = stored::connection("snyk", NOW);
        connection.connection.organizations.push(Organization {
            id: ORGANIZATION.to_owned(),
            slug: None,
            name: "Shop".to_owned(),
        });
        let connection = tenant.save_connection(&connection, "a token").unwrap();
        Self {
            data,
            tenant,
            connection,
            findings,
            events: 0,
        }
    }

    /// Closes the store and opens it again.
    pub(crate) fn reopen(self) -> Self {
        drop(self.tenant);
        Self {
            tenant: self.data.tenant(&name(), false).unwrap(),
            ..self
        }
    }

    /// One deployment more.
    pub(crate) fn deploy(&mut self) {
        self.events += 1;
        let deployment = deployment(self.findings / 10 + self.events, 1);
        self.apply(vec![Entry::Deployment(deployment)]);
    }

    /// So many findings change, spread over all of them.
    pub(crate) fn change(&mut self, findings: u64) {
        self.events += 1;
        let changed = (0..findings).map(|number| {
            let mut finding = finding(number * self.findings / findings, self.findings);
            finding.updated_at = NOW + i64::try_from(self.events).unwrap();
            Entry::Finding(finding)
        });
        self.apply(changed.collect());
    }

    fn build(&mut self) {
        for number in 0..REPOSITORIES {
            let service = Service {
                name: format!("service-{number}"),
                aliases: Vec::new(),
                repositories: vec![repository(number)],
            };
            self.tenant.save_service(&service).unwrap();
        }
        self.apply(
            (0..PROJECTS)
                .map(|at| Entry::Project(project(at)))
                .collect(),
        );
        let size = self.findings;
        self.all(size, |number| Entry::Finding(finding(number, size)));
        let deployments = size / 10;
        self.all(deployments, |number| {
            Entry::Deployment(deployment(number, deployments))
        });
        self.all(size / 100, |number| {
            Entry::Incident(incident(number, deployments))
        });
        for number in 0..size / 50 {
            let (change, decision) = decided(number, deployments);
            self.tenant.save_change(&change).unwrap();
            self.tenant.save_decision(&decision).unwrap();
        }
    }

    /// Stores so many records in large batches.
    fn all(&mut self, count: u64, record: impl Fn(u64) -> Entry) {
        let mut numbers = 0..count;
        while !numbers.is_empty() {
            let records = numbers.by_ref().take(BATCH).map(&record);
            self.apply(records.collect());
        }
    }

    fn apply(&mut self, records: Vec<Entry>) {
        let batch = stored::batch(records);
        let scope = Scope::Organizations(vec![ORGANIZATION.to_owned()]);
        self.tenant
            .apply_batch(&self.connection, &scope, &batch, NOW)
            .unwrap();
    }
}

fn finding(number: u64, of: u64) -> Finding {
    let mut dice = Dice::new(1, number);
    // Ids rise, as batches are stored in their order: random ones would only take longer to write.
    let introduced_at = NOW - YEARS + at(number, of) - dice.time(DAY);
    let open = !dice.one_in(2);
    let resolved_at = (introduced_at + dice.time(200 * DAY)).min(NOW);
    let severity = dice.of([
        Severity::Critical,
        Severity::High,
        Severity::Medium,
        Severity::Medium,
        Severity::Low,
    ]);
    let score = 10 + u16::try_from(dice.below(89)).unwrap();
    Finding {
        id: format!("f{number:09}"),
        key: format!("k{number:09}"),
        organization: ORGANIZATION.to_owned(),
        project: format!("p{}", dice.below(PROJECTS)),
        class: dice.of([FindingClass::PackageVulnerability, FindingClass::Code]),
        kind: "package_vulnerability".to_owned(),
        vulnerability: format!("SNYK-JS-{}", dice.below(5_000)),
        packages: vec![PackageVersion {
            ecosystem: Some("npm".to_owned()),
            name: format!("package-{}", dice.below(2_000)),
            version: Some("1.0.0".to_owned()),
        }],
        severity: Some(severity),
        selected: (!dice.one_in(10)).then(|| SelectedCvss {
            score,
            highest: score,
            rating: 0,
            reason: "the upstream's own".to_owned(),
        }),
        exploit: dice.of([ExploitMaturity::Attacked, ExploitMaturity::Unknown]),
        fix: dice.of([FixState::Available, FixState::None, FixState::Unknown]),
        fix_source: "feed-flags".to_owned(),
        open,
        ignored: open && dice.one_in(20),
        updated_at: if open { introduced_at } else { resolved_at },
        resolved_at: (!open).then_some(resolved_at),
        disclosed_at: Some(introduced_at + dice.time(DAY) - dice.time(400 * DAY)),
        ..stored::finding(introduced_at)
    }
}

fn project(number: u64) -> Project {
    Project {
        id: format!("p{number}"),
        organization: ORGANIZATION.to_owned(),
        name: format!("project-{number}"),
        class: ProjectClass::OpenSource,
        kind: "npm".to_owned(),
        origin: "github".to_owned(),
        repository: Some(repository(number % REPOSITORIES)),
        target: None,
        reference: Some("main".to_owned()),
        file: Some("package.json".to_owned()),
        active: true,
        created_at: Some(NOW - 2 * YEARS),
        extra: Vec::new(),
    }
}

/// Deployments come to all services in turn, with as much time between them.
fn deployment(number: u64, of: u64) -> Deployment {
    Deployment {
        id: format!("d{number:09}"),
        service: format!("service-{}", number % REPOSITORIES),
        environment: Some("production".to_owned()),
        sha: Some(sha(number)),
        state: DeploymentState::Succeeded,
        at: NOW - YEARS + at(number, of),
        extra: Vec::new(),
    }
}

/// An incident within a day of a deployment, more often of one that brought a vulnerability.
fn incident(number: u64, deployments: u64) -> Incident {
    let mut dice = Dice::new(2, number);
    let chosen = dice.below(deployments);
    let chosen = if dice.one_in(3) {
        chosen - chosen % EXPOSED
    } else {
        chosen
    };
    let caused = deployment(chosen, deployments);
    let started_at = caused.at + dice.time(DAY);
    Incident {
        id: format!("i{number:09}"),
        service: caused.service,
        title: "it broke".to_owned(),
        severity: Some("P2".to_owned()),
        change: None,
        started_at,
        acknowledged_at: None,
        resolved_at: Some(started_at + dice.time(DAY)),
        open: false,
        extra: Vec::new(),
    }
}

/// A change that the deployment of its merge brought.
fn decided(number: u64, deployments: u64) -> (ChangeRecord, DecisionRecord) {
    let mut dice = Dice::new(3, number);
    let brought = number * 5;
    let deployed = deployment(brought, deployments);
    let merged_at = deployed.at - dice.time(2 * DAY);
    let repository = repository(brought % REPOSITORIES);
    let id = format!("{repository}#{number}");
    let head_sha = format!("{number:039x}h");
    let change = ChangeRecord {
        change: Change {
            id: id.clone(),
            repository,
            number: u32::try_from(number).ok(),
            head_sha: head_sha.clone(),
            base_sha: None,
            source_branch: None,
            target_branch: Some("main".to_owned()),
        },
        title: "Change things".to_owned(),
        author: Some("ada".to_owned()),
        opened_at: Some(merged_at - DAY),
        state: ChangeState::Merged,
        merged_at: Some(merged_at),
        merge_sha: Some(sha(brought)),
        base_score: Some(200),
        updated_at: merged_at,
        source: "import".to_owned(),
    };
    let high = u64::from(brought.is_multiple_of(EXPOSED));
    let decision = decision(id, head_sha, high, dice.below(1_000), merged_at - 3_600_000);
    (change, decision)
}

fn decision(
    change: String,
    head_sha: String,
    introduced_high: u64,
    score: u64,
    as_of: Timestamp,
) -> DecisionRecord {
    let score = u16::try_from(score).unwrap();
    let judged = decision::Decision::Warn;
    let findings = (0..introduced_high).map(|number| FindingFact {
        vulnerability: format!("SNYK-JS-{number}"),
        package: "lodash".to_owned(),
        version: "4.17.20".to_owned(),
        class: FindingClass::PackageVulnerability,
        severity: Some(Severity::High),
        cvss_selected: Some(75),
        cvss_highest: Some(75),
        head: Presence::Present,
        base: Presence::Absent,
        dependency: None,
        seen_before: false,
        disclosed_at: None,
        exploit: ExploitMaturity::Unknown,
        reachability: Reachability::Unknown,
        fix: FixState::Available,
        ignored: false,
    });
    let findings: Vec<_> = findings.collect();
    let attributed = findings.iter().map(|fact| Attributed {
        attribution: Attribution::Introduced,
        bump: Bump::Unknown,
        kept_by_upgrade: false,
        cvss: fact.cvss_selected,
        assumed: false,
    });
    DecisionRecord {
        integration: "snyk".to_owned(),
        change,
        head_sha,
        observation: Observation::Observed,
        assessment: Assessment {
            model: "1".to_owned(),
            score,
            findings: attributed.collect(),
            factors: Vec::new(),
            contributions: Vec::new(),
            terms: Vec::new(),
            counterfactuals: Vec::new(),
            unknowns: Vec::new(),
            extra: Vec::new(),
        },
        evidence: Evidence {
            observation: Observation::Observed,
            dependencies: Some(vec![DependencyChange {
                ecosystem: "npm".to_owned(),
                name: "lodash".to_owned(),
                before: Some("4.17.19".to_owned()),
                after: Some("4.17.20".to_owned()),
                direct: Some(true),
                manifest: None,
            }]),
            findings,
            aliases: Vec::new(),
            licenses: Vec::new(),
            fix_candidates: Vec::new(),
            debt: Vec::new(),
            measurements: Vec::new(),
            coverage: vec![Coverage {
                route: DEPENDENCIES.to_owned(),
                subject: String::new(),
                state: CoverageState::Complete,
                as_of: Some(as_of),
                detail: String::new(),
            }],
            extra: Vec::new(),
        },
        verdict: Verdict {
            decision: Decision::Warn,
            fired: Vec::new(),
            waived: Vec::new(),
            missing: Vec::new(),
            unasked: Vec::new(),
            errors: Vec::new(),
            extra: Vec::new(),
        },
        settled: decision::Settled {
            decision: judged,
            outcome: decision::Outcome {
                decision: judged,
                causes: std::collections::BTreeSet::new(),
                opened: false,
            },
            overridden: None,
            mode: Mode::Enforce,
            score: merge(Some(200), score, judged, Mode::Enforce),
        },
        plugin_version: "0.1.0".to_owned(),
        asked_at: as_of,
        as_of,
    }
}

fn name() -> TenantId {
    TenantId::parse("acme").unwrap()
}

fn repository(number: u64) -> String {
    format!("acme/repository-{number}")
}

fn sha(number: u64) -> String {
    format!("{number:040x}")
}

/// The time after the beginning at which one of so many comes.
fn at(number: u64, of: u64) -> Timestamp {
    let years = u64::try_from(YEARS).unwrap();
    Timestamp::try_from((number * (years / of.max(1))).min(years - 1)).unwrap()
}

/// Numbers that are the same for the same number of a kind.
struct Dice(koalr_upstream::Dice);

impl Dice {
    fn new(kind: u64, number: u64) -> Self {
        Self(koalr_upstream::Dice::new(kind << 48 | number))
    }

    fn below(&mut self, end: u64) -> u64 {
        self.0.below(end)
    }

    fn one_in(&mut self, number: u64) -> bool {
        self.below(number) == 0
    }

    fn time(&mut self, end: Timestamp) -> Timestamp {
        Timestamp::try_from(self.below(u64::try_from(end).unwrap())).unwrap()
    }

    fn of<T: Copy, const N: usize>(&mut self, list: [T; N]) -> T {
        list[self.0.place(N)]
    }
}

/// When the reports are asked for, about all that was before.
pub(crate) const NOW: Timestamp = 1_790_000_000_000;
const DAY: Timestamp = 86_400_000;
pub(crate) const YEARS: Timestamp = 3 * 365 * DAY;
const REPOSITORIES: u64 = 99;
const PROJECTS: u64 = 990;
/// Every so many deployments one brings a vulnerability; a multiple of those that bring a change.
const EXPOSED: u64 = 25;
const BATCH: usize = 20_000;
const ORGANIZATION: &str = "o1";

mod annotation;
mod escape;
mod limits;
mod mapping;
mod order;

use std::collections::BTreeSet;

use koalr_platform::decision::{Decision, Outcome, Settled, bind};
use koalr_platform::merge::{Band, Merged};
use koalr_platform::model::assessment::{
    Assessment, Attributed, Attribution, Bump, Contribution, ContributionSubject, Counterfactual,
};
use koalr_platform::model::common::{
    Change, Coverage, CoverageState, DependencyChange, ExploitMaturity, FindingClass, FixState,
    Reachability, Severity,
};
use koalr_platform::model::evidence::{Evidence, FindingFact, FindingTexts, Presence};
use koalr_platform::model::verdict::{Decision as Judged, Fired};
use koalr_platform::policy::Mode;
use koalr_platform::waiver::WaiverReport;

use serde_json::Value;

use crate::report::settings::{AppliedParameter, AppliedRule};
use crate::report::testing::report;
use crate::report::{ChangeReport, CheckRun, Judge};

/// A change of one dependency, judged so under a mode.
fn judged(decision: Decision, mode: Mode) -> ChangeReport {
    let base = report();
    ChangeReport {
        change: change(),
        author: Some("ada".to_owned()),
        settled: Settled {
            decision: bind(decision, mode),
            outcome: Outcome {
                decision,
                causes: BTreeSet::new(),
                opened: false,
            },
            overridden: None,
            mode,
            score: Merged {
                base: Some(100),
                security: 750,
                joined: 775,
                adjustment: None,
                score: 775,
                band: Band::High,
            },
        },
        summary: "May pass: this change introduces no known vulnerability.".to_owned(),
        evidence: Evidence {
            dependencies: Some(vec![DependencyChange {
                ecosystem: "npm".to_owned(),
                name: "form-data".to_owned(),
                before: Some("4.0.1".to_owned()),
                after: Some("4.0.2".to_owned()),
                direct: Some(true),
                manifest: Some("web/package.json".to_owned()),
            }]),
            coverage: Vec::new(),
            ..base.evidence
        },
        assessment: Assessment {
            model: "1".to_owned(),
            score: 750,
            ..base.assessment
        },
        judge: Judge {
            plugin: "snyk".to_owned(),
            version: "0.1.0".to_owned(),
            component: "ab".repeat(32),
        },
        asked_at: 1_768_469_400_000,
        as_of: 1_768_469_460_999,
        ..base
    }
}

fn change() -> Change {
    Change {
        id: "acme/shop#7".to_owned(),
        repository: "acme/shop".to_owned(),
        number: Some(7),
        head_sha: "3f2a9c1".repeat(5) + "00000",
        base_sha: None,
        source_branch: None,
        target_branch: None,
    }
}

/// A change that is blocked by one critical finding with a fix.
fn blocked() -> ChangeReport {
    let mut report = judged(Decision::Block, Mode::Enforce);
    report.summary =
        "Blocked: this change introduces CVE-2025-7783 (CVSS 9.4) in form-data 4.0.2.".to_owned();
    report.fixes = vec!["npm install form-data@4.0.4".to_owned()];
    let index = add(&mut report, Attribution::Introduced, 94);
    report.evidence.aliases.push(FindingTexts {
        finding: index,
        values: vec!["CVE-2025-7783".to_owned()],
    });
    report.assessment.counterfactuals.push(Counterfactual {
        dependency: 0,
        version: "4.0.4".to_owned(),
        score: 100,
        removes: vec![index],
        verified: true,
    });
    fire(&mut report, Judged::Block, vec![index]);
    report
}

/// One more finding of the dependency; its index.
fn add(report: &mut ChangeReport, attribution: Attribution, cvss: u16) -> u32 {
    let index = u32::try_from(report.evidence.findings.len()).unwrap();
    report.evidence.findings.push(FindingFact {
        vulnerability: format!("V-{index}"),
        package: "form-data".to_owned(),
        version: "4.0.2".to_owned(),
        class: FindingClass::PackageVulnerability,
        severity: Some(Severity::Critical),
        cvss_selected: Some(cvss),
        cvss_highest: Some(cvss),
        head: Presence::Present,
        base: Presence::Absent,
        dependency: Some(0),
        seen_before: false,
        disclosed_at: None,
        exploit: ExploitMaturity::Unknown,
        reachability: Reachability::Unknown,
        fix: FixState::Unknown,
        ignored: false,
    });
    report.assessment.findings.push(Attributed {
        attribution,
        bump: Bump::Patch,
        kept_by_upgrade: false,
        cvss: Some(cvss),
        assumed: false,
    });
    report.assessment.contributions.push(Contribution {
        subject: ContributionSubject::Finding(index),
        points: 1,
        hazard: 1000,
        terms: Vec::new(),
    });
    index
}

fn fire(report: &mut ChangeReport, decision: Judged, findings: Vec<u32>) {
    report.verdict.fired.push(Fired {
        rule: "introduced-cvss".to_owned(),
        decision,
        findings,
        measurements: Vec::new(),
        message: "too bad".to_owned(),
    });
}

fn row(route: &str, state: CoverageState) -> Coverage {
    Coverage {
        route: route.to_owned(),
        subject: "acme".to_owned(),
        state,
        as_of: None,
        detail: "page 3 failed.".to_owned(),
    }
}

fn json(run: &CheckRun) -> Value {
    serde_json::to_value(run).unwrap()
}

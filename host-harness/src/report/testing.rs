//! A report to start from, and pieces to put into it.

use std::collections::BTreeSet;

use koalr_platform::decision::{Decision, Outcome, Settled};
use koalr_platform::merge::merge;
use koalr_platform::model::assessment::{Assessment, Attributed, Attribution, Bump, Factor};
use koalr_platform::model::common::{
    Change, Coverage, CoverageState, DependencyChange, ExploitMaturity, FindingClass, FixState,
    Reachability, Severity,
};
use koalr_platform::model::evidence::{Evidence, FindingFact, FindingTexts, Observation, Presence};
use koalr_platform::model::verdict::{Decision as Judged, Fired, Verdict};
use koalr_platform::policy::Mode;
use koalr_platform::waiver::WaiverReport;

use super::change::{ChangeReport, Judge, SCHEMA};
use super::factor::koalr_factors;

/// A change that touches nothing, passes under enforcement, and of which everything is known.
pub(crate) fn report() -> ChangeReport {
    let factors = vec![Factor {
        factor: "Security vulnerabilities".to_owned(),
        score: 0,
        weight: 1000,
    }];
    ChangeReport {
        schema: SCHEMA.to_owned(),
        change: Change {
            id: "acme/shop#1".to_owned(),
            repository: "acme/shop".to_owned(),
            number: Some(1),
            head_sha: "5f2c1b7".to_owned(),
            base_sha: None,
            source_branch: None,
            target_branch: None,
        },
        title: String::new(),
        author: Some("mira".to_owned()),
        settled: Settled {
            decision: Decision::Pass,
            outcome: Outcome {
                decision: Decision::Pass,
                causes: BTreeSet::new(),
                opened: false,
            },
            overridden: None,
            mode: Mode::Enforce,
            score: merge(Some(200), 0, Decision::Pass, Mode::Enforce),
        },
        deadline: None,
        summary: String::new(),
        fixes: vec![],
        factors: koalr_factors(&factors),
        rules: vec![],
        settings: vec![],
        waivers: WaiverReport::default(),
        complaints: vec![],
        waivable_until: None,
        assessment: Assessment {
            model: "hazard-1".to_owned(),
            score: 0,
            findings: vec![],
            factors,
            contributions: vec![],
            terms: vec![],
            counterfactuals: vec![],
            unknowns: vec![],
            extra: vec![],
        },
        verdict: Verdict {
            decision: Judged::Pass,
            fired: vec![],
            waived: vec![],
            missing: vec![],
            unasked: vec![],
            errors: vec![],
            extra: vec![],
        },
        evidence: Evidence {
            observation: Observation::Observed,
            dependencies: Some(vec![]),
            findings: vec![],
            aliases: vec![],
            licenses: vec![],
            fix_candidates: vec![],
            debt: vec![],
            measurements: vec![],
            coverage: vec![
                coverage("dependencies", CoverageState::Complete),
                coverage("packages", CoverageState::Complete),
            ],
            extra: vec![],
        },
        judge: Judge {
            plugin: "snyk".to_owned(),
            version: "0.1.0".to_owned(),
            component: "0".repeat(64),
        },
        asked_at: NOW,
        as_of: NOW,
    }
}

/// A coverage row of the change.
pub(crate) fn coverage(route: &str, state: CoverageState) -> Coverage {
    Coverage {
        route: route.to_owned(),
        subject: "acme/shop#1".to_owned(),
        state,
        as_of: None,
        detail: String::new(),
    }
}

/// A vulnerability `SNYK-n` (`CVE-2026-n`) of CVSS 9.4 in `left-pad 2.0.0`, which the change brings from 1.0.0, as
/// attributed. Its index.
pub(crate) fn add(report: &mut ChangeReport, attribution: Attribution) -> u32 {
    let index = u32::try_from(report.evidence.findings.len()).unwrap();
    let dependencies = report.evidence.dependencies.get_or_insert_default();
    dependencies.push(DependencyChange {
        ecosystem: "npm".to_owned(),
        name: "left-pad".to_owned(),
        before: Some("1.0.0".to_owned()),
        after: Some("2.0.0".to_owned()),
        direct: Some(true),
        manifest: None,
    });
    report.evidence.findings.push(FindingFact {
        vulnerability: format!("SNYK-{index}"),
        package: "left-pad".to_owned(),
        version: "2.0.0".to_owned(),
        class: FindingClass::PackageVulnerability,
        severity: Some(Severity::Critical),
        cvss_selected: Some(94),
        cvss_highest: Some(94),
        head: Presence::Present,
        base: Presence::Absent,
        dependency: Some(index),
        seen_before: false,
        disclosed_at: None,
        exploit: ExploitMaturity::Unknown,
        reachability: Reachability::Unknown,
        fix: FixState::Unknown,
        ignored: false,
    });
    report.evidence.aliases.push(FindingTexts {
        finding: index,
        values: vec![format!("CVE-2026-{index}")],
    });
    report.assessment.findings.push(Attributed {
        attribution,
        bump: Bump::Major,
        kept_by_upgrade: false,
        cvss: Some(94),
        assumed: false,
    });
    index
}

/// Settles a report.
pub(crate) fn settle(report: &mut ChangeReport, decision: Decision) {
    report.settled.decision = decision;
    report.settled.outcome.decision = decision;
}

/// A rule that fires on findings, and settles the report to its decision.
pub(crate) fn fire(report: &mut ChangeReport, rule: &str, decision: Judged, findings: &[u32]) {
    report.verdict.fired.push(Fired {
        rule: rule.to_owned(),
        decision,
        findings: findings.to_vec(),
        measurements: vec![],
        message: "a rule speaks".to_owned(),
    });
    report.verdict.decision = report.verdict.decision.max(decision);
    settle(
        report,
        match report.verdict.decision {
            Judged::Pass => Decision::Pass,
            Judged::Warn => Decision::Warn,
            Judged::Inconclusive => Decision::Inconclusive,
            Judged::Block => Decision::Block,
        },
    );
}

/// 2026-01-15T09:30:00Z in milliseconds since 1970.
pub(crate) const NOW: i64 = 1_768_469_400_000;

use super::*;
use crate::contract::gate::{Decision, Request, RuleSetting, Verdict, Waiver};
use crate::contract::score::{ContributionSubject, Debt, Observation, Presence};
use crate::contract::types::{
    Coverage, CoverageState, ExploitMaturity, FindingClass, FixState, ParameterValue, Reachability,
    SettingEntry, Severity,
};

fn fact(vulnerability: &str, severity: Option<Severity>, base: Presence) -> FindingFact {
    FindingFact {
        vulnerability: vulnerability.to_owned(),
        package: String::new(),
        version: String::new(),
        class: FindingClass::Code,
        severity,
        cvss_selected: None,
        cvss_highest: None,
        head: Presence::Present,
        base,
        dependency: None,
        seen_before: false,
        disclosed_at: None,
        exploit: ExploitMaturity::Unknown,
        reachability: Reachability::Unknown,
        fix: FixState::Unknown,
        ignored: false,
    }
}

fn introduced(vulnerability: &str, severity: Severity) -> FindingFact {
    fact(vulnerability, Some(severity), Presence::Absent)
}

fn evidence(findings: Vec<FindingFact>, coverage: f64) -> Evidence {
    let row = |route: &str| Coverage {
        route: route.to_owned(),
        subject: "acme/shop#7".to_owned(),
        state: CoverageState::Complete,
        as_of: Some(0),
        detail: String::new(),
    };
    Evidence {
        observation: Observation::Observed,
        dependencies: None,
        findings,
        aliases: Vec::new(),
        licenses: Vec::new(),
        fix_candidates: Vec::new(),
        debt: vec![Debt {
            severity: Severity::High,
            count: 9,
        }],
        measurements: vec![Measurement {
            subject: "change:acme/shop#7".to_owned(),
            metric: NEW_COVERAGE.to_owned(),
            value: coverage,
            unit: "percent".to_owned(),
            at: 0,
        }],
        coverage: ["quality-gate", "new-issues", "new-code"].map(row).into(),
        extra: Vec::new(),
    }
}

fn rule(code: &str, parameters: &[(&str, ParameterValue)]) -> RuleSetting {
    RuleSetting {
        code: code.to_owned(),
        parameters: parameters
            .iter()
            .map(|(key, value)| SettingEntry {
                key: (*key).to_owned(),
                value: value.clone(),
            })
            .collect(),
    }
}

fn judged(evidence: Evidence, rules: Vec<RuleSetting>, waivers: Vec<Waiver>) -> Verdict {
    let request = Request {
        assessment: score(&evidence),
        evidence,
        rules,
        waivers,
        as_of: 0,
    };
    gate(&request).unwrap()
}

#[test]
fn contributions_add_up_to_the_score() {
    let findings = vec![
        introduced("rust:S1", Severity::Low),
        introduced("rust:S2", Severity::High),
        fact("rust:S3", None, Presence::Absent),
        fact("rust:S4", Some(Severity::Critical), Presence::Present),
    ];
    let assessment = score(&evidence(findings, 61.7));
    let points = assessment.contributions.iter().map(|one| one.points);
    assert_eq!(points.sum::<u16>(), assessment.score);
    assert_eq!(assessment.contributions.len(), 4);
    let first = &assessment.contributions[0];
    assert!(matches!(first.subject, ContributionSubject::Finding(1)));
    assert_eq!(assessment.unknowns[0].code, "severity-unknown");
}

#[test]
fn nothing_new_is_no_risk() {
    let assessment = score(&evidence(Vec::new(), 80.0));
    assert_eq!((assessment.score, assessment.contributions.len()), (0, 0));
}

#[test]
fn coverage_that_failed_the_gate_is_not_counted_twice() {
    let failed = introduced("quality-gate:new-coverage", Severity::High);
    let assessment = score(&evidence(vec![failed], 10.0));
    assert_eq!(assessment.contributions.len(), 1);
}

#[test]
fn a_failed_quality_gate_blocks_and_a_waiver_lifts_it() {
    let failed = || vec![introduced("quality-gate:new-coverage", Severity::High)];
    let rules = || vec![rule("quality-gate", &[])];
    let verdict = judged(evidence(failed(), 63.1), rules(), Vec::new());
    assert_eq!(verdict.decision, Decision::Block);
    assert_eq!(verdict.fired[0].findings, [0]);
    let waiver = Waiver {
        id: "w1".to_owned(),
        vulnerability: "quality-gate:new-coverage".to_owned(),
        package: None,
        version: None,
    };
    let verdict = judged(evidence(failed(), 63.1), rules(), vec![waiver]);
    assert_eq!(verdict.decision, Decision::Pass);
    assert_eq!(verdict.waived[0].waiver, "w1");
}

#[test]
fn a_new_issue_decides_from_its_severity_on() {
    let rules = || {
        let severity = ParameterValue::Text("medium".to_owned());
        vec![rule("introduced-severity", &[("severity", severity)])]
    };
    let low = evidence(vec![introduced("r", Severity::Low)], 90.0);
    assert_eq!(judged(low, rules(), Vec::new()).decision, Decision::Pass);
    let medium = evidence(vec![introduced("r", Severity::Medium)], 90.0);
    assert_eq!(
        judged(medium, rules(), Vec::new()).decision,
        Decision::Block
    );
    let unknown = evidence(vec![fact("r", None, Presence::Unknown)], 90.0);
    let verdict = judged(unknown, rules(), Vec::new());
    assert_eq!(verdict.decision, Decision::Inconclusive);
}

#[test]
fn coverage_below_the_threshold_names_its_measurement() {
    let threshold = ("threshold", ParameterValue::Tenths(700));
    let verdict = judged(
        evidence(Vec::new(), 69.9),
        vec![rule("coverage-below", &[threshold])],
        Vec::new(),
    );
    assert_eq!(verdict.decision, Decision::Warn);
    assert_eq!(verdict.fired[0].measurements, [0]);
}

#[test]
fn what_is_missing_keeps_a_rule_from_passing() {
    let mut partial = evidence(Vec::new(), 90.0);
    partial.coverage[1].state = CoverageState::Awaited;
    let verdict = judged(partial, vec![rule("introduced-severity", &[])], Vec::new());
    assert_eq!(verdict.decision, Decision::Inconclusive);
    assert_eq!(verdict.missing, [1]);
    let mut unasked = evidence(Vec::new(), 90.0);
    unasked.coverage.clear();
    let verdict = judged(unasked, vec![rule("quality-gate", &[])], Vec::new());
    assert_eq!(verdict.decision, Decision::Inconclusive);
    assert_eq!(verdict.unasked, ["quality-gate"]);
}

#[test]
fn a_wrong_setting_is_told_and_makes_the_verdict_inconclusive() {
    let wrong = ("action", ParameterValue::Text("shrug".to_owned()));
    let rules = vec![rule("quality-gate", &[wrong]), rule("no-such", &[])];
    let verdict = judged(evidence(Vec::new(), 90.0), rules, Vec::new());
    assert_eq!(verdict.decision, Decision::Inconclusive);
    let errors: Vec<_> = verdict
        .errors
        .iter()
        .map(|one| one.message.as_str())
        .collect();
    assert_eq!(
        errors,
        [
            "parameter `action` is not what the manifest declares; the default is used",
            "there is no such rule; see the manifest"
        ]
    );
}

#[test]
fn an_assessment_of_other_evidence_is_refused() {
    let request = Request {
        assessment: score(&evidence(Vec::new(), 90.0)),
        evidence: evidence(vec![introduced("r", Severity::Low)], 90.0),
        rules: Vec::new(),
        waivers: Vec::new(),
        as_of: 0,
    };
    assert!(gate(&request).is_err());
}

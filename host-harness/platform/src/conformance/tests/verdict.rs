use super::told;
use crate::conformance::{Terms, check_verdict};
use crate::model::common::{
    Coverage, CoverageState, DependencyChange, ExploitMaturity, FindingClass, FixState,
    Measurement, Reachability,
};
use crate::model::evidence::{Evidence, FindingFact, Observation, Presence};
use crate::model::manifest::Rule;
use crate::model::verdict::{Decision, Fired, RuleError, RuleSetting, Verdict, Waived, Waiver};

/// Two findings, one dependency, one measurement, and a complete row of `issues`.
pub(super) fn evidence() -> Evidence {
    let fact = FindingFact {
        vulnerability: "V-1".to_owned(),
        package: "left-pad".to_owned(),
        version: "1.0.0".to_owned(),
        class: FindingClass::PackageVulnerability,
        severity: None,
        cvss_selected: Some(98),
        cvss_highest: Some(98),
        head: Presence::Present,
        base: Presence::Absent,
        dependency: Some(0),
        seen_before: false,
        disclosed_at: None,
        exploit: ExploitMaturity::Unknown,
        reachability: Reachability::Unknown,
        fix: FixState::Unknown,
        ignored: false,
    };
    Evidence {
        observation: Observation::Observed,
        dependencies: Some(vec![DependencyChange {
            ecosystem: "npm".to_owned(),
            name: "left-pad".to_owned(),
            before: None,
            after: Some("1.0.0".to_owned()),
            direct: None,
            manifest: None,
        }]),
        findings: vec![fact.clone(), fact],
        aliases: Vec::new(),
        licenses: Vec::new(),
        fix_candidates: Vec::new(),
        debt: Vec::new(),
        measurements: vec![Measurement {
            subject: "repository:acme/shop".to_owned(),
            metric: "coverage".to_owned(),
            value: 1.0,
            unit: "percent".to_owned(),
            at: 0,
        }],
        coverage: vec![Coverage {
            route: "issues".to_owned(),
            subject: "org".to_owned(),
            state: CoverageState::Complete,
            as_of: Some(0),
            detail: String::new(),
        }],
        extra: Vec::new(),
    }
}

fn pass() -> Verdict {
    Verdict {
        decision: Decision::Pass,
        fired: Vec::new(),
        waived: Vec::new(),
        missing: Vec::new(),
        unasked: Vec::new(),
        errors: Vec::new(),
        extra: Vec::new(),
    }
}

fn fired(rule: &str, decision: Decision) -> Fired {
    Fired {
        rule: rule.to_owned(),
        decision,
        findings: vec![0],
        measurements: vec![0],
        message: String::new(),
    }
}

#[track_caller]
fn says(evidence: &Evidence, verdict: &Verdict, sentences: &[&str]) {
    let rule = |code: &str, routes: &[&str]| Rule {
        code: code.to_owned(),
        summary: String::new(),
        routes: routes.iter().map(|&route| route.to_owned()).collect(),
        active_by_default: true,
        parameters: Vec::new(),
    };
    let declared = [
        rule("introduced-cvss", &["issues"]),
        rule("not-active", &["packages"]),
    ];
    let terms = Terms {
        declared: &declared,
        active: &[RuleSetting {
            code: "introduced-cvss".to_owned(),
            parameters: Vec::new(),
        }],
        waivers: &[Waiver {
            id: "w-1".to_owned(),
            vulnerability: "V-1".to_owned(),
            package: None,
            version: None,
        }],
    };
    assert_eq!(told(check_verdict(evidence, terms, verdict)), sentences);
}

#[test]
fn sound_verdicts_break_nothing() {
    says(&evidence(), &pass(), &[]);
    let waived = Waived {
        finding: 1,
        waiver: "w-1".to_owned(),
        rule: "introduced-cvss".to_owned(),
    };
    let block = Verdict {
        decision: Decision::Block,
        fired: vec![
            fired("introduced-cvss", Decision::Block),
            fired("introduced-cvss", Decision::Warn),
        ],
        waived: vec![waived],
        ..pass()
    };
    says(&evidence(), &block, &[]);
}

#[test]
fn a_pass_while_a_rule_blocks_contradicts_itself() {
    let verdict = Verdict {
        fired: vec![fired("introduced-cvss", Decision::Block)],
        ..pass()
    };
    let sentence = "gate: decision is pass; the strictest of what it names is block";
    says(&evidence(), &verdict, &[sentence]);
}

#[test]
fn a_block_for_no_reason_contradicts_itself() {
    let verdict = Verdict {
        decision: Decision::Block,
        ..pass()
    };
    let sentence = "gate: decision is block; the strictest of what it names is pass";
    says(&evidence(), &verdict, &[sentence]);
}

#[test]
fn nothing_passes_on_incomplete_coverage_of_what_a_rule_depends_on() {
    let mut partial = evidence();
    partial.coverage[0].state = CoverageState::Awaited;
    says(
        &partial,
        &pass(),
        &[
            "gate: decision is pass, and coverage[0] of `issues`, which rule `introduced-cvss` depends on, is not complete",
        ],
    );
    let inconclusive = Verdict {
        decision: Decision::Inconclusive,
        missing: vec![0],
        ..pass()
    };
    says(&partial, &inconclusive, &[]);
}

#[test]
fn nothing_passes_on_what_nobody_asked_for() {
    let mut unasked = evidence();
    unasked.coverage.clear();
    says(
        &unasked,
        &pass(),
        &[
            "gate: decision is pass, and nothing is known of `issues`, which rule `introduced-cvss` depends on",
        ],
    );
    let inconclusive = Verdict {
        decision: Decision::Inconclusive,
        unasked: vec!["issues".to_owned()],
        ..pass()
    };
    says(&unasked, &inconclusive, &[]);
    says(
        &evidence(),
        &inconclusive,
        &["gate: unasked[0] is `issues`, which has a coverage row"],
    );
}

#[test]
fn the_strictest_rule_comes_first_and_only_active_ones_fire() {
    let verdict = Verdict {
        decision: Decision::Block,
        fired: vec![
            fired("not-active", Decision::Warn),
            fired("introduced-cvss", Decision::Block),
        ],
        ..pass()
    };
    says(
        &evidence(),
        &verdict,
        &[
            "gate: fired[0].rule is `not-active`, which is no active rule",
            "gate: fired[1].decision is stricter than the one before; the strictest come first",
        ],
    );
}

#[test]
fn a_waiver_was_handed_in_and_keeps_its_rule_from_firing() {
    let waived = |finding, waiver: &str, rule: &str| Waived {
        finding,
        waiver: waiver.to_owned(),
        rule: rule.to_owned(),
    };
    let verdict = Verdict {
        decision: Decision::Warn,
        fired: vec![fired("introduced-cvss", Decision::Warn)],
        waived: vec![
            waived(0, "w-1", "introduced-cvss"),
            waived(1, "w-2", "introduced-cvss"),
            waived(2, "w-1", "no-rule"),
        ],
        ..pass()
    };
    says(
        &evidence(),
        &verdict,
        &[
            "gate: waived[0] lets finding 0 pass rule `introduced-cvss`, which fired on it",
            "gate: waived[1].waiver is `w-2`, which nobody handed in",
            "gate: waived[2].finding is 2, and there are 2 findings",
            "gate: waived[2].rule is `no-rule`, which is no active rule",
        ],
    );
}

#[test]
fn indexes_count_in_the_evidence_and_errors_name_active_rules() {
    let verdict = Verdict {
        decision: Decision::Inconclusive,
        fired: vec![Fired {
            findings: vec![2],
            measurements: vec![1],
            ..fired("introduced-cvss", Decision::Warn)
        }],
        missing: vec![1],
        unasked: vec!["packages".to_owned()],
        errors: vec![RuleError {
            rule: "no-rule".to_owned(),
            message: String::new(),
        }],
        ..pass()
    };
    says(
        &evidence(),
        &verdict,
        &[
            "gate: fired[0].findings[0] is 2, and there are 2 findings",
            "gate: fired[0].measurements[0] is 1, and there are 1 measurements",
            "gate: missing[0] is 1, and there are 1 coverage rows",
            "gate: errors[0].rule is `no-rule`, which is no active rule",
            "gate: unasked[0] is `packages`, which no active rule depends on",
        ],
    );
}

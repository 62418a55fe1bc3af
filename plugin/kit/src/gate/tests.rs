mod beyond;
mod fix;
mod license;
mod many;
mod property;

use super::*;
use crate::model::common::{FindingClass, ParameterValue, SettingEntry, Severity, Tenths};
use crate::model::evidence::{FindingFact, FindingTexts};
use crate::model::verdict::{Fired, Waiver};
use crate::score::score;
use crate::testing::{coverage, evidence, fact, introduced, request};

/// Every rule that is active by default, with its defaults.
fn defaults() -> Vec<RuleSetting> {
    rules()
        .into_iter()
        .filter(|rule| rule.active_by_default)
        .map(|rule| setting(&rule.code, &[]))
        .collect()
}

fn setting(code: &str, parameters: &[(&str, ParameterValue)]) -> RuleSetting {
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

fn text(word: &str) -> ParameterValue {
    ParameterValue::Text(word.to_owned())
}

fn waiver(vulnerability: &str) -> Waiver {
    Waiver {
        id: "w1".to_owned(),
        vulnerability: vulnerability.to_owned(),
        package: None,
        version: None,
    }
}

#[track_caller]
fn verdict(evidence: Evidence, rules: Vec<RuleSetting>, waivers: Vec<Waiver>) -> Verdict {
    gate(&GateRequest {
        assessment: score(&request(evidence.clone())).unwrap(),
        evidence,
        rules,
        waivers,
        as_of: 0,
    })
    .unwrap()
}

#[track_caller]
fn decide(evidence: Evidence) -> Verdict {
    verdict(evidence, defaults(), Vec::new())
}

fn critical() -> FindingFact {
    introduced("V", 90)
}

/// An introduced vulnerability that nobody has rated.
fn unrated(severity: Option<Severity>) -> FindingFact {
    FindingFact {
        severity,
        dependency: Some(0),
        ..fact("V")
    }
}

#[test]
fn a_change_without_findings_and_with_complete_evidence_passes() {
    let verdict = decide(evidence([]));
    assert_eq!(verdict.decision, Decision::Pass);
    assert_eq!(verdict.fired, []);
}

#[test]
fn an_introduced_9_0_blocks_and_an_8_9_warns() {
    let blocked = decide(evidence([introduced("V", 90)]));
    assert_eq!(blocked.decision, Decision::Block);
    assert_eq!(
        blocked.fired[0],
        Fired {
            rule: "introduced-cvss".to_owned(),
            decision: Decision::Block,
            findings: vec![0],
            measurements: Vec::new(),
            message: "1 introduced vulnerability has a CVSS base score of 9.0 or more".to_owned(),
        }
    );
    assert_eq!(
        decide(evidence([introduced("V", 89)])).decision,
        Decision::Warn
    );
    assert_eq!(
        decide(evidence([introduced("V", 69)])).decision,
        Decision::Pass
    );
}

#[test]
fn messages_hold_no_name_from_the_evidence() {
    let verdict = decide(evidence([critical(), introduced("W", 98)]));
    for fired in verdict.fired {
        assert!(!fired.message.contains("lodash"), "{}", fired.message);
    }
}

#[test]
fn what_the_base_has_never_blocks() {
    let verdict = decide(evidence([FindingFact {
        base: Presence::Present,
        ..critical()
    }]));
    assert_eq!(verdict.decision, Decision::Pass);
}

#[test]
fn a_disclosure_overnight_warns() {
    let verdict = decide(evidence([FindingFact {
        dependency: None,
        ..critical()
    }]));
    assert_eq!(verdict.decision, Decision::Warn);
    assert_eq!(verdict.fired[0].rule, "disclosed-since");
    assert_eq!(
        verdict.fired[0].message,
        "1 vulnerability with a score of 7.0 or more is new or back in packages this change does not touch"
    );
}

#[test]
fn a_disclosure_that_nobody_rated_warns() {
    let verdict = decide(evidence([fact("V")]));
    assert_eq!(verdict.decision, Decision::Warn);
    assert_eq!(
        verdict.fired[0].message,
        "1 vulnerability with neither score nor severity is new or back in packages this change does not touch"
    );
}

#[test]
fn an_assumed_critical_blocks_unless_the_policy_says_otherwise() {
    let assumed = || evidence([unrated(Some(Severity::Critical))]);
    let blocked = decide(assumed());
    assert_eq!(blocked.decision, Decision::Block);
    assert_eq!(blocked.fired[0].rule, "introduced-unknown-cvss");
    let with = |word| {
        let rule = setting("introduced-unknown-cvss", &[("assumed", text(word))]);
        verdict(assumed(), vec![rule], Vec::new()).decision
    };
    assert_eq!(with("warn"), Decision::Warn);
    assert_eq!(with("ignore"), Decision::Pass);
}

#[test]
fn neither_score_nor_severity_warns() {
    let verdict = decide(evidence([unrated(None)]));
    assert_eq!(verdict.decision, Decision::Warn);
    assert_eq!(
        verdict.fired[0].message,
        "1 introduced vulnerability has no CVSS rating"
    );
}

#[test]
fn only_package_vulnerabilities_count_by_default() {
    for class in [
        FindingClass::License,
        FindingClass::Container,
        FindingClass::Infrastructure,
        FindingClass::Code,
        FindingClass::Other,
    ] {
        let verdict = decide(evidence([FindingFact {
            class,
            severity: Some(Severity::Critical),
            ..critical()
        }]));
        assert_eq!(verdict.decision, Decision::Pass, "{class:?}");
    }
}

#[test]
fn an_unknown_attribution_of_what_would_block_is_inconclusive() {
    let unknown = |tenths: Tenths| {
        evidence([FindingFact {
            base: Presence::Unknown,
            ..introduced("V", tenths)
        }])
    };
    let verdict_at = |tenths| decide(unknown(tenths)).decision;
    assert_eq!(verdict_at(90), Decision::Inconclusive);
    assert_eq!(verdict_at(89), Decision::Warn);
    assert_eq!(verdict_at(69), Decision::Pass);
    let strict = vec![
        setting(
            "introduced-cvss",
            &[("threshold", ParameterValue::Tenths(70))],
        ),
        setting("unknown-attribution", &[("action", text("block"))]),
    ];
    assert_eq!(
        verdict(unknown(75), strict, Vec::new()).decision,
        Decision::Block
    );
}

#[test]
fn a_disclosure_that_cannot_be_told_from_an_introduction_still_warns() {
    let rules = || {
        vec![
            setting("disclosed-since", &[]),
            setting("unknown-attribution", &[]),
        ]
    };
    let of = |base| {
        evidence([FindingFact {
            base,
            dependency: None,
            ..critical()
        }])
    };
    for base in [Presence::Absent, Presence::Unknown] {
        let verdict = verdict(of(base), rules(), Vec::new());
        assert_eq!(verdict.decision, Decision::Warn, "{base:?}");
    }
}

#[test]
fn what_the_head_lacks_or_the_base_has_cannot_be_introduced_however_unknown_the_other_side() {
    for (head, base) in [
        (Presence::Absent, Presence::Unknown),
        (Presence::Unknown, Presence::Present),
    ] {
        let verdict = decide(evidence([FindingFact {
            head,
            base,
            ..critical()
        }]));
        assert_eq!(verdict.decision, Decision::Pass, "{head:?} {base:?}");
    }
}

#[test]
fn a_row_that_is_not_complete_is_inconclusive_and_named() {
    for state in [
        CoverageState::Partial,
        CoverageState::Stale,
        CoverageState::Refused,
        CoverageState::Unsupported,
        CoverageState::Awaited,
        CoverageState::NotAsked,
    ] {
        let mut partial = evidence([]);
        partial.coverage[1].state = state;
        let verdict = decide(partial);
        assert_eq!(verdict.decision, Decision::Inconclusive, "{state:?}");
        assert_eq!(verdict.missing, [1]);
    }
}

#[test]
fn a_route_without_any_row_is_inconclusive_and_named() {
    let mut silent = evidence([]);
    silent.coverage.retain(|row| row.route != "packages");
    let verdict = decide(silent);
    assert_eq!(verdict.decision, Decision::Inconclusive);
    assert_eq!(verdict.unasked, ["packages"]);
}

#[test]
fn a_route_that_no_active_rule_depends_on_does_not_matter() {
    let mut other = evidence([]);
    other.coverage.push(crate::model::common::Coverage {
        state: CoverageState::Refused,
        ..coverage("containers")
    });
    assert_eq!(decide(other).decision, Decision::Pass);
}

#[test]
fn an_absent_dependency_list_is_missing_even_where_its_row_says_complete() {
    let mut absent = evidence([]);
    absent.dependencies = None;
    let verdict = decide(absent);
    assert_eq!(verdict.decision, Decision::Inconclusive);
    assert_eq!(verdict.missing, [0]);
}

#[test]
fn block_beats_inconclusive_and_inconclusive_beats_warn() {
    let partial = |tenths| {
        let mut partial = evidence([introduced("V", tenths)]);
        partial.coverage[1].state = CoverageState::Partial;
        decide(partial).decision
    };
    assert_eq!(partial(90), Decision::Block);
    assert_eq!(partial(75), Decision::Inconclusive);
}

#[test]
fn a_waiver_matches_by_id_or_alias_and_only_where_it_says() {
    let waived = |waiver: Waiver| {
        let mut evidence = evidence([critical()]);
        evidence.aliases.push(FindingTexts {
            finding: 0,
            values: vec!["CVE-2021-44228".to_owned()],
        });
        verdict(
            evidence,
            vec![setting("introduced-cvss", &[])],
            vec![waiver],
        )
    };
    for matching in [
        waiver("V"),
        waiver("CVE-2021-44228"),
        Waiver {
            package: Some("lodash".to_owned()),
            version: Some("2.0.0".to_owned()),
            ..waiver("V")
        },
    ] {
        let verdict = waived(matching);
        assert_eq!(verdict.decision, Decision::Pass);
        assert_eq!(
            verdict.waived,
            [Waived {
                finding: 0,
                waiver: "w1".to_owned(),
                rule: "introduced-cvss".to_owned(),
            }]
        );
    }
    for other in [
        waiver("v"),
        waiver("CVE-2021-4422"),
        Waiver {
            package: Some("lodash-es".to_owned()),
            ..waiver("V")
        },
        Waiver {
            version: Some("2.0.1".to_owned()),
            ..waiver("V")
        },
    ] {
        assert_eq!(waived(other).decision, Decision::Block);
    }
}

#[test]
fn a_waiver_of_one_finding_leaves_the_others() {
    let verdict = verdict(
        evidence([critical(), introduced("W", 98)]),
        defaults(),
        vec![waiver("V")],
    );
    assert_eq!(verdict.decision, Decision::Block);
    assert_eq!(verdict.fired[0].findings, [1]);
}

#[test]
fn an_unknown_rule_is_at_least_inconclusive() {
    let verdict = verdict(evidence([]), vec![setting("max-critcal", &[])], Vec::new());
    assert_eq!(verdict.decision, Decision::Inconclusive);
    assert_eq!(
        verdict.errors,
        [RuleError {
            rule: "max-critcal".to_owned(),
            message:
                "there is no such rule; expected `introduced-cvss`, `introduced-unknown-cvss`, \
                 `introduced-cvss-warn`, `disclosed-since`, `introduced-license`, `introduced-container`, \
                 `introduced-infrastructure` or `unknown-attribution`"
                    .to_owned(),
        }]
    );
}

#[test]
fn a_wrong_parameter_is_reported_and_its_default_still_blocks() {
    for (parameter, message) in [
        (
            ("threshold", ParameterValue::Tenths(101)),
            "parameter `threshold` is wrong; expected a score from 0.0 to 10.0",
        ),
        (
            ("threshold", ParameterValue::Integer(9)),
            "parameter `threshold` is wrong; expected a score from 0.0 to 10.0",
        ),
        (
            ("treshold", ParameterValue::Tenths(90)),
            "unknown parameter `treshold`; expected `threshold`, `no-fix` or `unknown-fix`",
        ),
    ] {
        let rules = || vec![setting("introduced-cvss", std::slice::from_ref(&parameter))];
        let clean = verdict(evidence([]), rules(), Vec::new());
        assert_eq!(clean.decision, Decision::Inconclusive);
        assert_eq!(clean.errors[0].message, message);
        let blocked = verdict(evidence([critical()]), rules(), Vec::new());
        assert_eq!(blocked.decision, Decision::Block);
    }
    let word = setting("unknown-attribution", &[("action", text("ignore"))]);
    assert_eq!(
        verdict(evidence([]), vec![word], Vec::new()).errors[0].message,
        "parameter `action` is wrong; expected `inconclusive`, `block` or `warn`"
    );
}

#[test]
fn what_is_listed_twice_is_reported() {
    let ninety = ("threshold", ParameterValue::Tenths(95));
    let twice = verdict(
        evidence([]),
        vec![setting("introduced-cvss", &[ninety.clone(), ninety])],
        Vec::new(),
    );
    assert_eq!(
        twice.errors[0].message,
        "parameter `threshold` is given more than once"
    );
    let rules = vec![setting("introduced-cvss", &[]); 2];
    assert_eq!(
        verdict(evidence([]), rules, Vec::new()).errors[0].message,
        "the rule is listed more than once; list it once"
    );
}

#[test]
fn a_rule_that_is_not_listed_does_not_fire() {
    let verdict = verdict(
        evidence([critical()]),
        vec![setting("disclosed-since", &[])],
        Vec::new(),
    );
    assert_eq!(verdict.decision, Decision::Pass);
}

#[test]
fn an_assessment_of_other_evidence_is_refused() {
    let refused = |assessment, evidence| {
        gate(&GateRequest {
            assessment,
            evidence,
            rules: defaults(),
            waivers: Vec::new(),
            as_of: 0,
        })
        .unwrap_err()
    };
    let assessment = score(&request(evidence([critical()]))).unwrap();
    assert_eq!(
        refused(assessment.clone(), evidence([])),
        GateError::InvalidRequest(
            "the assessment has 1 findings and the evidence 0; score this evidence first"
                .to_owned()
        )
    );
    let mut forged = assessment;
    forged.findings[0].cvss = Some(101);
    assert_eq!(
        refused(forged, evidence([critical()])),
        GateError::InvalidRequest(
            "finding 0 is assessed with a CVSS of 101 tenths; at most 100".to_owned()
        )
    );
}

mod properties;

use proptest::prelude::*;

use super::*;
use crate::gate::gate;
use crate::model::common::{
    ExploitMaturity, FindingClass, ParameterValue, SettingEntry, Severity, Tenths,
};
use crate::model::evidence::Debt;
use crate::model::verdict::{Decision, GateRequest, RuleSetting};
use crate::rules::rules;
use crate::testing::{dependency, evidence, fact, introduced, request};

#[track_caller]
fn assess(evidence: Evidence) -> Assessment {
    score(&request(evidence)).unwrap()
}

fn sum(assessment: &Assessment) -> Tenths {
    assessment
        .contributions
        .iter()
        .map(|part| part.points)
        .sum()
}

/// Terms that change something, by name.
fn named<'a>(assessment: &'a Assessment, terms: &[u32]) -> Vec<(&'a str, u32)> {
    let names = assessment.terms.iter().map(String::as_str);
    names
        .zip(terms.iter().copied())
        .filter(|(_, value)| *value != 1000)
        .collect()
}

fn codes(assessment: &Assessment) -> Vec<(&str, Option<u32>)> {
    assessment
        .unknowns
        .iter()
        .map(|unknown| (unknown.code.as_str(), unknown.finding))
        .collect()
}

#[test]
fn nothing_known_scores_zero_in_one_factor() {
    let assessment = assess(evidence([]));
    assert_eq!(assessment.score, 0);
    assert_eq!(
        assessment.factors,
        [Factor {
            factor: "Security vulnerabilities".to_owned(),
            score: 0,
            weight: 1000,
        }]
    );
    assert_eq!(assessment.contributions, []);
    assert_eq!(assessment.unknowns, []);
}

#[test]
fn only_introduced_findings_contribute() {
    let findings = [
        fact("disclosed"),
        FindingFact {
            base: crate::model::evidence::Presence::Present,
            ..introduced("carried", 98)
        },
        FindingFact {
            base: crate::model::evidence::Presence::Unknown,
            ..introduced("unknown", 98)
        },
    ];
    assert_eq!(assess(evidence(findings)).score, 0);
}

#[test]
fn a_vulnerability_in_a_major_bump_scores_higher() {
    let at = |before| {
        let mut evidence = evidence([introduced("V", 75)]);
        evidence.dependencies = Some(vec![dependency("lodash", Some(before), Some("2.0.0"))]);
        assess(evidence)
    };
    let (major, patch) = (at("1.0.0"), at("2.0.1"));
    assert!(major.score > patch.score);
    let terms = &major.contributions[0].terms;
    assert_eq!(named(&major, terms), [("base", 818), ("bump", 1500)]);
}

#[test]
fn one_vulnerability_on_many_paths_counts_once() {
    let once = assess(evidence([introduced("V", 75)]));
    let often = assess(evidence(vec![introduced("V", 75); 10]));
    assert_eq!(often.score, once.score);
    assert_eq!(often.contributions, once.contributions);
}

#[test]
fn contributions_come_largest_first_with_their_arithmetic() {
    let mut evidence = evidence([
        introduced("A", 40),
        FindingFact {
            exploit: ExploitMaturity::Attacked,
            ..introduced("B", 90)
        },
    ]);
    evidence.debt.push(Debt {
        severity: Severity::High,
        count: 40,
    });
    let assessment = assess(evidence);
    let subjects: Vec<&ContributionSubject> = assessment
        .contributions
        .iter()
        .map(|part| &part.subject)
        .collect();
    assert_eq!(
        subjects,
        [
            &ContributionSubject::Finding(1),
            &ContributionSubject::Debt,
            &ContributionSubject::Finding(0),
        ]
    );
    assert_eq!(sum(&assessment), assessment.score);
    let largest = &assessment.contributions[0];
    assert_eq!(
        named(&assessment, &largest.terms),
        [("base", 1400), ("exploit", 1600)]
    );
    assert_eq!(largest.hazard, 2240);
}

#[test]
fn what_is_not_known_is_said() {
    let assessment = assess(evidence([
        FindingFact {
            severity: Some(Severity::High),
            ..fact("assumed")
        },
        fact("unrated"),
        FindingFact {
            class: FindingClass::License,
            ..fact("licence")
        },
    ]));
    assert_eq!(
        codes(&assessment),
        [("cvss-assumed", Some(0)), ("cvss-unknown", Some(1))]
    );
    assert!(assessment.findings[0].assumed);
}

#[test]
fn unknown_dependencies_and_gaps_are_said() {
    let mut evidence = evidence([FindingFact {
        cvss_selected: Some(98),
        ..fact("V")
    }]);
    evidence.dependencies = None;
    evidence.coverage[0].state = CoverageState::Awaited;
    assert_eq!(
        codes(&assess(evidence)),
        [
            ("dependencies-unknown", None),
            ("coverage-incomplete", None),
            ("attribution-unknown", Some(0)),
        ]
    );
}

#[test]
fn a_version_without_a_number_leaves_the_bump_unknown() {
    let mut evidence = evidence([introduced("V", 75)]);
    evidence.dependencies = Some(vec![dependency("lodash", Some("main"), Some("next"))]);
    let assessment = assess(evidence);
    assert_eq!(assessment.findings[0].bump, Bump::Unknown);
    assert_eq!(codes(&assessment), [("bump-unknown", Some(0))]);
}

#[test]
fn the_highest_rating_counts_where_the_setting_says_so() {
    let mut request = request(evidence([FindingFact {
        cvss_selected: Some(75),
        cvss_highest: Some(98),
        ..introduced("V", 75)
    }]));
    assert_eq!(score(&request).unwrap().findings[0].cvss, Some(75));
    request.settings.push(SettingEntry {
        key: "cvss-source".to_owned(),
        value: ParameterValue::Text("highest".to_owned()),
    });
    assert_eq!(score(&request).unwrap().findings[0].cvss, Some(98));
    request.settings[0].key = "cvss".to_owned();
    assert_eq!(
        score(&request),
        Err(ScoreError::InvalidSetting((
            "cvss".to_owned(),
            "unknown setting; the only one is `cvss-source`".to_owned()
        )))
    );
}

#[test]
fn broken_evidence_has_no_score() {
    assert_eq!(
        score(&request(evidence([introduced("V", 101)]))),
        Err(ScoreError::InvalidEvidence(
            "finding 0 has a CVSS of 101 tenths; at most 100".to_owned()
        ))
    );
}

#[test]
fn a_hundred_thousand_findings_add_up_to_the_tenth() {
    let many = (0..100_000).map(|n| introduced(&n.to_string(), 60));
    let assessment = assess(evidence(many));
    assert_eq!(sum(&assessment), assessment.score);
    assert!(assessment.score <= 490);
}

fn decide(evidence: Evidence) -> Decision {
    let rules = rules()
        .into_iter()
        .map(|rule| RuleSetting {
            code: rule.code,
            parameters: Vec::new(),
        })
        .collect();
    gate(&GateRequest {
        assessment: assess(evidence.clone()),
        evidence,
        rules,
        waivers: Vec::new(),
        as_of: 0,
    })
    .unwrap()
    .decision
}

fn findings(tenths: std::ops::RangeInclusive<Tenths>) -> impl Strategy<Value = Vec<FindingFact>> {
    prop::collection::vec((0..30_u32, tenths, any::<bool>()), 0..20).prop_map(|list| {
        list.into_iter()
            .map(|(id, tenths, attacked)| FindingFact {
                exploit: if attacked {
                    ExploitMaturity::Attacked
                } else {
                    ExploitMaturity::NoneKnown
                },
                ..introduced(&id.to_string(), tenths)
            })
            .collect()
    })
}

fn with_debt(findings: Vec<FindingFact>, count: u32) -> Evidence {
    let mut evidence = evidence(findings);
    evidence.debt.push(Debt {
        severity: Severity::Critical,
        count,
    });
    evidence
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn contributions_add_up_to_the_score(findings in findings(0..=100), debt in any::<u32>()) {
        let assessment = assess(with_debt(findings, debt));
        prop_assert!(assessment.score <= 1000);
        prop_assert_eq!(sum(&assessment), assessment.score);
    }

    #[test]
    fn nothing_below_9_ever_blocks(findings in findings(0..=89), debt in any::<u32>()) {
        prop_assert!(decide(with_debt(findings, debt)) < Decision::Block);
    }

    #[test]
    fn one_introduced_from_9_scores_75_and_blocks(
        mut findings in findings(0..=100),
        tenths in 90..=100_u16,
        debt in any::<u32>(),
    ) {
        findings.push(introduced("worst", tenths));
        let evidence = with_debt(findings, debt);
        prop_assert!(assess(evidence.clone()).score >= 750);
        prop_assert_eq!(decide(evidence), Decision::Block);
    }

    #[test]
    fn only_below_7_and_debt_score_49_at_most(findings in findings(0..=69), debt in any::<u32>()) {
        prop_assert!(assess(with_debt(findings, debt)).score <= 490);
    }

    #[test]
    fn the_order_of_findings_changes_neither_score_nor_points(findings in findings(0..=100)) {
        let mut turned = findings.clone();
        turned.reverse();
        let (a, b) = (assess(evidence(findings)), assess(evidence(turned)));
        let points = |assessment: &Assessment| -> Vec<Tenths> {
            assessment.contributions.iter().map(|part| part.points).collect()
        };
        prop_assert_eq!(a.score, b.score);
        prop_assert_eq!(points(&a), points(&b));
    }
}

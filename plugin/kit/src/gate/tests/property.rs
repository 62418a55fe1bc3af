//! An error or an unknown never makes a verdict milder than it says it is.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::model::common::{FixState, ParameterKind};
use crate::model::evidence::FixCandidate;
use crate::model::manifest::Rule;

const CLASSES: [FindingClass; 6] = [
    FindingClass::PackageVulnerability,
    FindingClass::License,
    FindingClass::Container,
    FindingClass::Infrastructure,
    FindingClass::Code,
    FindingClass::Other,
];

const FIXES: [FixState; 4] = [
    FixState::Unknown,
    FixState::Available,
    FixState::Partial,
    FixState::None,
];

const STATES: [CoverageState; 6] = [
    CoverageState::Partial,
    CoverageState::Stale,
    CoverageState::Refused,
    CoverageState::Unsupported,
    CoverageState::Awaited,
    CoverageState::NotAsked,
];

fn one_of<T: Clone + std::fmt::Debug + 'static>(list: &[T]) -> impl Strategy<Value = T> + use<T> {
    prop::sample::select(list.to_vec())
}

prop_compose! {
    fn facts()(
        id in one_of(&["V", "W", "X"]),
        class in one_of(&CLASSES),
        severity in prop::option::of(one_of(&[Severity::Info, Severity::Low, Severity::High, Severity::Critical])),
        tenths in prop::option::of(0..=100_u16),
        head in one_of(&[Presence::Present, Presence::Present, Presence::Absent, Presence::Unknown]),
        base in one_of(&[Presence::Absent, Presence::Absent, Presence::Present, Presence::Unknown]),
        dependency in prop::option::of(Just(0_u32)),
        seen_before: bool,
        fix in one_of(&FIXES),
    ) -> FindingFact {
        FindingFact {
            class, severity, head, base, dependency, seen_before, fix,
            cvss_selected: tenths,
            cvss_highest: tenths,
            ..fact(id)
        }
    }
}

prop_compose! {
    fn known()(
        facts in prop::collection::vec(facts(), 0..4),
        licenses in prop::collection::vec((0..4_u32, one_of(&["MIT", "MIT OR AGPL-3.0"])), 0..3),
        candidates in prop::collection::vec(0..4_u32, 0..2),
        incomplete in prop::option::weighted(0.2, (0..4_usize, one_of(&STATES))),
    ) -> Evidence {
        let mut evidence = evidence(facts);
        let findings = u32::try_from(evidence.findings.len()).unwrap();
        evidence.licenses = licenses.into_iter().filter(|row| row.0 < findings).map(|(finding, text)| {
            FindingTexts { finding, values: vec![text.to_owned()] }
        }).collect();
        evidence.fix_candidates = candidates.into_iter().filter(|finding| *finding < findings).map(|finding| {
            FixCandidate { finding, version: "9.9.9".to_owned(), worst: None }
        }).collect();
        if let Some((row, state)) = incomplete {
            evidence.coverage[row].state = state;
        }
        evidence
    }
}

/// Every rule, with any thresholds and words but those that let off what is unknown.
fn settings() -> impl Strategy<Value = Vec<RuleSetting>> {
    rules().into_iter().map(any_setting).collect::<Vec<_>>()
}

fn any_setting(rule: Rule) -> BoxedStrategy<RuleSetting> {
    let lets_off = ["unknown-fix", "assumed", "unrated"];
    let code = rule.code;
    let is_open = |name: &str| {
        !lets_off.contains(&name) && (name, &*code) != ("action", "unknown-attribution")
    };
    let parameters = rule.parameters.into_iter().filter(|one| is_open(&one.name));
    let given: Vec<_> = parameters
        .map(|one| {
            let value = match one.kind {
                ParameterKind::Choice(words) => {
                    one_of(&words).prop_map(ParameterValue::Text).boxed()
                }
                ParameterKind::Texts => prop::collection::vec(Just("AGPL-3.0".to_owned()), 0..2)
                    .prop_map(ParameterValue::Texts)
                    .boxed(),
                _ => (0..=100_u16).prop_map(ParameterValue::Tenths).boxed(),
            };
            let name = one.name;
            prop::option::of(value.prop_map(move |value| SettingEntry {
                key: name.clone(),
                value,
            }))
        })
        .collect();
    given
        .prop_map(move |given| RuleSetting {
            code: code.clone(),
            parameters: given.into_iter().flatten().collect(),
        })
        .boxed()
}

fn decided(evidence: &Evidence, rules: &[RuleSetting]) -> Decision {
    verdict(evidence.clone(), rules.to_vec(), Vec::new()).decision
}

/// Rules with the findings that they judged, waived or not.
fn judged(verdict: &Verdict) -> BTreeSet<(String, u32)> {
    let fired = verdict.fired.iter();
    let fired = fired.flat_map(|one| one.findings.iter().map(|&index| (one.rule.clone(), index)));
    let waived = verdict.waived.iter();
    fired
        .chain(waived.map(|one| (one.rule.clone(), one.finding)))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn a_rule_that_errors_only_makes_it_stricter(
        evidence in known(),
        settings in settings(),
        rule in 0..8_usize,
        count in 1..9_usize,
    ) {
        let active = &settings[..count];
        let before = decided(&evidence, active);
        let stricter = before.max(Decision::Inconclusive);

        let mut more = active.to_vec();
        more.push(setting("max-critcal", &[]));
        prop_assert_eq!(decided(&evidence, &more), stricter);

        let mut more = active.to_vec();
        let broken = &mut more[rule % count].parameters;
        broken.push(SettingEntry { key: "treshold".to_owned(), value: ParameterValue::Tenths(0) });
        prop_assert_eq!(decided(&evidence, &more), stricter);

        let mut more = active.to_vec();
        more.push(more[rule % count].clone());
        prop_assert_eq!(decided(&evidence, &more), stricter);
    }

    #[test]
    fn a_value_that_cannot_be_read_is_the_default_and_at_least_inconclusive(
        evidence in known(),
        settings in settings(),
    ) {
        for (at, rule) in settings.iter().enumerate() {
            for (number, entry) in rule.parameters.iter().enumerate() {
                let mut without = settings.clone();
                without[at].parameters.remove(number);
                let mut wrong = settings.clone();
                wrong[at].parameters[number].value = ParameterValue::Flag(true);
                let expected = decided(&evidence, &without).max(Decision::Inconclusive);
                prop_assert_eq!(decided(&evidence, &wrong), expected, "{} {}", &rule.code, &entry.key);
            }
        }
    }

    #[test]
    fn coverage_that_is_lost_only_makes_it_stricter(
        evidence in known(),
        settings in settings(),
        row in 0..4_usize,
        state in one_of(&STATES),
    ) {
        let stricter = decided(&evidence, &settings).max(Decision::Inconclusive);
        let mut less = evidence.clone();
        less.coverage[row].state = state;
        prop_assert_eq!(decided(&less, &settings), stricter);
        let mut less = evidence;
        less.coverage.remove(row);
        prop_assert_eq!(decided(&less, &settings), stricter);
    }

    #[test]
    fn what_becomes_unknown_about_origin_never_passes_or_warns_where_it_did_not(
        evidence in known(),
        settings in settings(),
        finding in 0..4_usize,
    ) {
        let least = decided(&evidence, &settings).min(Decision::Inconclusive);

        let mut less = evidence.clone();
        less.dependencies = None;
        less.findings.iter_mut().for_each(|fact| fact.dependency = None);
        prop_assert!(decided(&less, &settings) >= Decision::Inconclusive);

        for lose in [
            |fact: &mut FindingFact| fact.base = Presence::Unknown,
            |fact: &mut FindingFact| fact.head = Presence::Unknown,
        ] {
            let mut less = evidence.clone();
            less.findings.get_mut(finding).map(lose);
            prop_assert!(decided(&less, &settings) >= least);
        }

        let mut less = evidence;
        less.licenses.clear();
        prop_assert!(decided(&less, &settings) >= least);
    }

    #[test]
    fn what_loses_its_rating_still_warns(
        evidence in known(),
        settings in settings(),
        finding in 0..4_usize,
    ) {
        let least = decided(&evidence, &settings).min(Decision::Warn);
        let mut less = evidence;
        if let Some(fact) = less.findings.get_mut(finding) {
            (fact.cvss_selected, fact.cvss_highest, fact.severity) = (None, None, None);
        }
        prop_assert!(decided(&less, &settings) >= least);
    }

    #[test]
    fn an_unknown_fix_is_never_taken_for_none(evidence in known(), settings in settings()) {
        let before = decided(&evidence, &settings);
        let mut less = evidence;
        less.fix_candidates.clear();
        less.findings.iter_mut().for_each(|fact| fact.fix = FixState::Unknown);
        prop_assert!(decided(&less, &settings) >= before);
    }

    #[test]
    fn a_waiver_lifts_findings_alone_and_hides_none(
        evidence in known(),
        settings in settings(),
        ids in prop::collection::vec(one_of(&["V", "W", "X", "Y"]), 0..3),
    ) {
        let before = verdict(evidence.clone(), settings.clone(), Vec::new());
        let after = verdict(evidence, settings, ids.into_iter().map(waiver).collect());
        prop_assert!(after.decision <= before.decision);
        if !before.missing.is_empty() {
            prop_assert!(after.decision >= Decision::Inconclusive);
        }
        prop_assert_eq!(judged(&after), judged(&before));
        prop_assert_eq!((after.missing, after.unasked), (before.missing, before.unasked));
    }
}

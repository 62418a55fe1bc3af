//! Properties of whole changes: several packages that move or stay, findings of every class, wherever they are seen.

use std::collections::BTreeSet;

use super::*;
use crate::model::common::{DependencyChange, FixState, Reachability};
use crate::model::evidence::Presence;
use crate::model::verdict::{Verdict, Waiver};

const CLASSES: [FindingClass; 6] = [
    FindingClass::PackageVulnerability,
    FindingClass::Container,
    FindingClass::License,
    FindingClass::Infrastructure,
    FindingClass::Code,
    FindingClass::Other,
];
const EXPLOITS: [ExploitMaturity; 4] = [
    ExploitMaturity::Unknown,
    ExploitMaturity::NoneKnown,
    ExploitMaturity::ProofOfConcept,
    ExploitMaturity::Attacked,
];
const FIXES: [FixState; 3] = [FixState::Unknown, FixState::Available, FixState::None];
const PRESENCES: [Presence; 3] = [Presence::Absent, Presence::Present, Presence::Unknown];
const SEVERITIES: [Option<Severity>; 4] = [
    None,
    Some(Severity::Low),
    Some(Severity::High),
    Some(Severity::Critical),
];
const MOVES: [(Option<&str>, &str); 6] = [
    (Some("1.9.9"), "2.0.0"),
    (Some("1.9.9"), "1.10.0"),
    (Some("0.9.9"), "0.10.0"),
    (Some("2.0.0"), "1.0.0"),
    (None, "1.0.0"),
    (Some("main"), "next"),
];

/// Packages `p0` to `p5`, each moved in a way of its own.
fn moves() -> Vec<DependencyChange> {
    (0..)
        .zip(MOVES)
        .map(|(index, (before, after))| DependencyChange {
            direct: [None, Some(true), Some(false)][index % 3],
            ..dependency(&format!("p{index}"), before, Some(after))
        })
        .collect()
}

/// Any finding, in a package that moves or in one that does not.
fn any_finding() -> impl Strategy<Value = FindingFact> {
    let what = (
        0..30_u32,
        0..7_usize,
        0..6_usize,
        prop::option::of(0..=100_u16),
    );
    let seen = (0..4_usize, 0..3_usize);
    let factors = (0..4_usize, 0..3_usize, 0..4_usize);
    (what, seen, factors).prop_map(
        |((id, package, class, tenths), (head, base), (exploit, fix, severity))| FindingFact {
            package: format!("p{package}"),
            version: MOVES
                .get(package)
                .map_or("1.0.0", |(_, after)| *after)
                .to_owned(),
            dependency: (package < MOVES.len()).then(|| u32::try_from(package).unwrap()),
            class: CLASSES[class],
            severity: SEVERITIES[severity],
            cvss_selected: tenths,
            cvss_highest: tenths,
            head: if head == 0 {
                Presence::Absent
            } else {
                Presence::Present
            },
            base: PRESENCES[base],
            exploit: EXPLOITS[exploit],
            fix: FIXES[fix],
            reachability: Reachability::Unknown,
            ..fact(&format!("V{id}"))
        },
    )
}

fn any_change() -> impl Strategy<Value = Evidence> {
    let findings = prop::collection::vec(any_finding(), 0..24);
    (findings, 0..50_u32).prop_map(|(findings, debt)| {
        let mut evidence = with_debt(findings, debt);
        evidence.dependencies = Some(moves());
        evidence
    })
}

fn verdict(evidence: &Evidence, waivers: Vec<Waiver>) -> Verdict {
    let rules = rules().into_iter().map(|rule| RuleSetting {
        code: rule.code,
        parameters: Vec::new(),
    });
    gate(&GateRequest {
        assessment: assess(evidence.clone()),
        evidence: evidence.clone(),
        rules: rules.collect(),
        waivers,
        as_of: 0,
    })
    .unwrap()
}

/// Rule and finding of everything that fired or was waived.
fn hits(verdict: &Verdict) -> BTreeSet<(&str, u32)> {
    let fired = verdict.fired.iter().flat_map(|fired| {
        let findings = fired.findings.iter();
        findings.map(|finding| (fired.rule.as_str(), *finding))
    });
    let waived = verdict
        .waived
        .iter()
        .map(|waived| (waived.rule.as_str(), waived.finding));
    fired.chain(waived).collect()
}

#[test]
fn a_major_bump_scores_higher_than_a_minor_one_at_every_cvss() {
    for tenths in 1..=100 {
        let at = |before| {
            let mut evidence = evidence([introduced("V", tenths)]);
            evidence.dependencies = Some(vec![dependency("lodash", Some(before), Some("2.1.0"))]);
            assess(evidence).score
        };
        assert!(at("1.9.9") > at("2.0.9"), "{tenths}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn points_of_every_class_add_up_to_the_tenth(evidence in any_change()) {
        let assessment = assess(evidence);
        prop_assert_eq!(sum(&assessment), assessment.score);
        prop_assert!(assessment.score <= 1000);
        prop_assert!(assessment.contributions.is_sorted_by(|a, b| a.points >= b.points));
    }

    #[test]
    fn a_second_path_to_anything_changes_nothing(evidence in any_change(), which in any::<prop::sample::Index>()) {
        prop_assume!(!evidence.findings.is_empty());
        let once = assess(evidence.clone());
        let mut twice = evidence;
        twice.findings.push(which.get(&twice.findings).clone());
        let again = assess(twice.clone());
        prop_assert_eq!(again.score, once.score);
        prop_assert_eq!(again.contributions, once.contributions);
        twice.findings.pop();
        let decided = |evidence: &Evidence| verdict(evidence, Vec::new()).decision;
        prop_assert_eq!(decided(&twice), {
            twice.findings.push(which.get(&twice.findings).clone());
            decided(&twice)
        });
    }

    #[test]
    fn what_a_change_keeps_or_removes_adds_nothing(
        evidence in any_change(),
        extra in any_finding(),
        kept in any::<bool>(),
    ) {
        let before = assess(evidence.clone());
        let mut fixing = evidence;
        fixing.findings.push(FindingFact {
            vulnerability: "gone or kept".to_owned(),
            head: if kept { Presence::Present } else { Presence::Absent },
            base: Presence::Present,
            ..extra
        });
        let after = assess(fixing);
        prop_assert_eq!(after.score, before.score);
        prop_assert_eq!(after.contributions, before.contributions);
    }

    #[test]
    fn a_change_that_only_fixes_scores_as_no_change_does(mut evidence in any_change()) {
        for fact in &mut evidence.findings {
            (fact.head, fact.base) = (Presence::Absent, Presence::Present);
        }
        let debt = evidence.debt.first().map_or(0, |debt| debt.count);
        let nothing = Evidence { dependencies: Some(Vec::new()), ..with_debt(Vec::new(), debt) };
        prop_assert_eq!(assess(evidence).score, assess(nothing).score);
    }

    #[test]
    fn a_higher_rating_or_a_worse_exploit_never_scores_lower(
        mut evidence in any_change(),
        which in any::<prop::sample::Index>(),
    ) {
        prop_assume!(!evidence.findings.is_empty());
        let before = assess(evidence.clone()).score;
        let index = which.index(evidence.findings.len());
        evidence.findings[index].exploit = ExploitMaturity::Attacked;
        let exploited = assess(evidence.clone()).score;
        prop_assert!(exploited >= before);
        let fact = &mut evidence.findings[index];
        let worse = fact.cvss_selected.map(|tenths| (tenths + 1).min(100));
        (fact.cvss_selected, fact.cvss_highest) = (worse, worse);
        prop_assert!(assess(evidence).score >= exploited);
    }

    #[test]
    fn a_waiver_lifts_the_gate_and_never_the_score(evidence in any_change(), id in 0..30_u32) {
        let vulnerability = format!("V{id}");
        let waiver = Waiver {
            id: "w".to_owned(),
            vulnerability: vulnerability.clone(),
            package: None,
            version: None,
        };
        let without = verdict(&evidence, Vec::new());
        let with = verdict(&evidence, vec![waiver.clone()]);
        prop_assert!(with.decision <= without.decision);
        prop_assert_eq!(hits(&with), hits(&without));
        let about = |finding: u32| &evidence.findings[usize::try_from(finding).unwrap()].vulnerability;
        prop_assert!(with.waived.iter().all(|waived| *about(waived.finding) == vulnerability));
        let mut fired = with.fired.iter().flat_map(|fired| &fired.findings);
        prop_assert!(fired.all(|finding| *about(*finding) != vulnerability));
        // It is no part of what is scored: the assessment is made, and stays, as if there were none.
        let all = (0..30).map(|id| Waiver { vulnerability: format!("V{id}"), ..waiver.clone() });
        let lifted = verdict(&evidence, all.collect());
        prop_assert!(lifted.fired.is_empty());
    }
}

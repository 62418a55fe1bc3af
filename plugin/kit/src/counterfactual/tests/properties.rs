//! What is offered, against the change really altered so.

use proptest::prelude::*;

use super::*;
use crate::model::common::{ExploitMaturity, FindingClass, FixState, Reachability};

/// Versions before and after of three packages, and versions to move to instead.
const ROWS: [(&str, &str); 3] = [("1.0.0", "2.0.0"), ("2.1.0", "2.2.0"), ("2.2.1", "2.2.2")];
const BEYOND: [&str; 4] = ["2.2.3", "2.3.0", "3.0.0", "1.9.0"];

fn any_evidence() -> impl Strategy<Value = Evidence> {
    let finding = (0..20_u32, 0..3_u32, 0..=100_u16, any::<bool>());
    let candidate = (
        any::<prop::sample::Index>(),
        0..4_usize,
        prop::option::of(0..=100_u16),
    );
    let findings = prop::collection::vec(finding, 1..12);
    (findings, prop::collection::vec(candidate, 0..16)).prop_map(|(findings, candidates)| {
        let findings: Vec<FindingFact> = findings
            .into_iter()
            .map(|(id, row, tenths, attacked)| FindingFact {
                package: format!("p{row}"),
                version: ROWS[row as usize].1.to_owned(),
                dependency: Some(row),
                exploit: if attacked {
                    ExploitMaturity::Attacked
                } else {
                    ExploitMaturity::NoneKnown
                },
                ..introduced(&format!("V{id}"), tenths)
            })
            .collect();
        let candidates = candidates
            .into_iter()
            .map(|(finding, version, worst)| {
                let finding = u32::try_from(finding.index(findings.len())).unwrap();
                super::candidate(finding, BEYOND[version], worst)
            })
            .collect();
        let mut evidence = with(&findings, candidates);
        let rows = (0..).zip(ROWS).map(|(index, (before, after))| {
            dependency(&format!("p{index}"), Some(before), Some(after))
        });
        evidence.dependencies = Some(rows.collect());
        evidence
    })
}

/// Worst of what anybody found in a version of a dependency, as far as anybody looked.
fn worst(evidence: &Evidence, one: &Counterfactual) -> Tenths {
    let same_row = |candidate: &&FixCandidate| {
        evidence.findings[candidate.finding as usize].dependency == Some(one.dependency)
    };
    let candidates = evidence.fix_candidates.iter().filter(same_row);
    let of_version = candidates.filter(|candidate| candidate.version == one.version);
    of_version
        .filter_map(|candidate| candidate.worst)
        .max()
        .unwrap_or(0)
}

/// The change with the dependency at that version: what it removes is gone, and what that version brings is there.
fn altered(evidence: &Evidence, one: &Counterfactual) -> Evidence {
    let mut altered = evidence.clone();
    altered.fix_candidates.clear();
    let mut index = 0..;
    altered
        .findings
        .retain(|_| !one.removes.contains(&index.next().unwrap()));
    for fact in &mut altered.findings {
        if fact.dependency == Some(one.dependency) {
            fact.version.clone_from(&one.version);
        }
    }
    let rows = altered.dependencies.as_mut().unwrap();
    let row = &mut rows[one.dependency as usize];
    row.after = Some(one.version.clone());
    let worst = worst(evidence, one);
    if worst > 0 {
        altered.findings.push(FindingFact {
            package: row.name.clone(),
            version: one.version.clone(),
            dependency: Some(one.dependency),
            class: FindingClass::PackageVulnerability,
            exploit: ExploitMaturity::Unknown,
            fix: FixState::Unknown,
            reachability: Reachability::Unknown,
            ..introduced("its own", worst)
        });
    }
    altered
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn its_score_is_that_of_the_change_really_altered_so(evidence in any_evidence()) {
        for one in found(evidence.clone()) {
            let really = score(&request(altered(&evidence, &one))).unwrap().score;
            prop_assert_eq!(one.score, really, "{:?}", one);
        }
    }

    #[test]
    fn what_is_vulnerable_from_7_or_worse_than_what_it_removes_is_never_offered(evidence in any_evidence()) {
        let before = score(&request(evidence.clone())).unwrap().score;
        for one in found(evidence.clone()) {
            let rating = |index: &u32| evidence.findings[*index as usize].cvss_selected;
            let removed = one.removes.iter().filter_map(rating).max().unwrap();
            let worst = worst(&evidence, &one);
            prop_assert!(worst < 70 && worst <= removed, "{:?} brings {}", one, worst);
            prop_assert!(one.score <= before);
            prop_assert!(one.version != "1.9.0", "that is a step back");
        }
    }

    #[test]
    fn what_comes_first_is_best(evidence in any_evidence()) {
        let found = found(evidence);
        prop_assert!(found.is_sorted_by_key(|one| (one.score, !one.verified)));
    }
}

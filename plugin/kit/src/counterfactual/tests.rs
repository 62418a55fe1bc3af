mod properties;

use crate::model::assessment::Counterfactual;
use crate::model::common::{DependencyChange, Tenths};
use crate::model::evidence::{Evidence, FindingFact, FixCandidate};
use crate::score::score;
use crate::testing::{dependency, evidence, fact, introduced, request};

fn candidate(finding: u32, version: &str, worst: Option<Tenths>) -> FixCandidate {
    FixCandidate {
        finding,
        version: version.to_owned(),
        worst,
    }
}

fn with(findings: &[FindingFact], candidates: Vec<FixCandidate>) -> Evidence {
    let mut evidence = evidence(findings.iter().cloned());
    evidence.fix_candidates = candidates;
    evidence
}

#[track_caller]
fn found(evidence: Evidence) -> Vec<Counterfactual> {
    score(&request(evidence)).unwrap().counterfactuals
}

fn versions(found: &[Counterfactual]) -> Vec<&str> {
    found.iter().map(|one| one.version.as_str()).collect()
}

#[test]
fn a_clean_fix_of_the_only_finding_scores_zero() {
    assert_eq!(
        found(with(
            &[introduced("V", 98)],
            vec![candidate(0, "2.0.1", Some(0))]
        )),
        [Counterfactual {
            dependency: 0,
            version: "2.0.1".to_owned(),
            score: 0,
            removes: vec![0],
            verified: true,
        }]
    );
}

#[test]
fn a_vulnerable_version_is_never_offered() {
    for (removed, worst) in [(98, 70), (98, 98), (50, 51)] {
        let candidates = vec![candidate(0, "2.0.1", Some(worst))];
        assert_eq!(
            found(with(&[introduced("V", removed)], candidates)),
            [],
            "{removed} {worst}"
        );
    }
}

#[test]
fn one_bad_word_about_a_version_is_enough() {
    let findings = [introduced("V", 98), introduced("W", 98)];
    let candidates = vec![
        candidate(0, "2.0.1", Some(0)),
        candidate(1, "2.0.1", Some(75)),
    ];
    assert_eq!(found(with(&findings, candidates)), []);
}

#[test]
fn a_version_nobody_looked_at_is_offered_unverified_and_last() {
    let found = found(with(
        &[introduced("V", 98)],
        vec![candidate(0, "2.0.1", None), candidate(0, "2.0.2", Some(0))],
    ));
    assert_eq!(versions(&found), ["2.0.2", "2.0.1"]);
    assert!(!found[1].verified);
}

#[test]
fn the_candidate_s_own_lesser_vulnerability_counts() {
    let found = found(with(
        &[introduced("V", 98)],
        vec![
            candidate(0, "2.0.1", Some(55)),
            candidate(0, "2.0.2", Some(0)),
        ],
    ));
    assert_eq!(versions(&found), ["2.0.2", "2.0.1"]);
    assert!(found[1].score > 0);
}

#[test]
fn the_upgrade_that_removes_more_comes_first() {
    let found = found(with(
        &[introduced("V", 98), introduced("W", 75)],
        vec![
            candidate(0, "2.0.1", Some(0)),
            candidate(0, "2.0.2", Some(0)),
            candidate(1, "2.0.2", Some(0)),
        ],
    ));
    assert_eq!(versions(&found), ["2.0.2", "2.0.1"]);
    assert_eq!(found[0].removes, [0, 1]);
    assert!(found[1].score > 0);
}

#[test]
fn every_path_to_a_removed_finding_goes_with_it() {
    let twice = [introduced("V", 98), introduced("V", 98)];
    let found = found(with(&twice, vec![candidate(0, "2.0.1", Some(0))]));
    assert_eq!(found[0].removes, [0, 1]);
    assert_eq!(found[0].score, 0);
}

#[test]
fn only_introduced_findings_of_a_touched_dependency_have_a_way_out() {
    let mut removed = with(&[introduced("V", 98)], vec![candidate(0, "2.0.1", Some(0))]);
    removed.dependencies = Some(vec![dependency("lodash", Some("2.0.0"), None)]);
    assert_eq!(found(removed), []);
    assert_eq!(
        found(with(&[fact("V")], vec![candidate(0, "2.0.1", Some(0))])),
        []
    );
}

#[test]
fn the_version_it_moves_to_already_is_no_way_out() {
    let candidates = vec![candidate(0, "1.9.10", Some(0))];
    assert_eq!(found(with(&[introduced("V", 98)], candidates)), []);
}

#[test]
fn many_candidates_are_cut_to_the_most_promising() {
    let findings: Vec<FindingFact> = (0..40)
        .map(|n| introduced(&n.to_string(), 50 + n))
        .collect();
    let candidates = (0..40)
        .map(|n| candidate(n, &format!("3.0.{n}"), Some(0)))
        .collect();
    let found = found(with(&findings, candidates));
    assert_eq!(found.len(), 16);
    assert_eq!(found[0].removes, [39]);
}

#[test]
fn going_back_is_no_upgrade_and_the_smallest_step_forward_comes_first() {
    let versions_offered = ["0.9.0", "3.0.0", "2.1.0", "2.0.1"];
    let candidates = versions_offered
        .iter()
        .map(|version| candidate(0, version, Some(0)))
        .collect();
    let found = found(with(&[introduced("V", 98)], candidates));
    assert_eq!(versions(&found), ["2.0.1", "2.1.0", "3.0.0"]);
}

#[test]
fn a_version_that_a_go_module_s_path_cannot_hold_is_no_way_out() {
    let candidates = ["v2.0.1", "v3.0.0"].map(|version| candidate(0, version, Some(0)));
    let mut golang = with(&[introduced("V", 98)], candidates.to_vec());
    golang.dependencies = Some(vec![DependencyChange {
        ecosystem: "golang".to_owned(),
        ..dependency("example.com/x/v2", None, Some("v2.0.0"))
    }]);
    assert_eq!(versions(&found(golang)), ["v2.0.1"]);
}

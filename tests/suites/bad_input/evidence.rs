//! Evidence that breaks the contract, or contradicts itself without breaking it.

use koalr_platform::decision::Decision;
use koalr_platform::model::common::{CoverageState, Measurement};
use koalr_platform::model::evidence::{Evidence, FindingFact, FixCandidate, Presence};
use koalr_runtime::contract::gate::Error;
use koalr_runtime::{Egress, Limits};
use koalr_tests::facts;
use koalr_tests::sandbox::Sandbox;

use super::{coverage, evidence, introduced, judged};

/// The decision about evidence after a change to it.
#[track_caller]
fn decided(tenths: u16, change: impl FnOnce(&mut Evidence)) -> Decision {
    let mut evidence = evidence(tenths);
    change(&mut evidence);
    judged(evidence).unwrap().settled.outcome.decision
}

#[track_caller]
fn refused(change: impl FnOnce(&mut Evidence), sentence: &str) {
    let mut evidence = evidence(98);
    change(&mut evidence);
    let error = judged(evidence).expect_err("it must be refused");
    let expected = format!("`score` refused the change: {sentence}");
    assert_eq!(error.to_string(), expected);
}

fn measurement(value: f64) -> Measurement {
    Measurement {
        subject: "repository:acme/shop".to_owned(),
        metric: "coverage".to_owned(),
        value,
        unit: "percent".to_owned(),
        at: 0,
    }
}

#[test]
fn the_evidence_of_these_tests_blocks_warns_and_passes_as_it_should() {
    for (tenths, decision) in [
        (98, Decision::Block),
        (75, Decision::Warn),
        (50, Decision::Pass),
    ] {
        assert_eq!(decided(tenths, |_| {}), decision);
    }
}

#[test]
fn a_measurement_that_is_no_number_is_refused() {
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        refused(
            |evidence| evidence.measurements.push(measurement(value)),
            "measurement 0 has no finite value; leave it out instead",
        );
    }
}

#[test]
fn a_score_above_ten_is_refused() {
    refused(
        |evidence| evidence.findings[0].cvss_selected = Some(101),
        "finding 0 has a CVSS of 101 tenths; at most 100",
    );
    refused(
        |evidence| evidence.findings[0].cvss_highest = Some(u16::MAX),
        "finding 0 has a CVSS of 65535 tenths; at most 100",
    );
}

#[test]
fn an_index_that_leads_nowhere_is_refused() {
    refused(
        |evidence| evidence.findings[0].dependency = Some(1),
        "finding 0 refers to dependency 1, and there are 1",
    );
    refused(
        |evidence| evidence.dependencies = None,
        "finding 0 refers to dependency 0, and there are 0",
    );
    refused(
        |evidence| {
            evidence.fix_candidates.push(FixCandidate {
                finding: u32::MAX,
                version: "2.0.0".to_owned(),
                worst: None,
            });
        },
        "fix candidate 0 refers to finding 4294967295, and there are 1",
    );
}

#[test]
fn an_assessment_of_other_evidence_is_refused() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let answer = runtime.block_on(async {
        let sandbox = Sandbox::new(Limits::default()).await;
        let mut request = facts::wire(&sandbox.plugin, 3).await;
        request.assessment = facts::wire(&sandbox.plugin, 2).await.assessment;
        let mut session = sandbox.plugin.open_session(Egress::closed()).await.unwrap();
        session.gate(&request).await.unwrap()
    });
    let Err(Error::InvalidRequest(sentence)) = answer else {
        panic!("{answer:?}");
    };
    assert_eq!(
        sentence,
        "the assessment has 2 findings and the evidence 3; score this evidence first"
    );
}

#[test]
fn a_finding_that_is_given_again_and_again_counts_once() {
    let once = judged(evidence(98)).unwrap();
    let mut often = evidence(98);
    often.findings = vec![introduced("left-pad", 98); 50];
    let often = judged(often).unwrap();
    assert_eq!(often.assessment.score, once.assessment.score);
    assert_eq!(often.settled.outcome.decision, Decision::Block);
}

#[test]
fn of_duplicates_with_different_scores_the_worst_decides() {
    let decision = decided(50, |evidence| {
        evidence.findings.push(introduced("left-pad", 98));
    });
    assert_eq!(decision, Decision::Block);
}

#[test]
fn a_finding_that_is_nowhere_changes_no_decision() {
    let nowhere = FindingFact {
        vulnerability: "SNYK-JS-NOWHERE-1".to_owned(),
        head: Presence::Absent,
        ..introduced("left-pad", 100)
    };
    for (tenths, decision) in [(98, Decision::Block), (50, Decision::Pass)] {
        let given = decided(tenths, |evidence| evidence.findings.push(nowhere.clone()));
        assert_eq!(given, decision);
    }
}

#[test]
fn a_selected_score_above_the_highest_still_counts() {
    let decision = decided(98, |evidence| evidence.findings[0].cvss_highest = Some(10));
    assert_eq!(decision, Decision::Block);
}

#[test]
fn a_row_that_calls_an_absent_list_complete_is_not_believed() {
    let decision = decided(50, |evidence| {
        evidence.dependencies = None;
        evidence.findings.clear();
    });
    assert_eq!(decision, Decision::Inconclusive);
}

#[test]
fn of_two_rows_about_one_route_the_worse_counts_in_any_order() {
    let partial = coverage("packages", CoverageState::Partial);
    for (place, tenths, expected) in [
        (0, 50, Decision::Inconclusive),
        (3, 50, Decision::Inconclusive),
        (0, 98, Decision::Block),
        (3, 98, Decision::Block),
    ] {
        let decision = decided(tenths, |evidence| {
            evidence.coverage.insert(place, partial.clone());
        });
        assert_eq!(decision, expected);
    }
}

#[test]
fn evidence_without_any_coverage_lets_nothing_pass() {
    for tenths in [50, 75] {
        let decision = decided(tenths, |evidence| evidence.coverage.clear());
        assert_eq!(decision, Decision::Inconclusive);
    }
}

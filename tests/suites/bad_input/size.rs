//! Changes of a size that nobody meant: judged within the sandbox's default limits.

use std::time::Instant;

use koalr_host::report::{ChangeReport, gate_text};
use koalr_platform::decision::Decision;
use koalr_platform::model::evidence::{Evidence, FindingFact};
use koalr_runtime::{Egress, Limits};
use koalr_tests::facts;
use koalr_tests::sandbox::Sandbox;

use super::{dependency, evidence, introduced, judged};

/// Judges it, writes both reports, and says how long that took.
fn judge_and_report(what: &str, evidence: Evidence) -> ChangeReport {
    let start = Instant::now();
    let report = judged(evidence).unwrap();
    let judged = start.elapsed();
    let text = gate_text(&report, true);
    let json = serde_json::to_string(&report).unwrap();
    println!(
        "{what}: judged in {judged:.1?}, with reports {:.1?}; text {} KB, JSON {} MB",
        start.elapsed(),
        text.len() >> 10,
        json.len() >> 20
    );
    report
}

#[test]
fn a_hundred_thousand_findings_in_one_package_are_judged() {
    let mut many = evidence(98);
    many.findings = (0..MANY).map(|index| finding("left-pad", index)).collect();
    let report = judge_and_report("100,000 findings in one package", many);
    assert_eq!(report.assessment.findings.len(), MANY);
    assert_eq!(report.settled.outcome.decision, Decision::Block);
    let fired = report.verdict.fired.first().unwrap();
    assert_eq!(fired.findings.len(), MANY / 101 * 11);
}

#[test]
fn score_and_gate_of_a_hundred_thousand_findings_stay_within_the_sandbox_s_limits() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let sandbox = Sandbox::new(Limits::default()).await;
        let start = Instant::now();
        let request = facts::wire(&sandbox.plugin, 100_000).await;
        let scored = start.elapsed();
        let mut session = sandbox.plugin.open_session(Egress::closed()).await.unwrap();
        let start = Instant::now();
        session.gate(&request).await.unwrap().unwrap();
        println!(
            "100,000 findings in the sandbox: score {scored:.1?}, gate {:.1?}",
            start.elapsed()
        );
    });
}

#[test]
fn a_hundred_thousand_new_dependencies_with_a_finding_each_are_judged() {
    let mut many = evidence(98);
    let name = |index| format!("package-{index}");
    many.dependencies = Some((0..MANY).map(|index| dependency(&name(index))).collect());
    many.findings = (0..MANY)
        .map(|index| FindingFact {
            dependency: Some(u32::try_from(index).unwrap()),
            ..finding(&name(index), index)
        })
        .collect();
    let report = judge_and_report("100,000 dependencies with a finding each", many);
    assert_eq!(report.settled.outcome.decision, Decision::Block);
}

#[test]
fn a_hundred_thousand_dependencies_without_a_finding_pass() {
    let mut many = evidence(98);
    many.findings.clear();
    let names = (0..MANY).map(|index| format!("package-{index}"));
    many.dependencies = Some(names.map(|name| dependency(&name)).collect());
    let report = judge_and_report("100,000 dependencies", many);
    assert_eq!(report.settled.outcome.decision, Decision::Pass);
}

#[test]
fn the_same_finding_a_hundred_thousand_times_is_judged() {
    let mut many = evidence(98);
    many.findings = vec![introduced("left-pad", 98); MANY];
    let report = judge_and_report("100,000 times one finding", many);
    assert_eq!(report.settled.outcome.decision, Decision::Block);
}

/// Of every score from 0.0 to 10.0 in turn.
fn finding(package: &str, index: usize) -> FindingFact {
    FindingFact {
        vulnerability: format!("SNYK-JS-SAMPLE-{index}"),
        ..introduced(package, u16::try_from(index % 101).unwrap())
    }
}

const MANY: usize = 100_000;

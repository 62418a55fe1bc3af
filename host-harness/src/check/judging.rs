//! What every score and every gate keeps to, whatever its model and its rules.

use koalr_platform::conformance::{Terms, check_assessment, check_verdict};
use koalr_platform::model::common::CoverageState;
use koalr_platform::model::evidence::Evidence;
use koalr_platform::model::verdict::{Decision, GateRequest, Verdict, Waiver};

use super::Came;
use super::purity::SOURCE;
use super::sample::{Sample, active, score_request, vulnerability};
use super::subject::{Subject, gate as gate_in, score as score_in};

/// Runs a check of a component that judges.
macro_rules! judged {
    ($check:ident, $subject:ident) => {{
        if !$subject.judges() {
            return Came::not_run(SOURCE);
        }
        Came::Tried($check($subject).await.err().into_iter().collect())
    }};
}

pub(super) async fn empty(subject: &Subject) -> Came {
    judged!(of_nothing, subject)
}

async fn of_nothing(subject: &Subject) -> Result<(), String> {
    let sample = Sample::of(subject);
    whole(subject, &sample, sample.evidence(0)).await?;
    // It is not even known what the change touches.
    let blind = Evidence {
        dependencies: None,
        ..sample.evidence(0)
    };
    whole(subject, &sample, blind).await.map(drop)
}

pub(super) async fn many(subject: &Subject) -> Came {
    judged!(of_many, subject)
}

async fn of_many(subject: &Subject) -> Result<(), String> {
    let sample = Sample::of(subject);
    whole(subject, &sample, sample.evidence(1000))
        .await
        .map(drop)
}

pub(super) async fn unknown(subject: &Subject) -> Came {
    if !subject.judges() {
        return Came::not_run(SOURCE);
    }
    let sample = Sample::of(subject);
    if sample.routes().is_empty() {
        return Came::not_run("none of its rules depends on coverage");
    }
    Came::Tried(grounds(subject, &sample).await.err().into_iter().collect())
}

async fn grounds(subject: &Subject, sample: &Sample) -> Result<(), String> {
    for state in [
        CoverageState::Partial,
        CoverageState::Stale,
        CoverageState::Refused,
        CoverageState::Awaited,
        CoverageState::NotAsked,
    ] {
        for row in 0..sample.routes().len() {
            let mut evidence = sample.evidence(0);
            if let Some(row) = evidence.coverage.get_mut(row) {
                row.state = state;
            }
            whole(subject, sample, evidence).await?;
        }
    }
    for row in 0..sample.routes().len() {
        let mut evidence = sample.evidence(0);
        evidence.coverage.remove(row);
        whole(subject, sample, evidence).await?;
    }
    Ok(())
}

pub(super) async fn rule_off(subject: &Subject) -> Came {
    judged!(without_rules, subject)
}

async fn without_rules(subject: &Subject) -> Result<(), String> {
    let sample = Sample::of(subject);
    let all = sample.gate_request(subject, 3).await?;
    let none = GateRequest {
        rules: Vec::new(),
        ..all.clone()
    };
    let verdict = decided(subject, &none).await?;
    if verdict.decision != Decision::Pass {
        return Err("gate: does not pass although no rule is active".to_owned());
    }
    for rule in &subject.manifest.rules {
        let alone = GateRequest {
            rules: vec![active(&rule.code)],
            ..all.clone()
        };
        decided(subject, &alone).await?;
    }
    Ok(())
}

pub(super) async fn waiver(subject: &Subject) -> Came {
    if !subject.judges() {
        return Came::not_run(SOURCE);
    }
    match waived(subject).await {
        Ok(true) => Came::Tried(Vec::new()),
        Ok(false) => Came::not_run("no rule fires on a finding of the sample"),
        Err(why) => Came::Tried(vec![why]),
    }
}

async fn waived(subject: &Subject) -> Result<bool, String> {
    let sample = Sample::of(subject);
    let plain = sample.gate_request(subject, 3).await?;
    let before = decided(subject, &plain).await?;
    let fires = |verdict: &Verdict, finding| {
        let mut fired = verdict.fired.iter();
        fired.any(|one| one.findings.contains(&finding))
    };
    let waive = |vulnerability: String| GateRequest {
        waivers: vec![Waiver {
            id: "waiver-1".to_owned(),
            vulnerability,
            package: None,
            version: None,
        }],
        ..plain.clone()
    };
    let unused = decided(subject, &waive("SAMPLE-NONE".to_owned())).await?;
    if unused != before {
        return Err("gate: a waiver that matches no finding changed the verdict".to_owned());
    }
    if !fires(&before, 1) {
        return Ok(false);
    }
    let after = decided(subject, &waive(vulnerability(1))).await?;
    if fires(&after, 1) {
        return Err("gate: a rule fires on a finding that is waived".to_owned());
    }
    let mut told = after.waived.iter();
    if !told.any(|one| one.finding == 1 && one.waiver == "waiver-1") {
        return Err("gate: a finding that is waived is not told as waived".to_owned());
    }
    if fires(&before, 2) && !fires(&after, 2) {
        return Err("gate: a waiver lets a finding pass that it does not name".to_owned());
    }
    Ok(true)
}

pub(super) async fn invalid(subject: &Subject) -> Came {
    judged!(of_nonsense, subject)
}

async fn of_nonsense(subject: &Subject) -> Result<(), String> {
    let sample = Sample::of(subject);
    let mut wild = sample.evidence(3);
    for fact in &mut wild.findings {
        fact.dependency = Some(u32::MAX);
        fact.cvss_selected = Some(u16::MAX);
    }
    for candidate in &mut wild.fix_candidates {
        candidate.finding = u32::MAX;
    }
    // Refused or judged: either is an answer.
    let request = score_request(wild.clone());
    score_in(&mut subject.closed().await?, &request).await?.ok();
    let mut gated = sample.gate_request(subject, 3).await?;
    gated.evidence = wild;
    gate_in(&mut subject.closed().await?, &gated).await?.ok();
    // An assessment of something else.
    let mut other = sample.gate_request(subject, 3).await?;
    other.evidence = sample.evidence(2);
    gate_in(&mut subject.closed().await?, &other).await?.ok();
    Ok(())
}

/// Scores and gates, and checks both against the contract.
async fn whole(subject: &Subject, sample: &Sample, evidence: Evidence) -> Result<Verdict, String> {
    let request = sample.gate_of(subject, evidence).await?;
    let checked = check_assessment(&request.evidence, &request.assessment);
    checked.map_err(|breaches| breaches.to_string())?;
    decided(subject, &request).await
}

/// Gates, and checks the verdict against the contract.
async fn decided(subject: &Subject, request: &GateRequest) -> Result<Verdict, String> {
    let answer = gate_in(&mut subject.closed().await?, request).await?;
    let verdict = answer.map_err(|error| format!("gate: refused the request: {error:?}"))?;
    let terms = Terms {
        declared: &subject.manifest.rules,
        active: &request.rules,
        waivers: &request.waivers,
    };
    let checked = check_verdict(&request.evidence, terms, &verdict);
    checked.map_err(|breaches| breaches.to_string())?;
    Ok(verdict)
}

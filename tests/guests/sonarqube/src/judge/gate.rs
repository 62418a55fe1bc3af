//! Fifth verb: whether a change may pass.

use super::rules::{self, Active, Code};
use super::{failed_metric, new_coverage};
use crate::contract::gate::{Decision, Error, Fired, Request, RuleError, Verdict, Waived, Waiver};
use crate::contract::score::{Attribution, Evidence};
use crate::contract::types::CoverageState;

/// Decides. A rule that cannot be read only ever makes the verdict stricter.
///
/// # Errors
///
/// The assessment was not made of this evidence.
pub fn gate(request: &Request) -> Result<Verdict, Error> {
    let (evidence, assessed) = (&request.evidence, &request.assessment.findings);
    if assessed.len() != evidence.findings.len() {
        return Err(Error::InvalidRequest(format!(
            "the assessment has {} findings and the evidence {}; score this evidence first",
            assessed.len(),
            evidence.findings.len()
        )));
    }
    let mut verdict = Verdict {
        decision: Decision::Pass,
        fired: Vec::new(),
        waived: Vec::new(),
        missing: Vec::new(),
        unasked: Vec::new(),
        errors: Vec::new(),
        extra: Vec::new(),
    };
    for setting in &request.rules {
        let mut complain = |message: String| {
            let rule = setting.code.clone();
            verdict.errors.push(RuleError { rule, message });
        };
        match rules::read(setting) {
            Some((rule, problems)) => {
                problems.into_iter().for_each(complain);
                on_findings(&rule, request, &mut verdict);
                on_measurements(&rule, evidence, &mut verdict);
                on_coverage(&rule, evidence, &mut verdict);
            }
            None => complain("there is no such rule; see the manifest".to_owned()),
        }
    }
    verdict.missing.sort_unstable();
    // Stable: rules of equal strictness stay in the order of the policy.
    verdict
        .fired
        .sort_by_key(|fired| std::cmp::Reverse(fired.decision));
    let uncertain =
        !(verdict.missing.is_empty() && verdict.unasked.is_empty() && verdict.errors.is_empty());
    let floor = if uncertain {
        Decision::Inconclusive
    } else {
        Decision::Pass
    };
    let fired = verdict.fired.iter().map(|fired| fired.decision);
    verdict.decision = fired.fold(floor, std::cmp::max);
    Ok(verdict)
}

fn on_findings(rule: &Active, request: &Request, verdict: &mut Verdict) {
    let evidence = &request.evidence;
    let mut certain = Vec::new();
    let mut uncertain = Vec::new();
    let findings = evidence.findings.iter().zip(&request.assessment.findings);
    for (index, (fact, assessed)) in (0_u32..).zip(findings) {
        let concerned = match rule.code {
            Code::QualityGate => failed_metric(fact).is_some(),
            Code::IntroducedSeverity => {
                let counts = fact.severity.is_none_or(|own| own >= rule.severity);
                failed_metric(fact).is_none() && counts && !fact.ignored
            }
            Code::CoverageBelow => false,
        };
        let hits = match assessed.attribution {
            Attribution::Introduced => &mut certain,
            Attribution::Unknown => &mut uncertain,
            _ => continue,
        };
        if !concerned {
            continue;
        }
        match request
            .waivers
            .iter()
            .find(|one| fits(one, index, evidence))
        {
            Some(waiver) => verdict.waived.push(Waived {
                finding: index,
                waiver: waiver.id.clone(),
                rule: rule.code.word().to_owned(),
            }),
            None => hits.push(index),
        }
    }
    let said = match rule.code {
        Code::QualityGate => "the change fails its quality gate",
        _ => "the change brings new issues of this severity",
    };
    let unclear = "it cannot be told whether the change brings these issues";
    for (decision, findings, message) in [
        (rule.action, certain, said),
        (rule.action.min(Decision::Inconclusive), uncertain, unclear),
    ] {
        if !findings.is_empty() {
            verdict.fired.push(Fired {
                rule: rule.code.word().to_owned(),
                decision,
                findings,
                measurements: Vec::new(),
                message: message.to_owned(),
            });
        }
    }
}

fn on_measurements(rule: &Active, evidence: &Evidence, verdict: &mut Verdict) {
    if rule.code != Code::CoverageBelow {
        return;
    }
    let threshold = f64::from(rule.threshold) / 10.0;
    let below = new_coverage(evidence).filter(|(_, one)| one.value < threshold);
    let measurements: Vec<u32> = below.map(|(index, _)| index).collect();
    if !measurements.is_empty() {
        verdict.fired.push(Fired {
            rule: rule.code.word().to_owned(),
            decision: rule.action,
            findings: Vec::new(),
            measurements,
            message: "tests run too little of the new code".to_owned(),
        });
    }
}

/// A rule cannot pass on what nobody knows.
fn on_coverage(rule: &Active, evidence: &Evidence, verdict: &mut Verdict) {
    let route = rule.code.route();
    let rows = (0_u32..).zip(&evidence.coverage);
    let rows: Vec<_> = rows.filter(|(_, row)| row.route == route).collect();
    if rows.is_empty() {
        verdict.unasked.push(route.to_owned());
    }
    let gaps = rows.iter();
    let gaps = gaps.filter(|(_, row)| row.state != CoverageState::Complete);
    verdict.missing.extend(gaps.map(|(index, _)| *index));
}

/// Whether a waiver is for a finding. Whether it is valid was the host's to say.
fn fits(waiver: &Waiver, index: u32, evidence: &Evidence) -> bool {
    let Some(fact) = usize::try_from(index)
        .ok()
        .and_then(|index| evidence.findings.get(index))
    else {
        return false;
    };
    let mut aliases = evidence.aliases.iter().filter(|row| row.finding == index);
    let is_named = fact.vulnerability == waiver.vulnerability
        || aliases.any(|row| row.values.contains(&waiver.vulnerability));
    let is = |wanted: &Option<String>, actual: &str| {
        wanted.as_deref().is_none_or(|wanted| wanted == actual)
    };
    is_named && is(&waiver.package, &fact.package) && is(&waiver.version, &fact.version)
}

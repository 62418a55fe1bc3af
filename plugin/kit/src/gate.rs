//! The verb `gate`: whether a change may pass, by the rules alone.
//!
//! An error only ever makes the verdict stricter: a rule that cannot be read is evaluated with its defaults, and makes the
//! verdict at least inconclusive.

mod case;
mod fired;

use crate::cvss::MAX_TENTHS;
use crate::evidence;
use crate::model::assessment::{Assessment, Attribution};
use crate::model::common::CoverageState;
use crate::model::evidence::{Evidence, FindingFact, Presence};
use crate::model::verdict::{
    Decision, GateError, GateRequest, RuleError, RuleSetting, Verdict, Waived,
};
use crate::rules::{Action, ActiveRule, Because, Case, Code, Judgement, quoted, rules};
use crate::waiver::Waivers;
use case::Cases;
use fired::{Hits, fired};

/// Decides. The same request gives the same verdict.
///
/// # Errors
///
/// Evidence that contradicts the contract, or an assessment that was not made of it.
pub fn gate(request: &GateRequest) -> Result<Verdict, GateError> {
    let evidence = &request.evidence;
    evidence::check(evidence)
        .and_then(|()| check_assessment(&request.assessment, evidence))
        .map_err(GateError::InvalidRequest)?;

    let (active, errors) = read_rules(&request.rules);
    let valid = Waivers::new(&request.waivers, evidence);
    let cases = Cases::of(evidence, &request.assessment);
    let mut found = Vec::new();
    let mut waived = Vec::new();
    for rule in &active {
        let mut hits = Hits::of(rule);
        for (index, case) in cases.all() {
            let judgement = judge(rule, &active, &case);
            let Some(decision) = judgement.action.decision() else {
                continue;
            };
            match valid.of(index) {
                Some(by) => waived.push(Waived {
                    finding: index,
                    waiver: by.id.clone(),
                    rule: rule.declared.code.as_str().to_owned(),
                }),
                None => hits.add(decision, judgement.because, index),
            }
        }
        found.push(hits);
    }
    let fired = fired(found);

    let (missing, unasked) = gaps(&active, evidence);
    let uncertain = !(missing.is_empty() && unasked.is_empty() && errors.is_empty());
    let floor = if uncertain {
        Decision::Inconclusive
    } else {
        Decision::Pass
    };
    Ok(Verdict {
        decision: fired
            .iter()
            .map(|fired| fired.decision)
            .fold(floor, Decision::max),
        fired,
        waived,
        missing,
        unasked,
        errors,
        extra: Vec::new(),
    })
}

fn check_assessment(assessment: &Assessment, evidence: &Evidence) -> Result<(), String> {
    let (judged, given) = (assessment.findings.len(), evidence.findings.len());
    if judged != given {
        return Err(format!(
            "the assessment has {judged} findings and the evidence {given}; score this evidence first"
        ));
    }
    for (index, finding) in assessment.findings.iter().enumerate() {
        if let Some(tenths) = finding.cvss.filter(|tenths| *tenths > MAX_TENTHS) {
            return Err(format!(
                "finding {index} is assessed with a CVSS of {tenths} tenths; at most {MAX_TENTHS}"
            ));
        }
    }
    Ok(())
}

/// Rules to evaluate, and what is wrong with their settings.
fn read_rules(settings: &[RuleSetting]) -> (Vec<ActiveRule>, Vec<RuleError>) {
    let mut active = Vec::new();
    let mut errors = Vec::new();
    for setting in settings {
        let mut complain = |message| {
            errors.push(RuleError {
                rule: setting.code.clone(),
                message,
            });
        };
        let Some(read) = ActiveRule::read(setting) else {
            let known = rules();
            let known = quoted(known.iter().map(|rule| rule.code.as_str()));
            complain(format!("there is no such rule; expected {known}"));
            continue;
        };
        if active
            .iter()
            .any(|known: &ActiveRule| known.declared.code == read.rule.declared.code)
        {
            complain("the rule is listed more than once; list it once".to_owned());
        }
        read.problems.into_iter().for_each(complain);
        active.push(read.rule);
    }
    (active, errors)
}

/// What one rule makes of one finding.
fn judge(rule: &ActiveRule, active: &[ActiveRule], case: &Case<'_>) -> Judgement {
    let asked = |rule: &ActiveRule| {
        let introduced = rule.on_introduced(case).action;
        introduced.max(rule.on_disclosed(case).action)
    };
    let unknown = |action: Action| Because::NoAttribution.follows(action);
    match (case.attributed.attribution, rule.declared.code) {
        (Attribution::Introduced, _) => rule.on_introduced(case),
        (Attribution::DisclosedSince | Attribution::ReOpened, _) => rule.on_disclosed(case),
        (Attribution::Unknown, Code::UnknownAttribution) if may_be_introduced(case.fact) => {
            match active.iter().map(asked).max() {
                Some(Action::Block | Action::Inconclusive) => unknown(rule.action("action")),
                Some(action) => unknown(action),
                None => unknown(Action::Ignore),
            }
        }
        // No dependency list tells whose these are. Where no rule decides on that, they must not pass unseen.
        (Attribution::Unknown, Code::IntroducedContainer | Code::IntroducedInfrastructure)
            if may_be_introduced(case.fact) && !active.iter().any(decides_unknown) =>
        {
            unknown(asked(rule).min(Action::Inconclusive))
        }
        _ => unknown(Action::Ignore),
    }
}

fn decides_unknown(rule: &ActiveRule) -> bool {
    rule.declared.code == Code::UnknownAttribution
}

/// A finding that the head lacks, or that the base has, is nothing the change could bring.
fn may_be_introduced(fact: &FindingFact) -> bool {
    fact.head != Presence::Absent && fact.base != Presence::Present
}

/// Coverage rows that are not complete, and routes without any, among those that active rules depend on.
fn gaps(active: &[ActiveRule], evidence: &Evidence) -> (Vec<u32>, Vec<String>) {
    let needs = |route: &str| {
        let mut rules = active.iter();
        rules.any(|rule| rule.declared.routes.contains(&route))
    };
    let mut missing = Vec::new();
    for (index, row) in (0..).zip(&evidence.coverage) {
        // A row that calls an absent list complete contradicts the evidence, which counts.
        let absent = row.route == DEPENDENCIES && evidence.dependencies.is_none();
        if needs(&row.route) && (absent || row.state != CoverageState::Complete) {
            missing.push(index);
        }
    }
    let mut unasked: Vec<String> = Vec::new();
    for &route in active.iter().flat_map(|rule| rule.declared.routes) {
        let asked = evidence.coverage.iter().any(|row| row.route == route);
        if !asked && !unasked.iter().any(|known| known == route) {
            unasked.push(route.to_owned());
        }
    }
    (missing, unasked)
}

/// Route of the change's dependency list.
const DEPENDENCIES: &str = "dependencies";

#[cfg(test)]
mod tests;

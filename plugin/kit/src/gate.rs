//! The verb `gate`: whether a change may pass, by the rules alone.
//!
//! An error only ever makes the verdict stricter: a rule that cannot be read is evaluated with its defaults, and makes the
//! verdict at least inconclusive.

use crate::cvss::{MAX_TENTHS, decimal};
use crate::evidence;
use crate::model::assessment::{Assessment, Attributed, Attribution};
use crate::model::common::CoverageState;
use crate::model::evidence::{Evidence, FindingFact, Presence};
use crate::model::verdict::{
    Decision, Fired, GateError, GateRequest, RuleError, RuleSetting, Verdict, Waived,
};
use crate::rules::{Action, ActiveRule, Code, quoted, rules};
use crate::waiver::Waivers;

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
    let mut hits = Vec::new();
    let mut waived = Vec::new();
    for (number, rule) in active.iter().enumerate() {
        for (index, (fact, finding)) in
            (0..).zip(evidence.findings.iter().zip(&request.assessment.findings))
        {
            let Some(decision) = judge(rule, &active, fact, finding).decision() else {
                continue;
            };
            match valid.of(index) {
                Some(by) => waived.push(Waived {
                    finding: index,
                    waiver: by.id.clone(),
                    rule: rule.declared.code.as_str().to_owned(),
                }),
                None => hits.push((decision, number, index)),
            }
        }
    }
    let fired = fired(&active, &hits);

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
fn judge(
    rule: &ActiveRule,
    active: &[ActiveRule],
    fact: &FindingFact,
    finding: &Attributed,
) -> Action {
    let as_introduced = |rule: &ActiveRule| rule.on_introduced(fact.class, finding);
    match (rule.declared.code, finding.attribution) {
        (Code::DisclosedSince, Attribution::DisclosedSince | Attribution::ReOpened)
            if finding
                .cvss
                .is_some_and(|tenths| tenths >= rule.score("threshold")) =>
        {
            Action::Warn
        }
        (Code::UnknownAttribution, Attribution::Unknown) if may_be_introduced(fact) => {
            match active.iter().map(as_introduced).max() {
                Some(Action::Block) => rule.action("action"),
                Some(Action::Warn) => Action::Warn,
                _ => Action::Ignore,
            }
        }
        (_, Attribution::Introduced) => as_introduced(rule),
        _ => Action::Ignore,
    }
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

/// A decision, the number of the active rule that makes it, and the finding it is about.
type Hit = (Decision, usize, u32);

/// Strictest first; of equals, in the order of the rules.
fn fired(active: &[ActiveRule], hits: &[Hit]) -> Vec<Fired> {
    let mut fired = Vec::new();
    for decision in [Decision::Block, Decision::Inconclusive, Decision::Warn] {
        for (number, rule) in active.iter().enumerate() {
            let by_rule = hits
                .iter()
                .filter(|hit| (hit.0, hit.1) == (decision, number));
            let findings: Vec<u32> = by_rule.map(|hit| hit.2).collect();
            if !findings.is_empty() {
                fired.push(Fired {
                    rule: rule.declared.code.as_str().to_owned(),
                    decision,
                    message: message(rule, findings.len()),
                    findings,
                    measurements: Vec::new(),
                });
            }
        }
    }
    fired
}

/// One sentence, without names from the evidence.
fn message(rule: &ActiveRule, findings: usize) -> String {
    let (noun, has, is) = if findings == 1 {
        ("vulnerability", "has", "is")
    } else {
        ("vulnerabilities", "have", "are")
    };
    let threshold = || decimal(rule.score("threshold"));
    match rule.declared.code {
        Code::IntroducedCvss => format!(
            "{findings} introduced {noun} {has} a CVSS base score of {} or more",
            threshold()
        ),
        Code::IntroducedCvssWarn => format!(
            "{findings} introduced {noun} {has} a score of {} or more",
            threshold()
        ),
        Code::IntroducedUnknownCvss => {
            format!("{findings} introduced {noun} {has} no CVSS rating")
        }
        Code::DisclosedSince => format!(
            "{findings} {noun} with a score of {} or more {is} new or back in packages this change does not touch",
            threshold()
        ),
        Code::UnknownAttribution => format!(
            "it cannot be told whether this change introduces {findings} {noun} that would count against it"
        ),
    }
}

/// Route of the change's dependency list.
const DEPENDENCIES: &str = "dependencies";

#[cfg(test)]
mod tests;

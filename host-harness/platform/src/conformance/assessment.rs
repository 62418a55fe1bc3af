//! How risky a change is.

use super::SCORE;
use super::breach::Breaches;
use super::check::{Check, MOST_CVSS, MOST_POINTS};
use super::place::Place;
use crate::model::assessment::{Assessment, Contribution, ContributionSubject};
use crate::model::evidence::Evidence;

/// Checks an assessment against the evidence that it was made of.
///
/// # Errors
///
/// All that it breaks of the contract.
pub fn check_assessment(evidence: &Evidence, assessment: &Assessment) -> Result<(), Breaches> {
    let mut check = Check::of(SCORE);
    check.named(&Place::of("model"), &assessment.model);
    check.up_to(&Place::of("score"), assessment.score, MOST_POINTS);
    check_findings(&mut check, evidence, assessment);
    check_factors(&mut check, assessment);
    check_contributions(&mut check, evidence, assessment);
    let terms = Place::of("terms");
    for (index, term) in assessment.terms.iter().enumerate() {
        check.kebab(&terms.item(index), term);
    }
    check_counterfactuals(&mut check, evidence, assessment);
    let unknowns = Place::of("unknowns");
    for (index, unknown) in assessment.unknowns.iter().enumerate() {
        let at = unknowns.item(index);
        check.kebab(&at.field("code"), &unknown.code);
        if let Some(finding) = unknown.finding {
            let findings = evidence.findings.len();
            check.index(&at.field("finding"), finding, findings, FINDINGS);
        }
    }
    check.end()
}

fn check_findings(check: &mut Check, evidence: &Evidence, assessment: &Assessment) {
    let list = Place::of("findings");
    let (judged, given) = (assessment.findings.len(), evidence.findings.len());
    if judged != given {
        check.breach(
            &list,
            format_args!("are {judged}; the evidence has {given}, and each is there in its order"),
        );
    }
    for (index, finding) in assessment.findings.iter().enumerate() {
        let at = list.item(index);
        check.perhaps_up_to(&at.field("cvss"), finding.cvss, MOST_CVSS);
        if finding.assumed && finding.cvss.is_none() {
            check.breach(
                &at.field("assumed"),
                format_args!("is true, and there is no score that could be"),
            );
        }
    }
}

fn check_factors(check: &mut Check, assessment: &Assessment) {
    let list = Place::of("factors");
    if assessment.factors.is_empty() {
        check.breach(&list, format_args!("are empty"));
    }
    for (index, factor) in assessment.factors.iter().enumerate() {
        let at = list.item(index);
        check.up_to(&at.field("score"), factor.score, MOST_POINTS);
        check.up_to(&at.field("weight"), factor.weight, MOST_POINTS);
    }
}

fn check_contributions(check: &mut Check, evidence: &Evidence, assessment: &Assessment) {
    let list = Place::of("contributions");
    let mut sum = 0_u64;
    let mut before = None;
    for (index, part) in assessment.contributions.iter().enumerate() {
        let at = list.item(index);
        check_contribution(check, &at, evidence, assessment, part);
        sum += u64::from(part.points);
        if before.is_some_and(|before| before < part.points) {
            check.breach(
                &at.field("points"),
                format_args!(
                    "are {}, more than those before; the largest come first",
                    part.points
                ),
            );
        }
        before = Some(part.points);
    }
    if sum != u64::from(assessment.score) {
        check.breach(
            &list,
            format_args!("add up to {sum}; the score is {}", assessment.score),
        );
    }
}

fn check_contribution(
    check: &mut Check,
    at: &Place<'_>,
    evidence: &Evidence,
    assessment: &Assessment,
    part: &Contribution,
) {
    let subject = at.field("subject");
    match part.subject {
        ContributionSubject::Finding(index) => {
            check.index(&subject, index, evidence.findings.len(), FINDINGS);
        }
        ContributionSubject::Measurement(index) => {
            let measurements = evidence.measurements.len();
            check.index(&subject, index, measurements, "measurements");
        }
        ContributionSubject::Debt | ContributionSubject::Other(_) => {}
    }
    check.up_to(&at.field("points"), part.points, MOST_POINTS);
    let (own, all) = (part.terms.len(), assessment.terms.len());
    if own != 0 && own != all {
        check.breach(
            &at.field("terms"),
            format_args!("are {own}; the assessment names {all}, and there are as many or none"),
        );
    }
}

fn check_counterfactuals(check: &mut Check, evidence: &Evidence, assessment: &Assessment) {
    let list = Place::of("counterfactuals");
    let dependencies = evidence.dependencies.as_ref().map_or(0, Vec::len);
    let findings = evidence.findings.len();
    for (index, one) in assessment.counterfactuals.iter().enumerate() {
        let at = list.item(index);
        let dependency = at.field("dependency");
        check.index(&dependency, one.dependency, dependencies, "dependencies");
        check.named(&at.field("version"), &one.version);
        check.up_to(&at.field("score"), one.score, MOST_POINTS);
        let removes = at.field("removes");
        if one.removes.is_empty() {
            check.breach(&removes, format_args!("are empty"));
        }
        for (index, finding) in one.removes.iter().enumerate() {
            check.index(&removes.item(index), *finding, findings, FINDINGS);
        }
    }
}

/// What an index counts in.
const FINDINGS: &str = "findings";

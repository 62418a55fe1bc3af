//! The verb `score`: an assessment of a change, from evidence alone.

use crate::apportion::{apportion, to_tenths, to_thousandths};
use crate::attribution::{self, attribute, touching};
use crate::counterfactual::counterfactuals;
use crate::evidence;
use crate::group::Name;
use crate::hazard::{Issue, Relation, TERMS, Total, debt_hazard, total};
use crate::model::assessment::{
    Assessment, Attributed, Attribution, Bump, Contribution, ContributionSubject, Factor,
    ScoreError, UnknownFact,
};
use crate::model::common::CoverageState;
use crate::model::evidence::{Evidence, FindingFact, ScoreRequest};
use crate::rank::ranked;
use crate::rating::{CvssSource, effective, has_cvss};

/// Assesses a change. The same request gives the same assessment, bit for bit.
///
/// # Errors
///
/// Evidence that contradicts the contract; an unknown or wrong setting.
pub fn score(request: &ScoreRequest) -> Result<Assessment, ScoreError> {
    let source =
        CvssSource::from_settings(&request.settings).map_err(ScoreError::InvalidSetting)?;
    let evidence = &request.evidence;
    evidence::check(evidence).map_err(ScoreError::InvalidEvidence)?;

    let findings: Vec<Attributed> = attribute(evidence)
        .into_iter()
        .zip(&evidence.findings)
        .map(|(attributed, fact)| rated(attributed, fact, source))
        .collect();
    let issues = introduced(evidence, &findings);
    let debt = debt_hazard(&evidence.debt);
    let keyed = issues.iter().map(|entry| (entry.key, entry.issue));
    let total = total(keyed.collect(), debt);
    let score = to_tenths(total.score);
    Ok(Assessment {
        model: MODEL.to_owned(),
        score,
        factors: vec![Factor {
            factor: "Security vulnerabilities".to_owned(),
            score,
            weight: 1000,
        }],
        contributions: contributions(&issues, &total, debt),
        terms: TERMS.map(str::to_owned).into(),
        counterfactuals: counterfactuals(evidence, &findings, &issues, score, debt),
        unknowns: unknowns(evidence, &findings),
        findings,
        extra: Vec::new(),
    })
}

/// An introduced finding as the model sees it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Introduced<'a> {
    /// Index of the finding.
    pub(crate) finding: u32,
    /// Vulnerability, package and version; findings with equal keys count once.
    pub(crate) key: Name<'a>,
    /// What it weighs by.
    pub(crate) issue: Issue,
}

fn rated(
    attributed: attribution::Attributed,
    fact: &FindingFact,
    source: CvssSource,
) -> Attributed {
    let effective = effective(fact, source);
    Attributed {
        attribution: attributed.attribution,
        bump: attributed.bump,
        kept_by_upgrade: attributed.kept_by_upgrade,
        cvss: effective.tenths,
        assumed: effective.assumed,
    }
}

fn introduced<'a>(evidence: &'a Evidence, findings: &[Attributed]) -> Vec<Introduced<'a>> {
    let rows = evidence.dependencies.as_deref();
    (0..)
        .zip(evidence.findings.iter().zip(findings))
        .filter(|(_, (_, attributed))| attributed.attribution == Attribution::Introduced)
        .map(|(finding, (fact, attributed))| Introduced {
            finding,
            key: (&fact.vulnerability, &fact.package, &fact.version),
            issue: Issue {
                class: fact.class,
                tenths: attributed.cvss,
                severity: fact.severity,
                bump: attributed.bump,
                exploit: fact.exploit,
                fix: fact.fix,
                reachability: fact.reachability,
                relation: match touching(fact, rows).and_then(|(_, row)| row.direct) {
                    Some(true) => Relation::Direct,
                    Some(false) => Relation::Transitive,
                    None => Relation::Unknown,
                },
            },
        })
        .collect()
}

fn contributions(issues: &[Introduced<'_>], total: &Total, debt: f64) -> Vec<Contribution> {
    // Parts come in the order of keys, which breaks every tie below; the debt comes last.
    let mut points: Vec<f64> = total.parts.iter().map(|part| part.points).collect();
    points.push(total.debt);
    let shares = apportion(to_tenths(total.score), &points);
    let parts = total.parts.iter().filter_map(|part| {
        let finding = issues.get(part.index)?.finding;
        let hazard = part.hazard;
        let subject = ContributionSubject::Finding(finding);
        Some((subject, hazard.value, hazard.terms()))
    });
    let debt = (debt > 0.0).then(|| (ContributionSubject::Debt, debt, Vec::new()));
    let contributions = parts
        .chain(debt)
        .zip(shares)
        .map(|((subject, hazard, terms), points)| Contribution {
            subject,
            points,
            hazard: to_thousandths(hazard),
            terms,
        })
        .collect();
    ranked(contributions, |contribution| f64::from(contribution.points))
}

fn unknowns(evidence: &Evidence, findings: &[Attributed]) -> Vec<UnknownFact> {
    let unknown = |code: &str, finding, message: &str| UnknownFact {
        code: code.to_owned(),
        finding,
        message: message.to_owned(),
    };
    let mut unknowns = Vec::new();
    if evidence.dependencies.is_none() {
        unknowns.push(unknown(
            "dependencies-unknown",
            None,
            "it is not known which dependencies the change touches",
        ));
    }
    if evidence
        .coverage
        .iter()
        .any(|row| row.state != CoverageState::Complete)
    {
        unknowns.push(unknown(
            "coverage-incomplete",
            None,
            "some evidence is incomplete; the coverage rows say which",
        ));
    }
    for (index, (fact, attributed)) in (0..).zip(evidence.findings.iter().zip(findings)) {
        let mut add = |code, message| unknowns.push(unknown(code, Some(index), message));
        if attributed.attribution == Attribution::Unknown {
            add(
                "attribution-unknown",
                "it cannot be told whether the change introduces this finding",
            );
        }
        if attributed.assumed {
            add(
                "cvss-assumed",
                "there is no CVSS rating; its score is assumed from the severity",
            );
        } else if attributed.cvss.is_none() && has_cvss(fact.class) {
            add(
                "cvss-unknown",
                "there is neither a CVSS rating nor a severity; it weighs like a medium one",
            );
        }
        if attributed.bump == Bump::Unknown && fact.dependency.is_some() {
            add(
                "bump-unknown",
                "it cannot be told how far the version moves; no bump is added",
            );
        }
    }
    unknowns
}

/// Version of the model: any change of a number in it, or of what it counts, is a new one.
const MODEL: &str = "hazard-1";

#[cfg(test)]
mod tests;

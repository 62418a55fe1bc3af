//! Fourth verb: how risky a change is.
//!
//! New issues and failed conditions weigh by severity, new code without tests by what is missing. Weights are summed to a
//! hazard `H`, and the score is `100 (1 − e^−H)`.

use koalr_integration_kit::apportion::{apportion, to_tenths, to_thousandths};

use super::{NEW_COVERAGE, failed_metric, new_coverage};
use crate::contract::score::{
    Assessment, Attributed, Attribution, Bump, Contribution, ContributionSubject, Evidence, Factor,
    FindingFact, Presence, UnknownFact,
};
use crate::contract::types::Severity;

/// Assesses a change. It has no settings, and ignores those of other models.
#[must_use]
pub fn score(evidence: &Evidence) -> Assessment {
    let findings: Vec<Attributed> = evidence.findings.iter().map(attributed).collect();
    let issues = (0_u32..).zip(evidence.findings.iter().zip(&findings));
    let introduced = issues.filter(|(_, (_, one))| one.attribution == Attribution::Introduced);
    let mut parts: Vec<(ContributionSubject, f64)> = introduced
        .map(|(index, (fact, _))| (ContributionSubject::Finding(index), weight(fact.severity)))
        .collect();
    // A failed condition about coverage has said it already.
    let mut facts = evidence.findings.iter();
    if !facts.any(|fact| failed_metric(fact) == Some(NEW_COVERAGE)) {
        let uncovered = new_coverage(evidence).map(|(index, one)| {
            let missing = (ENOUGH_COVERAGE - one.value).clamp(0.0, ENOUGH_COVERAGE);
            let hazard = UNCOVERED * missing / ENOUGH_COVERAGE;
            (ContributionSubject::Measurement(index), hazard)
        });
        parts.extend(uncovered.filter(|(_, hazard)| *hazard > 0.0));
    }
    parts.sort_by(|one, other| other.1.total_cmp(&one.1));

    let sum: f64 = parts.iter().map(|(_, hazard)| hazard).sum();
    let points = -100.0 * libm::expm1(-sum);
    let score = to_tenths(points);
    let exact: Vec<f64> = parts
        .iter()
        .map(|(_, hazard)| points * hazard / sum)
        .collect();
    let contributions = parts
        .into_iter()
        .zip(apportion(score, &exact))
        .map(|((subject, hazard), points)| Contribution {
            subject,
            points,
            hazard: to_thousandths(hazard),
            terms: vec![to_thousandths(hazard)],
        })
        .collect();
    Assessment {
        model: "quality-1".to_owned(),
        score,
        unknowns: unknowns(evidence, &findings),
        findings,
        factors: vec![Factor {
            factor: "Code quality".to_owned(),
            score,
            weight: 1000,
        }],
        contributions,
        terms: vec!["weight".to_owned()],
        counterfactuals: Vec::new(),
        extra: Vec::new(),
    }
}

fn attributed(fact: &FindingFact) -> Attributed {
    Attributed {
        attribution: match (fact.head, fact.base) {
            (Presence::Present, Presence::Absent) => Attribution::Introduced,
            (Presence::Present, Presence::Present) => Attribution::Carried,
            (Presence::Absent, _) => Attribution::Removed,
            _ => Attribution::Unknown,
        },
        bump: Bump::Unknown,
        kept_by_upgrade: false,
        cvss: None,
        assumed: false,
    }
}

/// Hazard of one new issue. Choice: policy, not measurement; a blocker alone gives 59 points.
fn weight(severity: Option<Severity>) -> f64 {
    match severity {
        Some(Severity::Info) => 0.01,
        Some(Severity::Low) => 0.03,
        // Unknown is not zero.
        Some(Severity::Medium) | None => 0.1,
        Some(Severity::High) => 0.35,
        Some(Severity::Critical) => 0.9,
    }
}

fn unknowns(evidence: &Evidence, findings: &[Attributed]) -> Vec<UnknownFact> {
    let unknown = |code: &str, finding, message: &str| UnknownFact {
        code: code.to_owned(),
        finding: Some(finding),
        message: message.to_owned(),
    };
    let mut unknowns = Vec::new();
    for (index, (fact, one)) in (0_u32..).zip(evidence.findings.iter().zip(findings)) {
        if fact.severity.is_none() {
            let text = "its severity is unknown; it weighs like a medium one";
            unknowns.push(unknown("severity-unknown", index, text));
        }
        if one.attribution == Attribution::Unknown {
            let text = "it cannot be told whether the change introduces it";
            unknowns.push(unknown("attribution-unknown", index, text));
        }
    }
    unknowns
}

/// Coverage of new code from which on nothing is added, in percent. Choice: what the upstream's own gate asks for.
const ENOUGH_COVERAGE: f64 = 80.0;

/// Hazard of new code without any test. Choice: that of a high issue.
const UNCOVERED: f64 = 0.35;

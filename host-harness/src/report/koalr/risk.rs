//! The score of a change that is only described.

use koalr_platform::decision::Decision;
use koalr_platform::evidence::{DEPENDENCIES, PACKAGES};
use koalr_platform::ledger::Summary;
use koalr_platform::model::assessment::Counterfactual;
use koalr_platform::model::common::CoverageState;
use schemars::JsonSchema;
use serde::Serialize;

use super::listed::Rated;
use super::points;
use crate::report::change::{ChangeReport, Judge};
use crate::report::escape::{name, plain};
use crate::report::factor::KoalrFactor;

/// How risky a change is, and why.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct KoalrScore {
    /// The score, 0 to 100; null if neither what it brings nor `baseScore` is known.
    #[schemars(range(min = 0, max = 100))]
    pub score: Option<f64>,
    /// `Low Risk`, `Medium Risk`, `High Risk` or `Critical Risk`, by the policy's bands; null without a score.
    pub label: Option<&'static str>,
    /// Whether it must not pass. The score is then where the last band begins, or above: 80, unless the policy moves it.
    pub requires_hard_gate: bool,
    /// What the score is made of. Security is only there if it is known what the change brings, or a part of it.
    pub factors: Vec<KoalrFactor>,
    /// What would follow, under the policy's mode: `pass`, `warn`, `inconclusive` or `block`.
    pub decision: Decision,
    /// The decision as sentences.
    pub summary: String,
    /// What is not known, each as a sentence: the score may be too low for it. Empty if all is known.
    pub unknowns: Vec<String>,
    /// Versions that would lower the score, best first. May be empty.
    pub counterfactuals: Vec<KoalrAlternative>,
    /// Version of the model that scored.
    pub model_version: String,
    /// The plugin that judged.
    pub judge: Judge,
}

/// A version that would lower the score.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct KoalrAlternative {
    /// Ecosystem of the dependency, by its purl type.
    pub ecosystem: String,
    /// Its name.
    pub name: String,
    /// The version that it has after the change; null if not known.
    pub instead_of: Option<String>,
    /// The version to move to instead.
    pub version: String,
    /// The security score after that, 0 to 100.
    #[schemars(range(min = 0, max = 100))]
    pub security_score: f64,
    /// False if nobody looked whether that version is vulnerable itself.
    pub verified: bool,
}

impl KoalrScore {
    /// A report in Koalr's form. `unknowns` are what is not known before anything is looked up.
    #[must_use]
    pub fn of(report: &ChangeReport, mut unknowns: Vec<String>) -> Self {
        let ChangeReport {
            evidence,
            assessment,
            verdict,
            settled,
            ..
        } = report;
        let summary = Summary::of(evidence, assessment, verdict, settled);
        let is_known = summary.told || summary.found() > 0;
        let rated = Rated::of(settled, is_known);
        unknowns.extend(missing(report));
        let counterfactuals = assessment.counterfactuals.iter();
        Self {
            score: rated.score,
            label: rated.label,
            requires_hard_gate: rated.requires_hard_gate,
            factors: if is_known {
                report.factors.clone()
            } else {
                Vec::new()
            },
            decision: settled.decision,
            summary: report.summary.clone(),
            unknowns,
            counterfactuals: counterfactuals
                .filter_map(|one| alternative(report, one))
                .collect(),
            model_version: assessment.model.clone(),
            judge: report.judge.clone(),
        }
    }
}

/// What the score and the verdict lack. That no list was given is said by who knows what was.
fn missing(report: &ChangeReport) -> impl Iterator<Item = String> {
    let (evidence, verdict) = (&report.evidence, &report.verdict);
    let rows = (0_u32..).zip(&evidence.coverage);
    let rows = rows.filter(|(index, row)| {
        let is_listed = row.route == DEPENDENCIES && evidence.dependencies.is_some();
        let counts = row.route == PACKAGES || is_listed;
        let is_needed = row.route != DEPENDENCIES && verdict.missing.contains(index);
        row.state != CoverageState::Complete && (counts || is_needed)
    });
    let rows = rows.map(|(_, row)| {
        let detail = plain(&row.detail);
        format!("{} of {}: {detail}", name(&row.route), name(&row.subject))
    });
    let unasked = verdict.unasked.iter();
    let unasked = unasked
        .filter(|route| *route != DEPENDENCIES)
        .map(|route| format!("nothing was asked about {}", name(route)));
    let errors = verdict.errors.iter().map(|error| {
        let message = plain(&error.message);
        format!(
            "rule `{}` could not be evaluated: {message}",
            name(&error.rule)
        )
    });
    // What they say of the whole change is said by the rows.
    let facts = report.assessment.unknowns.iter().filter_map(|one| {
        let finding = evidence.findings.get(usize::try_from(one.finding?).ok()?)?;
        let (vulnerability, package) = (name(&finding.vulnerability), name(&finding.package));
        let message = plain(&one.message);
        Some(format!("{vulnerability} of {package}: {message}"))
    });
    rows.chain(unasked).chain(errors).chain(facts)
}

fn alternative(report: &ChangeReport, one: &Counterfactual) -> Option<KoalrAlternative> {
    let rows = report.evidence.dependencies.as_ref()?;
    let row = rows.get(usize::try_from(one.dependency).ok()?)?;
    Some(KoalrAlternative {
        ecosystem: row.ecosystem.clone(),
        name: row.name.clone(),
        instead_of: row.after.clone(),
        version: one.version.clone(),
        security_score: points(one.score),
        verified: one.verified,
    })
}

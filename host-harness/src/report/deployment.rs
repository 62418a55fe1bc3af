//! Whether a commit may be deployed: as text, and as GitHub is answered.

use std::fmt::Write as _;

use serde::Serialize;

use super::escape::plain;
use super::layout::sentence;
use super::outcome::list;
use crate::jobs::DeploymentReport;

/// What answers a deployment protection rule of GitHub.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProtectionAnswer {
    /// The environment whose rule asks.
    pub environment_name: String,
    /// `approved` or `rejected`; none while it waits: the answer is a comment then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<&'static str>,
    /// Why, for people.
    pub comment: String,
}

impl ProtectionAnswer {
    /// How a deployment is answered.
    #[must_use]
    pub fn of(report: &DeploymentReport) -> Self {
        Self {
            environment_name: report.environment.clone(),
            state: report.answer.state(),
            comment: report.summary.clone(),
        }
    }
}

/// Whether a commit may be deployed, and why.
#[must_use]
pub fn deployment_text(report: &DeploymentReport) -> String {
    let verdict = &report.verdict;
    let mut text = format!("{}\n\n", verdict.decision.word().to_uppercase());
    sentence(&mut text, &long(&report.summary));
    let blocking = verdict.blocking.iter().map(|one| {
        let mut line = plain(&one.change);
        for reason in &one.reasons {
            let _ = write!(line, ": {}", plain(reason));
        }
        line
    });
    list(&mut text, "Must not be deployed", blocking);
    let undecided = verdict.undecided.iter();
    let undecided = undecided.map(|one| format!("{}: {}", plain(&one.change), one.why));
    list(&mut text, "Cannot be told", undecided);
    let warned = verdict.warned.iter().map(|change| {
        let mut overridden = verdict.overridden.iter();
        match overridden.find(|one| one.change == *change) {
            Some(one) => format!("{}: let pass by {}", plain(change), plain(&one.by)),
            None => plain(change),
        }
    });
    list(&mut text, "To look at", warned);
    text
}

/// Sentences that were made safe one by one, and together may be longer than a text from outside may.
fn long(summary: &str) -> String {
    summary
        .split(". ")
        .map(plain)
        .collect::<Vec<_>>()
        .join(". ")
}

//! Whether a commit may be deployed to a service: what follows from the decisions about all changes that it brings.
//!
//! It decides nothing about a change anew. The caller decides each change again first, at the time of the question, so
//! that an override of the merged head holds on, and a waiver that has expired since does not. A decision older than the
//! caller's limit lets nothing pass, but still blocks.
//!
//! The changes are those of the commit's repository that were merged until the commit and since the service's last
//! successful production deployment of a known commit. Where later deployments do not tell a known commit, that is more
//! than needed and never less; [`DeploymentVerdict::unplaced`] names them.

mod span;
mod words;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::complaint::shown;
use crate::decision::{Decision, Settled, bind};
use crate::delivery::{Merge, Service};
use crate::model::common::Timestamp;
use crate::model::record::Deployment;
use crate::policy::Mode;
use span::Span;

/// What is to be deployed, and what is known.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The service.
    pub service: &'a Service,
    /// The commit, or at least its first seven digits.
    pub sha: &'a str,
    /// Merged changes, of any repository, in any order.
    pub merges: &'a [Merge],
    /// Deployments of this service under any of its names, and perhaps of others, in any state and order.
    pub deployments: &'a [Deployment],
    /// The newest decision about each change; one that is not listed was never decided.
    pub decisions: &'a [(String, Option<DecisionSummary>)],
    /// How the answer binds: the policy's present mode.
    pub mode: Mode,
    /// How old a decision may be, in milliseconds, for example [`FRESH_MS`].
    pub max_age_ms: Timestamp,
    /// The time of the question.
    pub as_of: Timestamp,
}

/// What was decided about a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct DecisionSummary {
    /// The head that was judged.
    pub head_sha: String,
    /// What was judged, after waivers and overrides and before the mode.
    pub judged: Decision,
    /// Login of who let it pass in spite of the gate; none if nobody did.
    pub overridden_by: Option<String>,
    /// Sentences of what speaks against it. May be empty. Text from the integration.
    pub reasons: Vec<String>,
    /// The time the decision was made for.
    pub as_of: Timestamp,
}

impl DecisionSummary {
    /// A stored decision in short.
    #[must_use]
    pub fn new(head_sha: &str, settled: &Settled, reasons: Vec<String>, as_of: Timestamp) -> Self {
        Self {
            head_sha: head_sha.to_owned(),
            judged: settled.judged(),
            overridden_by: settled.overridden.as_ref().map(|one| one.actor.clone()),
            reasons,
            as_of,
        }
    }
}

/// Whether a commit may be deployed, and why. Lists of changes are in the order of their merges.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct DeploymentVerdict {
    /// Name of the service.
    pub service: String,
    /// The commit as it was asked for.
    pub sha: String,
    /// What binds, after the mode.
    pub decision: Decision,
    /// What was judged, as if enforced.
    pub judged: Decision,
    /// The mode.
    pub mode: Mode,
    /// Why it is not known what the commit holds; none if it is.
    pub unknown: Option<UnknownCommit>,
    /// Id of the deployment since which changes count; none if no deployment of a known commit is known: all count then.
    pub since: Option<String>,
    /// Ids of later deployments whose commit is not known, oldest first. May be empty.
    pub unplaced: Vec<String>,
    /// Ids of the changes that it brings. May be empty.
    pub changes: Vec<String>,
    /// Those that must not be deployed.
    pub blocking: Vec<Blocking>,
    /// Those about which it cannot be told.
    pub undecided: Vec<Undecided>,
    /// Ids of those that warn, the overridden among them.
    pub warned: Vec<String>,
    /// Those that somebody let pass in spite of the gate.
    pub overridden: Vec<Overridden>,
}

/// A change that must not be deployed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "BlockingChange")]
pub struct Blocking {
    /// Its id.
    pub change: String,
    /// Why, as sentences. May be empty. Text from the integration.
    pub reasons: Vec<String>,
}

/// A change about which it cannot be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "UndecidedChange")]
pub struct Undecided {
    /// Its id.
    pub change: String,
    /// Why.
    pub why: WhyUndecided,
}

/// A change that somebody let pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "OverriddenChange")]
pub struct Overridden {
    /// Its id.
    pub change: String,
    /// Login of who did.
    pub by: String,
}

/// Why it cannot be told about a change.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    Error,
    JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum WhyUndecided {
    /// Nobody ever asked.
    #[error("never decided")]
    Never,
    /// What was merged is not what was decided.
    #[error("decided at another head than the merged one")]
    OtherHead,
    /// The decision is too old.
    #[error("decided too long ago")]
    Stale,
    /// The decision is said to be made later than now.
    #[error("decided in the future")]
    Future,
    /// It waits for evidence.
    #[error("waiting for evidence")]
    Pending,
    /// The decision is that it cannot be told.
    #[error("inconclusive")]
    Inconclusive,
}

/// Why it is not known what a commit holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Error, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum UnknownCommit {
    /// No merge made it: the commit.
    #[error(
        "no known change was merged as commit `{}`; import the merged changes of the service's repositories, or deploy the commit of a merge",
        shown(.0)
    )]
    NotMerged(String),
    /// Several merges' commits begin so: the beginning.
    #[error("several commits begin with `{}`; write the whole commit", shown(.0))]
    Several(String),
}

/// How a deployment that waits for protection rules is answered. GitHub calls the first two the state of its answer;
/// without a state an answer is a comment, and the deployment goes on waiting.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "DeploymentAnswer")]
pub enum Answer {
    /// It may go on.
    Approved,
    /// It must not.
    Rejected,
    /// Not yet told.
    Waiting,
}

impl Answer {
    /// GitHub's word for the state; none while it waits.
    #[must_use]
    pub fn state(self) -> Option<&'static str> {
        match self {
            Self::Approved => Some("approved"),
            Self::Rejected => Some("rejected"),
            Self::Waiting => None,
        }
    }
}

/// Decides whether a commit may be deployed, in falling strictness:
///
/// - a change whose decision blocks: block
/// - an unknown commit; a change that was never decided, at another head or too long ago, or that is inconclusive or
///   pending: inconclusive
/// - a change that warns, or that somebody let pass: warn
/// - otherwise, and if the commit brings no change: pass
#[must_use]
pub fn decide(asked: &Asked<'_>) -> DeploymentVerdict {
    let mut verdict = DeploymentVerdict {
        service: asked.service.name.clone(),
        sha: asked.sha.to_owned(),
        decision: Decision::Pass,
        judged: Decision::Pass,
        mode: asked.mode,
        unknown: None,
        since: None,
        unplaced: Vec::new(),
        changes: Vec::new(),
        blocking: Vec::new(),
        undecided: Vec::new(),
        warned: Vec::new(),
        overridden: Vec::new(),
    };
    match Span::of(asked) {
        Ok(span) => {
            verdict.since = span.since;
            verdict.unplaced = span.unplaced;
            let decisions = asked.decisions.iter();
            let decisions = decisions.filter_map(|(change, one)| Some((&**change, one.as_ref()?)));
            let decisions = decisions.collect::<BTreeMap<_, _>>();
            for change in span.changes {
                verdict.add(change, decisions.get(&*change.change).copied(), asked);
            }
        }
        Err(unknown) => verdict.unknown = Some(unknown),
    }
    verdict.judged = if !verdict.blocking.is_empty() {
        Decision::Block
    } else if verdict.unknown.is_some() || !verdict.undecided.is_empty() {
        Decision::Inconclusive
    } else if !verdict.warned.is_empty() {
        Decision::Warn
    } else {
        Decision::Pass
    };
    verdict.decision = bind(verdict.judged, asked.mode);
    verdict
}

impl DeploymentVerdict {
    /// How a deployment that waits is answered. It waits on only while nothing but pending decisions stands against it.
    #[must_use]
    pub fn answer(&self) -> Answer {
        let mut undecided = self.undecided.iter();
        let waits = self.unknown.is_none() && undecided.all(|one| one.why == WhyUndecided::Pending);
        match self.decision {
            Decision::Pass | Decision::Warn => Answer::Approved,
            Decision::Pending => Answer::Waiting,
            Decision::Inconclusive if waits => Answer::Waiting,
            Decision::Inconclusive | Decision::Block => Answer::Rejected,
        }
    }

    /// The verdict for people, as sentences. Ids of changes stand in backticks.
    #[must_use]
    pub fn summary(&self) -> String {
        words::summary(self)
    }

    fn add(&mut self, merge: &Merge, decided: Option<&DecisionSummary>, asked: &Asked<'_>) {
        let change = merge.change.clone();
        self.changes.push(change.clone());
        let Some(decided) = decided else {
            return self.doubt(change, WhyUndecided::Never);
        };
        if !decided.head_sha.eq_ignore_ascii_case(&merge.head_sha) {
            return self.doubt(change, WhyUndecided::OtherHead);
        }
        let age = asked.as_of.saturating_sub(decided.as_of);
        if age < 0 {
            return self.doubt(change, WhyUndecided::Future);
        }
        if decided.judged == Decision::Block {
            let reasons = decided.reasons.clone();
            return self.blocking.push(Blocking { change, reasons });
        }
        if let Some(by) = decided.overridden_by.clone() {
            let change = change.clone();
            self.overridden.push(Overridden { change, by });
        }
        match decided.judged {
            _ if age > asked.max_age_ms => self.doubt(change, WhyUndecided::Stale),
            Decision::Pending => self.doubt(change, WhyUndecided::Pending),
            Decision::Inconclusive => self.doubt(change, WhyUndecided::Inconclusive),
            Decision::Warn => self.warned.push(change),
            Decision::Pass | Decision::Block => {}
        }
    }

    fn doubt(&mut self, change: String, why: WhyUndecided) {
        self.undecided.push(Undecided { change, why });
    }
}

/// A day, in milliseconds: vulnerabilities are published daily, and deciding again costs no request.
pub const FRESH_MS: Timestamp = 86_400_000;

#[cfg(test)]
mod tests;

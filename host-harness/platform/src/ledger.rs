//! What was delivered, what came with it and what followed: the rows that reports count.
//!
//! A ledger is made of [`links`](crate::links) and of what was decided, and holds indexes in place of repeated names. It
//! is large and cheap: reports are folds over its rows, and a store keeps it until something that it rests on changes.

mod build;
mod known;
mod scope;
mod summary;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::decision::Decision;
use crate::links::Reason;
use crate::model::common::{Tenths, Timestamp};
use crate::model::evidence::Observation;

pub use known::{Decided, Deployed, Happened, Known, LetPass, Mark, Other};
pub use scope::{Places, UnknownName, Within};

/// Everything that was delivered, as known at a time.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Ledger {
    /// The time. Nothing later is in it.
    pub as_of: Timestamp,
    /// Present names of services, each once.
    pub services: Vec<String>,
    /// Repositories as `owner/name`, in lower case, each once.
    pub repositories: Vec<String>,
    /// Deployments that [`count`](crate::links::counts), by time, then id.
    pub deployments: Vec<Delivered>,
    /// Merged changes that a deployment brought, by the deployment's place, then the change's id. A change that came to
    /// several services is there once for each.
    pub brought: Vec<Brought>,
    /// Incidents, by the time they began, then id.
    pub outages: Vec<Outage>,
    /// Heads of changes that were judged, by the time that was judged for, then change and head. A head that was judged at
    /// the time and rebuilt later is there twice.
    pub judged: Vec<Judged>,
    /// Changes that are known to be merged, delivered or not.
    pub merged: u32,
    /// What is not tied to a deployment: why, in words, and how many of which kind.
    pub unlinked: Vec<Unlinked>,
    /// The time of the first record that was left out because it lies after `as_of`; none if there is none.
    pub next_at: Option<Timestamp>,
}

/// A deployment to production that succeeded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivered {
    /// Its id.
    pub id: String,
    /// Place of its service in [`Ledger::services`].
    pub service: u32,
    /// Place of its repository in [`Ledger::repositories`]: the stated one, else that of the changes it brought, else the
    /// only one of its service. None while unknown, or if it brought changes of several.
    pub repository: Option<u32>,
    /// When it succeeded.
    pub at: Timestamp,
}

/// A change that a deployment brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brought {
    /// The change's id.
    pub change: String,
    /// Place of the deployment in [`Ledger::deployments`].
    pub deployment: u32,
    /// Place of the change's repository in [`Ledger::repositories`].
    pub repository: u32,
    /// When it was merged.
    pub merged_at: Timestamp,
    /// From the merge to the deployment, in milliseconds. Never negative.
    pub lead_ms: Timestamp,
    /// Place of the decision about the head that was merged in [`Ledger::judged`]: the one of the time, else the one that
    /// was rebuilt. None if it was never judged.
    pub judged: Option<u32>,
}

/// An incident, and what it is tied to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outage {
    /// Its id.
    pub id: String,
    /// Its title. From outside.
    pub title: String,
    /// How bad, in the upstream's own word; none if not stated.
    pub severity: Option<String>,
    /// Place of its service in [`Ledger::services`]; none if nobody knows it.
    pub service: Option<u32>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; none while it goes on or the time is not stated.
    pub resolved_at: Option<Timestamp>,
    /// Whether it goes on.
    pub open: bool,
    /// The deployment that it is tied to, the nearest one before it if there are several; none if there is none.
    pub cause: Option<Cause>,
    /// The change that it names; none if it names none that is known.
    pub change: Option<String>,
}

/// The deployment that an incident is tied to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// Place of the deployment in [`Ledger::deployments`].
    pub deployment: u32,
    /// From the deployment to the incident, in milliseconds. Never negative.
    pub after_ms: Timestamp,
    /// Why they are tied.
    pub reason: Reason,
}

/// What was decided about one head of a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judged {
    /// The change's id.
    pub change: String,
    /// Place of its repository in [`Ledger::repositories`].
    pub repository: u32,
    /// The head.
    pub head_sha: String,
    /// The time that was judged for.
    pub as_of: Timestamp,
    /// Whether that was at the time, or rebuilt later.
    pub observation: Observation,
    /// What it came to.
    pub summary: Summary,
    /// Whether people let it pass in spite of the gate.
    pub overridden: bool,
    /// Whether somebody marked the upstream's own check of it as a success.
    pub marked_as_success: bool,
}

/// What a decision came to, in figures: what is counted of it later, as scored then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Summary {
    /// What was judged, as if enforced and before anybody let it pass.
    pub decision: Decision,
    /// Whether it bound: the policy's mode was enforce.
    pub enforced: bool,
    /// Whether everything was known that introductions are told from; without it, none is not zero.
    pub told: bool,
    /// Distinct vulnerabilities that it introduced: those with a score of 7.0 or more.
    pub introduced_high: u32,
    /// Those below.
    pub introduced_low: u32,
    /// Those without a score and without an assumed one.
    pub introduced_unscored: u32,
    /// The highest score of those in tenths, assumed ones included; none if there is none.
    pub introduced_highest: Option<Tenths>,
    /// Findings whose attribution is unknown.
    pub unattributed: u32,
    /// Packages whose version it changes; none while unknown.
    pub dependencies: Option<u32>,
    /// Findings that a waiver let pass.
    pub waived: u32,
    /// The security score, in tenths.
    pub security: Tenths,
    /// The score as it was shown, with its floor or cap, in tenths.
    pub score: Tenths,
}

/// What is not tied to a deployment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Unlinked {
    /// `change`, `incident` or `deployment`.
    pub kind: String,
    /// Why, as the end of a sentence.
    pub why: String,
    /// How many.
    pub count: u32,
}

/// Which rows a report is about.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Scope {
    /// Only of this repository, as `owner/name` in any case; none means of all.
    pub repository: Option<String>,
    /// Only of this service, by its present name in any case; none means of all.
    pub service: Option<String>,
}

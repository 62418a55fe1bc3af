//! What a ledger is made of.

use super::Summary;
use crate::delivery::{Merge, Services};
use crate::model::common::Timestamp;
use crate::model::evidence::Observation;
use crate::model::record::{Deployment, Incident};

/// What a ledger is made of: the newest state of everything, in any order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Known {
    /// Merged changes, by unique ids.
    pub merges: Vec<Merge>,
    /// All other changes, by ids that no merged one has.
    pub others: Vec<Other>,
    /// Deployments in any state, of any environment.
    pub deployments: Vec<Deployed>,
    /// Incidents.
    pub incidents: Vec<Happened>,
    /// The services that are known.
    pub services: Services,
    /// Decisions of any integration, one for each head and observation.
    pub decided: Vec<Decided>,
    /// Heads that people let pass.
    pub let_pass: Vec<LetPass>,
    /// Heads of which somebody marked the upstream's own check as a success.
    pub marks: Vec<Mark>,
}

/// A change without a time of merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Other {
    /// Its id.
    pub change: String,
    /// Repository as `owner/name`.
    pub repository: String,
    /// Number in the repository; none if it has none.
    pub number: Option<u32>,
    /// Whether it is known to be merged, and only the time is not.
    pub merged: bool,
}

/// A deployment as it was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployed {
    /// The deployment. Its id is unique in its source.
    pub deployment: Deployment,
    /// Repository of what was deployed, as `owner/name`; none while unknown.
    pub repository: Option<String>,
    /// Who says so.
    pub source: String,
}

/// An incident as it was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    /// The incident. Its id is unique in its source.
    pub incident: Incident,
    /// Who says so.
    pub source: String,
}

/// What one integration decided about one head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// The change's id.
    pub change: String,
    /// The head.
    pub head_sha: String,
    /// The time that was judged for.
    pub as_of: Timestamp,
    /// Whether that was at the time, or rebuilt later.
    pub observation: Observation,
    /// What it came to.
    pub summary: Summary,
}

/// That people let a head pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetPass {
    /// The change's id.
    pub change: String,
    /// The head.
    pub head_sha: String,
    /// When.
    pub at: Timestamp,
}

/// That somebody marked the upstream's check of a head as a success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Repository as the upstream names it.
    pub repository: String,
    /// The change's id or number, as the upstream knows it.
    pub change: String,
    /// The head.
    pub head_sha: String,
    /// When the result was recorded; none if not stated.
    pub at: Option<Timestamp>,
}

impl Known {
    /// The first time after another one; none if there is none.
    pub(super) fn next_after(&self, as_of: Timestamp) -> Option<Timestamp> {
        let merges = self.merges.iter().map(|one| one.merged_at);
        let deployments = self.deployments.iter().map(|one| one.deployment.at);
        let incidents = self.incidents.iter().flat_map(|one| {
            let incident = &one.incident;
            [Some(incident.started_at), incident.resolved_at]
        });
        let decided = self.decided.iter().map(|one| one.as_of);
        let let_pass = self.let_pass.iter().map(|one| one.at);
        let marks = self.marks.iter().filter_map(|one| one.at);
        merges
            .chain(deployments)
            .chain(incidents.flatten())
            .chain(decided)
            .chain(let_pass)
            .chain(marks)
            .filter(|at| *at > as_of)
            .min()
    }
}

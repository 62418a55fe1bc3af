//! Ninety days of a sample team, made of a seed.
//!
//! Nothing here happened: logins, titles, commits and times are invented, and packages and their vulnerabilities are
//! real. Everything is in repositories of `acme/`, and ids of deployments and incidents begin with `sample-`.
//!
//! One effect is planted: a deployment that carries a vulnerability of CVSS 7 or more for the first time is followed
//! by an incident about twice as often as others. Most are followed by none.

mod changes;
mod deployments;
mod document;
mod github;
mod incidents;
mod introductions;
mod rooms;
mod snyk;
mod team;

use super::{DAY, SampleDependency};
use crate::data::Timestamp;
use rooms::ROOMS;
use team::PEOPLE;

/// What the sample team did and what became of it. [`document`](Self::document) is what `koalr import` reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// The time it ends with.
    pub now: Timestamp,
    /// What runs.
    pub services: Vec<HistoryService>,
    /// The team.
    pub actors: Vec<HistoryActor>,
    /// By repository and number. The demo's own [`changes`](super::changes()) are not among them.
    pub changes: Vec<HistoryChange>,
    /// By time.
    pub deployments: Vec<HistoryDeployment>,
    /// By time.
    pub incidents: Vec<HistoryIncident>,
    /// Decisions that a person lifted. The document has no room for them.
    pub overrides: Vec<HistoryOverride>,
}

/// Something that runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HistoryService {
    /// Present name.
    pub name: &'static str,
    /// Former name; none if it was never renamed. Its first deployments go by it.
    pub alias: Option<&'static str>,
    /// `owner/name` of the repository it is built from.
    pub repository: &'static str,
}

/// Somebody of the team.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HistoryActor {
    /// Login.
    pub login: &'static str,
    /// `member`, `lead`, `security` or `operator`. Never empty.
    pub roles: &'static [&'static str],
}

/// A pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryChange {
    /// `owner/name`.
    pub repository: &'static str,
    /// Number in the repository.
    pub number: u32,
    /// Title.
    pub title: String,
    /// Login of its author.
    pub author: &'static str,
    /// The commit that is judged.
    pub head_sha: String,
    /// Tip of `main` when it was opened.
    pub base_sha: String,
    /// When it was opened. That of the first ones may lie shortly before the window.
    pub opened_at: Timestamp,
    /// How it ended.
    pub end: ChangeEnd,
    /// Deploy risk before security, 0 to 100.
    pub base_score: u8,
    /// What it does to the dependencies; none while nobody knows. Empty where it touches none.
    pub dependencies: Option<Vec<SampleDependency>>,
    /// Path of the manifest that the dependencies are in; empty in a repository without one.
    pub manifest: &'static str,
    /// The highest CVSS score of what it brings in, in tenths; none if it brings nothing vulnerable.
    pub introduced: Option<u16>,
    /// Whether it repairs something in a hurry.
    pub hotfix: bool,
    /// Whether it is for a harmless upgrade.
    upgrades: bool,
}

/// How a change ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeEnd {
    /// It has not.
    Open,
    /// It was merged.
    Merged {
        /// When.
        at: Timestamp,
        /// The commit that the merge made.
        sha: String,
    },
    /// It was given up.
    Closed,
}

/// A version that was brought to production.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryDeployment {
    /// `sample-deployment-…`.
    pub id: String,
    /// What the service was called then.
    pub service: &'static str,
    /// `owner/name` of what was deployed.
    pub repository: &'static str,
    /// The merge that was deployed.
    pub sha: String,
    /// How it ended.
    pub end: DeploymentEnd,
    /// When it ended.
    pub at: Timestamp,
}

/// How a deployment ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeploymentEnd {
    /// The service runs the version.
    Succeeded,
    /// It does not.
    Failed,
}

/// Something that went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryIncident {
    /// `sample-incident-…`.
    pub id: String,
    /// What the service was called then.
    pub service: &'static str,
    /// Title.
    pub title: String,
    /// `P1` to `P4`.
    pub severity: &'static str,
    /// Id of the change that a person named as the cause; none for most.
    pub change: Option<String>,
    /// When it began.
    pub started_at: Timestamp,
    /// When somebody answered; none if nobody did.
    pub acknowledged_at: Option<Timestamp>,
    /// When it ended; none while it goes on.
    pub resolved_at: Option<Timestamp>,
}

/// A decision of the gate that a person lifted for one commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryOverride {
    /// Id of the change.
    pub change: String,
    /// The commit.
    pub head_sha: String,
    /// Login of who lifted it; not the author.
    pub actor: &'static str,
    /// Why.
    pub reason: &'static str,
    /// When.
    pub at: Timestamp,
}

/// The ninety days before `now`. The same seed and time always make the same history.
#[must_use]
pub fn history(seed: u64, now: Timestamp) -> History {
    let from = now - WINDOW;
    let changes = changes::changes(seed, from, now);
    let deployments = deployments::deployments(seed, (from, now), &changes);
    let incidents = incidents::incidents(seed, from, &changes, &deployments);
    History {
        now,
        services: ROOMS
            .iter()
            .map(|room| HistoryService {
                name: room.service,
                alias: Some(room.former).filter(|former| !former.is_empty()),
                repository: room.repository,
            })
            .collect(),
        actors: PEOPLE
            .iter()
            .map(|person| HistoryActor {
                login: person.login,
                roles: person.roles,
            })
            .collect(),
        overrides: overrides(&changes),
        changes,
        deployments,
        incidents,
    }
}

/// The first critical introduction was let pass.
fn overrides(changes: &[HistoryChange]) -> Vec<HistoryOverride> {
    let critical = changes
        .iter()
        .filter(|change| change.introduced >= Some(CRITICAL));
    let merged = critical.filter_map(|change| Some((change.merged_at()?, change)));
    let first = merged.min_by_key(|(at, _)| *at);
    let lift = |(at, change): (Timestamp, &HistoryChange)| HistoryOverride {
        change: change.id(),
        head_sha: change.head_sha.clone(),
        actor: if change.author == "noor-e" {
            "ben-hallam"
        } else {
            "noor-e"
        },
        reason: "No text from outside reaches it; the update is planned",
        at: at - 11 * team::MINUTE,
    };
    first.map(lift).into_iter().collect()
}

impl HistoryChange {
    /// `owner/name#number`.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{}#{}", self.repository, self.number)
    }

    /// When it was merged; none if it was not.
    #[must_use]
    pub fn merged_at(&self) -> Option<Timestamp> {
        match self.end {
            ChangeEnd::Merged { at, .. } => Some(at),
            _ => None,
        }
    }

    /// The commit that its merge made; none if it was not merged.
    #[must_use]
    pub fn merge_sha(&self) -> Option<&str> {
        match &self.end {
            ChangeEnd::Merged { sha, .. } => Some(sha),
            _ => None,
        }
    }

    /// Branch it comes from.
    #[must_use]
    pub fn source_branch(&self) -> String {
        let kind = if self.hotfix { "hotfix" } else { "change" };
        format!("{kind}-{}", self.number)
    }
}

/// How long the history is.
const WINDOW: Timestamp = 90 * DAY;
/// CVSS score in tenths from which a vulnerability is critical.
const CRITICAL: u16 = 90;

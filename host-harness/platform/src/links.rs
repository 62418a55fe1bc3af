//! Ties changes to the deployments that brought them, and incidents to what caused them.
//!
//! Every link says why it was made and how much time lies between, and none runs backward in time. What cannot be tied
//! to a deployment is named with its reason, so that a rate over links can say what it leaves out. Nothing is guessed
//! across services: without a commit or a statement that says so, a link stays within one.

mod changes;
mod commits;
mod ground;
mod incidents;
mod named;
mod why;

use std::collections::HashSet;
use std::ptr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::delivery::{Merge, Services};
use crate::model::common::Timestamp;
use crate::model::record::{Deployment, Incident};

pub use ground::{counts, is_production};
pub use why::Why;

use ground::Ground;

/// What is to be tied. Ids are unique in each list, the newest state of each; the lists are in any order.
#[derive(Debug, Clone, Copy)]
pub struct Deliveries<'a> {
    /// Merged changes.
    pub changes: &'a [Merge],
    /// Deployments in any state, of any environment.
    pub deployments: &'a [Deployment],
    /// Incidents.
    pub incidents: &'a [Incident],
    /// The services that are known.
    pub services: &'a Services,
}

/// What was tied and what was not. Both are in rising order, whatever the order of the lists.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Links {
    /// The links.
    pub links: Vec<Link>,
    /// Changes and incidents without a link to a deployment, and deployments that could not be looked at.
    pub unlinked: Vec<Unlinked>,
}

/// That one thing is tied to another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Link {
    /// A change or an incident.
    pub from: Node,
    /// The deployment that brought the change; or what the incident came from, a deployment or a change that it names.
    pub to: Node,
    /// Why they are tied.
    pub reason: Reason,
    /// The time between, in milliseconds: from the merge to the deployment, or from the cause to the incident. Never
    /// negative.
    pub after_ms: Timestamp,
}

/// Something that has no link to a deployment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Unlinked {
    /// What it is.
    pub what: Node,
    /// Why it has none.
    pub why: Why,
}

/// What links tie, by id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Node {
    /// A change.
    Change(String),
    /// A deployment.
    Deployment(String),
    /// An incident.
    Incident(String),
}

/// Why two things are tied.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The commit that the merge made was deployed.
    MergeSha,
    /// The head of the change was deployed, after the merge.
    HeadSha,
    /// The first successful deployment after the merge of a service that is built from the change's repository, and not
    /// of a commit known to be older.
    FirstAfterMerge(Basis),
    /// The incident names it.
    Explicit,
    /// The nearest successful deployment of the service before the incident, within this window.
    NearestBefore(Window),
}

/// Why no commit ties a change to a service.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// The deployment does not state its commit.
    ShaUnstated,
    /// The deployment states a commit, and none that the service got is the change's: it came with a later one.
    NoneMatches,
}

/// How long before an incident a deployment counts, both ends included.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Window {
    /// Four hours: the window of the change failure rate.
    Hours4,
    /// Seven days.
    Days7,
    /// Fourteen days: the headline window of correlations.
    Days14,
    /// Thirty days.
    Days30,
}

impl Window {
    /// All of them, rising.
    pub const ALL: [Self; 4] = [Self::Hours4, Self::Days7, Self::Days14, Self::Days30];

    /// Its length in milliseconds.
    #[must_use]
    pub fn ms(self) -> Timestamp {
        match self {
            Self::Hours4 => 4 * HOUR,
            Self::Days7 => 7 * 24 * HOUR,
            Self::Days14 => 14 * 24 * HOUR,
            Self::Days30 => 30 * 24 * HOUR,
        }
    }

    /// Its name for people.
    #[must_use]
    pub fn phrase(self) -> &'static str {
        match self {
            Self::Hours4 => "4 hours",
            Self::Days7 => "7 days",
            Self::Days14 => "14 days",
            Self::Days30 => "30 days",
        }
    }
}

impl Reason {
    /// It for people, as the end of a sentence.
    #[must_use]
    pub fn phrase(self) -> String {
        let words = match self {
            Self::MergeSha => "its merge commit was deployed",
            Self::HeadSha => "its head commit was deployed after the merge",
            Self::FirstAfterMerge(Basis::ShaUnstated) => {
                "the service's first successful deployment after the merge, which does not state its commit"
            }
            Self::FirstAfterMerge(Basis::NoneMatches) => {
                "the service's first successful deployment after the merge, with another commit"
            }
            Self::Explicit => "the incident names it",
            Self::NearestBefore(window) => {
                return format!(
                    "the service's nearest successful deployment before the incident, within {}",
                    window.phrase()
                );
            }
        };
        words.to_owned()
    }
}

/// Ties changes, deployments and incidents, as known at a time. `windows` are those in which the nearest deployment
/// counts, in any order; a link tells the smallest that holds it.
///
/// - A change goes to the first deployment of each service that got its merge commit, else its head commit. In a service
///   that is built from its repository and got neither, it goes to the first successful deployment after the merge.
/// - An incident that names a change goes to it, and to the deployment that brought it; one that names a deployment goes
///   to that. It is never tied to anything else. One that names nothing goes to the nearest deployment of its service.
/// - Deployments count where they [`counts`].
#[must_use]
pub fn links(deliveries: &Deliveries<'_>, windows: &[Window], as_of: Timestamp) -> Links {
    let Ties { ties, unlinked } = tie(deliveries, windows, as_of);
    let links = ties.into_iter().map(|tie| Link {
        from: tie.from.node(),
        to: tie.to.node(),
        reason: tie.reason,
        after_ms: tie.after_ms,
    });
    let unlinked = unlinked.into_iter().map(|(thing, why)| Unlinked {
        what: thing.node(),
        why,
    });
    let mut found = Links {
        links: links.collect(),
        unlinked: unlinked.collect(),
    };
    found.links.sort_unstable();
    found.unlinked.sort_unstable();
    found
}

/// As [`links`], without a name copied and in no order.
pub(crate) fn tie<'a>(
    deliveries: &Deliveries<'a>,
    windows: &[Window],
    as_of: Timestamp,
) -> Ties<'a> {
    let ground = Ground::new(deliveries, as_of);
    let brought = changes::bring(deliveries, &ground, as_of);
    let mut found = incidents::trace(deliveries, windows, &ground, &brought, as_of);
    found.ties.extend(brought.ties);
    found.unlinked.extend(brought.unlinked);
    let mut aside = ground.set_aside();
    if !aside.is_empty() {
        let linked: HashSet<*const Deployment> = found
            .ties
            .iter()
            .filter_map(|tie| tie.to.deployment().map(ptr::from_ref))
            .collect();
        aside.retain(|(thing, _)| {
            let deployment = thing.deployment().map(ptr::from_ref);
            !deployment.is_some_and(|one| linked.contains(&one))
        });
    }
    found.unlinked.extend(aside);
    found
}

/// What was tied and what was not.
#[derive(Default)]
pub(crate) struct Ties<'a> {
    pub(crate) ties: Vec<Tie<'a>>,
    pub(crate) unlinked: Vec<(Thing<'a>, Why)>,
}

/// A [`Link`].
pub(crate) struct Tie<'a> {
    pub(crate) from: Thing<'a>,
    pub(crate) to: Thing<'a>,
    pub(crate) reason: Reason,
    pub(crate) after_ms: Timestamp,
}

/// What a [`Node`] names.
#[derive(Clone, Copy)]
pub(crate) enum Thing<'a> {
    Change(&'a Merge),
    Deployment(&'a Deployment),
    Incident(&'a Incident),
}

impl<'a> Thing<'a> {
    fn deployment(self) -> Option<&'a Deployment> {
        match self {
            Self::Deployment(deployment) => Some(deployment),
            _ => None,
        }
    }

    fn node(self) -> Node {
        match self {
            Self::Change(change) => Node::Change(change.change.clone()),
            Self::Deployment(deployment) => Node::Deployment(deployment.id.clone()),
            Self::Incident(incident) => Node::Incident(incident.id.clone()),
        }
    }
}

/// An hour, in milliseconds.
const HOUR: Timestamp = 3_600_000;

#[cfg(test)]
mod tests;

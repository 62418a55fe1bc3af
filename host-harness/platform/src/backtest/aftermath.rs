//! What a change led to.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::delivery::Merge;
use crate::links::{Links, Node, Window};
use crate::model::common::Timestamp;

/// What a change led to within the window after its deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Aftermath {
    /// An incident.
    Incident,
    /// None that is known.
    Quiet,
    /// The window has not gone by.
    TooYoung,
    /// No deployment is known to have brought it, so that nothing can have followed.
    NotDeployed,
    /// It is not known to be merged.
    NotMerged,
}

/// What changes led to.
#[derive(Debug, Clone, Default)]
pub struct Aftermaths {
    by_change: HashMap<String, Aftermath>,
}

impl Aftermaths {
    /// Within which an incident counts.
    pub const WINDOW: Window = Window::Days14;

    /// By the links of these merges, as known at a time.
    ///
    /// An incident that names a change is that change's alone; any other is of every change that its deployment brought,
    /// as nobody knows which. Of a change that came to several services the last window must have gone by.
    #[must_use]
    pub fn new(merges: &[Merge], links: &Links, as_of: Timestamp) -> Self {
        let mut brought: HashMap<&str, Vec<(&str, Timestamp)>> = HashMap::new();
        let mut named: HashMap<&str, (&str, Timestamp)> = HashMap::new();
        let mut caused: Vec<(&str, &str, Timestamp)> = Vec::new();
        for link in &links.links {
            match (&link.from, &link.to) {
                (Node::Change(change), Node::Deployment(deployment)) => {
                    let of_change = brought.entry(change).or_default();
                    of_change.push((deployment, link.after_ms));
                }
                (Node::Incident(incident), Node::Change(change)) => {
                    named.insert(incident, (change, link.after_ms));
                }
                (Node::Incident(incident), Node::Deployment(deployment)) => {
                    caused.push((incident, deployment, link.after_ms));
                }
                _ => {}
            }
        }
        let mut changes: HashSet<&str> = HashSet::new();
        let mut deployments: HashSet<&str> = HashSet::new();
        for (incident, deployment, after) in caused {
            // The time since the deployment is told; that since the merge does not count then.
            if let Some((_, since)) = named.get_mut(incident) {
                *since = after;
            } else if after <= Self::WINDOW.ms() {
                deployments.insert(deployment);
            }
        }
        let in_time = named
            .values()
            .filter(|(_, since)| *since <= Self::WINDOW.ms());
        changes.extend(in_time.map(|(change, _)| change));
        let none = Vec::new();
        let by_change = merges.iter().map(|merge| {
            let id = merge.change.as_str();
            let brought = brought.get(id).unwrap_or(&none);
            let last = brought.iter().map(|(_, after)| *after).max().unwrap_or(0);
            let until = merge
                .merged_at
                .saturating_add(last)
                .saturating_add(Self::WINDOW.ms());
            let caused = changes.contains(id)
                || brought
                    .iter()
                    .any(|(deployment, _)| deployments.contains(deployment));
            let aftermath = if until > as_of {
                Aftermath::TooYoung
            } else if caused {
                Aftermath::Incident
            } else if brought.is_empty() {
                Aftermath::NotDeployed
            } else {
                Aftermath::Quiet
            };
            (id.to_owned(), aftermath)
        });
        Self {
            by_change: by_change.collect(),
        }
    }

    /// What a change led to.
    #[must_use]
    pub fn of(&self, change: &str) -> Aftermath {
        let known = self.by_change.get(change);
        known.copied().unwrap_or(Aftermath::NotMerged)
    }
}

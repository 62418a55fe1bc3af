//! What is tied to what, counted.

use std::collections::{BTreeMap, BTreeSet};

use koalr_platform::delivery::Services;
use koalr_platform::links::{Deliveries, Node, Window, links};
use koalr_platform::model::common::Timestamp;
use koalr_store::{DeliveryFilter, Tenant};
use schemars::JsonSchema;
use serde::Serialize;

use crate::HostError;
use crate::jobs::deployment::merges;
use crate::report::plain;

/// What is tied to what, of all that is stored.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct LinkCounts {
    /// Merged changes.
    pub merged: u64,
    /// Those of them that reached a deployment.
    pub deployed: u64,
    /// Links from changes to deployments by reason, as ends of sentences. A change may be in several services.
    pub deployed_by: BTreeMap<String, u64>,
    /// Incidents.
    pub incidents: u64,
    /// Those of them that are tied to a deployment.
    pub traced: u64,
    /// Links from incidents to changes and deployments by reason, as ends of sentences.
    pub traced_by: BTreeMap<String, u64>,
    /// What stayed without a link and why, the most frequent first.
    pub unlinked: Vec<UnlinkedCount>,
}

/// How many stayed without a link for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct UnlinkedCount {
    /// What they are: `change`, `deployment` or `incident`.
    pub kind: &'static str,
    /// Why, as the end of a sentence.
    pub why: String,
    /// How many.
    pub count: u64,
    /// Id of one of them.
    pub example: String,
}

impl LinkCounts {
    /// Ties what is stored, as known at a time.
    pub(super) fn of(
        tenant: &Tenant,
        services: &Services,
        as_of: Timestamp,
    ) -> Result<Self, HostError> {
        let changes = merges(tenant)?;
        let all = DeliveryFilter::default();
        let deployments = tenant.deployments(&all)?.into_iter();
        let deployments: Vec<_> = deployments.map(|one| one.deployment).collect();
        let incidents = tenant.incidents(&all)?.into_iter();
        let incidents: Vec<_> = incidents.map(|one| one.incident).collect();
        let deliveries = Deliveries {
            changes: &changes,
            deployments: &deployments,
            incidents: &incidents,
            services,
        };
        let found = links(&deliveries, &Window::ALL, as_of);
        let mut counts = Self {
            merged: count(changes.len()),
            incidents: count(incidents.len()),
            ..Self::default()
        };
        let (mut deployed, mut traced) = (BTreeSet::new(), BTreeSet::new());
        for link in &found.links {
            let phrase = link.reason.phrase();
            match (&link.from, &link.to) {
                (Node::Change(id), _) => {
                    deployed.insert(id);
                    *counts.deployed_by.entry(phrase).or_default() += 1;
                }
                (Node::Incident(id), to) => {
                    if matches!(to, Node::Deployment(_)) {
                        traced.insert(id);
                    }
                    *counts.traced_by.entry(phrase).or_default() += 1;
                }
                (Node::Deployment(_), _) => {}
            }
        }
        counts.deployed = count(deployed.len());
        counts.traced = count(traced.len());
        let mut unlinked: BTreeMap<(&str, String), (u64, &str)> = BTreeMap::new();
        for one in &found.unlinked {
            let (kind, id) = match &one.what {
                Node::Change(id) => ("change", id),
                Node::Deployment(id) => ("deployment", id),
                Node::Incident(id) => ("incident", id),
            };
            let key = (kind, plain(&one.why.to_string()));
            unlinked.entry(key).or_insert((0, id)).0 += 1;
        }
        counts.unlinked = unlinked
            .into_iter()
            .map(|((kind, why), (count, example))| UnlinkedCount {
                kind,
                why,
                count,
                example: example.to_owned(),
            })
            .collect();
        counts
            .unlinked
            .sort_by_key(|one| std::cmp::Reverse(one.count));
        Ok(counts)
    }
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

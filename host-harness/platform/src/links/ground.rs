//! The deployments that count, in the orders in which they are looked for.

use std::collections::{BTreeMap, HashMap};

use super::{Deliveries, Node, Unlinked, Why};
use crate::delivery::{Merge, Services};
use crate::model::common::Timestamp;
use crate::model::record::{Deployment, DeploymentState};

/// Whether a deployment counts at a time: it succeeded by then, in production.
#[must_use]
pub fn counts(deployment: &Deployment, as_of: Timestamp) -> bool {
    deployment.state == DeploymentState::Succeeded
        && deployment.at <= as_of
        && is_production(deployment.environment.as_deref())
}

/// Whether an environment is production. One that is not stated is: who has one only does not name it.
#[must_use]
pub fn is_production(environment: Option<&str>) -> bool {
    let name = environment.unwrap_or_default().trim();
    name.is_empty() || PRODUCTION.iter().any(|one| name.eq_ignore_ascii_case(one))
}

/// A deployment that counts, with the present name of its service, or the stated one if nobody knows it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placed<'a> {
    pub(super) deployment: &'a Deployment,
    pub(super) service: &'a str,
}

/// The deployments that count, each list by time and then id.
pub(super) struct Ground<'a> {
    services: &'a Services,
    as_of: Timestamp,
    all: &'a [Deployment],
    by_service: BTreeMap<&'a str, Vec<&'a Deployment>>,
    /// By commit in lower case.
    by_sha: BTreeMap<String, Vec<Placed<'a>>>,
    by_id: HashMap<&'a str, &'a Deployment>,
    /// Changes by merge commit in lower case, the last where one commit merged several.
    merges: HashMap<String, &'a Merge>,
}

impl<'a> Ground<'a> {
    pub(super) fn new(deliveries: &Deliveries<'a>, as_of: Timestamp) -> Self {
        let services = deliveries.services;
        let all = deliveries.deployments;
        let mut ground = Self {
            services,
            as_of,
            all,
            by_service: BTreeMap::new(),
            by_sha: BTreeMap::new(),
            by_id: all.iter().map(|one| (&*one.id, one)).collect(),
            merges: HashMap::new(),
        };
        let mut counted: Vec<&Deployment> = all.iter().filter(|one| counts(one, as_of)).collect();
        counted.sort_by_key(|one| (one.at, &one.id));
        for deployment in counted {
            let placed = ground.place(deployment);
            let of_service = ground.by_service.entry(placed.service).or_default();
            of_service.push(deployment);
            if let Some(sha) = sha_key(deployment.sha.as_deref()) {
                ground.by_sha.entry(sha).or_default().push(placed);
            }
        }
        let mut merges: Vec<&Merge> = deliveries.changes.iter().collect();
        merges.sort_by_key(|one| (one.merged_at, &one.change));
        for merge in merges {
            if let Some(sha) = sha_key(merge.merge_sha.as_deref()) {
                ground.merges.insert(sha, merge);
            }
        }
        ground
    }

    pub(super) fn place(&self, deployment: &'a Deployment) -> Placed<'a> {
        let stated = deployment.service.trim();
        let known = self.services.get(stated);
        Placed {
            deployment,
            service: known.map_or(stated, |service| &service.name),
        }
    }

    /// Deployments of a service, by its present name.
    pub(super) fn of_service(&self, name: &str) -> &[&'a Deployment] {
        self.by_service.get(name).map_or(&[], Vec::as_slice)
    }

    /// Deployments of a commit.
    pub(super) fn of_sha(&self, sha: Option<&str>) -> &[Placed<'a>] {
        let found = sha_key(sha).and_then(|sha| self.by_sha.get(&sha));
        found.map_or(&[], Vec::as_slice)
    }

    /// Deployments of the commits that begin so, which is in lower case.
    pub(super) fn of_prefix(&self, prefix: &str) -> Vec<Placed<'a>> {
        let from = self.by_sha.range(prefix.to_owned()..);
        from.take_while(|(sha, _)| sha.starts_with(prefix))
            .flat_map(|(_, found)| found.iter().copied())
            .collect()
    }

    /// A deployment in any state.
    pub(super) fn get(&self, id: &str) -> Option<&'a Deployment> {
        self.by_id.get(id).copied()
    }

    /// The change whose merge made the commit of a deployment; none while unknown.
    pub(super) fn made_by(&self, deployment: &Deployment) -> Option<&'a Merge> {
        let sha = sha_key(deployment.sha.as_deref())?;
        self.merges.get(&sha).copied()
    }

    /// Deployments that could not be looked at.
    pub(super) fn set_aside(&self) -> Vec<Unlinked> {
        let aside = self.all.iter().filter_map(|one| {
            let why = if one.at > self.as_of {
                Why::Future
            } else if counts(one, self.as_of) {
                self.service_of(&one.service).err()?
            } else {
                return None;
            };
            let what = Node::Deployment(one.id.clone());
            Some(Unlinked { what, why })
        });
        aside.collect()
    }

    /// The present name of a service.
    pub(super) fn service_of(&self, stated: &str) -> Result<&'a str, Why> {
        let stated = stated.trim();
        match self.services.get(stated) {
            Some(service) => Ok(&service.name),
            None if stated.is_empty() => Err(Why::ServiceUnstated),
            None => Err(Why::ServiceUnknown(stated.to_owned())),
        }
    }
}

/// A commit as a key; none if it is not stated.
pub(super) fn sha_key(sha: Option<&str>) -> Option<String> {
    let sha = sha?.trim();
    (!sha.is_empty()).then(|| sha.to_ascii_lowercase())
}

/// Names of environments that are production.
const PRODUCTION: [&str; 2] = ["production", "prod"];

//! The deployments that count, in the orders in which they are looked for.

use std::cell::OnceCell;
use std::collections::HashMap;

use super::commits::Commits;
use super::{Deliveries, Thing, Why};
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
    by_service: HashMap<&'a str, Vec<&'a Deployment>>,
    by_sha: Commits<'a, Placed<'a>>,
    /// Only incidents that name something ask for it.
    by_id: OnceCell<HashMap<&'a str, &'a Deployment>>,
    /// Changes by merge commit, in the order of the merges.
    merges: Commits<'a, &'a Merge>,
}

impl<'a> Ground<'a> {
    pub(super) fn new(deliveries: &Deliveries<'a>, as_of: Timestamp) -> Self {
        let services = deliveries.services;
        let all = deliveries.deployments;
        let mut counted: Vec<&Deployment> = all.iter().filter(|one| counts(one, as_of)).collect();
        counted.sort_unstable_by_key(|one| (one.at, &one.id));
        let mut by_service: HashMap<&str, Vec<&Deployment>> = HashMap::new();
        let placed = counted.into_iter().map(|deployment| {
            let placed = Placed {
                deployment,
                service: services.present(&deployment.service),
            };
            by_service
                .entry(placed.service)
                .or_default()
                .push(deployment);
            (deployment.sha.as_deref(), placed)
        });
        let by_sha = Commits::new(placed);
        let mut merges: Vec<&Merge> = deliveries.changes.iter().collect();
        merges.sort_unstable_by_key(|one| (one.merged_at, &one.change));
        let merges = merges.into_iter();
        Self {
            services,
            as_of,
            all,
            by_service,
            by_sha,
            by_id: OnceCell::new(),
            merges: Commits::new(merges.map(|one| (one.merge_sha.as_deref(), one))),
        }
    }

    /// Deployments of a service, by its present name.
    pub(super) fn of_service(&self, name: &str) -> &[&'a Deployment] {
        self.by_service.get(name).map_or(&[], Vec::as_slice)
    }

    /// Deployments of a commit.
    pub(super) fn of_sha(&self, sha: Option<&str>) -> impl Iterator<Item = Placed<'a>> {
        self.by_sha.of(sha).iter().map(|(_, _, placed)| *placed)
    }

    /// Deployments of the commits that begin so, which is in lower case.
    pub(super) fn of_prefix(&self, prefix: &str) -> Vec<Placed<'a>> {
        self.by_sha.of_prefix(prefix).copied().collect()
    }

    /// A deployment in any state.
    pub(super) fn get(&self, id: &str) -> Option<&'a Deployment> {
        let by_id = || self.all.iter().map(|one| (&*one.id, one)).collect();
        self.by_id.get_or_init(by_id).get(id).copied()
    }

    /// The change whose merge made the commit of a deployment, the last where it merged several; none while unknown.
    pub(super) fn made_by(&self, deployment: &Deployment) -> Option<&'a Merge> {
        let merges = self.merges.of(deployment.sha.as_deref());
        merges.last().map(|(_, _, merge)| *merge)
    }

    /// Deployments that could not be looked at.
    pub(super) fn set_aside(&self) -> Vec<(Thing<'a>, Why)> {
        let aside = self.all.iter().filter_map(|one| {
            let why = if one.at > self.as_of {
                Why::Future
            } else if counts(one, self.as_of) {
                self.service_of(&one.service).err()?
            } else {
                return None;
            };
            Some((Thing::Deployment(one), why))
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

/// Names of environments that are production.
const PRODUCTION: [&str; 2] = ["production", "prod"];

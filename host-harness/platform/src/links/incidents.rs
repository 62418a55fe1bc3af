//! From incidents to what caused them.

use super::changes::Brought;
use super::ground::{Ground, Placed, counts};
use super::named::{Names, commit};
use super::{Deliveries, Reason, Thing, Tie, Ties, Why, Window};
use crate::delivery::{Merge, Services};
use crate::model::common::Timestamp;
use crate::model::record::{Deployment, Incident};

pub(super) fn trace<'a>(
    deliveries: &Deliveries<'a>,
    windows: &[Window],
    ground: &Ground<'a>,
    brought: &Brought<'a>,
    as_of: Timestamp,
) -> Ties<'a> {
    let mut windows = windows.to_vec();
    windows.sort_unstable();
    let search = Search {
        names: Names::new(deliveries.changes),
        services: deliveries.services,
        windows,
        ground,
        brought,
        as_of,
    };
    let mut found = Ties::default();
    for incident in deliveries.incidents {
        let thing = Thing::Incident(incident);
        let mut to = |to, at: Timestamp, reason| {
            found.ties.push(Tie {
                from: thing,
                to,
                reason,
                after_ms: incident.started_at.saturating_sub(at),
            });
        };
        match search.cause(incident) {
            Ok(Cause { change, deployment }) => {
                if let Some(change) = change {
                    to(Thing::Change(change), change.merged_at, Reason::Explicit);
                }
                match deployment {
                    Ok((deployment, reason)) => {
                        to(Thing::Deployment(deployment), deployment.at, reason);
                    }
                    Err(why) => found.unlinked.push((thing, why)),
                }
            }
            Err(why) => found.unlinked.push((thing, why)),
        }
    }
    found
}

/// What an incident came from.
struct Cause<'a> {
    /// The change that it names.
    change: Option<&'a Merge>,
    deployment: Result<(&'a Deployment, Reason), Why>,
}

struct Search<'s, 'a> {
    names: Names<'a>,
    services: &'a Services,
    /// Rising.
    windows: Vec<Window>,
    ground: &'s Ground<'a>,
    brought: &'s Brought<'a>,
    as_of: Timestamp,
}

impl<'a> Search<'_, 'a> {
    fn cause(&self, incident: &Incident) -> Result<Cause<'a>, Why> {
        if incident.started_at > self.as_of {
            return Err(Why::Future);
        }
        let named = incident.change.as_deref().unwrap_or_default().trim();
        if named.is_empty() {
            return Ok(Cause {
                change: None,
                deployment: Ok(self.nearest(incident)?),
            });
        }
        self.named(named, incident)
    }

    /// An id is meant before a number, and a number before a commit.
    fn named(&self, named: &str, incident: &Incident) -> Result<Cause<'a>, Why> {
        let service = self.ground.service_of(&incident.service).ok();
        if let Some(change) = self.names.by_id(named) {
            return self.change(named, change, service, incident);
        }
        if let Some(deployment) = self.ground.get(named) {
            return self.deployment(named, deployment, incident);
        }
        let prefix = commit(named);
        let changes = match self.names.by_pull(named, service, self.services) {
            Some(changes) => changes,
            None => prefix
                .as_deref()
                .map_or_else(Vec::new, |prefix| self.names.by_prefix(prefix)),
        };
        match *changes {
            [change] => return self.change(named, change, service, incident),
            [_, _, ..] => return Err(Why::NamesSeveral(named.to_owned())),
            [] => {}
        }
        let deployments = prefix.map_or_else(Vec::new, |prefix| self.ground.of_prefix(&prefix));
        if deployments.is_empty() {
            return Err(Why::NamesUnknown(named.to_owned()));
        }
        match before(&deployments, service, incident.started_at) {
            Before::One(deployment) => Ok(explicit(None, deployment)),
            Before::None => Err(Why::NamesLater(named.to_owned())),
            Before::Several => Err(Why::NamesSeveral(named.to_owned())),
        }
    }

    fn change(
        &self,
        named: &str,
        change: &'a Merge,
        service: Option<&str>,
        incident: &Incident,
    ) -> Result<Cause<'a>, Why> {
        if change.merged_at > incident.started_at {
            return Err(Why::NamesLater(named.to_owned()));
        }
        let brought = self.brought.of(&change.change);
        match before(brought, service, incident.started_at) {
            Before::One(deployment) => Ok(explicit(Some(change), deployment)),
            Before::None | Before::Several => Ok(Cause {
                change: Some(change),
                deployment: Err(Why::NamedNotDeployed(change.change.clone())),
            }),
        }
    }

    fn deployment(
        &self,
        named: &str,
        deployment: &'a Deployment,
        incident: &Incident,
    ) -> Result<Cause<'a>, Why> {
        if deployment.at > incident.started_at {
            return Err(Why::NamesLater(named.to_owned()));
        }
        if !counts(deployment, self.as_of) {
            return Err(Why::NamesUnsuccessful(named.to_owned()));
        }
        Ok(explicit(None, deployment))
    }

    fn nearest(&self, incident: &Incident) -> Result<(&'a Deployment, Reason), Why> {
        let service = self.ground.service_of(&incident.service)?;
        let deployments = self.ground.of_service(service);
        let until = deployments.partition_point(|one| one.at <= incident.started_at);
        let nearest = until.checked_sub(1).and_then(|last| deployments.get(last));
        let deployment = *nearest.ok_or(Why::BeforeDeployments)?;
        let after = incident.started_at.saturating_sub(deployment.at);
        let mut windows = self.windows.iter();
        match windows.find(|window| after <= window.ms()) {
            Some(window) => Ok((deployment, Reason::NearestBefore(*window))),
            None => Err(Why::OutsideWindows(deployment.id.clone(), after)),
        }
    }
}

fn explicit<'a>(change: Option<&'a Merge>, deployment: &'a Deployment) -> Cause<'a> {
    Cause {
        change,
        deployment: Ok((deployment, Reason::Explicit)),
    }
}

/// Deployments before a time.
enum Before<'a> {
    None,
    One(&'a Deployment),
    Several,
}

/// The last deployment of the service until then; elsewhere the only one, because which of several is meant is not told.
fn before<'a>(placed: &[Placed<'a>], service: Option<&str>, until: Timestamp) -> Before<'a> {
    let earlier = || placed.iter().filter(|one| one.deployment.at <= until);
    let own = earlier().filter(|one| Some(one.service) == service);
    if let Some(own) = own.max_by_key(|one| (one.deployment.at, &one.deployment.id)) {
        return Before::One(own.deployment);
    }
    let mut earlier = earlier();
    match (earlier.next(), earlier.next()) {
        (None, _) => Before::None,
        (Some(only), None) => Before::One(only.deployment),
        (Some(_), Some(_)) => Before::Several,
    }
}

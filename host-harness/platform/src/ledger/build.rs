//! A ledger of what is known.

mod judge;
mod places;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use super::known::Known;
use super::{Brought, Cause, Delivered, Ledger, Outage, Unlinked};
use crate::delivery::{Services, key};
use crate::links::{Deliveries, Thing, Ties, Why, Window, counts, tie};
use crate::model::common::Timestamp;
use crate::model::record::{Deployment, Incident};
use judge::Heads;
use places::{Places, place};

impl Ledger {
    /// The ledger of what is known, as of a time. Ids of deployments or incidents that several sources have stand behind
    /// their source: `source:id`.
    ///
    /// Until [`next_at`](Ledger::next_at) nothing more is known: but for its time, the ledger stays the same.
    #[must_use]
    pub fn build(mut known: Known, as_of: Timestamp) -> Self {
        let next_at = known.next_after(as_of);
        tell_apart(&mut known);
        let deployments = known.deployments.iter().map(|one| one.deployment.clone());
        let deployments: Vec<Deployment> = deployments.collect();
        let incidents = known.incidents.iter().map(|one| one.incident.clone());
        let incidents: Vec<Incident> = incidents.collect();
        let deliveries = Deliveries {
            changes: &known.merges,
            deployments: &deployments,
            incidents: &incidents,
            services: &known.services,
        };
        let Ties { ties, unlinked } = tie(&deliveries, &Window::ALL, as_of);

        let (services, repositories) = names(&known, as_of);
        let mut ledger = Self {
            as_of,
            next_at,
            deployments: delivered(&known, &services, &repositories, as_of),
            ..Self::default()
        };
        let mut tally = Tally::default();
        for (thing, why) in &unlinked {
            tally.add(*thing, why);
        }
        ledger.judged = judge::judged(&known, &repositories, as_of, &mut tally);
        let heads = Heads::of(&ledger.judged);
        let place_of = |deployment: &Deployment| {
            place(&ledger.deployments, |one| {
                (one.at, &*one.id).cmp(&(deployment.at, &deployment.id))
            })
        };
        let mut traced: HashMap<&str, Traced> = HashMap::new();
        for tie in &ties {
            let after_ms = tie.after_ms;
            match (tie.from, tie.to) {
                (Thing::Change(change), Thing::Deployment(deployment)) => {
                    let repository = repositories.get(&key(&change.repository));
                    if let (Some(deployment), Some(repository)) = (place_of(deployment), repository)
                    {
                        ledger.brought.push(Brought {
                            change: change.change.clone(),
                            deployment,
                            repository,
                            merged_at: change.merged_at,
                            lead_ms: after_ms,
                            judged: heads.get(&change.change, &change.head_sha),
                        });
                    }
                }
                (Thing::Incident(incident), Thing::Deployment(deployment)) => {
                    let traced = traced.entry(&incident.id).or_default();
                    let cause = place_of(deployment).map(|deployment| Cause {
                        deployment,
                        after_ms,
                        reason: tie.reason,
                    });
                    if traced.cause.is_none_or(|former| after_ms < former.after_ms) {
                        traced.cause = cause;
                    }
                }
                (Thing::Incident(incident), Thing::Change(change)) => {
                    traced.entry(&incident.id).or_default().change = Some(change.change.clone());
                }
                _ => {}
            }
        }
        ledger.brought.sort_unstable_by(|one, other| {
            (one.deployment, &one.change).cmp(&(other.deployment, &other.change))
        });
        let only = only_repositories(&known.services, &services, &repositories);
        place_unstated(&mut ledger, &only);
        ledger.outages = outages(&incidents, traced, &known.services, &services, as_of);
        let merged = known.merges.iter().filter(|one| one.merged_at <= as_of);
        let undated = known.others.iter().filter(|one| one.merged).count();
        tally.add_changes(UNDATED, undated);
        ledger.merged = count(merged.count() + undated);
        ledger.unlinked = tally.rows();
        ledger.services = services.into_names();
        ledger.repositories = repositories.into_names();
        ledger
    }
}

/// What an incident is tied to.
#[derive(Default)]
struct Traced {
    cause: Option<Cause>,
    change: Option<String>,
}

/// Makes every id the only one, and the order of changes the same: of two that have one number the last counts.
fn tell_apart(known: &mut Known) {
    (known.merges).sort_unstable_by(|one, other| one.change.cmp(&other.change));
    let deployments = known.deployments.iter_mut();
    qualify(deployments.map(|one| (&mut one.deployment.id, &*one.source)));
    let incidents = known.incidents.iter_mut();
    qualify(incidents.map(|one| (&mut one.incident.id, &*one.source)));
}

/// Puts the source before ids that several have.
fn qualify<'a>(ids: impl Iterator<Item = (&'a mut String, &'a str)>) {
    let mut ids: Vec<_> = ids.collect();
    ids.sort_unstable();
    for same in ids.chunk_by_mut(|(one, _), (other, _)| one == other) {
        if same.len() > 1 {
            for (id, source) in same {
                **id = format!("{source}:{id}");
            }
        }
    }
}

/// The names of services and repositories that the ledger places rows by.
fn names(known: &Known, as_of: Timestamp) -> (Places, Places) {
    let services = &known.services;
    let deployments = known.deployments.iter();
    let counted = deployments.filter(|one| counts(&one.deployment, as_of));
    let named = counted.map(|one| services.present(&one.deployment.service));
    let declared = services.all().iter().map(|one| &*one.name);
    let merges = known.merges.iter().map(|one| &one.repository);
    let others = known.others.iter().map(|one| &one.repository);
    let stated = known
        .deployments
        .iter()
        .filter_map(|one| one.repository.as_ref());
    let built = services.all().iter().flat_map(|one| &one.repositories);
    let repositories = merges.chain(others).chain(stated).chain(built);
    let repositories = repositories.filter(|one| !one.trim().is_empty());
    (
        Places::of(declared.chain(named).map(Cow::Borrowed)),
        Places::of(repositories.map(|one| key(one))),
    )
}

fn delivered(
    known: &Known,
    services: &Places,
    repositories: &Places,
    as_of: Timestamp,
) -> Vec<Delivered> {
    let deployments = known.deployments.iter();
    let counted = deployments.filter(|one| counts(&one.deployment, as_of));
    let delivered = counted.filter_map(|one| {
        Some(Delivered {
            id: one.deployment.id.clone(),
            service: services.get(known.services.present(&one.deployment.service))?,
            repository: (one.repository.as_deref()).and_then(|one| repositories.get(&key(one))),
            at: one.deployment.at,
        })
    });
    let mut delivered: Vec<Delivered> = delivered.collect();
    delivered.sort_unstable_by(|one, other| (one.at, &one.id).cmp(&(other.at, &other.id)));
    delivered
}

/// The repository of each service that is built from one, by place.
fn only_repositories(
    known: &Services,
    services: &Places,
    repositories: &Places,
) -> HashMap<u32, u32> {
    let only = known.all().iter().filter_map(|service| {
        let mut built = service.repositories.iter();
        let first = repositories.get(&key(built.next()?))?;
        let alone = built.all(|one| repositories.get(&key(one)) == Some(first));
        Some((services.get(&service.name)?, alone.then_some(first)?))
    });
    only.collect()
}

/// Gives deployments that state no repository that of what they brought, else the only one of their service.
fn place_unstated(ledger: &mut Ledger, only: &HashMap<u32, u32>) {
    let mut of_changes: HashMap<u32, Option<u32>> = HashMap::new();
    for brought in &ledger.brought {
        let repository = Some(brought.repository);
        let of = of_changes.entry(brought.deployment).or_insert(repository);
        if *of != repository {
            *of = None;
        }
    }
    for (place, deployment) in (0..).zip(&mut ledger.deployments) {
        if deployment.repository.is_none() {
            deployment.repository = match of_changes.get(&place) {
                Some(repository) => *repository,
                None => only.get(&deployment.service).copied(),
            };
        }
    }
}

fn outages(
    incidents: &[Incident],
    mut traced: HashMap<&str, Traced>,
    known: &Services,
    services: &Places,
    as_of: Timestamp,
) -> Vec<Outage> {
    let begun = incidents.iter().filter(|one| one.started_at <= as_of);
    let outages = begun.map(|one| {
        let Traced { cause, change } = traced.remove(&*one.id).unwrap_or_default();
        let stated = one.service.trim();
        let service = (!stated.is_empty()).then(|| services.get(known.present(stated)));
        // What ended later went on then.
        let later = one.resolved_at.is_some_and(|at| at > as_of);
        Outage {
            id: one.id.clone(),
            title: one.title.clone(),
            severity: one.severity.clone(),
            service: service.flatten(),
            started_at: one.started_at,
            resolved_at: one.resolved_at.filter(|_| !later),
            open: one.open || later,
            cause,
            change,
        }
    });
    let mut outages: Vec<Outage> = outages.collect();
    outages.sort_unstable_by(|one, other| {
        (one.started_at, &one.id).cmp(&(other.started_at, &other.id))
    });
    outages
}

/// What is not tied, by kind and reason.
#[derive(Default)]
struct Tally(BTreeMap<(&'static str, String), u32>);

impl Tally {
    fn add(&mut self, thing: Thing<'_>, why: &Why) {
        let kind = match thing {
            Thing::Change(_) => CHANGE,
            Thing::Deployment(_) => "deployment",
            Thing::Incident(_) => "incident",
        };
        *self.0.entry((kind, why.in_general())).or_default() += 1;
    }

    fn add_changes(&mut self, why: &str, number: usize) {
        if number > 0 {
            *self.0.entry((CHANGE, why.to_owned())).or_default() += count(number);
        }
    }

    fn rows(self) -> Vec<Unlinked> {
        let rows = self.0.into_iter().map(|((kind, why), count)| Unlinked {
            kind: kind.to_owned(),
            why,
            count,
        });
        rows.collect()
    }
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

const CHANGE: &str = "change";

const UNDATED: &str = "it is merged, and nobody said when; import the time of its merge";

#[cfg(test)]
mod tests;

//! From changes to the deployments that brought them.

use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};

use super::ground::{Ground, Placed};
use super::{Basis, Deliveries, Reason, Thing, Tie, Why};
use crate::delivery::{Merge, key};
use crate::model::common::Timestamp;

/// The links of changes, and the deployments behind them.
pub(super) struct Brought<'a> {
    pub(super) ties: Vec<Tie<'a>>,
    pub(super) unlinked: Vec<(Thing<'a>, Why)>,
    by_change: HashMap<&'a str, Vec<Placed<'a>>>,
}

impl<'a> Brought<'a> {
    /// The deployments that brought a change, at most one for each service.
    pub(super) fn of(&self, change: &str) -> &[Placed<'a>] {
        self.by_change.get(change).map_or(&[], Vec::as_slice)
    }

    fn bring(&mut self, change: &'a Merge, placed: Placed<'a>, reason: Reason) {
        self.ties.push(Tie {
            from: Thing::Change(change),
            to: Thing::Deployment(placed.deployment),
            reason,
            after_ms: placed.deployment.at.saturating_sub(change.merged_at),
        });
        let brought = self.by_change.entry(&change.change).or_default();
        brought.push(placed);
    }
}

pub(super) fn bring<'a>(
    deliveries: &Deliveries<'a>,
    ground: &Ground<'a>,
    as_of: Timestamp,
) -> Brought<'a> {
    let mut brought = Brought {
        ties: Vec::new(),
        unlinked: Vec::new(),
        by_change: HashMap::new(),
    };
    let mut changes: Vec<&Merge> = deliveries.changes.iter().collect();
    changes.sort_unstable_by_key(|one| (one.merged_at, &one.change));
    // By service and repository, in the order of the merges.
    let mut waiting: HashMap<(&str, Cow<'_, str>), VecDeque<&Merge>> = HashMap::new();
    for change in changes.iter().filter(|one| one.merged_at <= as_of) {
        let by_sha = by_sha(change, ground);
        for service in deliveries.services.of_repository(&change.repository) {
            if by_sha.iter().all(|(one, _)| one.service != service.name) {
                let of_service = (&*service.name, key(&change.repository));
                let of_service = waiting.entry(of_service).or_default();
                of_service.push_back(change);
            }
        }
        for (placed, reason) in by_sha {
            brought.bring(change, placed, reason);
        }
    }
    for ((service, _), waiting) in waiting {
        first_after_merge(service, waiting, ground, &mut brought);
    }
    for change in changes {
        if !brought.by_change.contains_key(&*change.change) {
            let why = why(change, deliveries, ground, as_of);
            brought.unlinked.push((Thing::Change(change), why));
        }
    }
    brought
}

/// The first deployments of a change's commits since its merge, one for each service.
fn by_sha<'a>(change: &Merge, ground: &Ground<'a>) -> Vec<(Placed<'a>, Reason)> {
    let mut found: Vec<(Placed<'_>, Reason)> = Vec::new();
    for (sha, reason) in [
        (change.merge_sha.as_deref(), Reason::MergeSha),
        (Some(&*change.head_sha), Reason::HeadSha),
    ] {
        let placed = ground.of_sha(sha);
        for placed in placed.filter(|one| one.deployment.at >= change.merged_at) {
            if found.iter().all(|(one, _)| one.service != placed.service) {
                found.push((placed, reason));
            }
        }
    }
    found
}

/// Ties changes of one repository, which come in the order of their merges, to the service's first deployment that can
/// hold them: a commit that a merge made holds what was merged until then.
fn first_after_merge<'a>(
    service: &'a str,
    changes: VecDeque<&'a Merge>,
    ground: &Ground<'a>,
    brought: &mut Brought<'a>,
) {
    let mut coming = changes;
    let mut waiting: VecDeque<&Merge> = VecDeque::new();
    for deployment in ground.of_service(service) {
        while let Some(change) = coming.pop_front_if(|one| one.merged_at <= deployment.at) {
            waiting.push_back(change);
        }
        if waiting.is_empty() {
            continue;
        }
        let made_by = ground.made_by(deployment);
        let holds = |change: &Merge| {
            made_by.is_none_or(|made_by| {
                made_by.repository.eq_ignore_ascii_case(&change.repository)
                    && change.merged_at <= made_by.merged_at
            })
        };
        let basis = if deployment.sha.is_some() {
            Basis::NoneMatches
        } else {
            Basis::ShaUnstated
        };
        while let Some(change) = waiting.pop_front_if(|one| holds(one)) {
            let placed = Placed {
                deployment,
                service,
            };
            brought.bring(change, placed, Reason::FirstAfterMerge(basis));
        }
    }
}

fn why(change: &Merge, deliveries: &Deliveries<'_>, ground: &Ground<'_>, as_of: Timestamp) -> Why {
    if change.merged_at > as_of {
        return Why::Future;
    }
    let shas = [change.merge_sha.as_deref(), Some(&*change.head_sha)];
    if shas.iter().any(|sha| ground.of_sha(*sha).next().is_some()) {
        return Why::BeforeMerge;
    }
    let mut services = deliveries.services.of_repository(&change.repository);
    match services.next() {
        None => Why::NoService(change.repository.clone()),
        Some(_) => Why::NotDeployed,
    }
}

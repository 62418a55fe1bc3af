//! The changes of a ledger, and what they led to.

use std::collections::HashMap;

use super::WINDOW;
use crate::ledger::{Judged, Ledger, Places};
use crate::model::common::Timestamp;
use crate::model::evidence::Observation;

/// What counts, and how many do not.
pub(super) struct Gathered<'a> {
    /// In order of their first deployment.
    pub(super) units: Vec<Unit<'a>>,
    pub(super) too_young: u32,
    pub(super) unjudged: u32,
    /// Each once.
    deployments: Vec<(u32, Observation)>,
    /// Each once.
    incidents: Vec<(usize, Observation)>,
}

/// A change that was judged, deployed, and watched for the whole window.
pub(super) struct Unit<'a> {
    pub(super) judged: &'a Judged,
    /// Whether it led to an incident.
    pub(super) failed: bool,
}

impl<'a> Gathered<'a> {
    pub(super) fn new(
        ledger: &'a Ledger,
        places: &Places,
        from: Timestamp,
        as_of: Timestamp,
    ) -> Self {
        let mut changes = Changes::new(ledger, places, from, as_of);
        let tied = tied(ledger);
        let (mut deployments, mut incidents) = (Vec::new(), Vec::new());
        for (deployment, place) in &changes.rows {
            let Some(change) = changes.list.get_mut(*place) else {
                continue;
            };
            let Some(judged) = change.judged.filter(|_| change.is_old(as_of)) else {
                continue;
            };
            deployments.push((*deployment, judged.observation));
            let first = tied.partition_point(|(one, ..)| one < deployment);
            let of_it = tied
                .iter()
                .skip(first)
                .take_while(|(one, ..)| one == deployment);
            for (_, named, incident) in of_it {
                if named.is_none_or(|named| named == judged.change) {
                    incidents.push((*incident, judged.observation));
                    change.failed = true;
                }
            }
        }
        deployments.sort_unstable();
        deployments.dedup();
        incidents.sort_unstable();
        incidents.dedup();
        let mut gathered = Self {
            units: Vec::new(),
            too_young: 0,
            unjudged: 0,
            deployments,
            incidents,
        };
        for change in changes.list {
            match change.judged {
                _ if !change.is_old(as_of) => gathered.too_young += 1,
                None => gathered.unjudged += 1,
                Some(judged) => gathered.units.push(Unit {
                    judged,
                    failed: change.failed,
                }),
            }
        }
        gathered
    }

    /// How many deployments brought changes of an observation.
    pub(super) fn deployments(&self, observation: Observation) -> u32 {
        count(&self.deployments, observation)
    }

    /// How many incidents followed them.
    pub(super) fn incidents(&self, observation: Observation) -> u32 {
        count(&self.incidents, observation)
    }
}

/// Changes, and the deployments that brought them with their place here.
struct Changes<'a> {
    list: Vec<Change<'a>>,
    rows: Vec<(u32, usize)>,
}

struct Change<'a> {
    judged: Option<&'a Judged>,
    last_at: Timestamp,
    failed: bool,
}

impl<'a> Changes<'a> {
    fn new(ledger: &'a Ledger, places: &Places, from: Timestamp, as_of: Timestamp) -> Self {
        let mut changes = Self {
            list: Vec::new(),
            rows: Vec::with_capacity(ledger.brought.len()),
        };
        // All deliveries of a change have the same decision. Its place is the change's name; it is cheaper than the id.
        let mut judged_at = vec![None; ledger.judged.len()];
        let mut unjudged_at: HashMap<&str, usize> = HashMap::new();
        for one in &ledger.brought {
            let deployment = index(one.deployment).and_then(|at| ledger.deployments.get(at));
            let at = deployment.map(|deployment| deployment.at);
            let Some(at) = at.filter(|at| (from..=as_of).contains(at)) else {
                continue;
            };
            if !places.brought(ledger, one) {
                continue;
            }
            let new = changes.list.len();
            let judged = one.judged.and_then(index);
            let place = match judged.and_then(|judged| judged_at.get_mut(judged)) {
                Some(known) => *known.get_or_insert(new),
                None => *unjudged_at.entry(&one.change).or_insert(new),
            };
            changes.rows.push((one.deployment, place));
            match changes.list.get_mut(place) {
                Some(change) => change.last_at = change.last_at.max(at),
                None => changes.list.push(Change {
                    judged: judged.and_then(|judged| ledger.judged.get(judged)),
                    last_at: at,
                    failed: false,
                }),
            }
        }
        changes
    }
}

impl Change<'_> {
    /// Whether the window after its last deployment has gone by.
    fn is_old(&self, as_of: Timestamp) -> bool {
        self.last_at.saturating_add(WINDOW.ms()) <= as_of
    }
}

/// Incidents within the window, in order of the deployment that each is tied to: that, the change that it names, and its
/// own place.
fn tied(ledger: &Ledger) -> Vec<(u32, Option<&str>, usize)> {
    let outages = ledger.outages.iter().enumerate();
    let mut tied: Vec<_> = outages
        .filter_map(|(place, outage)| {
            let cause = outage.cause.filter(|cause| cause.after_ms <= WINDOW.ms())?;
            Some((cause.deployment, outage.change.as_deref(), place))
        })
        .collect();
    tied.sort_unstable();
    tied
}

fn count<T>(rows: &[(T, Observation)], observation: Observation) -> u32 {
    let count = rows.iter().filter(|(_, one)| *one == observation).count();
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn index(place: u32) -> Option<usize> {
    usize::try_from(place).ok()
}

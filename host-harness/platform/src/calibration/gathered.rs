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
    deployments: Vec<(u32, Observation)>,
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
        let incidents = Incidents::new(ledger);
        let mut gathered = Self {
            units: Vec::new(),
            too_young: 0,
            unjudged: 0,
            deployments: Vec::new(),
            incidents: Vec::new(),
        };
        for change in changes(ledger, places, from, as_of) {
            let judged = change.judged.and_then(|at| ledger.judged.get(index(at)?));
            if change.last_at.saturating_add(WINDOW.ms()) > as_of {
                gathered.too_young += 1;
            } else if let Some(judged) = judged {
                let mut failed = false;
                for deployment in change.deployments {
                    gathered.deployments.push((deployment, judged.observation));
                    for incident in incidents.of(deployment, change.id) {
                        gathered.incidents.push((incident, judged.observation));
                        failed = true;
                    }
                }
                gathered.units.push(Unit { judged, failed });
            } else {
                gathered.unjudged += 1;
            }
        }
        gathered.deployments.sort_unstable();
        gathered.deployments.dedup();
        gathered.incidents.sort_unstable();
        gathered.incidents.dedup();
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

/// A change with all deployments that brought it.
struct Change<'a> {
    id: &'a str,
    judged: Option<u32>,
    last_at: Timestamp,
    deployments: Vec<u32>,
}

fn changes<'a>(
    ledger: &'a Ledger,
    places: &Places,
    from: Timestamp,
    as_of: Timestamp,
) -> Vec<Change<'a>> {
    let mut changes: Vec<Change<'a>> = Vec::new();
    let mut known: HashMap<&str, usize> = HashMap::new();
    for one in &ledger.brought {
        let deployment = index(one.deployment).and_then(|at| ledger.deployments.get(at));
        let at = deployment.map(|deployment| deployment.at);
        let Some(at) = at.filter(|at| (from..=as_of).contains(at)) else {
            continue;
        };
        if !places.brought(ledger, one) {
            continue;
        }
        let place = *known.entry(&one.change).or_insert(changes.len());
        if let Some(change) = changes.get_mut(place) {
            change.last_at = change.last_at.max(at);
            change.deployments.push(one.deployment);
        } else {
            changes.push(Change {
                id: &one.change,
                judged: one.judged,
                last_at: at,
                deployments: vec![one.deployment],
            });
        }
    }
    changes
}

/// Incidents within the window, by the deployment that they are tied to.
struct Incidents<'a> {
    /// Place of the deployment, the change that is named, and place of the incident.
    tied: Vec<(u32, Option<&'a str>, usize)>,
}

impl<'a> Incidents<'a> {
    fn new(ledger: &'a Ledger) -> Self {
        let outages = ledger.outages.iter().enumerate();
        let mut tied: Vec<_> = outages
            .filter_map(|(place, outage)| {
                let cause = outage.cause.filter(|cause| cause.after_ms <= WINDOW.ms())?;
                Some((cause.deployment, outage.change.as_deref(), place))
            })
            .collect();
        tied.sort_unstable();
        Self { tied }
    }

    /// Those of a deployment that name this change or none.
    fn of(&self, deployment: u32, change: &str) -> impl Iterator<Item = usize> {
        let first = self.tied.partition_point(|(one, ..)| *one < deployment);
        let rest = self.tied.get(first..).unwrap_or_default();
        rest.iter()
            .take_while(move |(one, ..)| *one == deployment)
            .filter(move |(_, named, _)| named.is_none_or(|named| named == change))
            .map(|(.., place)| *place)
    }
}

fn count<T>(rows: &[(T, Observation)], observation: Observation) -> u32 {
    let count = rows.iter().filter(|(_, one)| *one == observation).count();
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn index(place: u32) -> Option<usize> {
    usize::try_from(place).ok()
}

//! The figures of the rows that count.

use std::collections::BTreeMap;

use super::figures::{FailureRate, Frequency, LeadTime, Restore};
use super::series::Steps;
use super::{CountedDeployment, Dora, Left, LeftOut, OfService, Selection};
use crate::ledger::{Scope, Within};
use crate::model::common::Timestamp;

/// What is counted of all deployments, of those of a step, or of those of a service.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally {
    pub(super) deployments: u32,
    pub(super) settled: u32,
    pub(super) failed: u32,
    /// Rising.
    pub(super) leads_ms: Vec<Timestamp>,
}

pub(super) struct Fold<'s, 'a> {
    selection: &'s Selection<'a>,
    steps: Steps,
    all: Tally,
    by_step: Vec<Tally>,
    by_service: Vec<Tally>,
    left: BTreeMap<Left, u32>,
}

impl Tally {
    pub(super) fn changes(&self) -> u32 {
        u32::try_from(self.leads_ms.len()).unwrap_or(u32::MAX)
    }
}

impl<'s, 'a> Fold<'s, 'a> {
    pub(super) fn new(selection: &'s Selection<'a>) -> Self {
        let steps = Steps::new(selection.from, selection.as_of);
        Self {
            selection,
            steps,
            all: Tally::default(),
            by_step: vec![Tally::default(); steps.count()],
            by_service: vec![Tally::default(); selection.ledger.services.len()],
            left: BTreeMap::new(),
        }
    }

    pub(super) fn report(mut self, scope: &Scope) -> Dora {
        let Selection {
            ledger,
            settings,
            from,
            as_of,
            ..
        } = *self.selection;
        self.deployments();
        self.leads();
        let time_to_restore = self.incidents();
        let left_out = self.left.iter();
        Dora {
            from,
            as_of,
            scope: scope.clone(),
            settings,
            frequency: self.frequency(&self.all),
            lead_time: LeadTime::of(&self.all),
            change_failure_rate: FailureRate::of(&self.all, settings.tiers),
            time_to_restore,
            series: self.steps.series(&self.by_step),
            services: self.services(),
            left_out: left_out
                .map(|(&why, &count)| LeftOut { why, count })
                .collect(),
            unlinked: ledger.unlinked.clone(),
        }
    }

    fn deployments(&mut self) {
        self.selection.deployments(|one| match one {
            Ok(CountedDeployment { delivered, failed }) => {
                if failed.is_none() {
                    self.leave(Left::YoungDeployment);
                }
                self.each(delivered.at, delivered.service, |tally| {
                    tally.deployments += 1;
                    tally.settled += u32::from(failed.is_some());
                    tally.failed += u32::from(failed == Some(true));
                });
            }
            Err(left) => self.leave(left),
        });
    }

    fn leads(&mut self) {
        let changes = self.selection.changes();
        let mut leads: Vec<(Timestamp, Timestamp, u32)> = changes
            .map(|one| (one.brought.lead_ms, one.delivered.at, one.delivered.service))
            .collect();
        // Sorted once for every tally that they go to.
        leads.sort_unstable();
        for (lead_ms, at, service) in leads {
            self.each(at, service, |tally| tally.leads_ms.push(lead_ms));
        }
    }

    fn incidents(&mut self) -> Restore {
        let mut incidents = 0;
        let mut lasted_ms: Vec<Timestamp> = Vec::new();
        self.selection.incidents(|one| match one {
            Ok(one) => {
                incidents += 1;
                if let Some(left) = one.no_failure {
                    self.leave(left);
                }
                match one.lasted_ms {
                    Ok(ms) => lasted_ms.push(ms),
                    Err(left) => self.leave(left),
                }
            }
            Err(left) => self.leave(left),
        });
        lasted_ms.sort_unstable();
        Restore::of(incidents, &lasted_ms)
    }

    fn services(&self) -> Vec<OfService> {
        let Selection {
            ledger,
            places,
            within,
            ..
        } = self.selection;
        let mut delivered = vec![places.repository.is_none(); self.by_service.len()];
        for (one, within) in ledger.deployments.iter().zip(within) {
            let place = usize::try_from(one.service).ok();
            if let Some(delivered) = place.and_then(|place| delivered.get_mut(place)) {
                *delivered |= *within == Within::Inside;
            }
        }
        let chosen = places
            .service
            .map(|place| usize::try_from(place).unwrap_or(usize::MAX));
        let tallies = ledger.services.iter().zip(&self.by_service);
        let mut rows: Vec<OfService> = tallies
            .zip(delivered)
            .enumerate()
            .filter(|(place, (_, delivered))| chosen.map_or(*delivered, |chosen| chosen == *place))
            .map(|(_, ((service, tally), _))| OfService {
                service: service.clone(),
                frequency: self.frequency(tally),
                lead_time: LeadTime::of(tally),
                change_failure_rate: FailureRate::of(tally, self.selection.settings.tiers),
            })
            .collect();
        rows.sort_by(|one, other| one.service.cmp(&other.service));
        rows
    }

    fn frequency(&self, tally: &Tally) -> Frequency {
        Frequency::of(
            tally.deployments,
            self.selection.as_of - self.selection.from,
        )
    }

    /// The tallies that a deployment counts in.
    fn each(&mut self, at: Timestamp, service: u32, count: impl Fn(&mut Tally)) {
        count(&mut self.all);
        let service = usize::try_from(service).ok();
        let of_service = service.and_then(|place| self.by_service.get_mut(place));
        let of_step = self.by_step.get_mut(self.steps.place(at));
        of_service.into_iter().chain(of_step).for_each(count);
    }

    fn leave(&mut self, why: Left) {
        *self.left.entry(why).or_default() += 1;
    }
}

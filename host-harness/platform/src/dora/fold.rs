//! One pass over the rows.

use std::collections::BTreeMap;

use super::figures::{FailureRate, Frequency, LeadTime, Restore};
use super::series::Steps;
use super::{Dora, DoraSettings, Left, LeftOut, OfService};
use crate::ledger::{Ledger, Outage, Places, Scope, Within};
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

pub(super) struct Fold<'a> {
    ledger: &'a Ledger,
    settings: DoraSettings,
    places: Places,
    from: Timestamp,
    as_of: Timestamp,
    steps: Steps,
    /// Of each deployment of the ledger.
    within: Vec<Within>,
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

impl<'a> Fold<'a> {
    /// Of a window that covers time, and not too much.
    pub(super) fn new(
        ledger: &'a Ledger,
        settings: DoraSettings,
        places: Places,
        from: Timestamp,
        as_of: Timestamp,
    ) -> Self {
        let steps = Steps::new(from, as_of);
        Self {
            ledger,
            settings,
            places,
            from,
            as_of,
            steps,
            within: places.deployments(ledger),
            all: Tally::default(),
            by_step: vec![Tally::default(); steps.count()],
            by_service: vec![Tally::default(); ledger.services.len()],
            left: BTreeMap::new(),
        }
    }

    pub(super) fn report(mut self, scope: &Scope) -> Dora {
        self.deployments();
        self.leads();
        let time_to_restore = self.outages();
        let left_out = self.left.iter();
        Dora {
            from: self.from,
            as_of: self.as_of,
            scope: scope.clone(),
            settings: self.settings,
            frequency: self.frequency(&self.all),
            lead_time: LeadTime::of(&self.all),
            change_failure_rate: FailureRate::of(&self.all, self.settings.tiers),
            time_to_restore,
            series: self.steps.series(&self.by_step),
            services: self.services(),
            left_out: left_out
                .map(|(&why, &count)| LeftOut { why, count })
                .collect(),
            unlinked: self.ledger.unlinked.clone(),
        }
    }

    fn deployments(&mut self) {
        let ledger = self.ledger;
        let failed = self.failed();
        for (index, one) in ledger.deployments.iter().enumerate() {
            if !self.covers(one.at) {
                continue;
            }
            match self.within.get(index) {
                Some(Within::Inside) => (),
                Some(Within::Unknown) => {
                    self.leave(Left::UnplacedDeployment);
                    continue;
                }
                Some(Within::Outside) | None => continue,
            }
            let settled = self.as_of - one.at >= self.settings.cfr_window_ms;
            let failed = settled && failed.get(index).is_some_and(|failed| *failed);
            if !settled {
                self.leave(Left::YoungDeployment);
            }
            self.each(one.at, one.service, |tally| {
                tally.deployments += 1;
                tally.settled += u32::from(settled);
                tally.failed += u32::from(failed);
            });
        }
    }

    /// Whether each deployment has an incident within the window of failure.
    fn failed(&self) -> Vec<bool> {
        let mut failed = vec![false; self.ledger.deployments.len()];
        let begun = self.ledger.outages.iter();
        for cause in begun
            .filter(|one| one.started_at <= self.as_of)
            .filter_map(|one| one.cause)
            .filter(|cause| cause.after_ms <= self.settings.cfr_window_ms)
        {
            let place = usize::try_from(cause.deployment).ok();
            if let Some(failed) = place.and_then(|place| failed.get_mut(place)) {
                *failed = true;
            }
        }
        failed
    }

    fn leads(&mut self) {
        let ledger = self.ledger;
        let mut leads: Vec<(Timestamp, Timestamp, u32)> = ledger
            .brought
            .iter()
            .filter(|one| self.places.brought(ledger, one))
            .filter_map(|one| {
                let place = usize::try_from(one.deployment).ok()?;
                let deployment = ledger.deployments.get(place)?;
                let covered = self.covers(deployment.at);
                covered.then_some((one.lead_ms, deployment.at, deployment.service))
            })
            .collect();
        // Sorted once for every tally that they go to.
        leads.sort_unstable();
        for (lead_ms, at, service) in leads {
            self.each(at, service, |tally| tally.leads_ms.push(lead_ms));
        }
    }

    fn outages(&mut self) -> Restore {
        let mut incidents = 0;
        let mut lasted_ms: Vec<Timestamp> = Vec::new();
        for one in &self.ledger.outages {
            if !self.covers(one.started_at) {
                continue;
            }
            match self.places.outage(&self.within, one) {
                Within::Inside => incidents += 1,
                Within::Unknown => {
                    self.leave(Left::UnplacedIncident);
                    continue;
                }
                Within::Outside => continue,
            }
            match one.cause {
                None => self.leave(Left::UntiedIncident),
                Some(cause) if cause.after_ms > self.settings.cfr_window_ms => {
                    self.leave(Left::LateIncident);
                }
                Some(_) => (),
            }
            match lasted(one, self.as_of) {
                Ok(ms) => lasted_ms.push(ms),
                Err(left) => self.leave(left),
            }
        }
        lasted_ms.sort_unstable();
        Restore::of(incidents, &lasted_ms)
    }

    fn services(&self) -> Vec<OfService> {
        let mut delivered = vec![self.places.repository.is_none(); self.by_service.len()];
        for (one, within) in self.ledger.deployments.iter().zip(&self.within) {
            let place = usize::try_from(one.service).ok();
            if let Some(delivered) = place.and_then(|place| delivered.get_mut(place)) {
                *delivered |= *within == Within::Inside;
            }
        }
        let chosen = self
            .places
            .service
            .map(|place| usize::try_from(place).unwrap_or(usize::MAX));
        let tallies = self.ledger.services.iter().zip(&self.by_service);
        let mut rows: Vec<OfService> = tallies
            .zip(delivered)
            .enumerate()
            .filter(|(place, (_, delivered))| chosen.map_or(*delivered, |chosen| chosen == *place))
            .map(|(_, ((service, tally), _))| OfService {
                service: service.clone(),
                frequency: self.frequency(tally),
                lead_time: LeadTime::of(tally),
                change_failure_rate: FailureRate::of(tally, self.settings.tiers),
            })
            .collect();
        rows.sort_by(|one, other| one.service.cmp(&other.service));
        rows
    }

    fn frequency(&self, tally: &Tally) -> Frequency {
        Frequency::of(tally.deployments, self.as_of - self.from)
    }

    /// The tallies that a deployment counts in.
    fn each(&mut self, at: Timestamp, service: u32, count: impl Fn(&mut Tally)) {
        count(&mut self.all);
        let service = usize::try_from(service).ok();
        let of_service = service.and_then(|place| self.by_service.get_mut(place));
        let of_step = self.by_step.get_mut(self.steps.place(at));
        of_service.into_iter().chain(of_step).for_each(count);
    }

    fn covers(&self, at: Timestamp) -> bool {
        (self.from..=self.as_of).contains(&at)
    }

    fn leave(&mut self, why: Left) {
        *self.left.entry(why).or_default() += 1;
    }
}

/// How long an incident lasted, in milliseconds; why it is left out where that is not known.
fn lasted(one: &Outage, as_of: Timestamp) -> Result<Timestamp, Left> {
    match one.resolved_at {
        _ if one.open => Err(Left::OpenIncident),
        None => Err(Left::EndUnknown),
        Some(resolved_at) if resolved_at < one.started_at => Err(Left::EndBeforeStart),
        Some(resolved_at) if resolved_at > as_of => Err(Left::OpenIncident),
        Some(resolved_at) => Ok(resolved_at - one.started_at),
    }
}

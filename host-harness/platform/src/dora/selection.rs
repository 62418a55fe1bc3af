//! Which rows count: figures are counted of what is listed here, and nowhere else.

use super::{DoraError, DoraSettings, LONGEST_MS, Left};
use crate::ledger::{Brought, Delivered, Ledger, Outage, Places, Scope, Within};
use crate::links::Window;
use crate::model::common::Timestamp;

/// The rows of a ledger that the figures of a window of time are counted of.
pub struct Selection<'a> {
    pub(super) ledger: &'a Ledger,
    pub(super) settings: DoraSettings,
    pub(super) places: Places,
    pub(super) from: Timestamp,
    pub(super) as_of: Timestamp,
    /// Of each deployment of the ledger.
    pub(super) within: Vec<Within>,
    /// Of each deployment of the ledger: whether it has an incident within the window of failure.
    failed: Vec<bool>,
}

/// A deployment that counts.
#[derive(Debug, Clone, Copy)]
pub struct CountedDeployment<'a> {
    /// It.
    pub delivered: &'a Delivered,
    /// Whether it failed; none while it is too young to tell.
    pub failed: Option<bool>,
}

/// A change that counts: for one service that it came to.
#[derive(Debug, Clone, Copy)]
pub struct CountedChange<'a> {
    /// It.
    pub brought: &'a Brought,
    /// The deployment that brought it.
    pub delivered: &'a Delivered,
}

/// An incident that counts.
#[derive(Debug, Clone, Copy)]
pub struct CountedIncident<'a> {
    /// It.
    pub outage: &'a Outage,
    /// How long it lasted, in milliseconds, or why it has no time to restore.
    pub lasted_ms: Result<Timestamp, Left>,
    /// Why it makes no deployment a failed one; none if it does.
    pub no_failure: Option<Left>,
}

impl<'a> Selection<'a> {
    /// The rows of the time from `from` to `as_of`, both included.
    ///
    /// # Errors
    ///
    /// As of [`report`](super::report).
    pub fn new(
        ledger: &'a Ledger,
        settings: &DoraSettings,
        scope: &Scope,
        from: Timestamp,
        as_of: Timestamp,
    ) -> Result<Self, DoraError> {
        if from >= as_of {
            return Err(DoraError::NoTime(from, as_of));
        }
        if as_of.checked_sub(from).is_none_or(|ms| ms > LONGEST_MS) {
            return Err(DoraError::TooLong(from, as_of));
        }
        if let Some(next_at) = ledger.next_at.filter(|next_at| *next_at <= as_of) {
            return Err(DoraError::LedgerTooOld(as_of, next_at));
        }
        if !(1..=Window::Days30.ms()).contains(&settings.cfr_window_ms) {
            return Err(DoraError::FailureWindow(settings.cfr_window_ms));
        }
        let places = scope.places(ledger)?;
        Ok(Self {
            ledger,
            settings: *settings,
            places,
            from,
            as_of,
            within: places.deployments(ledger),
            failed: failed(ledger, settings, as_of),
        })
    }

    /// Deployments of the window, by time, or why one is left out of everything.
    pub fn deployments(&self, mut each: impl FnMut(Result<CountedDeployment<'a>, Left>)) {
        let rows = self.ledger.deployments.iter();
        for ((delivered, within), failed) in rows.zip(&self.within).zip(&self.failed) {
            if !self.covers(delivered.at) {
                continue;
            }
            match within {
                Within::Inside => {
                    let is_settled = self.as_of - delivered.at >= self.settings.cfr_window_ms;
                    each(Ok(CountedDeployment {
                        delivered,
                        failed: is_settled.then_some(*failed),
                    }));
                }
                Within::Unknown => each(Err(Left::UnplacedDeployment)),
                Within::Outside => (),
            }
        }
    }

    /// Changes that deployments of the window brought, in the ledger's order.
    pub fn changes(&self) -> impl Iterator<Item = CountedChange<'a>> {
        let brought = self.ledger.brought.iter();
        let within = brought.filter(|one| self.places.brought(self.ledger, one));
        within.filter_map(|brought| {
            let place = usize::try_from(brought.deployment).ok()?;
            let delivered = self.ledger.deployments.get(place)?;
            let covered = self.covers(delivered.at);
            covered.then_some(CountedChange { brought, delivered })
        })
    }

    /// Incidents that began in the window, by time, or why one is left out of everything.
    pub fn incidents(&self, mut each: impl FnMut(Result<CountedIncident<'a>, Left>)) {
        for outage in &self.ledger.outages {
            if !self.covers(outage.started_at) {
                continue;
            }
            match self.places.outage(&self.within, outage) {
                Within::Inside => each(Ok(CountedIncident {
                    outage,
                    lasted_ms: lasted(outage, self.as_of),
                    no_failure: match outage.cause {
                        None => Some(Left::UntiedIncident),
                        Some(cause) if cause.after_ms > self.settings.cfr_window_ms => {
                            Some(Left::LateIncident)
                        }
                        Some(_) => None,
                    },
                })),
                Within::Unknown => each(Err(Left::UnplacedIncident)),
                Within::Outside => (),
            }
        }
    }

    fn covers(&self, at: Timestamp) -> bool {
        (self.from..=self.as_of).contains(&at)
    }
}

fn failed(ledger: &Ledger, settings: &DoraSettings, as_of: Timestamp) -> Vec<bool> {
    let mut failed = vec![false; ledger.deployments.len()];
    let begun = ledger.outages.iter();
    for cause in begun
        .filter(|one| one.started_at <= as_of)
        .filter_map(|one| one.cause)
        .filter(|cause| cause.after_ms <= settings.cfr_window_ms)
    {
        let place = usize::try_from(cause.deployment).ok();
        if let Some(failed) = place.and_then(|place| failed.get_mut(place)) {
            *failed = true;
        }
    }
    failed
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

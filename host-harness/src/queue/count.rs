//! How full the queue is, for metrics.

use std::collections::BTreeMap;

use super::job::{Class, Job};
use super::scheduler::Scheduler;

/// The jobs of one class and tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// The class.
    pub class: Class,
    /// The tenant.
    pub tenant: String,
    /// Jobs that could start if there were room.
    pub due: usize,
    /// Jobs that wait for their time.
    pub delayed: usize,
    /// Jobs that run.
    pub running: usize,
    /// Jobs in the dead-letter list.
    pub dead: usize,
    /// For how long the oldest due job could have started, in milliseconds; none if none is due.
    pub oldest_ms: Option<i64>,
}

impl<J: Job> Scheduler<J> {
    /// Jobs by class and tenant, in this order; those that have none are left out.
    #[must_use]
    pub fn counts(&self, now_ms: i64) -> Vec<Count> {
        let mut counts = BTreeMap::new();
        for (ticket, since_ms) in self.waiting() {
            let count = entry(&mut counts, ticket.class, &ticket.tenant);
            let age = now_ms - since_ms;
            if age < 0 {
                count.delayed += 1;
            } else {
                count.due += 1;
                count.oldest_ms = count.oldest_ms.max(Some(age));
            }
        }
        for ticket in self.running() {
            entry(&mut counts, ticket.class, &ticket.tenant).running += 1;
        }
        for dead in self.dead() {
            entry(&mut counts, dead.job.class(), dead.job.tenant()).dead += 1;
        }
        counts.into_values().collect()
    }
}

fn entry<'a>(
    counts: &'a mut BTreeMap<(Class, String), Count>,
    class: Class,
    tenant: &str,
) -> &'a mut Count {
    counts
        .entry((class, tenant.to_owned()))
        .or_insert_with(|| Count {
            class,
            tenant: tenant.to_owned(),
            due: 0,
            delayed: 0,
            running: 0,
            dead: 0,
            oldest_ms: None,
        })
}

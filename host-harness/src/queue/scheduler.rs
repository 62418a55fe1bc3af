//! What runs next; time is an argument, in milliseconds.

use std::collections::{BTreeMap, BTreeSet};

use super::capacity::Capacity;
use super::job::{Class, Dead, Ended, Fate, Job, JobId, Outcome, Started};
use super::retry::{MAX_ATTEMPTS, wait_ms};
use super::usage::Usage;

mod choice;

/// Every job that waits, runs or is dead, and the rules of [the queue](super).
///
/// The same calls give the same answers.
#[derive(Debug, Clone)]
pub struct Scheduler<J> {
    capacity: Capacity,
    pushed: u64,
    waiting: BTreeMap<JobId, Waiting<J>>,
    /// Which job waits, by tenant and key.
    keys: BTreeMap<(String, String), JobId>,
    /// When each job that is not in `due` may start.
    later: BTreeSet<(i64, JobId)>,
    /// Jobs whose time has come; no set or map in it is empty.
    due: BTreeMap<Class, BTreeMap<String, BTreeSet<JobId>>>,
    running: BTreeMap<JobId, Running<J>>,
    /// The dead-letter list, by tenant and key.
    dead: BTreeMap<(String, String), Dead<J>>,
    by_class: Usage<Class>,
    by_tenant: BTreeMap<Class, Usage<String>>,
    gates_in_a_row: u32,
}

/// What is left of a cancelled tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cancelled<J> {
    /// The jobs that waited or were dead, and are forgotten.
    pub forgotten: Vec<J>,
    /// The jobs that still run; when they end, they are forgotten too.
    pub running: Vec<JobId>,
}

impl<J: Job> Scheduler<J> {
    /// Empty.
    #[must_use]
    pub fn new(capacity: Capacity) -> Self {
        Self {
            capacity,
            pushed: 0,
            waiting: BTreeMap::new(),
            keys: BTreeMap::new(),
            later: BTreeSet::new(),
            due: BTreeMap::new(),
            running: BTreeMap::new(),
            dead: BTreeMap::new(),
            by_class: Usage::default(),
            by_tenant: BTreeMap::new(),
            gates_in_a_row: 0,
        }
    }

    /// Adds a job that may start from `not_before_ms` on.
    ///
    /// If one with its key waits, it takes that one's place and identity: the newer job, its attempts counted anew, at
    /// the earlier of both times and in the more urgent of both classes.
    pub fn push(&mut self, job: J, not_before_ms: i64, now_ms: i64) -> JobId {
        self.restore(job, 0, not_before_ms, now_ms)
    }

    /// Adds a job that was tried before, as after a restart; older ones first.
    pub fn restore(&mut self, job: J, attempts: u32, not_before_ms: i64, now_ms: i64) -> JobId {
        let mut ticket = Ticket::of(&job);
        let mut since_ms = not_before_ms.max(now_ms);
        let id = if let Some(id) = self.keys.get(&ticket.name()) {
            *id
        } else {
            self.pushed += 1;
            JobId(self.pushed)
        };
        if let Some(older) = self.take(id) {
            ticket.class = ticket.class.min(older.ticket.class);
            since_ms = since_ms.min(older.since_ms);
        }
        self.put(
            id,
            Waiting {
                job,
                ticket,
                attempts,
                since_ms,
            },
        );
        id
    }

    /// Adds to the dead-letter list, as after a restart; in place of one with the same key.
    pub fn bury(&mut self, dead: Dead<J>) {
        self.dead.insert(Ticket::of(&dead.job).name(), dead);
    }

    /// Starts the job that is to run now; none if no slot is free for any that waits.
    pub fn next(&mut self, now_ms: i64) -> Option<Started<J>> {
        self.ripen(now_ms);
        let id = self.choose(now_ms)?;
        let waiting = self.take(id)?;
        let attempt = waiting.attempts + 1;
        let job = waiting.job.clone();
        self.running.insert(
            id,
            Running {
                waiting,
                started_ms: now_ms,
                cancelled: false,
            },
        );
        Some(Started { id, job, attempt })
    }

    /// Frees the slot of a job, and decides what becomes of it; none if it does not run.
    pub fn done(&mut self, id: JobId, outcome: Outcome, now_ms: i64) -> Option<Ended<J>> {
        let run = self.stop(id, now_ms)?;
        let Waiting {
            job,
            ticket,
            attempts,
            ..
        } = run.waiting;
        let attempts = attempts + 1;
        let fate = match outcome {
            Outcome::Done => Fate::Finished,
            _ if run.cancelled => Fate::Dropped,
            Outcome::Again { .. } if self.keys.contains_key(&ticket.name()) => Fate::Dropped,
            Outcome::Again { after_secs, reason } if attempts < MAX_ATTEMPTS => {
                let wait = wait_ms(&ticket.key, attempts, after_secs);
                let not_before_ms = now_ms.saturating_add(wait);
                self.put(
                    id,
                    Waiting {
                        job: job.clone(),
                        ticket,
                        attempts,
                        since_ms: not_before_ms,
                    },
                );
                Fate::Retried {
                    reason,
                    not_before_ms,
                }
            }
            Outcome::Again { reason, .. } | Outcome::Dead { reason } => {
                self.bury(Dead {
                    job: job.clone(),
                    attempts,
                    reason: reason.clone(),
                    at_ms: now_ms,
                });
                Fate::Buried { reason }
            }
        };
        Some(Ended { job, fate })
    }

    /// Frees the slot of a job that was cut off: it waits again as if it had not started, unless a newer one of its key
    /// does or its tenant was cancelled.
    pub fn interrupt(&mut self, id: JobId, now_ms: i64) -> Option<J> {
        let run = self.stop(id, now_ms)?;
        let job = run.waiting.job.clone();
        if !run.cancelled && !self.keys.contains_key(&run.waiting.ticket.name()) {
            self.put(id, run.waiting);
        }
        Some(job)
    }

    /// When a job that waits for its time may start, in milliseconds; none if none does. It is past if
    /// [`next`](Self::next) was not asked since.
    #[must_use]
    pub fn wake_at(&self) -> Option<i64> {
        self.later.first().map(|(at_ms, _)| *at_ms)
    }

    /// The dead-letter list, by tenant and key. Of one key, it holds the one that died last.
    pub fn dead(&self) -> impl Iterator<Item = &Dead<J>> {
        self.dead.values()
    }

    /// Takes a job off the dead-letter list and lets it start anew; a newer one of its key that waits goes instead.
    /// None if it is not in the list.
    pub fn replay(&mut self, tenant: &str, key: &str, now_ms: i64) -> Option<JobId> {
        let name = (tenant.to_owned(), key.to_owned());
        let dead = self.dead.remove(&name)?;
        match self.keys.get(&name) {
            Some(newer) => Some(*newer),
            None => Some(self.push(dead.job, now_ms, now_ms)),
        }
    }

    /// Forgets the jobs of a tenant; those that run are not tried again.
    pub fn cancel_tenant(&mut self, tenant: &str) -> Cancelled<J> {
        let ids: Vec<JobId> = self
            .waiting
            .iter()
            .filter(|(_, waiting)| waiting.ticket.tenant == tenant)
            .map(|(id, _)| *id)
            .collect();
        let mut forgotten: Vec<J> = ids
            .into_iter()
            .filter_map(|id| self.take(id))
            .map(|waiting| waiting.job)
            .collect();
        self.dead.retain(|(owner, _), dead| {
            if owner == tenant {
                forgotten.push(dead.job.clone());
            }
            owner != tenant
        });
        let mut running = Vec::new();
        for (id, run) in &mut self.running {
            if run.waiting.ticket.tenant == tenant {
                run.cancelled = true;
                running.push(*id);
            }
        }
        Cancelled { forgotten, running }
    }

    /// What waits, and since when each could have started or from when on it can, in milliseconds.
    pub(super) fn waiting(&self) -> impl Iterator<Item = (&Ticket, i64)> {
        self.waiting
            .values()
            .map(|waiting| (&waiting.ticket, waiting.since_ms))
    }

    /// What runs.
    pub(super) fn running(&self) -> impl Iterator<Item = &Ticket> {
        self.running.values().map(|run| &run.waiting.ticket)
    }

    /// Takes a job out of its slot, which is charged to its class and tenant.
    fn stop(&mut self, id: JobId, now_ms: i64) -> Option<Running<J>> {
        let run = self.running.remove(&id)?;
        let Ticket { class, tenant, .. } = &run.waiting.ticket;
        let used_ms = run.used_ms(now_ms);
        self.by_class.charge(*class, class.price(used_ms));
        self.by_tenant
            .entry(*class)
            .or_default()
            .charge(tenant.clone(), used_ms);
        Some(run)
    }

    /// Lets a job wait; [`ripen`](Self::ripen) finds out whether its time has come.
    fn put(&mut self, id: JobId, waiting: Waiting<J>) {
        self.keys.insert(waiting.ticket.name(), id);
        self.later.insert((waiting.since_ms, id));
        self.waiting.insert(id, waiting);
    }

    /// Takes a job out of everything that knows it as waiting.
    fn take(&mut self, id: JobId) -> Option<Waiting<J>> {
        let waiting = self.waiting.remove(&id)?;
        let ticket = &waiting.ticket;
        self.keys.remove(&ticket.name());
        self.later.remove(&(waiting.since_ms, id));
        if let Some(tenants) = self.due.get_mut(&ticket.class) {
            if let Some(ids) = tenants.get_mut(&ticket.tenant) {
                ids.remove(&id);
                if ids.is_empty() {
                    tenants.remove(&ticket.tenant);
                }
            }
            if tenants.is_empty() {
                self.due.remove(&ticket.class);
            }
        }
        Some(waiting)
    }

    /// Moves jobs whose time has come to those that are due.
    fn ripen(&mut self, now_ms: i64) {
        while let Some((at_ms, id)) = self.later.first().copied()
            && at_ms <= now_ms
        {
            self.later.pop_first();
            let Some(waiting) = self.waiting.get(&id) else {
                continue;
            };
            let Ticket { class, tenant, .. } = waiting.ticket.clone();
            if !self.due.contains_key(&class) {
                let under_way = self.class_under_way(class, now_ms);
                self.by_class.join(class, under_way);
            }
            let under_way = self.tenant_under_way(class, &tenant, now_ms);
            let ids = self
                .due
                .entry(class)
                .or_default()
                .entry(tenant.clone())
                .or_default();
            if ids.is_empty() {
                let usage = self.by_tenant.entry(class).or_default();
                usage.join(tenant, under_way);
            }
            ids.insert(id);
        }
    }
}

/// What a job said of itself when it was pushed.
#[derive(Debug, Clone)]
pub(super) struct Ticket {
    pub(super) tenant: String,
    pub(super) class: Class,
    key: String,
    connection: Option<String>,
}

impl Ticket {
    fn of(job: &impl Job) -> Self {
        Self {
            tenant: job.tenant().to_owned(),
            class: job.class(),
            key: job.key().to_owned(),
            connection: job.connection().map(str::to_owned),
        }
    }

    fn name(&self) -> (String, String) {
        (self.tenant.clone(), self.key.clone())
    }

    /// Whether both at the same time would get into each other's way.
    fn excludes(&self, other: &Self) -> bool {
        let both_backfill = self.class == Class::Backfill && other.class == Class::Backfill;
        self.tenant == other.tenant
            && (self.key == other.key || both_backfill && self.connection == other.connection)
    }
}

#[derive(Debug, Clone)]
struct Waiting<J> {
    job: J,
    ticket: Ticket,
    /// Attempts that ended.
    attempts: u32,
    /// From when on it may start; not before it was pushed.
    since_ms: i64,
}

#[derive(Debug, Clone)]
struct Running<J> {
    waiting: Waiting<J>,
    started_ms: i64,
    cancelled: bool,
}

impl<J> Running<J> {
    /// Time in its slot so far; at least 1, so that jobs that start at the same time take turns too.
    fn used_ms(&self, now_ms: i64) -> u64 {
        u64::try_from(now_ms.saturating_sub(self.started_ms))
            .unwrap_or_default()
            .max(1)
    }
}

#[cfg(test)]
mod tests;

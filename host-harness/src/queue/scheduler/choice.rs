//! Which of the due jobs goes first.

use super::{Class, Job, JobId, Scheduler};

/// The oldest job of a tenant and class that could start if there is room.
struct Candidate {
    class: Class,
    tenant: String,
    id: JobId,
    /// What its class has used.
    of_class: u64,
    /// What its tenant has used in its class.
    of_tenant: u64,
}

impl<J: Job> Scheduler<J> {
    /// The job that is to start now; none if no slot is free for any.
    pub(super) fn choose(&mut self, now_ms: i64) -> Option<JobId> {
        let gates = self.running().filter(|t| t.class == Class::Gate).count();
        let others = self.running.len() - gates;
        if self.running.len() >= self.capacity.slots() {
            return None;
        }
        let gate_shares = gates >= self.capacity.reserved_for_gates();
        let in_shared = others + gates.saturating_sub(self.capacity.reserved_for_gates());
        let gate = self.candidates(&[Class::Gate], now_ms);
        let other = if in_shared < self.capacity.shared() {
            self.candidates(&Class::ALL[1..], now_ms)
        } else {
            Vec::new()
        };
        let passed_over = gate_shares && others == 0 && !other.is_empty();
        let turn_of_others = passed_over && self.gates_in_a_row >= GATES_IN_A_ROW;
        if gate.is_empty() || turn_of_others {
            self.gates_in_a_row = 0;
            return self.best(&other);
        }
        self.gates_in_a_row += u32::from(passed_over);
        self.best(&gate)
    }

    /// One for each tenant of each of these classes that has any.
    fn candidates(&self, classes: &[Class], now_ms: i64) -> Vec<Candidate> {
        let mut candidates = Vec::new();
        for class in classes {
            let Some(tenants) = self.due.get(class) else {
                continue;
            };
            let of_class = self.by_class.of(class) + self.class_under_way(*class, now_ms);
            for (tenant, ids) in tenants {
                let Some(id) = ids.iter().find(|id| self.may_start(**id)) else {
                    continue;
                };
                let used = self
                    .by_tenant
                    .get(class)
                    .map_or(0, |usage| usage.of(tenant.as_str()));
                candidates.push(Candidate {
                    class: *class,
                    tenant: tenant.clone(),
                    id: *id,
                    of_class,
                    of_tenant: used + self.tenant_under_way(*class, tenant, now_ms),
                });
            }
        }
        candidates
    }

    /// The one whose class, then whose tenant has used least, of tenants that do not hold too much; takes the turn.
    fn best(&mut self, candidates: &[Candidate]) -> Option<JobId> {
        let least = candidates.iter().map(|c| c.of_class).min()?;
        self.by_class.turn(least);
        let holds_less = |c: &Candidate| {
            let held = self.running().filter(|t| t.tenant == c.tenant).count();
            held < self.capacity.of_one_tenant()
        };
        let some_hold_less = candidates.iter().any(holds_less);
        let best = candidates
            .iter()
            .filter(|c| !some_hold_less || holds_less(c))
            .min_by_key(|c| (c.of_class, c.class, c.of_tenant, c.id))?;
        let of_class = candidates.iter().filter(|c| c.class == best.class);
        let least = of_class.map(|c| c.of_tenant).min()?;
        self.by_tenant.entry(best.class).or_default().turn(least);
        Some(best.id)
    }

    fn may_start(&self, id: JobId) -> bool {
        self.waiting
            .get(&id)
            .is_some_and(|waiting| self.running().all(|other| !waiting.ticket.excludes(other)))
    }

    /// What the running jobs of a class have used so far.
    pub(super) fn class_under_way(&self, class: Class, now_ms: i64) -> u64 {
        let running = self.running.values();
        running
            .filter(|run| run.waiting.ticket.class == class)
            .map(|run| class.price(run.used_ms(now_ms)))
            .sum()
    }

    /// What the running jobs of a tenant have used so far in a class.
    pub(super) fn tenant_under_way(&self, class: Class, tenant: &str, now_ms: i64) -> u64 {
        let running = self.running.values();
        running
            .filter(|run| run.waiting.ticket.class == class && run.waiting.ticket.tenant == tenant)
            .map(|run| run.used_ms(now_ms))
            .sum()
    }
}

/// Gates that go before other work while nothing but gates runs.
const GATES_IN_A_ROW: u32 = 8;

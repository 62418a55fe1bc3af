//! A comparison under way.

use koalr_platform::model::common::Timestamp;
use koalr_platform::rollout::Release;
use koalr_store::{DecisionRecord, TenantId};

use super::compare::Compared;
use super::cost::{ShadowCost, Watch};
use super::recordings::ShadowRecordings;
use super::report::{
    Conclusion, LeftOut, ShadowChanges, ShadowReport, ShadowTenants, Side, Turn, UnjudgedChange,
    VerdictChange,
};
use super::side::Failure;

/// Counts.
#[derive(Default)]
pub(super) struct Tally {
    tenant: String,
    /// Changes of that tenant that both judged.
    of_tenant: u32,
    tenants: ShadowTenants,
    changes: ShadowChanges,
    /// Failures that may take long, one after the other.
    in_a_row: u32,
    spent: (Watch, Watch),
}

impl Tally {
    /// What comes now is of this tenant.
    pub(super) fn begin(&mut self, tenant: &TenantId) {
        self.tenants.looked_at += 1;
        tenant.as_str().clone_into(&mut self.tenant);
        self.of_tenant = 0;
    }

    /// Nothing of the tenant can be judged.
    pub(super) fn leave_out(&mut self, why: String, served: bool) {
        self.tenants.left_out += 1;
        self.tenants.deserted += u32::from(served);
        if self.tenants.examples.len() < MOST_EXAMPLES {
            self.tenants.examples.push(LeftOut {
                tenant: self.tenant.clone(),
                why,
                served,
            });
        }
    }

    /// The change of a decision is gone.
    pub(super) fn orphan(&mut self) {
        self.changes.orphans += 1;
    }

    /// Whether an even number of changes was judged.
    pub(super) fn is_even(&self) -> bool {
        self.changes.compared.is_multiple_of(2)
    }

    /// Both judged it.
    pub(super) fn compared(&mut self, record: &DecisionRecord, one: &Compared) {
        let changes = &mut self.changes;
        self.in_a_row = 0;
        self.tenants.compared += u32::from(self.of_tenant == 0);
        self.of_tenant += 1;
        changes.compared += 1;
        let points = one.before.points.abs_diff(one.after.points);
        if points > 0 {
            changes.points += 1;
            changes.largest_points = changes.largest_points.max(Some(points));
        }
        let Some(turn) = one.turn else {
            *match (points, one.details) {
                (1.., _) => &mut changes.only_points,
                (0, true) => &mut changes.only_details,
                (0, false) => &mut changes.same,
            } += 1;
            return;
        };
        changes.verdicts += 1;
        *match turn {
            Turn::Stricter => &mut changes.stricter,
            Turn::Looser => &mut changes.looser,
            Turn::OtherRules => &mut changes.other_rules,
        } += 1;
        if changes.examples.len() < MOST_EXAMPLES {
            changes.examples.push(VerdictChange {
                tenant: self.tenant.clone(),
                change: record.change.clone(),
                head_sha: record.head_sha.clone(),
                as_of: record.as_of,
                turn,
                serving: one.before.clone(),
                candidate: one.after.clone(),
            });
        }
    }

    /// Neither judged it.
    pub(super) fn both_failed(&mut self, serving: &Failure, candidate: &Failure) {
        self.changes.both_failed += 1;
        self.count(serving.is_costly() || candidate.is_costly());
    }

    /// One of them did not judge it, and the other did.
    pub(super) fn failed(&mut self, record: &DecisionRecord, side: Side, failure: Failure) {
        self.count(failure.is_costly());
        let changes = &mut self.changes;
        *match side {
            Side::Serving => &mut changes.serving_failed,
            Side::Candidate => &mut changes.candidate_failed,
        } += 1;
        if changes.failures.len() < MOST_EXAMPLES {
            changes.failures.push(UnjudgedChange {
                tenant: self.tenant.clone(),
                change: record.change.clone(),
                head_sha: record.head_sha.clone(),
                side,
                kind: failure.kind.to_owned(),
                reason: failure.reason,
            });
        }
    }

    /// Whether going on tells nothing new: each failure may take as long as a limit permits.
    pub(super) fn stopped(&self) -> bool {
        self.changes.stopped
    }

    /// What a tenant's changes took.
    pub(super) fn spent(&mut self, serving: Watch, candidate: Watch) {
        self.spent.0.add(serving);
        self.spent.1.add(candidate);
    }

    pub(super) fn report(
        self,
        integration: &str,
        (serving, candidate): (Release, Release),
        (from, as_of): (Timestamp, Timestamp),
        recordings: ShadowRecordings,
    ) -> ShadowReport {
        let changes = self.changes;
        let failed = changes.failed() + recordings.failed() + self.tenants.deserted;
        let otherwise = changes.verdicts > 0 || failed > 0;
        let conclusion = match (otherwise, changes.compared) {
            (true, _) => Conclusion::Otherwise,
            (false, 0) => Conclusion::Unknown,
            (false, _) => Conclusion::Same,
        };
        ShadowReport {
            integration: integration.to_owned(),
            serving,
            candidate,
            from,
            as_of,
            conclusion,
            tenants: self.tenants,
            cost: ShadowCost::of(self.spent.0, self.spent.1),
            changes,
            recordings,
        }
    }

    fn count(&mut self, costly: bool) {
        self.in_a_row = if costly { self.in_a_row + 1 } else { 0 };
        self.changes.stopped |= self.in_a_row >= MOST_IN_A_ROW;
    }
}

/// Of each kind so many are told one by one.
const MOST_EXAMPLES: usize = 20;
/// After so many failures in a row nothing more is judged.
const MOST_IN_A_ROW: u32 = 10;

#[cfg(test)]
mod tests {
    use super::*;

    fn both_fail(tally: &mut Tally, kind: &'static str) {
        let failure = || Failure {
            kind,
            reason: String::new(),
        };
        tally.both_failed(&failure(), &failure());
    }

    #[test]
    fn calls_that_fail_one_after_the_other_end_it() {
        let mut tally = Tally::default();
        for _ in 1..MOST_IN_A_ROW {
            both_fail(&mut tally, "out-of-cpu");
        }
        assert!(!tally.stopped());
        both_fail(&mut tally, "out-of-cpu");
        assert!(tally.stopped());
    }

    #[test]
    fn refusals_cost_nothing_and_end_nothing() {
        let mut tally = Tally::default();
        for _ in 0..2 * MOST_IN_A_ROW {
            both_fail(&mut tally, "refused");
        }
        assert!(!tally.stopped());
    }
}

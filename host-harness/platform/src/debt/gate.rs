//! What became of the changes that were judged.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::backtest::Proportion;
use crate::decision::Decision;
use crate::ledger::{Judged, Ledger};
use crate::model::common::Timestamp;
use crate::model::evidence::Observation;

/// Decisions of the gate about heads of changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct GateStatistics {
    /// Where its window begins. Both ends are in it.
    pub from: Timestamp,
    /// Where its window ends.
    pub as_of: Timestamp,
    /// Made at the time.
    pub observed: GateGroup,
    /// Rebuilt later: nobody was stopped by them. Never added to those of the time.
    pub reconstructed: GateGroup,
}

/// Decisions of one observation. What is counted is what was judged, as if enforced and before anybody let it pass.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct GateGroup {
    /// Heads that were judged.
    pub evaluated: u32,
    /// How many passed.
    pub passed: u32,
    /// How many warned.
    pub warned: u32,
    /// How many were blocked.
    pub blocked: u32,
    /// How many wait for evidence.
    pub pending: u32,
    /// How many could not be told.
    pub inconclusive: u32,
    /// How many were judged while the gate bound.
    pub enforced: u32,
    /// Of those that were blocked or could not be told, how many people let pass.
    pub overridden: Proportion,
    /// In how many a waiver let a finding pass.
    pub with_waivers: u32,
    /// Of how many somebody marked the upstream's own check as a success.
    pub marked_as_success: u32,
}

/// The decisions made for a time in the window, of one repository by its place in [`Ledger::repositories`] or of all. A
/// service has no gate: heads that were never delivered are of none.
#[must_use]
pub fn gate(
    ledger: &Ledger,
    repository: Option<u32>,
    from: Timestamp,
    as_of: Timestamp,
) -> GateStatistics {
    let of = |observation| {
        let rows = ledger.judged.iter().filter(|one| {
            one.observation == observation
                && (from..=as_of).contains(&one.as_of)
                && repository.is_none_or(|repository| repository == one.repository)
        });
        group(rows)
    };
    GateStatistics {
        from,
        as_of,
        observed: of(Observation::Observed),
        reconstructed: of(Observation::Reconstructed),
    }
}

fn group<'a>(rows: impl Iterator<Item = &'a Judged>) -> GateGroup {
    let mut group = GateGroup {
        evaluated: 0,
        passed: 0,
        warned: 0,
        blocked: 0,
        pending: 0,
        inconclusive: 0,
        enforced: 0,
        overridden: Proportion::new(0, 0),
        with_waivers: 0,
        marked_as_success: 0,
    };
    let mut overridden = 0;
    for one in rows {
        let decision = one.summary.decision;
        group.evaluated += 1;
        *match decision {
            Decision::Pass => &mut group.passed,
            Decision::Warn => &mut group.warned,
            Decision::Pending => &mut group.pending,
            Decision::Inconclusive => &mut group.inconclusive,
            Decision::Block => &mut group.blocked,
        } += 1;
        let stood_against = matches!(decision, Decision::Block | Decision::Inconclusive);
        overridden += u32::from(one.overridden && stood_against);
        group.enforced += u32::from(one.summary.enforced);
        group.with_waivers += u32::from(one.summary.waived > 0);
        group.marked_as_success += u32::from(one.marked_as_success);
    }
    group.overridden = Proportion::new(overridden, group.blocked + group.inconclusive);
    group
}

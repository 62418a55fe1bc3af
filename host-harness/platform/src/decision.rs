//! What follows from a verdict: the plugin decides as if enforced, the host says what binds.

mod cause;
mod row;

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::merge::{Merged, merge_in};
use crate::model::common::{Change, Coverage, Tenths, Timestamp};
use crate::model::verdict::{Decision as Judged, Verdict};
use crate::policy::{Mode, Policy};
use crate::team::Override;

pub use cause::Cause;
use cause::Causes;
pub use row::DecisionRow;

/// What follows for a change, in rising strictness.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// It may pass.
    Pass,
    /// It may pass; something should be looked at.
    Warn,
    /// It waits for evidence that was asked for.
    Pending,
    /// It cannot be told.
    Inconclusive,
    /// It must not pass.
    Block,
}

impl Decision {
    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Warn => "warn",
            Self::Pending => "pending",
            Self::Inconclusive => "inconclusive",
            Self::Block => "block",
        }
    }
}

/// What a verdict comes to before the mode, and why it could not be told where it could not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Outcome {
    /// What follows.
    pub decision: Decision,
    /// Why it cannot be told. Empty unless it is pending, inconclusive, or let pass by `fail-open`.
    pub causes: BTreeSet<Cause>,
    /// True if it could not be told, and warns only because the policy names every cause in `fail-open`.
    pub opened: bool,
}

impl Outcome {
    /// What `fail-open` did, as one sentence; none if it did nothing.
    #[must_use]
    pub fn note(&self) -> Option<String> {
        if !self.opened {
            return None;
        }
        let words = self
            .causes
            .iter()
            .map(|cause| format!("`{}`", cause.word()));
        Some(format!(
            "It could not be told whether this change may pass; it only warns, because the policy fails open for {}.",
            words.collect::<Vec<_>>().join(", ")
        ))
    }
}

/// What a verdict comes to in the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Settled {
    /// What binds, after what people let pass and the policy's mode.
    pub decision: Decision,
    /// What was judged, as if enforced and before anybody let it pass.
    pub outcome: Outcome,
    /// Who let this head pass in spite of what was judged; none if nobody did, or nothing stood against it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overridden: Option<Override>,
    /// The policy's mode.
    pub mode: Mode,
    /// Koalr's score with security in it. An override lifts its floor, never the security score.
    pub score: Merged,
}

impl Settled {
    /// What an outcome comes to under a policy and the overrides there are, of any change and head. `base` is Koalr's own
    /// score, none while unknown, and `security` the integration's, both in tenths, 0 to 1000.
    #[must_use]
    pub fn new(
        outcome: Outcome,
        (change, overrides): (&Change, &[Override]),
        policy: &Policy,
        (base, security): (Option<Tenths>, Tenths),
    ) -> Self {
        let (judged, by) = lift(&outcome, overrides, change);
        Self {
            decision: bind(judged, policy.mode),
            overridden: by.cloned(),
            mode: policy.mode,
            score: merge_in(policy.bands, base, security, judged, policy.mode),
            outcome,
        }
    }

    /// What was judged as if enforced, after what people let pass.
    #[must_use]
    pub fn judged(&self) -> Decision {
        match self.overridden {
            Some(_) => Decision::Warn,
            None => self.outcome.decision,
        }
    }
}

/// What a verdict means before the mode. While nothing but awaited evidence and causes that fail open stand against it,
/// it is pending until the deadline; then, and where nothing is awaited, it warns if every cause fails open, and is
/// inconclusive if one does not.
///
/// A verdict is taken to be as strict as its parts: what fired, errs or is missing counts even if the integration's own
/// decision is milder.
#[must_use]
pub fn settle(
    verdict: &Verdict,
    coverage: &[Coverage],
    as_of: Timestamp,
    deadline: Option<Timestamp>,
    fail_open: &BTreeSet<Cause>,
) -> Outcome {
    let known = |decision| Outcome {
        decision,
        causes: BTreeSet::new(),
        opened: false,
    };
    match strictest(verdict) {
        Judged::Pass => return known(Decision::Pass),
        Judged::Warn => return known(Decision::Warn),
        Judged::Block => return known(Decision::Block),
        Judged::Inconclusive => {}
    }
    let Causes {
        settled,
        mut waiting,
    } = Causes::of(verdict, coverage);
    let in_time = deadline.is_none_or(|deadline| as_of < deadline);
    let opens = |cause: &Cause| cause.may_open() && fail_open.contains(cause);
    let pending = in_time && !waiting.is_empty() && settled.iter().all(opens);
    waiting.extend(settled);
    let opened = !pending && waiting.iter().all(opens);
    Outcome {
        decision: match (pending, opened) {
            (true, _) => Decision::Pending,
            (false, true) => Decision::Warn,
            (false, false) => Decision::Inconclusive,
        },
        causes: waiting,
        opened,
    }
}

/// What a verdict means before the mode where nothing fails open.
#[must_use]
pub fn judge(
    verdict: &Verdict,
    coverage: &[Coverage],
    as_of: Timestamp,
    deadline: Option<Timestamp>,
) -> Decision {
    settle(verdict, coverage, as_of, deadline, &BTreeSet::new()).decision
}

/// What an outcome comes to where people let it pass: a block, and what cannot be told, of exactly this head warns, and
/// never passes silently. What is pending waits on. Of several overrides the first that was given counts, and it is
/// returned beside.
#[must_use]
pub fn lift<'a>(
    outcome: &Outcome,
    overrides: &'a [Override],
    change: &Change,
) -> (Decision, Option<&'a Override>) {
    let by = match outcome.decision {
        Decision::Block | Decision::Inconclusive => overrides
            .iter()
            .filter(|one| one.holds_for(change))
            .min_by_key(|one| (one.at, &one.actor)),
        Decision::Pass | Decision::Warn | Decision::Pending => None,
    };
    (by.map_or(outcome.decision, |_| Decision::Warn), by)
}

/// What binds under a mode.
#[must_use]
pub fn bind(judged: Decision, mode: Mode) -> Decision {
    match (mode, judged) {
        (Mode::Enforce, judged) => judged,
        (_, Decision::Pending) => Decision::Pending,
        (Mode::Observe, _) | (Mode::Warn, Decision::Pass) => Decision::Pass,
        (Mode::Warn, Decision::Warn | Decision::Inconclusive | Decision::Block) => Decision::Warn,
    }
}

fn strictest(verdict: &Verdict) -> Judged {
    let whole =
        verdict.missing.is_empty() && verdict.unasked.is_empty() && verdict.errors.is_empty();
    let floor = if whole {
        Judged::Pass
    } else {
        Judged::Inconclusive
    };
    let fired = verdict.fired.iter().map(|fired| fired.decision);
    fired.fold(verdict.decision.max(floor), Judged::max)
}

#[cfg(test)]
mod tests;

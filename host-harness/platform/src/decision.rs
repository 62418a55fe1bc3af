//! What follows from a verdict: the plugin decides as if enforced, the host says what binds.

use serde::{Deserialize, Serialize};

use crate::model::common::{Coverage, CoverageState, Timestamp};
use crate::model::verdict::{Decision as Judged, Verdict};
use crate::policy::Mode;

/// What follows for a change, in rising strictness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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

/// What a verdict means before the mode: an inconclusive one that only waits for awaited evidence is pending until the
/// deadline.
#[must_use]
pub fn judge(
    verdict: &Verdict,
    coverage: &[Coverage],
    as_of: Timestamp,
    deadline: Option<Timestamp>,
) -> Decision {
    match verdict.decision {
        Judged::Pass => Decision::Pass,
        Judged::Warn => Decision::Warn,
        Judged::Block => Decision::Block,
        Judged::Inconclusive => {
            let in_time = deadline.is_none_or(|deadline| as_of < deadline);
            if in_time && only_awaits(verdict, coverage) {
                Decision::Pending
            } else {
                Decision::Inconclusive
            }
        }
    }
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

fn only_awaits(verdict: &Verdict, coverage: &[Coverage]) -> bool {
    let awaited = |index: &u32| {
        usize::try_from(*index)
            .ok()
            .and_then(|index| coverage.get(index))
            .is_some_and(|row| row.state == CoverageState::Awaited)
    };
    !verdict.missing.is_empty()
        && verdict.missing.iter().all(awaited)
        && verdict.unasked.is_empty()
        && verdict.errors.is_empty()
        && !verdict
            .fired
            .iter()
            .any(|fired| fired.decision == Judged::Inconclusive)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(decision: Judged, missing: Vec<u32>) -> Verdict {
        Verdict {
            decision,
            fired: Vec::new(),
            waived: Vec::new(),
            missing,
            unasked: Vec::new(),
            errors: Vec::new(),
            extra: Vec::new(),
        }
    }

    fn row(state: CoverageState) -> Coverage {
        Coverage {
            route: "packages".to_owned(),
            subject: "pkg:npm/a@1".to_owned(),
            state,
            as_of: None,
            detail: String::new(),
        }
    }

    #[test]
    fn waiting_for_awaited_evidence_alone_is_pending() {
        let verdict = verdict(Judged::Inconclusive, vec![0]);
        assert_eq!(
            judge(&verdict, &[row(CoverageState::Awaited)], 5, Some(9)),
            Decision::Pending
        );
    }

    #[test]
    fn pending_ends_at_the_deadline() {
        let verdict = verdict(Judged::Inconclusive, vec![0]);
        assert_eq!(
            judge(&verdict, &[row(CoverageState::Awaited)], 9, Some(9)),
            Decision::Inconclusive
        );
    }

    #[test]
    fn a_refused_route_is_inconclusive_whatever_else_is_awaited() {
        let verdict = verdict(Judged::Inconclusive, vec![0, 1]);
        let coverage = [row(CoverageState::Awaited), row(CoverageState::Refused)];
        assert_eq!(judge(&verdict, &coverage, 5, None), Decision::Inconclusive);
    }

    #[test]
    fn only_enforcement_lets_a_block_block() {
        assert_eq!(bind(Decision::Block, Mode::Enforce), Decision::Block);
        assert_eq!(bind(Decision::Block, Mode::Warn), Decision::Warn);
        assert_eq!(bind(Decision::Block, Mode::Observe), Decision::Pass);
    }

    #[test]
    fn not_being_able_to_tell_never_passes_in_enforcement() {
        assert_eq!(
            bind(Decision::Inconclusive, Mode::Enforce),
            Decision::Inconclusive
        );
    }
}

//! Why it cannot be told whether a change may pass.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::evidence::{DEPENDENCIES, PACKAGES};
use crate::model::common::{Coverage, CoverageState};
use crate::model::verdict::{Decision as Judged, Verdict};

/// Why it cannot be told. Words of coverage states mean that a route which an active rule depends on is in that state.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// Nobody handed in the dependencies that the change touches, so that no package could be looked up either.
    NoDependencyList,
    /// Asked for, and not answered by the deadline.
    Awaited,
    /// Something is missing from what was read.
    Partial,
    /// Too old.
    Stale,
    /// The credential or plan does not allow it.
    Refused,
    /// The upstream has nothing of this kind.
    Unsupported,
    /// Nobody asked.
    NotAsked,
    /// A rule looked at everything and cannot tell, for example whose a finding is.
    UndecidedRule,
    /// A rule could not be evaluated. Never opens.
    RuleError,
    /// The integration gave no reason, or one that does not exist. Never opens.
    Unexplained,
}

impl Cause {
    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::NoDependencyList => "no-dependency-list",
            Self::Awaited => "awaited",
            Self::Partial => "partial",
            Self::Stale => "stale",
            Self::Refused => "refused",
            Self::Unsupported => "unsupported",
            Self::NotAsked => "not-asked",
            Self::UndecidedRule => "undecided-rule",
            Self::RuleError => "rule-error",
            Self::Unexplained => "unexplained",
        }
    }

    /// Whether a policy may name it in `fail-open`.
    #[must_use]
    pub fn may_open(self) -> bool {
        !matches!(self, Self::RuleError | Self::Unexplained)
    }

    /// All of them, those that may open first.
    pub const ALL: [Self; 10] = [
        Self::NoDependencyList,
        Self::Awaited,
        Self::Partial,
        Self::Stale,
        Self::Refused,
        Self::Unsupported,
        Self::NotAsked,
        Self::UndecidedRule,
        Self::RuleError,
        Self::Unexplained,
    ];
}

/// The causes of an inconclusive verdict, and what of it may still come.
pub(super) struct Causes {
    /// Those that stand whatever comes.
    pub(super) settled: BTreeSet<Cause>,
    /// Those that an answer under way may lift.
    pub(super) waiting: BTreeSet<Cause>,
}

impl Causes {
    pub(super) fn of(verdict: &Verdict, coverage: &[Coverage]) -> Self {
        let mut settled = BTreeSet::new();
        let mut waiting = BTreeSet::new();
        let mut lists = 0_u32;
        for index in &verdict.missing {
            let row = usize::try_from(*index)
                .ok()
                .and_then(|index| coverage.get(index));
            lists += u32::from(row.is_some_and(|row| row.route == DEPENDENCIES));
            match row {
                Some(row) if row.state == CoverageState::Awaited => waiting.insert(of_row(row)),
                Some(row) => settled.insert(of_row(row)),
                None => settled.insert(Cause::Unexplained),
            };
        }
        for route in &verdict.unasked {
            match route.as_str() {
                DEPENDENCIES => _ = settled.insert(Cause::NoDependencyList),
                // Without a list there is nothing to look up: the same cause, not one more.
                PACKAGES if lists > 0 || verdict.unasked.iter().any(|one| one == DEPENDENCIES) => {}
                _ => _ = settled.insert(Cause::NotAsked),
            }
        }
        if !verdict.errors.is_empty() {
            settled.insert(Cause::RuleError);
        }
        let fired = verdict.fired.iter();
        if fired
            .map(|fired| fired.decision)
            .any(|decision| decision == Judged::Inconclusive)
        {
            settled.insert(Cause::UndecidedRule);
        }
        if settled.is_empty() && waiting.is_empty() {
            settled.insert(Cause::Unexplained);
        }
        Self { settled, waiting }
    }
}

fn of_row(row: &Coverage) -> Cause {
    match row.state {
        CoverageState::Awaited | CoverageState::NotAsked | CoverageState::Complete
            if row.route == DEPENDENCIES =>
        {
            Cause::NoDependencyList
        }
        CoverageState::Awaited => Cause::Awaited,
        CoverageState::Partial => Cause::Partial,
        CoverageState::Stale => Cause::Stale,
        CoverageState::Refused => Cause::Refused,
        CoverageState::Unsupported => Cause::Unsupported,
        CoverageState::NotAsked => Cause::NotAsked,
        CoverageState::Complete => Cause::Unexplained,
    }
}

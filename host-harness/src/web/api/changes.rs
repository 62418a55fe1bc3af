//! Changes, what they do to dependencies, and what is decided about them.

mod change;
mod decision;
mod dependencies;
mod import;
mod policy;
mod waiver;

use koalr_platform::decision::Decision;
use koalr_platform::model::common::Timestamp;
use koalr_platform::model::evidence::Observation;
use koalr_platform::sbom::Changes;
use koalr_store::ChangeState;
use serde::de::DeserializeOwned;

use super::page::Page;
use super::route::Route;

pub(crate) use change::STATES;

pub use change::Judging;
pub use decision::DecisionsAsk;
pub use dependencies::Handed;
pub use policy::{PolicyAsk, PolicySet};
pub use waiver::{WaiverDone, WaiversAsk};

/// What is asked about changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangesAsk {
    /// Store what a document says.
    Import {
        /// The document.
        text: String,
    },
    /// Store what a change does to dependencies, and judge it again.
    Dependencies {
        /// Id of the change.
        change: String,
        /// Repository of a change that is not stored yet.
        repository: Option<String>,
        /// The head that it is about; none means the stored one.
        head_sha: Option<String>,
        /// Where the list comes from: `cyclonedx`, `spdx` or `list`.
        source: &'static str,
        /// The list.
        changes: Changes,
    },
    /// List changes.
    List {
        /// Which.
        filter: ChangeFilter,
        /// Which page.
        page: Page,
    },
    /// Tell what is stored of a change, and what was decided about it.
    Change {
        /// Its id.
        change: String,
    },
    /// Tell the last decision about a change in full.
    Report {
        /// Its id.
        change: String,
    },
    /// The check run of the last decision about a change.
    CheckRun {
        /// Its id.
        change: String,
    },
    /// Judge a change again.
    Judge {
        /// Its id.
        change: String,
    },
    /// Let one head of a change pass as the key's person.
    Override {
        /// Its id.
        change: String,
        /// The head that they looked at.
        head_sha: String,
        /// Why, in their words.
        reason: String,
    },
    /// Decide whether a commit may be deployed.
    Deployment {
        /// The commit.
        sha: String,
        /// The service, by any of its names.
        service: String,
        /// The environment.
        environment: String,
    },
    /// About decisions, overrides and the audit log.
    Decisions(DecisionsAsk),
    /// About waivers.
    Waivers(WaiversAsk),
    /// About the policy.
    Policy(PolicyAsk),
}

/// Which changes are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChangeFilter {
    /// Only of this repository.
    pub repository: Option<String>,
    /// Only in this state.
    pub state: Option<ChangeState>,
    /// Only those whose last decision this is.
    pub decision: Option<Decision>,
}

/// Which decisions are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DecisionFilter {
    /// Only about changes of this repository.
    pub repository: Option<String>,
    /// Only those that bind so.
    pub decision: Option<Decision>,
    /// Only of this kind.
    pub observation: Option<Observation>,
    /// Only those made for then or later.
    pub from: Option<Timestamp>,
    /// Only those made for before then.
    pub to: Option<Timestamp>,
}

pub(super) const ROOMS: [&[Route]; 6] = [
    change::ROUTES,
    decision::ROUTES,
    dependencies::ROUTES,
    import::ROUTES,
    policy::ROUTES,
    waiver::ROUTES,
];

/// What a word of a query stands for.
pub(crate) fn meaning<T: DeserializeOwned>(word: Option<&'static str>) -> Option<T> {
    word.and_then(|word| serde_json::from_value(word.into()).ok())
}

/// Words of decisions in a query.
pub(crate) const DECISIONS: &[&str] = &["pass", "warn", "pending", "inconclusive", "block"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_that_a_query_takes_has_a_meaning() {
        for word in DECISIONS {
            assert_eq!(meaning::<Decision>(Some(word)).unwrap().word(), *word);
        }
        for word in STATES {
            assert_eq!(meaning::<ChangeState>(Some(word)).unwrap().word(), *word);
        }
        for word in decision::OBSERVATIONS {
            assert!(meaning::<Observation>(Some(word)).is_some(), "{word}");
        }
    }
}

//! What changed, as the history keeps it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::cohort::Cohort;
use super::release::Release;
use crate::model::common::Timestamp;

/// One change, with who made it and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Swap {
    /// When.
    pub at: Timestamp,
    /// Who: a login, or what acted by itself.
    pub actor: String,
    /// The integration, by its id.
    pub integration: String,
    /// What changed.
    #[serde(flatten)]
    pub moved: Moved,
}

/// What changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Moved {
    /// What was done.
    pub action: Action,
    /// The version that it was done away from; none if there was none.
    pub from: Option<Release>,
    /// The version that it led to; none if there is none.
    pub to: Option<Release>,
    /// The one tenant that it is about; none if it is about all or a cohort.
    pub tenant: Option<String>,
    /// The cohort that it is about; none if it is about none.
    pub cohort: Option<Cohort>,
    /// What the new version may do beyond the old one, each as a sentence that somebody agreed to. May be empty.
    pub accepted: Vec<String>,
    /// Why, in somebody's words. May be empty.
    pub note: String,
}

impl Moved {
    /// From one version to another, for everybody.
    #[must_use]
    pub fn between(action: Action, from: Option<Release>, to: Option<Release>) -> Self {
        Self {
            action,
            from,
            to,
            tenant: None,
            cohort: None,
            accepted: Vec::new(),
            note: String::new(),
        }
    }

    pub(super) fn of(self, tenant: Option<&str>) -> Self {
        Self {
            tenant: tenant.map(str::to_owned),
            ..self
        }
    }

    pub(super) fn with(self, cohort: Cohort) -> Self {
        Self {
            cohort: Some(cohort),
            ..self
        }
    }
}

/// What was done.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// A version was stored; it serves nobody yet.
    Installed,
    /// Another version serves.
    Swapped,
    /// A version is tried with a cohort.
    Tried,
    /// The candidate serves everybody.
    Promoted,
    /// The candidate serves nobody any more.
    Withdrawn,
    /// The version before serves again.
    RolledBack,
    /// A version stays, whatever is swapped.
    Pinned,
    /// A pin was taken away.
    Unpinned,
    /// Nothing is asked of the integration.
    Paused,
    /// It is asked again.
    Resumed,
    /// A version was deleted.
    Removed,
}

impl Action {
    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Installed => "installed",
            Self::Swapped => "swapped",
            Self::Tried => "tried",
            Self::Promoted => "promoted",
            Self::Withdrawn => "withdrawn",
            Self::RolledBack => "rolled-back",
            Self::Pinned => "pinned",
            Self::Unpinned => "unpinned",
            Self::Paused => "paused",
            Self::Resumed => "resumed",
            Self::Removed => "removed",
        }
    }
}

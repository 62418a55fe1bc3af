//! Why a rollout is not changed, each with the way out.

use std::fmt;

use thiserror::Error;

/// Why a rollout stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Refused {
    /// It is that version already.
    #[error(
        "{version} of `{integration}` serves already; `koalr plugin list` shows what serves whom"
    )]
    Serves {
        /// The integration.
        integration: String,
        /// The version.
        version: String,
    },
    /// No version to go back to is known.
    #[error(
        "`{integration}` has no earlier version to go back to; name one with `koalr plugin swap {integration} VERSION`"
    )]
    NoPrevious {
        /// The integration.
        integration: String,
    },
    /// A pin holds for every tenant.
    #[error(
        "`{integration}` is pinned to {version} for every tenant; `koalr plugin unpin {integration}` lifts that"
    )]
    Pinned {
        /// The integration.
        integration: String,
        /// The version that it is pinned to.
        version: String,
    },
    /// Another version is being tried.
    #[error(
        "{version} of `{integration}` is being tried; `koalr plugin promote {integration}` lets it serve everybody, and \
         `koalr plugin rollback {integration}` withdraws it"
    )]
    Trying {
        /// The integration.
        integration: String,
        /// The version that is tried.
        version: String,
    },
    /// No version is being tried.
    #[error(
        "no version of `{integration}` is being tried; begin with `koalr plugin swap {integration} VERSION --percent N`"
    )]
    NotTrying {
        /// The integration.
        integration: String,
    },
    /// A cohort of nobody.
    #[error("a cohort names at least one tenant; `--percent 0` tries a version with nobody")]
    EmptyCohort,
    /// There is no such pin.
    #[error(
        "`{integration}` is not pinned for {}; `koalr plugin list` shows the pins",
        tenant.as_ref().map_or_else(|| "every tenant".to_owned(), |one| format!("tenant `{one}`"))
    )]
    NotPinned {
        /// The integration.
        integration: String,
        /// The tenant; none for the pin of all.
        tenant: Option<String>,
    },
    /// It is paused.
    #[error(
        "`{integration}` is paused already ({why}); `koalr plugin resume {integration}` ends that"
    )]
    Paused {
        /// The integration.
        integration: String,
        /// Why, in somebody's words.
        why: String,
    },
    /// A pause without a reason.
    #[error("a pause says why, for whoever meets it; write a reason after `--why`")]
    NoReason,
    /// It is not paused.
    #[error("`{integration}` is not paused; nothing is to be resumed")]
    NotPaused {
        /// The integration.
        integration: String,
    },
    /// The version is needed.
    #[error(
        "{version} of `{integration}` is in use: {}; swap or unpin first",
        uses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    )]
    InUse {
        /// The integration.
        integration: String,
        /// The version.
        version: String,
        /// What it is for. Not empty.
        uses: Vec<Use>,
    },
}

/// What a version is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Use {
    /// It serves.
    Current,
    /// It is being tried.
    Candidate,
    /// A rollback goes back to it.
    Previous,
    /// It is pinned for all.
    Pinned,
    /// It is pinned for this tenant.
    PinnedFor(String),
}

impl fmt::Display for Use {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Current => formatter.write_str("it serves"),
            Self::Candidate => formatter.write_str("it is being tried"),
            Self::Previous => formatter.write_str("a rollback goes back to it"),
            Self::Pinned => formatter.write_str("it is pinned for every tenant"),
            Self::PinnedFor(tenant) => write!(formatter, "it is pinned for tenant `{tenant}`"),
        }
    }
}

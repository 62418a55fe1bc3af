//! Stretches of time in which a finding was open: the rows that reports of debt count.
//!
//! A finding that was resolved and came back has several. [`Life::spells`] tells them.

mod life;

use serde::{Deserialize, Serialize};

use crate::model::common::{FindingClass, FixState, Severity, Tenths, Timestamp};

pub use life::{Chapter, Life};

/// One stretch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spell {
    /// Number of the finding's repository in the list that goes with the rows; none while unknown.
    pub repository: Option<u32>,
    /// What kind of problem it is.
    pub class: FindingClass,
    /// How bad, in the upstream's word; none while unknown.
    pub severity: Option<Severity>,
    /// The effective CVSS base score in tenths; none while unknown, and for classes without one.
    pub cvss: Option<Tenths>,
    /// Whether a fix is available.
    pub fix: FixState,
    /// Whether an exploit is known to be functional, mature or used.
    pub exploited: bool,
    /// When it began.
    pub opened_at: Timestamp,
    /// How it began.
    pub origin: Origin,
    /// When and how it ended; none while it goes on.
    pub end: Option<End>,
}

/// How a stretch began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// The vulnerability was public, and came in.
    Introduced,
    /// It was there, and became public.
    Disclosed,
    /// It was resolved or had vanished, and came back.
    ReIntroduced,
    /// It cannot be told: when it became public is not known, or that was at about the time that its project was
    /// imported.
    Unknown,
}

/// When and how a stretch ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    /// When. Not before the beginning.
    pub at: Timestamp,
    /// How.
    pub how: Ending,
}

/// How a stretch ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// It was fixed.
    Resolved,
    /// Somebody accepted it: it is still there, and ignored since then.
    Accepted,
    /// It is not listed any more, and nobody said that it was fixed.
    Vanished,
}

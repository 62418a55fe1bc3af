//! Severities, the unknown one included, and counts by them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::common::{FindingClass, Severity};

/// A severity, or that it is unknown.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// The greatest harm.
    Critical,
    /// Great harm.
    High,
    /// Some harm.
    Medium,
    /// Little harm.
    Low,
    /// Worth knowing; needs no action by itself.
    Info,
    /// The upstream did not say: not the same as low.
    Unknown,
}

impl Level {
    /// All, in the order of their declaration, and of reports.
    pub const ALL: [Self; 6] = [
        Self::Critical,
        Self::High,
        Self::Medium,
        Self::Low,
        Self::Info,
        Self::Unknown,
    ];

    pub(super) fn of(severity: Option<Severity>) -> Self {
        match severity {
            Some(Severity::Critical) => Self::Critical,
            Some(Severity::High) => Self::High,
            Some(Severity::Medium) => Self::Medium,
            Some(Severity::Low) => Self::Low,
            Some(Severity::Info) => Self::Info,
            None => Self::Unknown,
        }
    }

    pub(super) fn severity(self) -> Option<Severity> {
        match self {
            Self::Critical => Some(Severity::Critical),
            Self::High => Some(Severity::High),
            Self::Medium => Some(Severity::Medium),
            Self::Low => Some(Severity::Low),
            Self::Info => Some(Severity::Info),
            Self::Unknown => None,
        }
    }
}

/// One for each of [`Level::ALL`].
#[derive(Debug, Clone, Default)]
pub(super) struct ByLevel<T>([T; 6]);

impl<T> ByLevel<T> {
    #[expect(
        clippy::indexing_slicing,
        reason = "there is one for each, and no branch"
    )]
    pub(super) fn at(&mut self, level: Level) -> &mut T {
        &mut self.0[level as usize]
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (Level, &T)> {
        Level::ALL.into_iter().zip(&self.0)
    }
}

/// One for each of [`CLASSES`].
#[derive(Debug, Clone, Default)]
pub(super) struct ByClass<T>([T; 6]);

impl<T> ByClass<T> {
    #[expect(
        clippy::indexing_slicing,
        reason = "there is one for each, and no branch"
    )]
    pub(super) fn at(&mut self, class: FindingClass) -> &mut T {
        &mut self.0[class as usize]
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (FindingClass, &T)> {
        CLASSES.into_iter().zip(&self.0)
    }
}

/// In the order of their declaration, and of reports.
const CLASSES: [FindingClass; 6] = [
    FindingClass::PackageVulnerability,
    FindingClass::License,
    FindingClass::Container,
    FindingClass::Infrastructure,
    FindingClass::Code,
    FindingClass::Other,
];

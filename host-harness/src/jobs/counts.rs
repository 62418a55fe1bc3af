//! How many findings there are of each kind.

use koalr_platform::model::common::{FindingClass, FixState};
use koalr_store::Tally;
use schemars::JsonSchema;
use serde::Serialize;

/// Findings by what they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ClassCounts {
    /// Vulnerabilities of packages.
    pub package_vulnerabilities: u64,
    /// Licences of packages.
    pub licenses: u64,
    /// Vulnerabilities of container images.
    pub container: u64,
    /// Weaknesses in infrastructure as code.
    pub infrastructure: u64,
    /// Weaknesses in own source.
    pub code: u64,
    /// Anything else.
    pub other: u64,
}

impl ClassCounts {
    pub(super) fn of(tally: &Tally) -> Self {
        let of = |class| tally.classes.get(&class).copied().unwrap_or_default();
        Self {
            package_vulnerabilities: of(FindingClass::PackageVulnerability),
            licenses: of(FindingClass::License),
            container: of(FindingClass::Container),
            infrastructure: of(FindingClass::Infrastructure),
            code: of(FindingClass::Code),
            other: of(FindingClass::Other),
        }
    }
}

/// Open findings by whether a fix exists.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct FixCounts {
    /// For all of it.
    pub available: u64,
    /// For a part of it.
    pub partial: u64,
    /// None exists.
    pub none: u64,
    /// It is not known.
    pub unknown: u64,
}

impl FixCounts {
    pub(super) fn of(tally: &Tally) -> Self {
        let of = |state| tally.fixes.get(&state).copied().unwrap_or_default();
        Self {
            available: of(FixState::Available),
            partial: of(FixState::Partial),
            none: of(FixState::None),
            unknown: of(FixState::Unknown),
        }
    }
}

//! How much is known of what is open.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::backtest::Proportion;
use crate::model::common::{Coverage, FindingClass, FixState, Timestamp};
use crate::spell::{Origin, Spell};

/// What is not known of open findings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Quality {
    /// Without a CVSS score, of the vulnerabilities of packages and containers: other classes have none.
    pub without_cvss: Proportion,
    /// Without a severity.
    pub without_severity: Proportion,
    /// Of which nobody knows whether a fix is available.
    pub without_fix_knowledge: Proportion,
    /// Of which it cannot be told whether they came in or became public, of those that did not come back: mostly because
    /// nobody said when they became public.
    pub without_disclosure: Proportion,
    /// With an exploit that is functional, mature or used.
    pub exploited: Proportion,
}

/// How fresh and how complete the data is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Freshness {
    /// When the walk ended that ended first among the last complete walks; none if one was never complete.
    pub oldest_complete_walk: Option<Timestamp>,
    /// When the newest data was true; none if there is none.
    pub newest: Option<Timestamp>,
    /// What is not complete, each with its reason. May be empty.
    pub partial: Vec<Coverage>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct QualityTally {
    open: u32,
    scored: u32,
    without_cvss: u32,
    without_severity: u32,
    without_fix_knowledge: u32,
    came_back: u32,
    without_disclosure: u32,
    exploited: u32,
}

impl QualityTally {
    /// Counts an open one.
    pub(super) fn add(&mut self, spell: &Spell) {
        let scored = matches!(
            spell.class,
            FindingClass::PackageVulnerability | FindingClass::Container
        );
        self.open += 1;
        self.scored += u32::from(scored);
        self.without_cvss += u32::from(scored && spell.cvss.is_none());
        self.without_severity += u32::from(spell.severity.is_none());
        self.without_fix_knowledge += u32::from(spell.fix == FixState::Unknown);
        self.came_back += u32::from(spell.origin == Origin::ReIntroduced);
        self.without_disclosure += u32::from(spell.origin == Origin::Unknown);
        self.exploited += u32::from(spell.exploited);
    }

    pub(super) fn report(&self) -> Quality {
        let of_open = |count| Proportion::new(count, self.open);
        Quality {
            without_cvss: Proportion::new(self.without_cvss, self.scored),
            without_severity: of_open(self.without_severity),
            without_fix_knowledge: of_open(self.without_fix_knowledge),
            without_disclosure: Proportion::new(
                self.without_disclosure,
                self.open - self.came_back,
            ),
            exploited: of_open(self.exploited),
        }
    }
}

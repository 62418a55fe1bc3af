//! What a customer decided about the gate.

use serde::{Deserialize, Serialize};

use crate::model::common::{ParameterValue, SettingEntry};
use crate::model::manifest::Rule;
use crate::model::verdict::RuleSetting;

/// How a decision binds.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default,
)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Nothing binds; decisions are recorded.
    Observe,
    /// What would block warns.
    Warn,
    /// What blocks, blocks.
    #[default]
    Enforce,
}

/// Which CVSS rating score and gate use.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default,
)]
#[serde(rename_all = "kebab-case")]
pub enum CvssSource {
    /// The one chosen at sync, with its reason.
    #[default]
    Selected,
    /// The highest of all ratings.
    Highest,
}

/// A customer's policy. The default is what applies where none was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Policy {
    /// How decisions bind.
    pub mode: Mode,
    /// Which CVSS rating counts.
    pub cvss_source: CvssSource,
}

impl Policy {
    /// The active rules of a plugin, with the plugin's own defaults as parameters.
    #[must_use]
    pub fn rules(&self, declared: &[Rule]) -> Vec<RuleSetting> {
        declared
            .iter()
            .filter(|rule| rule.active_by_default)
            .map(|rule| RuleSetting {
                code: rule.code.clone(),
                parameters: Vec::new(),
            })
            .collect()
    }

    /// The settings of the score.
    #[must_use]
    pub fn score_settings(&self) -> Vec<SettingEntry> {
        let word = match self.cvss_source {
            CvssSource::Selected => "selected",
            CvssSource::Highest => "highest",
        };
        vec![SettingEntry {
            key: "cvss-source".to_owned(),
            value: ParameterValue::Text(word.to_owned()),
        }]
    }
}

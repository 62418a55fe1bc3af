//! What a customer decided about the gate.

mod read;
mod spell;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::complaint::Complaint;
use crate::decision::Cause;
use crate::merge::Bands;
use crate::model::common::{ParameterValue, SettingEntry, Timestamp};
use crate::model::manifest::{Manifest, Rule};
use crate::model::verdict::RuleSetting;

/// How a decision binds.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
    Default,
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
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    Default,
    JsonSchema,
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// How decisions bind.
    pub mode: Mode,
    /// Which CVSS rating counts.
    pub cvss_source: CvssSource,
    /// Causes for which a change that cannot be judged only warns. Empty by default: what cannot be told does not pass.
    pub fail_open: BTreeSet<Cause>,
    /// How long awaited evidence keeps a change pending, in seconds, 0 to 86,400.
    pub deadline_secs: u32,
    /// Where the bands of the score begin.
    pub bands: Bands,
    /// Longest life of a waiver, from its creation to its expiry, in days, 1 to 365.
    pub waiver_max_days: u32,
    /// Rules that the policy mentions, by code. The others are as the integration declares them.
    pub rules: BTreeMap<String, RulePolicy>,
}

/// What a policy says about one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RulePolicy {
    /// Whether it is active. A rule that is mentioned is active unless it says otherwise.
    pub active: bool,
    /// The parameters that are given, by name. The others take the integration's default.
    pub parameters: BTreeMap<String, ParameterValue>,
}

impl Policy {
    /// Reads a policy file against the rules that an integration declares. An empty file is the default policy.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, in the order of the file: what is not TOML, unknown keys and rules, values of a
    /// wrong type or out of range.
    pub fn parse(text: &str, manifest: &Manifest) -> Result<Self, Vec<Complaint>> {
        read::policy(text, &manifest.rules)
    }

    /// The policy as a file that reads as the same policy, with every key, defaults too.
    #[must_use]
    pub fn to_toml(&self) -> String {
        write::policy(self)
    }

    /// The policy as a file to start from: every key, every rule that is declared and every parameter of it, each with a
    /// comment that says what it does. It reads as a policy under which the same rules decide.
    #[must_use]
    pub fn spelled_out(&self, declared: &[Rule]) -> String {
        spell::policy(self, declared)
    }

    /// The active rules of a plugin, with the parameters that are given.
    ///
    /// An active rule that the plugin does not declare stays in the list: the gate then says that it cannot evaluate it,
    /// which is stricter than to forget it.
    #[must_use]
    pub fn rules(&self, declared: &[Rule]) -> Vec<RuleSetting> {
        let by_default = declared
            .iter()
            .filter(|rule| rule.active_by_default && !self.rules.contains_key(&rule.code))
            .map(|rule| RuleSetting {
                code: rule.code.clone(),
                parameters: Vec::new(),
            });
        let mentioned = self.rules.iter().filter(|(_, rule)| rule.active);
        let mut rules: Vec<RuleSetting> = by_default
            .chain(mentioned.map(|(code, rule)| rule.setting(code)))
            .collect();
        // In the integration's order, which is the one to show.
        rules.sort_by_key(|setting| {
            let position = declared.iter().position(|rule| rule.code == setting.code);
            position.unwrap_or(declared.len())
        });
        rules
    }

    /// When evidence that was first asked for at that time is no longer waited for.
    #[must_use]
    pub fn deadline(&self, asked_at: Timestamp) -> Timestamp {
        asked_at.saturating_add(Timestamp::from(self.deadline_secs) * 1000)
    }

    /// The settings of the score.
    #[must_use]
    pub fn score_settings(&self) -> Vec<SettingEntry> {
        vec![SettingEntry {
            key: "cvss-source".to_owned(),
            value: ParameterValue::Text(self.cvss_source.word().to_owned()),
        }]
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            mode: Mode::default(),
            cvss_source: CvssSource::default(),
            fail_open: BTreeSet::new(),
            deadline_secs: DEADLINE_SECS,
            bands: Bands::default(),
            waiver_max_days: WAIVER_MAX_DAYS,
            rules: BTreeMap::new(),
        }
    }
}

impl RulePolicy {
    fn setting(&self, code: &str) -> RuleSetting {
        let parameters = self.parameters.iter();
        RuleSetting {
            code: code.to_owned(),
            parameters: parameters
                .map(|(key, value)| SettingEntry {
                    key: key.clone(),
                    value: value.clone(),
                })
                .collect(),
        }
    }
}

impl Mode {
    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Observe => "observe",
            Self::Warn => "warn",
            Self::Enforce => "enforce",
        }
    }
}

impl CvssSource {
    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Selected => "selected",
            Self::Highest => "highest",
        }
    }
}

/// A quarter of an hour: a build that lists the dependencies has run, and nobody has given up on the pull request.
const DEADLINE_SECS: u32 = 900;

/// A quarter of a year: long enough for a fix that needs a release, short enough that somebody looks again.
const WAIVER_MAX_DAYS: u32 = 90;

#[cfg(test)]
mod tests;

//! Whether a change may pass: the question and answer of `gate`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::assessment::Assessment;
use super::common::{Extra, SettingEntry, Timestamp};
use super::evidence::Evidence;

/// What to decide.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct GateRequest {
    /// The assessment that `score` made of this evidence.
    pub assessment: Assessment,
    /// The evidence.
    pub evidence: Evidence,
    /// The active rules. A rule that is not listed is not active.
    pub rules: Vec<RuleSetting>,
    /// Waivers that the host found valid at `as-of`.
    pub waivers: Vec<Waiver>,
    /// The time the decision is made for.
    pub as_of: Timestamp,
}

/// An active rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RuleSetting {
    /// Code of the manifest's rule.
    pub code: String,
    /// Its parameters. Absent ones take the manifest's default.
    pub parameters: Vec<SettingEntry>,
}

/// A decision by people that one vulnerability may pass. Validity is the host's, matching the guest's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Waiver {
    /// The host's id.
    pub id: String,
    /// The vulnerability, by the upstream's id or any alias.
    pub vulnerability: String,
    /// Only in this package; none means in any.
    pub package: Option<String>,
    /// Only at this version; none means at any.
    pub version: Option<String>,
}

/// What follows for the change, in rising strictness.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// Nothing speaks against it, and everything the rules depend on is known.
    Pass,
    /// Something should be looked at.
    Warn,
    /// It cannot be told, because something that the rules depend on is missing.
    Inconclusive,
    /// It must not pass.
    Block,
}

/// The decision and its reasons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Verdict {
    /// The strictest of all rules.
    pub decision: Decision,
    /// Rules that fired, strictest first.
    pub fired: Vec<Fired>,
    /// Findings a rule would have fired on, but for a waiver.
    pub waived: Vec<Waived>,
    /// Indexes of the evidence's coverage rows that made it inconclusive. May be empty.
    pub missing: Vec<u32>,
    /// Routes that active rules depend on and that have no coverage row at all. May be empty.
    pub unasked: Vec<String>,
    /// Rules that could not be evaluated. Each makes the verdict at least inconclusive.
    pub errors: Vec<RuleError>,
    /// Room for additions. May be empty.
    pub extra: Extra,
}

/// A rule that fired.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Fired {
    /// Code of the rule.
    pub rule: String,
    /// What it decides.
    pub decision: Decision,
    /// Indexes of the findings it fired on. May be empty for a rule about the whole change.
    pub findings: Vec<u32>,
    /// Indexes of the evidence's measurements it fired on. May be empty.
    pub measurements: Vec<u32>,
    /// One sentence for people, without names from the evidence.
    pub message: String,
}

/// A finding that a waiver lets pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Waived {
    /// Index of the finding.
    pub finding: u32,
    /// Id of the waiver.
    pub waiver: String,
    /// Code of the rule that would have fired.
    pub rule: String,
}

/// A rule that could not be evaluated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RuleError {
    /// Code of the rule.
    pub rule: String,
    /// What is wrong, and what is expected.
    pub message: String,
}

/// Why there is no verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum GateError {
    /// Assessment and evidence do not fit together: what is wrong.
    InvalidRequest(String),
    /// Any other decision: a stable code and a text for people.
    Other((String, String)),
}

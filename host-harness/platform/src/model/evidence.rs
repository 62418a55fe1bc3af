//! What is known about a change: the question of `score`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::common::{
    Change, Coverage, DependencyChange, ExploitMaturity, Extra, FindingClass, FixState,
    Measurement, Reachability, SettingEntry, Severity, Tenths, Timestamp,
};

/// What to assess.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ScoreRequest {
    /// The change.
    pub change: Change,
    /// What is known about it.
    pub evidence: Evidence,
    /// Settings of the model by key, for example `cvss-source`. Absent keys take the model's default.
    pub settings: Vec<SettingEntry>,
    /// The time the assessment is made for.
    pub as_of: Timestamp,
}

/// What is known about a change. Handed unchanged to `gate`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Evidence {
    /// Whether it was gathered at the time or rebuilt later.
    pub observation: Observation,
    /// Dependencies the change touches. None means unknown; an empty list means that it touches none.
    pub dependencies: Option<Vec<DependencyChange>>,
    /// Findings that may bear on the change. All indexes below count in this list, from 0.
    pub findings: Vec<FindingFact>,
    /// CVE and other public ids, for findings that a rule can act on.
    pub aliases: Vec<FindingTexts>,
    /// Licence expressions of licence findings.
    pub licenses: Vec<FindingTexts>,
    /// Versions that would fix a finding, and what else is known to be wrong with them.
    pub fix_candidates: Vec<FixCandidate>,
    /// Open findings of the repository that the change does not touch, by severity.
    pub debt: Vec<Debt>,
    /// Measurements that may bear on the change, for example the coverage of its new code. May be empty.
    pub measurements: Vec<Measurement>,
    /// What is complete and what is missing.
    pub coverage: Vec<Coverage>,
    /// Room for additions. May be empty.
    pub extra: Extra,
}

/// When evidence was gathered.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Observation {
    /// Gathered while the change was open.
    Observed,
    /// Rebuilt later from stored history; never pooled silently with observed evidence.
    Reconstructed,
}

/// Where a finding is seen.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Presence {
    /// Seen there.
    Present,
    /// A complete list does not hold it.
    Absent,
    /// No complete list.
    Unknown,
}

/// A finding in scalars and three texts, so that a thousand of them cross in microseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FindingFact {
    /// Upstream's id of the vulnerability, licence rule or check. Not empty.
    pub vulnerability: String,
    /// Package; empty where the finding is not about one.
    pub package: String,
    /// Version of the package this fact is about; empty if unknown.
    pub version: String,
    /// What it is.
    pub class: FindingClass,
    /// Severity; none if unknown.
    pub severity: Option<Severity>,
    /// Base score in tenths of the rating chosen at sync, 0 to 100; none if there is none.
    pub cvss_selected: Option<Tenths>,
    /// Highest base score of all ratings in tenths, 0 to 100; none if there is none.
    pub cvss_highest: Option<Tenths>,
    /// Whether the change's head has it.
    pub head: Presence,
    /// Whether the change's base has it.
    pub base: Presence,
    /// Index of the dependency change that touches its package; none if the change does not touch it.
    pub dependency: Option<u32>,
    /// True if this vulnerability was open in this repository at an earlier time.
    pub seen_before: bool,
    /// When the vulnerability became public; none if unknown.
    pub disclosed_at: Option<Timestamp>,
    /// How far exploits go.
    pub exploit: ExploitMaturity,
    /// Whether the vulnerable code is reached.
    pub reachability: Reachability,
    /// Whether a fix exists.
    pub fix: FixState,
    /// Whether the upstream was told to ignore it.
    pub ignored: bool,
}

/// Texts about one finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FindingTexts {
    /// Index of the finding.
    pub finding: u32,
    /// The texts. Not empty.
    pub values: Vec<String>,
}

/// A version that would fix a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FixCandidate {
    /// Index of the finding.
    pub finding: u32,
    /// The version.
    pub version: String,
    /// Highest base score in tenths among the candidate's own vulnerabilities; 0 if it has none, none if nobody looked.
    pub worst: Option<Tenths>,
}

/// Open findings the change does not touch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Debt {
    /// Severity.
    pub severity: Severity,
    /// How many.
    pub count: u32,
}

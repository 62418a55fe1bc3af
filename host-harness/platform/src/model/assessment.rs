//! How risky a change is, and why: the answer of `score`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::common::{Extra, Tenths};

/// How risky the change is, and why. Refers to findings by index and repeats no text of theirs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Assessment {
    /// Version of the model.
    pub model: String,
    /// Security score in tenths, 0 to 1000. 0 means that nothing known adds risk; see `unknowns` for what is not known.
    pub score: Tenths,
    /// Every finding, in the order of the evidence.
    pub findings: Vec<Attributed>,
    /// Koalr's factors. Not empty.
    pub factors: Vec<Factor>,
    /// Parts of the score, largest first. They add up to it exactly.
    pub contributions: Vec<Contribution>,
    /// Names of the terms that hazards are products of, in kebab-case, the base first: for example `base`, `bump`.
    pub terms: Vec<String>,
    /// What the score would be after an upgrade, best first. Only upgrades not known to be vulnerable.
    pub counterfactuals: Vec<Counterfactual>,
    /// What could not be told. May be empty.
    pub unknowns: Vec<UnknownFact>,
    /// Room for additions. May be empty.
    pub extra: Extra,
}

/// Whose a finding is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Attribution {
    /// The change brings it: it is in the head, not in the base, and its package or version changed.
    Introduced,
    /// It became known since; the change does not touch its package.
    DisclosedSince,
    /// It was resolved and is open again; the change does not touch its package.
    ReOpened,
    /// The base has it too, at this or another version.
    Carried,
    /// The base has it, the head does not.
    Removed,
    /// It cannot be told.
    Unknown,
}

/// How far a version moves.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Bump {
    /// The same version before and after.
    Unchanged,
    /// The third number rises.
    Patch,
    /// The second number rises, above version 1.
    Minor,
    /// The second number rises below version 1, where that may break as a major does.
    ZeroMinor,
    /// The first number rises.
    Major,
    /// The version falls.
    Downgrade,
    /// The package was not there before.
    New,
    /// The package is not there any more.
    Removed,
    /// A version is missing or has no number: never guessed.
    Unknown,
}

/// What the model made of one finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Attributed {
    /// Whose it is.
    pub attribution: Attribution,
    /// How its package's version moves.
    pub bump: Bump,
    /// True if the change upgrades the package and the vulnerability stays.
    pub kept_by_upgrade: bool,
    /// Effective base score in tenths, 0 to 100; none for classes without CVSS, or when nothing is known.
    pub cvss: Option<Tenths>,
    /// True if that score is assumed from the severity, because there is no rating.
    pub assumed: bool,
}

/// A factor in Koalr's own shape.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Factor {
    /// Name for people, for example `Security vulnerabilities`.
    pub factor: String,
    /// Its score in tenths, 0 to 1000.
    pub score: Tenths,
    /// Its weight in thousandths, 0 to 1000.
    pub weight: u16,
}

/// A part of the score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Contribution {
    /// Where it comes from.
    pub subject: ContributionSubject,
    /// Points in tenths, 0 to 1000.
    pub points: Tenths,
    /// The hazard that the points come from, in thousandths, rounded; for people.
    pub hazard: u32,
    /// The arithmetic of the hazard, in thousandths, in the order of the assessment's `terms`: it is their product, unless
    /// the model caps it. As many as those, or none where there is no arithmetic.
    pub terms: Vec<u32>,
}

/// Where a part of the score comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ContributionSubject {
    /// A finding, by index.
    Finding(u32),
    /// Open findings that the change does not touch.
    Debt,
    /// A measurement, by index.
    Measurement(u32),
    /// Anything else: its name for people.
    Other(String),
}

/// What the score would be after one upgrade.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Counterfactual {
    /// Index of the dependency change to alter.
    pub dependency: u32,
    /// The version to move to instead.
    pub version: String,
    /// Score after it, in tenths, 0 to 1000.
    pub score: Tenths,
    /// Indexes of the findings it removes. Not empty.
    pub removes: Vec<u32>,
    /// False if nobody looked whether that version is vulnerable itself.
    pub verified: bool,
}

/// Something that could not be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct UnknownFact {
    /// Stable kebab-case code, for example `cvss-assumed`.
    pub code: String,
    /// Index of the finding; none if it concerns the whole change.
    pub finding: Option<u32>,
    /// One sentence for people, without names from the evidence.
    pub message: String,
}

/// Why there is no assessment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ScoreError {
    /// The evidence contradicts the contract: what is wrong with it.
    InvalidEvidence(String),
    /// A setting is wrong: its key, and what is expected.
    InvalidSetting((String, String)),
    /// Any other decision: a stable code and a text for people.
    Other((String, String)),
}

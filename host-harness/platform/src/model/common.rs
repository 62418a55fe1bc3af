//! Nouns that several verbs share.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An instant: milliseconds since 1970-01-01T00:00:00Z. May be negative.
pub type Timestamp = i64;

/// A number in tenths, so that 98 is 9.8. CVSS scores run from 0 to 100, security scores and points from 0 to 1000.
pub type Tenths = u16;

/// Named texts: room for additions inside a version line, where records cannot grow.
pub type Extra = Vec<(String, String)>;

/// The address all requests of a call go to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Endpoint {
    /// Id of the manifest's origin.
    pub origin: String,
    /// Scheme, host and port without a path, for example `https://api.example.com`.
    pub base: String,
}

/// A setting a person may give at connect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Setting {
    /// Kebab-case key.
    pub key: String,
    /// Name for people.
    pub label: String,
    /// One sentence of help.
    pub help: String,
    /// Type and range.
    pub kind: ParameterKind,
    /// The value where none is given; none makes the setting mandatory.
    pub default: Option<ParameterValue>,
}

/// A setting with its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SettingEntry {
    /// Key of the setting, or name of the parameter.
    pub key: String,
    /// Its value.
    pub value: ParameterValue,
}

/// Type and range of a parameter or setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ParameterKind {
    /// Yes or no.
    Flag,
    /// A whole number from the first to the second, both included.
    Integer((i64, i64)),
    /// A number in tenths from the first to the second, both included.
    Tenths((Tenths, Tenths)),
    /// One of these words.
    Choice(Vec<String>),
    /// Any text.
    Text,
    /// A list of texts.
    Texts,
}

/// Value of a parameter or setting. A choice is a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ParameterValue {
    /// Yes or no.
    Flag(bool),
    /// A whole number.
    Integer(i64),
    /// A number in tenths.
    Tenths(Tenths),
    /// A text, or the word of a choice.
    Text(String),
    /// A list of texts. May be empty.
    Texts(Vec<String>),
}

/// A change: a pull request, by the head that is judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Change {
    /// The host's id.
    pub id: String,
    /// Repository as `owner/name`.
    pub repository: String,
    /// Number in the repository; none if it has none.
    pub number: Option<u32>,
    /// The commit that is judged.
    pub head_sha: String,
    /// The commit it is compared with; none while unknown.
    pub base_sha: Option<String>,
    /// Branch it comes from; none while unknown.
    pub source_branch: Option<String>,
    /// Branch it goes to; none while unknown.
    pub target_branch: Option<String>,
}

/// One dependency that a change touches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DependencyChange {
    /// Ecosystem by its purl type, for example `npm`.
    pub ecosystem: String,
    /// Name as the ecosystem writes it.
    pub name: String,
    /// Version before; none for a new dependency.
    pub before: Option<String>,
    /// Version after; none for a removed one.
    pub after: Option<String>,
    /// Whether the repository names it itself; none while unknown.
    pub direct: Option<bool>,
    /// Path of the manifest or lockfile that the row is from, from the repository's root; none while unknown.
    pub manifest: Option<String>,
}

/// How much is known about one source of evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Coverage {
    /// The route: how the evidence was sought, for example `issues` or `dependencies`.
    pub route: String,
    /// What it is about, for example an organization's id. A looked-up package is `ecosystem:name@version`, with the
    /// words of the dependency list.
    pub subject: String,
    /// How far it got.
    pub state: CoverageState,
    /// When the evidence was true; none if it never was.
    pub as_of: Option<Timestamp>,
    /// What is missing and why, or what a complete route says of itself, as one sentence. May be empty.
    pub detail: String,
}

/// How far a route got. Complete list.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum CoverageState {
    /// Everything was read to its proper end.
    Complete,
    /// Something is missing.
    Partial,
    /// Complete once, but too old.
    Stale,
    /// The credential or plan does not allow it.
    Refused,
    /// The upstream has nothing of this kind for this subject.
    Unsupported,
    /// Asked for, and not answered yet.
    Awaited,
    /// Nobody asked.
    NotAsked,
}

/// Severity after the upstream's policies, in rising order.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth knowing; needs no action by itself.
    Info,
    /// Little harm.
    Low,
    /// Some harm, or great harm under rare conditions.
    Medium,
    /// Great harm.
    High,
    /// The greatest harm the upstream knows.
    Critical,
}

/// What a finding is. A kind unknown to this contract is `other`, never dropped.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum FindingClass {
    /// A vulnerability of a package the project depends on.
    PackageVulnerability,
    /// A licence of such a package that the upstream's policy objects to.
    License,
    /// A vulnerability of a container image.
    Container,
    /// A weakness in infrastructure as code or in a cloud resource.
    Infrastructure,
    /// A weakness in the project's own source.
    Code,
    /// Anything else; the finding's `kind` has the upstream's word.
    Other,
}

/// How far exploits are known to go, in rising order after `unknown`.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum ExploitMaturity {
    /// No data.
    Unknown,
    /// None is known.
    NoneKnown,
    /// A proof of concept exists.
    ProofOfConcept,
    /// A working exploit exists.
    Functional,
    /// It is exploited in the wild.
    Attacked,
}

/// Whether the vulnerable code is reached.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Reachability {
    /// No data.
    Unknown,
    /// An analysis found no path.
    NotReachable,
    /// The package is used, the function perhaps.
    Potentially,
    /// A path was found.
    Reachable,
}

/// Whether a fix exists.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum FixState {
    /// No data: not the same as none.
    Unknown,
    /// For all of it.
    Available,
    /// For a part of it.
    Partial,
    /// None exists.
    None,
}

/// A number about a subject.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Measurement {
    /// What it is about, as `kind:id`, for example `repository:acme/shop`, `change:acme/shop#7`, `project:ID`,
    /// `service:ID` or `incident:ID`, with the ids of the other records. A kind that a host does not know is kept.
    pub subject: String,
    /// What was measured, for example `coverage` or `time-to-acknowledge`.
    pub metric: String,
    /// The value. Finite: a number that is not known is no measurement.
    pub value: f64,
    /// Unit, for example `percent`, `seconds` or `count`.
    pub unit: String,
    /// When it was true.
    pub at: Timestamp,
}

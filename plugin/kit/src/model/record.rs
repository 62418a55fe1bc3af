//! What a walk brings, record by record.

use super::common::{
    ExploitMaturity, Extra, FindingClass, FixState, Measurement, Reachability, Severity, Tenths,
    Timestamp,
};
use super::walk::Walk;

/// One thing that was read.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// A project: something the upstream scans.
    Project(Project),
    /// A finding: something the upstream found in a project.
    Finding(Finding),
    /// A check the upstream ran on a change.
    ChangeCheck(ChangeCheck),
    /// A finding that the upstream itself tied to a change.
    ChangeFinding(ChangeFinding),
    /// A step in the life of a finding.
    Remediation(Remediation),
    /// What is known about fixes of one vulnerability in one package version.
    Fix(Fix),
    /// A number about a subject, for example a coverage or an incident's duration.
    Measurement(Measurement),
    /// Something that went wrong with a service.
    Incident(Incident),
    /// A version that was brought to a service.
    Deployment(Deployment),
    /// A listing that ended properly. Only one without `changed-since` shows that what was not seen is missing.
    WalkCompleted(Walk),
    /// A page that was asked for several times at last failed: its listing is partial, and old data is kept.
    WalkBroken(Walk),
    /// Anything else.
    Other(OtherRecord),
}

/// Something the upstream scans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// The upstream's id.
    pub id: String,
    /// Organization id.
    pub organization: String,
    /// Name for people.
    pub name: String,
    /// What it holds.
    pub class: ProjectClass,
    /// The upstream's own word for its kind, for example `npm`.
    pub kind: String,
    /// Where it came from, for example `github` or `cli`. Empty if not stated.
    pub origin: String,
    /// Repository as `owner/name` or an address; none if it could not be told.
    pub repository: Option<String>,
    /// Group of projects that belong to one repository or image; none if not stated.
    pub target: Option<String>,
    /// Branch or other reference; none means not stated, which need not be the default branch.
    pub reference: Option<String>,
    /// Manifest file; none if not stated.
    pub file: Option<String>,
    /// False if the upstream no longer scans it.
    pub active: bool,
    /// When it was added to the upstream; none if not stated.
    pub created_at: Option<Timestamp>,
    /// Room for additions. May be empty.
    pub extra: Extra,
}

/// What a project holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProjectClass {
    /// Packages that a manifest names.
    OpenSource,
    /// An image.
    Container,
    /// Infrastructure as code, or a cloud account.
    Infrastructure,
    /// Source of its own.
    Code,
    /// Something that runs: the subject of incidents and deployments.
    Service,
    /// Anything else; the project's `kind` has the upstream's word.
    Other,
}

/// Something the upstream found in a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The upstream's id, unique in the organization. It may change when a project is imported again.
    pub id: String,
    /// Identity inside the project that survives a new import.
    pub key: String,
    /// Organization id.
    pub organization: String,
    /// Project id.
    pub project: String,
    /// What it is.
    pub class: FindingClass,
    /// The upstream's own word for what it is. An unknown one is kept here, with the class `other`.
    pub kind: String,
    /// One line for people. Text from the upstream: escape it.
    pub title: String,
    /// The upstream's id of the vulnerability, licence rule or check; the key if it gives none.
    pub vulnerability: String,
    /// CVE and other public ids, sorted. May be empty.
    pub aliases: Vec<String>,
    /// CWE ids, sorted. May be empty.
    pub weaknesses: Vec<String>,
    /// Affected packages in the upstream's order. Empty where a finding is not about packages.
    pub packages: Vec<PackageVersion>,
    /// Severity after the upstream's own policies; none if not stated or not known to this contract.
    pub severity: Option<Severity>,
    /// Every CVSS rating the upstream gives, in its order. May be empty.
    pub cvss: Vec<CvssRating>,
    /// The one rating that score and gate use; none if there is none. Unknown is not zero.
    pub selected: Option<SelectedCvss>,
    /// How far exploits are known to go.
    pub exploit: ExploitMaturity,
    /// The upstream's own risk score, 0 to 1000; none if not given.
    pub risk: Option<u16>,
    /// Whether the vulnerable code is reached.
    pub reachability: Reachability,
    /// Whether a fix exists.
    pub fix: FixState,
    /// Where the fix state comes from, for example `feed-flags`. Empty while it is unknown.
    pub fix_source: String,
    /// Versions that fix it, in the upstream's order. May be empty although a fix exists.
    pub fixed_in: Vec<String>,
    /// Licence expression of a licence finding; none otherwise.
    pub license: Option<String>,
    /// Where it is, for findings that are not about packages: a file, a resource. None if not stated.
    pub location: Option<String>,
    /// Whether it is open. An ignored finding is still open.
    pub open: bool,
    /// Whether the upstream was told to ignore it.
    pub ignored: bool,
    /// When the upstream first recorded it in this project.
    pub created_at: Timestamp,
    /// When the upstream last changed it.
    pub updated_at: Timestamp,
    /// When it last came into the project; none if not stated.
    pub introduced_at: Option<Timestamp>,
    /// When it was last resolved; none if not stated or never.
    pub resolved_at: Option<Timestamp>,
    /// When the vulnerability became public; none if not stated.
    pub disclosed_at: Option<Timestamp>,
    /// Room for additions. May be empty.
    pub extra: Extra,
}

/// A package at a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageVersion {
    /// Ecosystem by its purl type, for example `npm`; none if not stated.
    pub ecosystem: Option<String>,
    /// Name as the ecosystem writes it.
    pub name: String,
    /// Version as the ecosystem writes it; none if not stated.
    pub version: Option<String>,
}

/// One CVSS rating.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CvssRating {
    /// Who rated, for example `Snyk` or `NVD`.
    pub source: String,
    /// CVSS version, for example `3.1`. Empty if not stated.
    pub version: String,
    /// The vector as given; none if not given.
    pub vector: Option<String>,
    /// The published score in tenths, 0 to 100; none if not given or out of range.
    pub score: Option<Tenths>,
}

/// The rating that score and gate use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SelectedCvss {
    /// Base score in tenths, 0 to 100.
    pub score: Tenths,
    /// Highest base score of all ratings, in tenths, 0 to 100.
    pub highest: Tenths,
    /// Index into the ratings.
    pub rating: u32,
    /// Why this one and this score, as one sentence.
    pub reason: String,
}

/// A check the upstream ran on a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeCheck {
    /// Organization id.
    pub organization: String,
    /// The change's id or number as the upstream knows it.
    pub change: String,
    /// Repository as the upstream names it.
    pub repository: String,
    /// Head commit that was checked; none if not stated.
    pub head_sha: Option<String>,
    /// Commit it was compared with; none if not stated.
    pub base_sha: Option<String>,
    /// Project id; none if not stated.
    pub project: Option<String>,
    /// What was checked, for example `open source`.
    pub product: String,
    /// The upstream's own word for the result.
    pub state: String,
    /// Whether a person marked it as successful by hand. Passed then does not mean clean.
    pub marked_as_success: bool,
    /// When the result was recorded; none if not stated.
    pub at: Option<Timestamp>,
    /// The upstream's id of the test run, by which its findings may be asked for; none if not stated.
    pub test: Option<String>,
    /// Room for additions, for example what the upstream was told to check. May be empty.
    pub extra: Extra,
}

/// A finding that the upstream itself tied to a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeFinding {
    /// The change's id or number as the upstream knows it.
    pub change: String,
    /// The route that said so.
    pub route: String,
    /// The finding. Where packages are looked up, its project is empty and its first package the one looked up.
    pub finding: Finding,
}

/// A step in the life of a finding that this batch or an earlier one told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remediation {
    /// Organization id.
    pub organization: String,
    /// Finding id.
    pub finding: String,
    /// What happened.
    pub step: RemediationStep,
    /// When.
    pub at: Timestamp,
    /// Which field or comparison says so.
    pub source: String,
}

/// What happened to a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RemediationStep {
    /// It came into the project.
    Introduced,
    /// This integration saw it for the first time.
    FirstSeen,
    /// The upstream was told to ignore it.
    Ignored,
    /// The upstream was told to heed it again.
    UnIgnored,
    /// The upstream says that it is gone.
    Resolved,
    /// It came back after it was resolved.
    ReIntroduced,
    /// It is not listed any more, and no resolution was stated.
    Vanished,
}

/// What is known about fixes of one vulnerability in one package version. It holds for every finding about them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// Organization id.
    pub organization: String,
    /// The upstream's id of the vulnerability.
    pub vulnerability: String,
    /// The affected package at the affected version.
    pub affected: PackageVersion,
    /// Whether a fix exists. Never unknown.
    pub state: FixState,
    /// Versions that fix it, in the upstream's order. May be empty although a fix exists.
    pub versions: Vec<String>,
    /// Where this comes from: the coverage route.
    pub source: String,
    /// When the upstream said so.
    pub as_of: Timestamp,
}

/// Something that went wrong with a service. The same id again replaces what was known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// The upstream's id, unique in the connection.
    pub id: String,
    /// Project id of the service. Empty if not stated.
    pub service: String,
    /// Title for people.
    pub title: String,
    /// The upstream's own word for how bad or how urgent it is, for example `P1`; none if not stated.
    pub severity: Option<String>,
    /// The change that caused it, as the upstream names it: an address, a number, a commit. None if it names none.
    pub change: Option<String>,
    /// When it began.
    pub started_at: Timestamp,
    /// When somebody first answered; none if nobody did or it is not stated.
    pub acknowledged_at: Option<Timestamp>,
    /// When it ended; none if it goes on or the time is not stated. `open` tells which.
    pub resolved_at: Option<Timestamp>,
    /// Whether it goes on.
    pub open: bool,
    /// Room for additions. May be empty.
    pub extra: Extra,
}

/// A version that was brought to a service. The same id with a later time replaces what was known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    /// The upstream's id, unique in the connection.
    pub id: String,
    /// Project id of the service. Empty if not stated.
    pub service: String,
    /// Environment in the upstream's words, for example `production`; none if not stated.
    pub environment: Option<String>,
    /// The commit that was deployed; none if not stated.
    pub sha: Option<String>,
    /// How far it got.
    pub state: DeploymentState,
    /// When it came into that state.
    pub at: Timestamp,
    /// Room for additions. May be empty.
    pub extra: Extra,
}

/// How far a deployment got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeploymentState {
    /// The service runs the version.
    Succeeded,
    /// It was given up, and the service does not run the version.
    Failed,
    /// It has not ended.
    Running,
    /// Anything else, or not stated; the upstream's word, if there is one, is in `extra`.
    Other,
}

/// A record this contract has no word for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherRecord {
    /// What it is, in the integration's words.
    pub kind: String,
    /// Identity inside its kind.
    pub key: String,
    /// The record as JSON.
    pub json: String,
}

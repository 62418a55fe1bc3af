//! What an organization holds, in types; [`render`](crate::render) makes Snyk's JSON of it.

use crate::check::{PullRequestCheck, Test};

/// Milliseconds since 1970-01-01T00:00:00Z.
pub type Timestamp = i64;

/// An organization with all it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// UUID.
    pub id: String,
    /// Display name.
    pub name: String,
    /// Name in addresses.
    pub slug: String,
    /// UUID of the group it belongs to; none for a personal organization.
    pub group_id: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Its projects, in listing order.
    pub projects: Vec<Project>,
    /// Its issues, in any order: the upstream lists them by severity, time of creation and id.
    pub issues: Vec<Issue>,
    /// What is known about package versions. A version that is not here has no known vulnerability.
    pub packages: Vec<Package>,
    /// Checks of pull requests, as the export lists them.
    pub checks: Vec<PullRequestCheck>,
    /// Tests with findings of their own. Any other test is unknown.
    pub tests: Vec<Test>,
}

/// A scanned manifest, image or repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// UUID.
    pub id: String,
    /// Display name, `owner/name:path` for a manifest of a repository.
    pub name: String,
    /// Snyk's project type, for example `npm`, `deb`, `terraformconfig`, `sast`.
    pub kind: String,
    /// Where it was imported from, for example `github`, `cli`, `docker-hub`.
    pub origin: String,
    /// False for a project that is no longer tested.
    pub active: bool,
    /// What it belongs to.
    pub target: Target,
    /// Path of the manifest; none where there is none.
    pub target_file: Option<String>,
    /// Branch; none where there is none.
    pub target_reference: Option<String>,
    /// When it was imported.
    pub created_at: Timestamp,
}

/// A repository or image, which may have many projects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// UUID.
    pub id: String,
    /// `owner/name` of a repository, or the name of an image.
    pub display_name: String,
    /// Address; none for most targets, as in Snyk's own answers.
    pub url: Option<String>,
}

/// One finding in one project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// UUID.
    pub id: String,
    /// UUID of the project.
    pub project: String,
    /// Short title.
    pub title: String,
    /// Severity after policy.
    pub severity: Severity,
    /// Open, ignored or resolved.
    pub state: State,
    /// When it was first recorded in the project.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Snyk's risk score, 0 to 1000; none where it gives none.
    pub risk: Option<u16>,
    /// What is wrong. It decides the issue's type.
    pub subject: Subject,
}

/// Where an issue stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Open.
    Open,
    /// Still open, but ignored by a person.
    Ignored,
    /// No longer found, since that time.
    Resolved(Timestamp),
    /// Open again.
    Reintroduced {
        /// When it was no longer found.
        resolved: Timestamp,
        /// When it was found again.
        introduced: Timestamp,
    },
}

/// What an issue is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// Type `package_vulnerability`.
    Package {
        /// The vulnerability.
        vulnerability: Vulnerability,
        /// Name as the ecosystem writes it.
        name: String,
        /// The version in use.
        version: String,
        /// True if an upgrade of a direct dependency fixes it.
        upgradeable: bool,
        /// True if pinning it fixes it.
        pinnable: bool,
    },
    /// Type `license`.
    License {
        /// Snyk's word for the ecosystem, for example `npm`, `pip`.
        ecosystem: String,
        /// Name as the ecosystem writes it.
        name: String,
        /// The version in use.
        version: String,
        /// SPDX id.
        license: String,
    },
    /// Type `config`.
    Config {
        /// Id of the rule.
        rule: String,
        /// Path of the setting in the file.
        resource: String,
    },
    /// Type `code`.
    Code {
        /// CWE id.
        weakness: String,
        /// Path in the repository.
        file: String,
        /// First line, from 1.
        line: u32,
        /// The commit that was scanned.
        commit: String,
    },
    /// Type `cloud`.
    Cloud {
        /// Id of the rule.
        rule: String,
        /// Name of the resource.
        resource: String,
        /// Type of the resource, for example `aws_s3_bucket`.
        kind: String,
    },
    /// A type that Snyk may have tomorrow.
    Unknown {
        /// The type's word.
        kind: String,
        /// Attributes that only it has. May be empty.
        attributes: Vec<(String, String)>,
    },
}

/// A published vulnerability.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vulnerability {
    /// Snyk's id.
    pub id: String,
    /// Short title.
    pub title: String,
    /// CVE ids. May be empty.
    pub cves: Vec<String>,
    /// CWE ids. May be empty.
    pub weaknesses: Vec<String>,
    /// Severity before policy.
    pub severity: Severity,
    /// Ratings, in the order they are served. May be empty.
    pub ratings: Vec<Rating>,
    /// How far exploits go.
    pub exploit: Exploit,
    /// The day it became public, `YYYY-MM-DD`.
    pub disclosed_on: String,
    /// The lowest fixed version of each release line. Empty if there is none.
    pub fixed_in: Vec<String>,
}

/// One CVSS rating.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rating {
    /// Who rated, for example `Snyk`, `NVD`.
    pub source: String,
    /// Base score in tenths, 0 to 100.
    pub score: u16,
    /// The vector, beginning with `CVSS:` and its version.
    pub vector: String,
}

/// How far exploits of a vulnerability go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exploit {
    /// Nothing is known.
    NotDefined,
    /// A demonstration exists.
    ProofOfConcept,
    /// It is used in attacks.
    Attacked,
}

/// Snyk's five levels, lowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Information only.
    Info,
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
    /// Critical.
    Critical,
}

/// What is known about one version of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// Package URL with version.
    pub purl: String,
    /// Its own vulnerabilities, not those of what it depends on.
    pub vulnerabilities: Vec<Vulnerability>,
}

impl Severity {
    /// The level of a CVSS base score in tenths, by the specification's table.
    #[must_use]
    pub fn of_score(tenths: u16) -> Self {
        match tenths {
            0 => Self::Info,
            1..40 => Self::Low,
            40..70 => Self::Medium,
            70..90 => Self::High,
            _ => Self::Critical,
        }
    }

    /// Snyk's word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl Issue {
    /// Snyk's word for the issue's type.
    #[must_use]
    pub fn kind(&self) -> &str {
        match &self.subject {
            Subject::Package { .. } => "package_vulnerability",
            Subject::License { .. } => "license",
            Subject::Config { .. } => "config",
            Subject::Code { .. } => "code",
            Subject::Cloud { .. } => "cloud",
            Subject::Unknown { kind, .. } => kind,
        }
    }

    /// `open` or `resolved`; an ignored issue stays open.
    #[must_use]
    pub fn status(&self) -> &'static str {
        match self.state {
            State::Open | State::Ignored | State::Reintroduced { .. } => "open",
            State::Resolved(_) => "resolved",
        }
    }

    /// Whether a person ignores it.
    #[must_use]
    pub fn is_ignored(&self) -> bool {
        self.state == State::Ignored
    }
}

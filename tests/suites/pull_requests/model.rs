//! What a generated pull request is made of.

use koalr_upstream::Severity;

/// A pull request with everything that is true about it.
#[derive(Debug)]
pub(crate) struct PullRequest {
    /// Its number, which with the seed gives all of it.
    pub(crate) number: u32,
    /// What its first row is about; the other rows are of any kind.
    pub(crate) kind: Kind,
    /// What it does to the dependencies. May be empty.
    pub(crate) rows: Vec<Row>,
    /// Vulnerabilities of its packages.
    pub(crate) flaws: Vec<Flaw>,
    /// Package versions that the upstream knows. Any other has no known vulnerability.
    pub(crate) releases: Vec<Release>,
    /// What the target branch was found to have, beyond what the rows tell.
    pub(crate) stored: Vec<Stored>,
    /// What goes wrong while it is judged.
    pub(crate) trouble: Trouble,
}

/// What a row does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Untouched,
    New,
    Patch,
    Minor,
    ZeroMinor,
    Major,
    Downgrade,
    Removed,
    Moved,
    RevertOfFix,
    Kept,
    Fix,
    SameVersion,
    TwoManifests,
}

impl Kind {
    /// In the order of the table.
    pub(crate) const ALL: [Self; 14] = [
        Self::Untouched,
        Self::New,
        Self::Patch,
        Self::Minor,
        Self::ZeroMinor,
        Self::Major,
        Self::Downgrade,
        Self::Removed,
        Self::Moved,
        Self::RevertOfFix,
        Self::Kept,
        Self::Fix,
        Self::SameVersion,
        Self::TwoManifests,
    ];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Untouched => "no dependency touched",
            Self::New => "new dependency",
            Self::Patch => "patch bump",
            Self::Minor => "minor bump",
            Self::ZeroMinor => "0.x minor bump",
            Self::Major => "major bump",
            Self::Downgrade => "downgrade",
            Self::Removed => "dependency removed",
            Self::Moved => "moved to another manifest",
            Self::RevertOfFix => "revert of a fix",
            Self::Kept => "upgrade that keeps all",
            Self::Fix => "fix",
            Self::SameVersion => "same version",
            Self::TwoManifests => "in two manifests",
        }
    }
}

/// A package by the name that its ecosystem writes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Package {
    pub(crate) ecosystem: &'static str,
    pub(crate) name: String,
}

/// A package version.
pub(crate) type At = (Package, String);

/// One line of the dependency list.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) package: Package,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
    pub(crate) direct: Option<bool>,
    pub(crate) manifest: &'static str,
}

/// A vulnerability.
#[derive(Debug, Clone)]
pub(crate) struct Flaw {
    pub(crate) id: String,
    pub(crate) cves: Vec<String>,
    pub(crate) ratings: Vec<Rating>,
    pub(crate) severity: Severity,
    /// False if the upstream states neither a rating nor a severity.
    pub(crate) rated: bool,
    pub(crate) fixed_in: Vec<String>,
}

/// One CVSS rating.
#[derive(Debug, Clone)]
pub(crate) struct Rating {
    pub(crate) source: Source,
    /// Base score in tenths that is published beside the vector.
    pub(crate) published: u16,
    /// Base score in tenths of the vector; none if the vector is malformed.
    pub(crate) computed: Option<u16>,
    pub(crate) vector: String,
}

/// Who rated, in the order in which they count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Source {
    Snyk40,
    Snyk31,
    Nvd,
    RedHat,
}

impl Source {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Snyk40 | Self::Snyk31 => "Snyk",
            Self::Nvd => "NVD",
            Self::RedHat => "Red Hat",
        }
    }
}

/// A version that the upstream knows, with the indexes of its flaws.
#[derive(Debug, Clone)]
pub(crate) struct Release {
    pub(crate) at: At,
    pub(crate) flaws: Vec<usize>,
}

/// A finding of the repository's own project.
#[derive(Debug)]
pub(crate) struct Stored {
    pub(crate) at: At,
    pub(crate) flaw: usize,
    pub(crate) standing: Standing,
}

/// Where a stored finding stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    Open,
    Ignored,
    Resolved,
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trouble {
    Nothing,
    /// The change comes without a dependency list.
    NoList,
    /// One row is of an ecosystem that the upstream cannot look up.
    Unsupported,
    /// Every lookup is answered 429, for longer than anybody waits.
    Limited,
    /// The answer about one package version is spoilt, as often as it is asked for.
    Lookup(At, Spoilt),
    /// The listing of the organization's issues was spoilt when it was synced.
    Listing(Broken),
}

impl Trouble {
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::NoList => "no dependency list",
            Self::Unsupported => "an ecosystem without lookups",
            Self::Limited => "429 beyond patience",
            Self::Lookup(_, Spoilt::Refused) => "a lookup answers 403",
            Self::Lookup(_, Spoilt::Down) => "a lookup answers 500 for ever",
            Self::Lookup(_, Spoilt::Truncated) => "a lookup's JSON is cut off",
            Self::Lookup(_, Spoilt::LeadsOn) => "a lookup leads back to itself",
            Self::Lookup(_, Spoilt::NoId) => "a lookup has an issue without an id",
            Self::Listing(Broken::Repeats) => "the listing's next link repeats",
            Self::Listing(Broken::OffHost) => "the listing's next link leaves the host",
        }
    }
}

/// How a lookup is spoilt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spoilt {
    Refused,
    Down,
    Truncated,
    LeadsOn,
    NoId,
}

/// How a listing is spoilt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Broken {
    Repeats,
    OffHost,
}

//! Checks of pull requests, and the findings of a test.

use crate::data::{Severity, Subject, Timestamp};

/// One check of one pull request, as the export's data set `pr_checks` lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullRequestCheck {
    /// UUID.
    pub id: String,
    /// UUID shared by all checks that one commit set off.
    pub group: String,
    /// UUID of its test; none if it never got that far.
    pub test: Option<String>,
    /// UUID of the project; none for checks of a whole repository.
    pub project: Option<String>,
    /// When it began.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Number of the pull request in its repository.
    pub pull_request: u32,
    /// The ref that was checked, for example `refs/pull/77/head`.
    pub pull_ref: String,
    /// `owner/name`.
    pub repository: String,
    /// Where the repository was imported from, for example `github`.
    pub origin: String,
    /// `Snyk Open Source`, `Snyk Code`, …
    pub product: String,
    /// How it ended.
    pub state: CheckState,
    /// Whether a person let it pass.
    pub marked_as_success: bool,
    /// What Snyk says about the result. May be empty.
    pub description: String,
    /// The commit it is compared with.
    pub old_sha: String,
    /// The commit that was checked.
    pub new_sha: String,
    /// Where the two meet.
    pub merge_base_sha: String,
    /// What went wrong; none unless the check itself failed.
    pub error: Option<CheckError>,
    /// `only_new` or `all`.
    pub policy: String,
    /// The lowest severity that fails it; none for any.
    pub threshold: Option<Severity>,
    /// Whether only issues with a fix fail it.
    pub only_fixable: bool,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckState {
    /// Nothing was found that fails it, or a person let it pass.
    Success,
    /// It has not ended.
    Pending,
    /// Something was found.
    Failed,
    /// It could not be done.
    Error,
    /// It was given up.
    Canceled,
}

/// Why a check could not be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckError {
    /// Code of Snyk's public catalogue, for example `SNYK-PR-CHECK-0001`.
    pub code: String,
    /// In words.
    pub message: String,
}

/// A test and what it found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Test {
    /// UUID.
    pub id: String,
    /// In listing order. May be empty.
    pub findings: Vec<Finding>,
}

/// One finding of a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// UUID.
    pub id: String,
    /// Short title.
    pub title: String,
    /// Severity after policy.
    pub severity: Severity,
    /// What is wrong.
    pub subject: Subject,
}

impl CheckState {
    /// Snyk's word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Success => "Success",
            Self::Pending => "Pending",
            Self::Failed => "Failed",
            Self::Error => "Error",
            Self::Canceled => "Canceled",
        }
    }
}

//! What is walked and how far: the question and answer of `sync`.

use serde::{Deserialize, Serialize};

use super::common::{Change, Coverage, DependencyChange, Endpoint, Extra, SettingEntry, Timestamp};
use super::record::{ChangeCheck, Entry, PackageVersion};

/// What to pull next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SyncRequest {
    /// The pinned origin.
    pub endpoint: Endpoint,
    /// What to pull.
    pub scope: Scope,
    /// Oldest data wanted by a walk that begins anew; what is open is always wanted. None means without limit.
    pub since: Option<Timestamp>,
    /// Where the last batch ended; none to begin.
    pub cursor: Option<Cursor>,
    /// Settings by key.
    pub settings: Vec<SettingEntry>,
    /// Requests this call may send. At least 1. The guest returns early instead of exceeding it.
    pub request_budget: u32,
    /// The time of the call.
    pub as_of: Timestamp,
}

/// What a walk covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Everything of these organizations, by id; with an ended walk's cursor what changed since, or all again if due.
    Organizations(Vec<String>),
    /// Only what bears on one change.
    Change(ChangeScope),
    /// What no listing of `organizations` tells, and what may take hours: nobody waits for it.
    Enrichment(EnrichmentScope),
    /// Only whether these findings are still there.
    Findings(FindingsScope),
    /// Anything else: a kind and its details as JSON. A kind that is not known is answered with `invalid-request`.
    Other((String, String)),
}

/// What is asked about one change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ChangeScope {
    /// The change.
    pub change: Change,
    /// Organizations by id whose projects hold the change's repository. Not empty.
    pub organizations: Vec<String>,
    /// Dependencies the change touches. None means unknown: nothing can be looked up then.
    pub dependencies: Option<Vec<DependencyChange>>,
    /// Checks of this change's head that earlier walks brought, newest first. May be empty.
    pub checks: Vec<ChangeCheck>,
}

/// What is asked beside the listings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct EnrichmentScope {
    /// Organizations by id whose checks and fixes are wanted. Not empty.
    pub organizations: Vec<String>,
    /// Packages whose fixes are to be looked up, the most urgent first, each with ecosystem and version. May be empty.
    pub packages: Vec<PackageVersion>,
}

/// Findings to look at one by one: a completed listing no longer had them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FindingsScope {
    /// Organization id.
    pub organization: String,
    /// Finding ids. Not empty.
    pub ids: Vec<String>,
}

/// Where a walk stands. Opaque to the host, which stores it with the batch in one transaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Cursor {
    /// Version of the bytes' format, counted from 1.
    pub format: u32,
    /// The guest's own bytes. Never a credential.
    pub bytes: Vec<u8>,
}

/// One batch. The same request and the same upstream answers give the same batch; applying it twice changes nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Batch {
    /// What was read, by organization, page and position. May be empty.
    pub records: Vec<Entry>,
    /// Where to go on. With `done`, where the next increment begins; none if it begins anew.
    pub cursor: Option<Cursor>,
    /// True when this walk has ended.
    pub done: bool,
    /// How far the walk is.
    pub progress: Progress,
    /// Requests sent by this call.
    pub requests: u32,
    /// Do not call again before this many seconds have passed; none means at once.
    pub resume_after_secs: Option<u32>,
    /// What this walk knows to be complete, partial or refused so far.
    pub coverage: Vec<Coverage>,
    /// What was skipped or odd, and why. May be empty.
    pub diagnostics: Vec<Diagnostic>,
    /// Room for additions. May be empty.
    pub extra: Extra,
}

/// Progress in pages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Progress {
    /// Pages read since the walk began.
    pub done: u32,
    /// Pages in all as far as can be told now; none while it is unknown. It may grow, and is never less than `done`.
    pub total: Option<u32>,
}

/// Something a person should know about a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Diagnostic {
    /// Stable kebab-case code.
    pub code: String,
    /// What it is about, for example a page or a record id.
    pub subject: String,
    /// One sentence.
    pub message: String,
}

/// A listing of one route in one organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Walk {
    /// Coverage route.
    pub route: String,
    /// Organization id.
    pub organization: String,
    /// Only what changed after this time was listed; none means everything was.
    pub changed_since: Option<Timestamp>,
    /// Pages read.
    pub pages: u32,
    /// Records read.
    pub records: u32,
}

/// Why a call brought nothing. Data of earlier batches stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SyncError {
    /// The cursor is of another format or refers to something gone: begin anew without it.
    StaleCursor,
    /// The upstream no longer accepts the credential.
    BadCredential,
    /// The credential lacks these permissions, by their names in the manifest.
    MissingPermissions(Vec<String>),
    /// The request cannot be carried out as it is: what is wrong with it.
    InvalidRequest(String),
    /// The upstream could not be reached or did not speak its protocol. The text is for people.
    Upstream(String),
    /// Any other decision: a stable code and a text for people.
    Other((String, String)),
}

//! What a sync came to.

use koalr_platform::model::common::Coverage;
use koalr_platform::model::record::Entry;
use koalr_platform::model::walk::{Batch, Diagnostic};
use koalr_store::{StoredConnection, Tenant};
use schemars::JsonSchema;
use serde::Serialize;

use super::counts::{ClassCounts, FixCounts};
use super::event::Estimate;
use crate::HostError;

/// How a sync ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Every listing was read to its proper end.
    Ok,
    /// Something is missing; `coverage` names it, and older data is kept.
    Partial,
    /// Nothing could be read.
    Error,
}

/// What a sync did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct SyncReport {
    /// How it ended.
    pub outcome: Outcome,
    /// Findings stored for this connection, each counted once.
    pub issues: u64,
    /// Findings received by this run, repeated ones included.
    pub rows: u64,
    /// Records of any kind received by this run.
    pub records: u64,
    /// Projects stored for this connection.
    pub projects: u64,
    /// Stored findings, by what they are.
    pub classes: ClassCounts,
    /// Stored findings that are open, ignored and missing ones too.
    pub open: u64,
    /// The open ones, by whether a fix exists.
    pub fixes: FixCounts,
    /// Open findings that the last complete listing lacked, which may be gone.
    pub missing: u64,
    /// Findings that are gone without having been resolved.
    pub vanished: u64,
    /// Records that were new or changed.
    pub written: u64,
    /// Requests sent by this run.
    pub requests: u64,
    /// Whether this run went on where an earlier one stopped.
    pub resumed: bool,
    /// Whether this run only asked what changed since an earlier one ended.
    pub increment: bool,
    /// How far back resolved findings were wanted, in days; none means without limit.
    pub window_days: Option<u32>,
    /// What the run was expected to take; none for an increment, or if it was never known.
    pub estimate: Option<Estimate>,
    /// Seconds the upstream asked to wait before the next run; none if it did not.
    pub resume_after_secs: Option<u32>,
    /// What every route came to.
    pub coverage: Vec<Coverage>,
    /// What was skipped or odd, and why.
    pub diagnostics: Vec<Diagnostic>,
    /// Why nothing could be read; none unless the outcome is `error`.
    pub error: Option<String>,
}

impl SyncReport {
    /// The report of a sync that could not even begin.
    #[must_use]
    pub fn failed(error: &HostError) -> Self {
        Self {
            outcome: Outcome::Error,
            error: Some(error.to_string()),
            ..Self::begun(None, false, false)
        }
    }

    /// The report of a sync that has not done anything yet.
    pub(super) fn begun(window_days: Option<u32>, resumed: bool, increment: bool) -> Self {
        Self {
            outcome: Outcome::Partial,
            issues: 0,
            rows: 0,
            records: 0,
            projects: 0,
            classes: ClassCounts::default(),
            open: 0,
            fixes: FixCounts::default(),
            missing: 0,
            vanished: 0,
            written: 0,
            requests: 0,
            resumed,
            increment,
            window_days,
            estimate: None,
            resume_after_secs: None,
            coverage: Vec::new(),
            diagnostics: Vec::new(),
            error: None,
        }
    }

    /// Counts what is stored.
    pub(super) fn count(
        &mut self,
        tenant: &Tenant,
        connection: &StoredConnection,
    ) -> Result<(), HostError> {
        let counts = tenant.counts(connection)?;
        let tally = tenant.tally(connection)?;
        self.issues = counts.findings;
        self.projects = counts.projects;
        self.classes = ClassCounts::of(&tally);
        self.open = counts.open_findings;
        self.fixes = FixCounts::of(&tally);
        self.missing = counts.missing;
        self.vanished = counts.vanished;
        Ok(())
    }

    pub(super) fn add(&mut self, batch: &Batch) {
        let findings = batch
            .records
            .iter()
            .filter(|entry| matches!(entry, Entry::Finding(_)))
            .count();
        self.rows += findings as u64;
        self.records += batch.records.len() as u64;
        self.requests += u64::from(batch.requests);
        self.diagnostics.extend(batch.diagnostics.iter().cloned());
        self.diagnostics.truncate(MOST_DIAGNOSTICS);
    }
}

/// Most diagnostics of one report; the log has all.
const MOST_DIAGNOSTICS: usize = 100;

//! Pulls everything of a connection's organizations, or goes on where the last run stopped.

use koalr_platform::model::common::{Coverage, CoverageState, Timestamp};
use koalr_platform::model::record::Entry;
use koalr_platform::model::walk::{Batch, Diagnostic, Progress, Scope};
use koalr_store::{ConnectionRecord, StoredConnection, Tenant};
use serde::Serialize;

use super::line::{organizations, reopen};
use super::walk::{End, Walk};
use crate::{Host, HostError};

/// How a sync ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
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
    /// Projects stored for this connection.
    pub projects: u64,
    /// Findings that were new or changed.
    pub written: u64,
    /// Requests sent by this run.
    pub requests: u64,
    /// Whether this run went on where an earlier one stopped.
    pub resumed: bool,
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
            ..Self::empty()
        }
    }

    fn empty() -> Self {
        Self {
            outcome: Outcome::Partial,
            issues: 0,
            rows: 0,
            projects: 0,
            written: 0,
            requests: 0,
            resumed: false,
            resume_after_secs: None,
            coverage: Vec::new(),
            diagnostics: Vec::new(),
            error: None,
        }
    }

    fn add(&mut self, batch: &Batch) {
        let findings = batch
            .records
            .iter()
            .filter(|entry| matches!(entry, Entry::Finding(_)))
            .count();
        self.rows += findings as u64;
        self.requests += u64::from(batch.requests);
        self.diagnostics.extend(batch.diagnostics.iter().cloned());
        self.diagnostics.truncate(MOST_DIAGNOSTICS);
    }
}

/// Syncs. Each batch is committed with its cursor before the next is asked for, so that a stopped run loses nothing.
///
/// `window_days` bounds resolved findings; open ones are always wanted.
///
/// # Errors
///
/// Nothing is connected, the store failed, or the upstream no longer accepts the token. Data of earlier batches stays.
pub async fn sync(
    host: &Host,
    tenant: &mut Tenant,
    window_days: Option<u32>,
    as_of: Timestamp,
    mut progress: impl FnMut(&Progress),
) -> Result<SyncReport, HostError> {
    let (connection, line) = reopen(host, tenant)?;
    let scope = everything(&connection.record);
    let state = tenant.sync_state(&connection, &scope)?;
    // A walk that was stopped goes on in the window it began with.
    let unfinished = state.filter(|state| state.done_at.is_none() && state.cursor.is_some());
    let began = unfinished.as_ref().map_or(as_of, |state| state.started_at);
    let walk = Walk {
        line: &line,
        scope: scope.clone(),
        since: window_days.map(|days| began - i64::from(days) * DAY_MS),
        as_of,
    };
    let mut report = SyncReport {
        resumed: unfinished.is_some(),
        ..SyncReport::empty()
    };
    let end = walk
        .run(unfinished.and_then(|state| state.cursor), |batch| {
            let outcome = tenant.apply_batch(&connection, &scope, batch, as_of)?;
            report.add(batch);
            report.written += outcome.inserted + outcome.updated;
            progress(&batch.progress);
            Ok(())
        })
        .await?;
    finish(&mut report, tenant, &connection, &scope, end)?;
    Ok(report)
}

/// The scope of a connection's whole backfill.
pub(super) fn everything(record: &ConnectionRecord) -> Scope {
    Scope::Organizations(organizations(record).collect())
}

/// Counts what is stored, and says whether it is complete.
fn finish(
    report: &mut SyncReport,
    tenant: &Tenant,
    connection: &StoredConnection,
    scope: &Scope,
    end: End,
) -> Result<(), HostError> {
    let counts = tenant.counts(connection)?;
    report.issues = counts.findings;
    report.projects = counts.projects;
    report.coverage = tenant.coverage(connection, scope)?;
    if let End::Paused { secs } = end {
        report.resume_after_secs = Some(secs);
    }
    let complete = report
        .coverage
        .iter()
        .all(|row| row.state == CoverageState::Complete);
    report.outcome = if end == End::Done && complete {
        Outcome::Ok
    } else {
        Outcome::Partial
    };
    Ok(())
}

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Most diagnostics of one report; the log has all.
const MOST_DIAGNOSTICS: usize = 100;

//! Pulls everything of a connection's organizations, or goes on where the last run stopped.

use koalr_platform::model::common::{Coverage, CoverageState, Timestamp};
use koalr_platform::model::record::Entry;
use koalr_platform::model::walk::{Batch, Cursor, Diagnostic, EnrichmentScope, Scope};
use koalr_runtime::Precedence;
use koalr_store::{ConnectionRecord, StoredConnection, SyncState, Tenant};

use super::confirm::confirm;
use super::event::{Estimate, SyncEvent};
use super::insight::keep_spells;
use super::line::{not_connected, organizations, reopen};
use super::sync_report::{Outcome, SyncReport};
use super::walk::{End, Step, Walk};
use crate::report::plain;
use crate::{Host, HostError};

/// What is wanted of a sync.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SyncOptions {
    /// How far back resolved findings are wanted, in days; none means without limit. Open ones are always wanted.
    pub window_days: Option<u32>,
    /// Whether everything is read again, whatever earlier runs read.
    pub full: bool,
}

/// Syncs. Each batch is committed with its cursor before the next one is, so that a stopped run loses nothing.
///
/// # Errors
///
/// Nothing is connected, the store failed, or the upstream no longer accepts the token. Data of earlier batches stays.
pub async fn sync(
    host: &Host,
    tenant: &mut Tenant,
    options: SyncOptions,
    as_of: Timestamp,
    mut tell: impl FnMut(&SyncEvent),
) -> Result<SyncReport, HostError> {
    let (connection, line) = reopen(host, tenant, Precedence::BACKFILL, as_of)?;
    let scope = everything(&connection.record);
    let wider = tenant.widen(&connection, options.window_days)?;
    if options.full || wider {
        tenant.clear_cursor(&connection, &scope)?;
    }
    let begin = Begin::new(tenant.sync_state(&connection, &scope)?, as_of);
    let mut report = SyncReport::begun(options.window_days, begin.resumed, begin.increment);
    let walk = Walk {
        line: &line,
        scope: scope.clone(),
        since: options
            .window_days
            .map(|days| begin.window_end - i64::from(days) * DAY_MS),
        as_of,
        patience_secs: LONGEST_WAIT_SECS,
    };
    let end = walk
        .run(begin.cursor, |step| {
            match step {
                Step::Keep(batch) => {
                    if !tenant.is_connected(&connection)? {
                        return Err(not_connected(tenant, &connection.record.integration));
                    }
                    report.add(batch);
                    estimate(host, &mut report, batch, &mut tell);
                    tell(&SyncEvent::Progress {
                        pages: batch.progress.done,
                        total: batch.progress.total,
                        records: report.records,
                        requests: report.requests,
                        reading: reading(batch, &connection.record),
                    });
                    let outcome = tenant.apply_batch(&connection, &scope, batch, as_of)?;
                    report.written += outcome.inserted + outcome.updated;
                    tell(&SyncEvent::Committed);
                }
                Step::Pause { secs } => tell(&SyncEvent::Paused { secs }),
            }
            Ok(())
        })
        .await?;
    if end == End::Done
        && let Err(error) = confirm(&line, tenant, &connection, &mut report, as_of).await
    {
        report.diagnostics.push(Diagnostic {
            code: "missing-not-asked".to_owned(),
            subject: connection.record.integration.clone(),
            message: format!("missing findings were not asked about: {error}"),
        });
    }
    keep_spells(tenant).await?;
    finish(&mut report, tenant, &connection, &scope, end)?;
    Ok(report)
}

/// What the walk does now in the integration's words, or else what the batch brought last. For people.
fn reading(batch: &Batch, record: &ConnectionRecord) -> Option<String> {
    if let Some((_, stage)) = batch.extra.iter().find(|(key, _)| key == STAGE) {
        return Some(plain(stage));
    }
    let (what, id) = batch.records.iter().rev().find_map(|entry| match entry {
        Entry::Project(one) => Some(("projects", &one.organization)),
        Entry::Finding(one) => Some(("findings", &one.organization)),
        Entry::ChangeCheck(one) => Some(("checks of changes", &one.organization)),
        _ => None,
    })?;
    let mut all = record.connection.organizations.iter();
    let name = all.find(|one| one.id == *id).map_or(id, |one| &one.name);
    Some(format!("{what} of {}", plain(name)))
}

/// The scope of a connection's whole backfill.
pub(super) fn everything(record: &ConnectionRecord) -> Scope {
    Scope::Organizations(organizations(record).collect())
}

/// The scope of what is asked beside the listings, as far as it tells one connection from another.
pub(super) fn beside(record: &ConnectionRecord) -> Scope {
    Scope::Enrichment(EnrichmentScope {
        organizations: organizations(record).collect(),
        packages: Vec::new(),
    })
}

/// What every route of a connection came to.
pub(super) fn listed(
    tenant: &Tenant,
    connection: &StoredConnection,
) -> Result<Vec<Coverage>, HostError> {
    let record = &connection.record;
    let mut coverage = tenant.coverage(connection, &everything(record))?;
    coverage.extend(tenant.coverage(connection, &beside(record))?);
    Ok(coverage)
}

/// From where a run goes on.
struct Begin {
    cursor: Option<Cursor>,
    /// When the window ends that the walk looks back from.
    window_end: Timestamp,
    resumed: bool,
    increment: bool,
}

impl Begin {
    /// A walk that was stopped goes on in the window it began with; one that ended is followed by an increment.
    fn new(state: Option<SyncState>, as_of: Timestamp) -> Self {
        let stopped = state.as_ref().filter(|state| state.done_at.is_none());
        // If the clock was put back meanwhile, the earlier time asks for more, not for less.
        let window_end = stopped.map_or(as_of, |state| state.started_at.min(as_of));
        let stopped = stopped.is_some();
        let cursor = state.and_then(|state| state.cursor);
        Self {
            window_end,
            resumed: stopped && cursor.is_some(),
            increment: !stopped && cursor.is_some(),
            cursor,
        }
    }
}

/// Tells once what a backfill will take, as soon as its pages are counted.
fn estimate(
    host: &Host,
    report: &mut SyncReport,
    batch: &Batch,
    tell: &mut impl FnMut(&SyncEvent),
) {
    let Some(total) = batch.progress.total else {
        return;
    };
    if report.increment || report.estimate.is_some() {
        return;
    }
    let left = total.saturating_sub(batch.progress.done);
    let requests = report.requests + u64::from(left);
    let estimate = Estimate::new(requests, &host.manifest().quotas, host.rate_share());
    report.estimate = Some(estimate);
    // Of what is over already nobody wants an estimate.
    if !batch.done {
        tell(&SyncEvent::Estimated(estimate));
    }
}

/// Counts what is stored, and says whether it is complete.
fn finish(
    report: &mut SyncReport,
    tenant: &Tenant,
    connection: &StoredConnection,
    scope: &Scope,
    end: End,
) -> Result<(), HostError> {
    report.count(tenant, connection)?;
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

/// A day.
pub(super) const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Longest time a sync waits for the upstream in all, in seconds.
const LONGEST_WAIT_SECS: u32 = 900;

/// Key of a batch's `extra` with what the walk does now.
const STAGE: &str = "stage";

#[cfg(test)]
mod tests {
    use super::*;

    fn state(started_at: Timestamp, done_at: Option<Timestamp>) -> SyncState {
        SyncState {
            cursor: Some(Cursor {
                format: 1,
                bytes: Vec::new(),
            }),
            started_at,
            done_at,
            resume_at: None,
        }
    }

    #[test]
    fn a_stopped_walk_goes_on_in_the_window_it_began_with() {
        let begin = Begin::new(Some(state(100, None)), 500);
        assert_eq!((begin.resumed, begin.increment), (true, false));
        assert_eq!(begin.window_end, 100);
    }

    #[test]
    fn a_stopped_walk_asks_for_no_less_after_the_clock_was_put_back() {
        assert_eq!(Begin::new(Some(state(500, None)), 100).window_end, 100);
    }

    #[test]
    fn an_ended_walk_is_followed_by_an_increment() {
        let begin = Begin::new(Some(state(100, Some(200))), 500);
        assert_eq!((begin.resumed, begin.increment), (false, true));
        assert_eq!(begin.window_end, 500);
        assert!(begin.cursor.is_some());
    }

    #[test]
    fn an_ended_walk_without_a_cursor_begins_anew() {
        let mut state = state(100, Some(200));
        state.cursor = None;
        let begin = Begin::new(Some(state), 500);
        assert_eq!((begin.resumed, begin.increment), (false, false));
    }
}

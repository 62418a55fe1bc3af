//! Asks for what no listing tells: fixes, and the checks of pull requests. Nobody waits for it.

use koalr_platform::evidence::PACKAGES;
use koalr_platform::model::common::{Coverage, CoverageState, Timestamp};
use koalr_platform::model::connection::Access;
use koalr_platform::model::record::Entry;
use koalr_platform::model::walk::{Batch, EnrichmentScope, Scope};
use koalr_runtime::Precedence;
use koalr_store::{StoredConnection, Tenant};
use serde::Serialize;

use super::event::SyncEvent;
use super::insight::keep_spells;
use super::line::{organizations, reopen};
use super::sync::{DAY_MS, beside};
use super::walk::{End, Step, Walk};
use crate::{Host, HostError};

/// What an enrichment brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct EnrichReport {
    /// Fixes received.
    pub fixes: u64,
    /// Checks of changes received.
    pub checks: u64,
    /// Requests sent.
    pub requests: u64,
    /// Seconds after which a later run goes on; none if this one came to its end.
    pub resume_after_secs: Option<u32>,
    /// What every route came to.
    pub coverage: Vec<Coverage>,
}

impl EnrichReport {
    fn add(&mut self, batch: &Batch) {
        for entry in &batch.records {
            match entry {
                Entry::Fix(_) => self.fixes += 1,
                Entry::ChangeCheck(_) => self.checks += 1,
                _ => {}
            }
        }
        self.requests += u64::from(batch.requests);
    }
}

/// Enriches what is stored, or goes on where the last run stopped. What the token may not do is kept as a capability.
///
/// `window_days` bounds how far back a first export reaches; none means as far as the integration finds useful.
///
/// # Errors
///
/// Nothing is connected, the store failed, or the upstream could not be asked. Data of earlier batches stays.
pub async fn enrich(
    host: &Host,
    tenant: &mut Tenant,
    window_days: Option<u32>,
    as_of: Timestamp,
    mut tell: impl FnMut(&SyncEvent),
) -> Result<EnrichReport, HostError> {
    let (connection, line) = reopen(host, tenant, Precedence::BACKFILL, as_of)?;
    let known = tenant.coverage(&connection, &beside(&connection.record))?;
    let packages = tenant.fix_gaps(&connection, as_of, FIX_TTL_MS, most_packages(&known))?;
    let scope = Scope::Enrichment(EnrichmentScope {
        organizations: organizations(&connection.record).collect(),
        packages,
    });
    let state = tenant.sync_state(&connection, &scope)?;
    let walk = Walk {
        line: &line,
        scope: scope.clone(),
        since: window_days.map(|days| as_of - i64::from(days) * DAY_MS),
        as_of,
        patience_secs: LONGEST_WAIT_SECS,
    };
    let mut report = EnrichReport {
        fixes: 0,
        checks: 0,
        requests: 0,
        resume_after_secs: None,
        coverage: Vec::new(),
    };
    let cursor = state.and_then(|state| state.cursor);
    let end = walk
        .run(cursor, |step| {
            match step {
                Step::Keep(batch) => {
                    report.add(batch);
                    tell(&SyncEvent::Progress {
                        pages: batch.progress.done,
                        total: batch.progress.total,
                        records: report.fixes + report.checks,
                        requests: report.requests,
                        reading: None,
                    });
                    tenant.apply_batch(&connection, &scope, batch, as_of)?;
                    tell(&SyncEvent::Committed);
                }
                Step::Pause { secs } => tell(&SyncEvent::Paused { secs }),
            }
            Ok(())
        })
        .await?;
    if let End::Paused { secs } = end {
        report.resume_after_secs = Some(secs);
    }
    report.coverage = tenant.coverage(&connection, &scope)?;
    note(tenant, &connection, &report.coverage)?;
    keep_spells(tenant).await?;
    Ok(report)
}

/// How many packages to look up: where nothing but refusals came back so far, one tells whether that is still so.
fn most_packages(known: &[Coverage]) -> usize {
    let came_to = |state| {
        let mut rows = known.iter();
        rows.any(|row| row.route == PACKAGES && row.state == state)
    };
    if came_to(CoverageState::Refused) && !came_to(CoverageState::Complete) {
        1
    } else {
        MOST_PACKAGES
    }
}

/// Keeps what turned out to be permitted or refused.
fn note(
    tenant: &mut Tenant,
    connection: &StoredConnection,
    coverage: &[Coverage],
) -> Result<(), HostError> {
    let asked_once = coverage
        .iter()
        .filter(|row| EXPORTS.contains(&row.route.as_str()));
    for row in asked_once {
        let access = match row.state {
            CoverageState::Refused => Access::Refused,
            CoverageState::Complete => Access::Allowed,
            _ => continue,
        };
        tenant.note_capability(connection, &row.subject, &row.route, access, &row.detail)?;
    }
    Ok(())
}

/// Routes that need a permission of their own, which only asking finds out.
const EXPORTS: [&str; 2] = ["pr-checks", "fixes"];

/// How long a looked-up fix is taken for true.
const FIX_TTL_MS: i64 = DAY_MS;

/// Most packages one run looks up: each is a request.
const MOST_PACKAGES: usize = 500;

/// Longest time to wait for the upstream in all, in seconds; exports take minutes, and go on at the next sync.
const LONGEST_WAIT_SECS: u32 = 600;

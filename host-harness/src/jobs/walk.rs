//! Calls `sync` until a walk has ended, one fresh instance a call.

use std::time::Duration;

use koalr_platform::model::common::Timestamp;
use koalr_platform::model::walk::{Batch, Cursor, Scope, SyncError, SyncRequest};

use super::line::{Line, failure, log};
use crate::HostError;
use crate::contract::Mirror as _;

/// What is walked.
pub(super) struct Walk<'a> {
    pub(super) line: &'a Line<'a>,
    pub(super) scope: Scope,
    pub(super) since: Option<Timestamp>,
    pub(super) as_of: Timestamp,
}

/// How a walk ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// Every listing came to its end, complete or broken.
    Done,
    /// The upstream asked for a pause longer than this job waits. The cursor is kept.
    Paused {
        /// Seconds the upstream asked for.
        secs: u32,
    },
}

impl Walk<'_> {
    /// Walks from a cursor, and hands every batch to `keep` before the next call.
    ///
    /// A stale cursor starts the walk anew, once.
    pub(super) async fn run(
        &self,
        mut cursor: Option<Cursor>,
        mut keep: impl FnMut(&Batch) -> Result<(), HostError>,
    ) -> Result<End, HostError> {
        let mut waited = 0_u32;
        loop {
            let batch = match self.call(cursor.take()).await? {
                Ok(batch) => batch,
                Err(SyncError::StaleCursor) => match self.call(None).await? {
                    Ok(batch) => batch,
                    Err(error) => return Err(self.failed(error)),
                },
                Err(error) => return Err(self.failed(error)),
            };
            keep(&batch)?;
            tracing::info!(
                records = batch.records.len(),
                requests = batch.requests,
                pages = batch.progress.done,
                done = batch.done,
                "batch committed"
            );
            if batch.done {
                return Ok(End::Done);
            }
            if let Some(secs) = batch.resume_after_secs {
                waited = waited.saturating_add(secs);
                if waited > LONGEST_WAIT_SECS {
                    return Ok(End::Paused { secs });
                }
                tokio::time::sleep(Duration::from_secs(u64::from(secs))).await;
            } else if batch.requests == 0 && batch.records.is_empty() {
                return Err(self.failed(SyncError::Other((
                    "no-progress".to_owned(),
                    "the plugin neither asked nor ended".to_owned(),
                ))));
            }
            cursor = batch.cursor;
        }
    }

    async fn call(&self, cursor: Option<Cursor>) -> Result<Result<Batch, SyncError>, HostError> {
        let request = SyncRequest {
            endpoint: self.line.endpoint().clone(),
            scope: self.scope.clone(),
            since: self.since,
            cursor,
            settings: Vec::new(),
            request_budget: REQUESTS_A_CALL,
            as_of: self.as_of,
        };
        let (mut session, transcript) = self.line.session().await?;
        let answer = session.sync(&request.mirror()).await;
        log(&transcript);
        let answer = answer?;
        Ok(match answer {
            Ok(batch) => Ok(batch.mirror()),
            Err(error) => Err(match (error.mirror(), failure(&transcript)) {
                (SyncError::Upstream(_), Some(failure)) => SyncError::Upstream(failure),
                (error, _) => error,
            }),
        })
    }

    fn failed(&self, error: SyncError) -> HostError {
        let reason = match error {
            SyncError::StaleCursor => "the plugin refuses to start anew".to_owned(),
            SyncError::BadCredential => {
                "the token is no longer accepted; make a new one and run `koalr connect` again"
                    .to_owned()
            }
            SyncError::MissingPermissions(names) => {
                format!("the token lacks {}; grant it to its role", names.join(", "))
            }
            SyncError::InvalidRequest(reason) | SyncError::Upstream(reason) => reason,
            SyncError::Other((code, reason)) => format!("{reason} ({code})"),
        };
        HostError::Sync {
            upstream: self.line.endpoint().base.clone(),
            reason,
        }
    }
}

/// Requests one call may send: about a second's worth, so that a batch is committed about once a second.
const REQUESTS_A_CALL: u32 = 64;

/// Longest time a job waits for the upstream in all, in seconds; after it the walk is left for the next run.
const LONGEST_WAIT_SECS: u32 = 900;

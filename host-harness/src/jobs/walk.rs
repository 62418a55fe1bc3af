//! Calls `sync` until a walk has ended, one fresh instance a call.
//!
//! While one batch is converted and stored, the next one is fetched: the guest computes on one core, the store works on
//! another. Batches are stored in order, and never more than one is ahead.

mod course;

use std::time::Duration;

use koalr_platform::conformance::{Breaches, check_batch};
use koalr_platform::model::common::Timestamp;
use koalr_platform::model::walk::{Batch, Cursor, Scope, SyncError, SyncRequest};
use koalr_runtime::{Plugin, Verb};
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::task::JoinSet;
use tracing::Instrument as _;

use self::course::Course;
use super::line::{Line, failure, log};
use crate::HostError;
use crate::breach::charged;
use crate::contract::{Brought, Mirror as _};
use crate::recording::Asked;

/// What is walked.
pub(super) struct Walk<'a> {
    pub(super) line: &'a Line,
    pub(super) scope: Scope,
    pub(super) since: Option<Timestamp>,
    /// The time of the first call. Pauses are added to it, so that the plugin sees them pass.
    pub(super) as_of: Timestamp,
    /// Longest time to wait for the upstream in all, in seconds; after it the walk is left for the next run.
    pub(super) patience_secs: u32,
}

/// A batch, while it is kept.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step<'a> {
    /// It is to be stored now.
    Keep(&'a Batch),
    /// It is stored, and the upstream asks for a pause, which begins now.
    Pause {
        /// Seconds the upstream asked for.
        secs: u32,
    },
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
    /// Walks from a cursor, and hands every batch on in order.
    ///
    /// A stale cursor starts the walk anew, once. A batch that cannot be kept ends the walk, and the call that is under
    /// way with it.
    pub(super) async fn run(
        &self,
        cursor: Option<Cursor>,
        step: impl FnMut(Step<'_>) -> Result<(), HostError>,
    ) -> Result<End, HostError> {
        drive(
            |cursor, waited_secs| self.begin(cursor, waited_secs),
            |batch, counted| check_batch(&self.scope, REQUESTS_A_CALL, batch, Some(counted)),
            (cursor, Course::default()),
            self.patience_secs,
            step,
        )
        .await
        .map_err(|failure| match failure {
            Failure::Host(error) => error,
            Failure::Sync(error) => self.failed(error),
            Failure::Breach(breaches, by) => {
                let by = by.as_ref().unwrap_or(self.line.plugin());
                charged(by, Verb::Sync, breaches)
            }
        })
    }

    /// Begins a call, which goes on by itself.
    fn begin(&self, cursor: Option<Cursor>, waited_secs: u32) -> Call {
        let request = SyncRequest {
            endpoint: self.line.endpoint().clone(),
            scope: self.scope.clone(),
            since: self.since,
            cursor,
            settings: Vec::new(),
            request_budget: REQUESTS_A_CALL,
            as_of: self.as_of + i64::from(waited_secs) * 1000,
        };
        let line = match self.scope {
            // Many batches: each goes out with the version that serves then.
            Scope::Organizations(_) | Scope::Enrichment(_) => self.line.current(),
            _ => Ok(self.line.clone()),
        };
        let by = line.as_ref().ok().map(|line| line.plugin().clone());
        Call {
            by,
            ..Call::begin(answer(line, request))
        }
    }

    fn failed(&self, error: SyncError) -> HostError {
        let reason = match error {
            SyncError::StaleCursor => "the plugin refuses to start anew".to_owned(),
            SyncError::BadCredential => {
                "the token is no longer accepted; make a new one and connect again with it"
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

/// Makes call after call, keeping one batch while the next is fetched.
async fn drive(
    begin: impl Fn(Option<Cursor>, u32) -> Call,
    check: impl Fn(&Batch, u32) -> Result<(), Breaches>,
    (cursor, mut course): (Option<Cursor>, Course),
    patience_secs: u32,
    mut step: impl FnMut(Step<'_>) -> Result<(), HostError>,
) -> Result<End, Failure> {
    let mut waited = 0_u32;
    let mut may_restart = true;
    course.begins(cursor.as_ref());
    let mut call = begin(cursor, waited);
    loop {
        let answer = call.end().await?;
        let by = call.by.take();
        let (brought, counted) = match answer {
            Ok(brought) => brought,
            Err(SyncError::StaleCursor) if may_restart => {
                may_restart = false;
                course.begins(None);
                call = begin(None, waited);
                continue;
            }
            Err(error) => return Err(Failure::Sync(error)),
        };
        if let Err(breaches) = course.goes_on(&brought, counted) {
            return Err(Failure::Breach(breaches, by));
        }
        // No pause is no reason to come back to nothing.
        let pause_secs = brought.resume_after_secs.filter(|secs| *secs > 0);
        let next = if brought.done {
            Next::End
        } else if let Some(secs) = pause_secs {
            Next::Pause(secs, brought.cursor.clone().mirror())
        } else if counted == 0 && brought.records.is_empty() {
            Next::Stall
        } else {
            Next::Call(begin(brought.cursor.clone().mirror(), waited))
        };
        beside_the_executor(|| {
            let batch: Batch = brought.mirror();
            check(&batch, counted).map_err(|breaches| Failure::Breach(breaches, by))?;
            keep(&batch, &mut step).map_err(Failure::Host)
        })?;
        call = match next {
            Next::End => return Ok(End::Done),
            Next::Call(call) => call,
            Next::Pause(secs, cursor) => {
                waited = waited.saturating_add(secs);
                if waited > patience_secs {
                    return Ok(End::Paused { secs });
                }
                step(Step::Pause { secs })?;
                tokio::time::sleep(Duration::from_secs(u64::from(secs))).await;
                begin(cursor, waited)
            }
            Next::Stall => {
                return Err(Failure::Sync(SyncError::Other((
                    "no-progress".to_owned(),
                    "the plugin neither asked nor ended".to_owned(),
                ))));
            }
        };
    }
}

/// What follows a batch.
enum Next {
    End,
    Call(Call),
    Pause(u32, Option<Cursor>),
    Stall,
}

/// Why a walk could not go on.
#[derive(Debug)]
enum Failure {
    Host(HostError),
    Sync(SyncError),
    /// With the version that returned it, which need not be the one that the walk began with.
    Breach(Breaches, Option<Plugin>),
}

impl From<HostError> for Failure {
    fn from(error: HostError) -> Self {
        Self::Host(error)
    }
}

/// Hands a batch on to be stored.
fn keep(
    batch: &Batch,
    step: &mut impl FnMut(Step<'_>) -> Result<(), HostError>,
) -> Result<(), HostError> {
    step(Step::Keep(batch))?;
    tracing::info!(
        records = batch.records.len(),
        requests = batch.requests,
        pages = batch.progress.done,
        done = batch.done,
        "batch committed"
    );
    Ok(())
}

/// What a call came to, still in the contract's own types: converting it is part of storing it. With a batch, how many
/// requests the call made by the host's count.
type Answer = Result<Result<(Brought, u32), SyncError>, HostError>;

/// A call that is under way. Dropping it ends it.
struct Call {
    task: JoinSet<Answer>,
    /// The version that is called; none where that does not matter.
    by: Option<Plugin>,
}

impl Call {
    fn begin(answer: impl Future<Output = Answer> + Send + 'static) -> Self {
        let mut task = JoinSet::new();
        task.spawn(answer.in_current_span());
        Self { task, by: None }
    }

    async fn end(&mut self) -> Answer {
        match self.task.join_next().await {
            Some(Ok(answer)) => answer,
            Some(Err(error)) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            // Only the end of the process cancels a task that nobody dropped.
            Some(Err(_)) | None => std::future::pending().await,
        }
    }
}

async fn answer(line: Result<Line, HostError>, request: SyncRequest) -> Answer {
    let asked = || Asked::Sync(request.clone());
    let (mut session, transcript, taking) = line?.session(asked).await?;
    let answer = session.sync(&request.mirror()).await;
    taking.end::<Batch, SyncError, _, _>(&answer);
    log(&transcript);
    let counted = session.usage().asked;
    let answer = answer?.map(|brought| (brought, counted));
    Ok(
        answer.map_err(|error| match (error.mirror(), failure(&transcript)) {
            (SyncError::Upstream(_), Some(failure)) => SyncError::Upstream(failure),
            (error, _) => error,
        }),
    )
}

/// Does blocking work where it does not keep other tasks from running, if there is such a place.
fn beside_the_executor<T>(work: impl FnOnce() -> T) -> T {
    if Handle::current().runtime_flavor() == RuntimeFlavor::CurrentThread {
        return work();
    }
    tokio::task::block_in_place(work)
}

/// Requests one call may send: a few thousand records, so that two batches at a time take little memory, and a stopped
/// run loses well under a second.
const REQUESTS_A_CALL: u32 = 32;

#[cfg(test)]
mod tests;

//! One export: created, waited for, read.

mod files;

use koalr_integration_kit::model::common::{Coverage, CoverageState, Timestamp};
use koalr_integration_kit::model::walk::{SyncError, SyncRequest};
use serde::Serialize;

use super::super::exchange::{Exchange, Output, Place};
use super::super::{FIXES, MAX_ATTEMPTS, PR_CHECKS};
use crate::json::{fields, words};
use crate::manifest::VIEW_REPORTS;
use crate::snyk::endpoint;
use crate::snyk::error::{Outcome, is_about_plan, outcome};
use crate::snyk::export::{self, DataSet, Progress};
use crate::transport::Reply;

/// What one call may do.
pub(super) struct Call<'c, 'e> {
    request: &'c SyncRequest,
    exchange: &'c mut Exchange<'e>,
    output: &'c mut Output,
    /// How many more records it may bring.
    room: usize,
}

impl<'c, 'e> Call<'c, 'e> {
    pub(super) fn new(
        request: &'c SyncRequest,
        exchange: &'c mut Exchange<'e>,
        output: &'c mut Output,
    ) -> Self {
        let room = MAX_RECORDS;
        Self {
            request,
            exchange,
            output,
            room,
        }
    }
}

/// When there is more to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    Now,
    /// In so many seconds.
    After(u32),
    Over,
}

impl Next {
    pub(super) fn sooner(self, other: Self) -> Self {
        match (self, other) {
            (Self::Now, _) | (_, Self::Now) => Self::Now,
            (Self::After(one), Self::After(two)) => Self::After(one.min(two)),
            (Self::Over, other) | (other, Self::Over) => other,
        }
    }
}

/// The exports of one data set of one organization: the one under way, and what is remembered of the last one.
#[derive(Debug, Default, Serialize)]
pub(super) struct Export {
    organization: String,
    set: DataSet,
    phase: Phase,
    /// When the last one was created.
    created_at: Option<Timestamp>,
    /// When Snyk last refused to create one.
    refused_at: Option<Timestamp>,
    /// Up to when everything that was exported has been read.
    reached: Option<Timestamp>,
    /// Up to when this one goes.
    until: Timestamp,
    id: String,
    /// Seconds waited last.
    wait_secs: u32,
    /// When to ask next.
    due: Timestamp,
    attempts: u8,
    /// Created once more after Snyk had forgotten it.
    renewed: bool,
    /// Asked for fresh addresses after one had expired.
    reissued: bool,
    /// Files read to their end.
    files: u32,
    /// Rows of the next file that earlier calls took.
    skip: u32,
    /// Rows of the files read to their end.
    rows: u32,
    unusable: u32,
    /// What is wrong. Empty while nothing is.
    detail: String,
}

fields!(Export {
    organization set phase created_at refused_at reached until id wait_secs due attempts renewed reissued files skip rows
    unusable detail
});

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Phase {
    /// To be created.
    #[default]
    Due,
    /// Snyk is at it.
    Made,
    /// Its files can be fetched.
    Ready,
    Complete,
    Partial,
    Refused,
}

words!(Phase {
    Due = "due"
    Made = "made"
    Ready = "ready"
    Complete = "complete"
    Partial = "partial"
    Refused = "refused"
});

impl Export {
    pub(super) fn new(organization: &str, set: DataSet) -> Self {
        Self {
            organization: organization.to_owned(),
            set,
            ..Self::default()
        }
    }

    pub(super) fn is_of(&self, organization: &str, set: DataSet) -> bool {
        self.organization == organization && self.set == set
    }

    /// Begins a walk: with a new export, unless Snyk has nothing newer, or has just refused one.
    pub(super) fn begin(&mut self, as_of: Timestamp) {
        let within =
            |at: Option<Timestamp>, span| at.is_some_and(|at| as_of.saturating_sub(at) < span);
        if within(self.created_at, REFRESHED_AFTER) || within(self.refused_at, ASKED_AGAIN_AFTER) {
            self.files = 0;
            return;
        }
        *self = Self {
            created_at: self.created_at,
            reached: self.reached,
            ..Self::new(&self.organization, self.set)
        };
    }

    /// Goes on as far as the call goes, unless it is too early.
    pub(super) fn step(
        &mut self,
        call: &mut Call<'_, '_>,
        place: Place,
    ) -> Result<Next, SyncError> {
        let as_of = call.request.as_of;
        let early = u32::try_from(self.due.saturating_sub(as_of).saturating_add(999) / 1_000)
            .unwrap_or_default();
        let next = match self.phase {
            Phase::Complete | Phase::Partial | Phase::Refused => Next::Over,
            // A clock that was set back must not make it wait for ever.
            _ if (1..=MOST_WAIT_SECS).contains(&early) => return Ok(Next::After(early)),
            Phase::Due => self.create(call)?,
            Phase::Made => match self.poll(call)? {
                Next::Now if self.phase == Phase::Ready => self.read(call, place)?,
                next => next,
            },
            Phase::Ready => self.read(call, place)?,
        };
        if let Next::After(secs) = next {
            self.due = as_of + 1_000 * Timestamp::from(secs);
        }
        Ok(next)
    }

    /// Files read in this walk.
    pub(super) fn files(&self) -> u32 {
        self.files
    }

    /// How far it got: as of the time up to which everything was read.
    pub(super) fn coverage(&self) -> Coverage {
        let (state, detail) = match self.phase {
            Phase::Due | Phase::Made | Phase::Ready => {
                let detail = "the export was asked for and is not read yet";
                (CoverageState::Awaited, detail.to_owned())
            }
            Phase::Complete => (CoverageState::Complete, String::new()),
            Phase::Partial => (CoverageState::Partial, self.detail.clone()),
            Phase::Refused => (CoverageState::Refused, self.detail.clone()),
        };
        let route = match self.set {
            DataSet::Checks => PR_CHECKS,
            DataSet::Fixes => FIXES,
        };
        Coverage {
            route: route.to_owned(),
            subject: self.organization.clone(),
            state,
            as_of: self.reached,
            detail,
        }
    }

    fn create(&mut self, call: &mut Call<'_, '_>) -> Result<Next, SyncError> {
        let as_of = call.request.as_of;
        let from = match self.reached {
            Some(reached) => reached.saturating_sub(OVERLAP),
            None => call.request.since.unwrap_or(as_of - FIRST_SPAN),
        };
        let path = endpoint::create_export(&self.organization);
        let document = export::document(self.set, from, as_of);
        let Some(reply) = call.exchange.ask(&path, Some(&document))? else {
            return Ok(Next::Now);
        };
        match outcome(&reply, &path) {
            Outcome::Good(body) => match export::created(body) {
                Ok(id) => {
                    self.id = id;
                    self.phase = Phase::Made;
                    self.created_at = Some(as_of);
                    self.until = as_of;
                    self.attempts = 0;
                    self.wait_secs = wait(&reply).unwrap_or(FIRST_WAIT_SECS);
                    Ok(Next::After(self.wait_secs))
                }
                Err(fault) => Ok(self.again(&fault_of(&path, &fault))),
            },
            Outcome::Refused(text) | Outcome::NotFound(text) => {
                self.phase = Phase::Refused;
                self.refused_at = Some(as_of);
                self.detail = if is_about_plan(&text) {
                    format!("{text}; exports need a plan that includes them")
                } else {
                    format!("{text}; exports need the permission `{VIEW_REPORTS}`")
                };
                Ok(Next::Over)
            }
            other => Ok(self.failed(other)),
        }
    }

    fn poll(&mut self, call: &mut Call<'_, '_>) -> Result<Next, SyncError> {
        let path = endpoint::export_job(&self.organization, &self.id);
        let Some(reply) = call.exchange.ask(&path, None)? else {
            return Ok(Next::Now);
        };
        let body = match outcome(&reply, &path) {
            Outcome::Good(body) => body,
            Outcome::NotFound(text) => return self.forgotten(text, call),
            other => return Ok(self.failed(other)),
        };
        match export::progress(body) {
            Ok(Progress::Finished) => {
                self.phase = Phase::Ready;
                self.attempts = 0;
                Ok(Next::Now)
            }
            Ok(Progress::Failed(word)) => Ok(self.partial(format!(
                "Snyk ended the export with `{}`",
                word.escape_debug()
            ))),
            Ok(Progress::Waiting(_)) => {
                let began = self.created_at.unwrap_or_default();
                if call.request.as_of.saturating_sub(began) >= PATIENCE {
                    return Ok(self.partial("the export was not finished after an hour".to_owned()));
                }
                self.attempts = 0;
                self.wait_secs = wait(&reply).unwrap_or_else(|| self.longer());
                Ok(Next::After(self.wait_secs))
            }
            Err(fault) => Ok(self.again(&fault_of(&path, &fault))),
        }
    }

    /// Snyk does not know the export any more: it is created anew, but only once.
    fn forgotten(&mut self, text: String, call: &mut Call<'_, '_>) -> Result<Next, SyncError> {
        if self.renewed {
            return Ok(self.partial(text));
        }
        *self = Self {
            created_at: self.created_at,
            reached: self.reached,
            renewed: true,
            ..Self::new(&self.organization, self.set)
        };
        self.create(call)
    }

    fn failed(&mut self, outcome: Outcome<'_>) -> Next {
        match outcome {
            Outcome::Again(text) => self.again(&text),
            Outcome::Refused(text) | Outcome::NotFound(text) | Outcome::Hopeless(text) => {
                self.partial(text)
            }
            Outcome::Good(_) | Outcome::Unauthorized | Outcome::Limited(_) => Next::Now,
        }
    }

    fn again(&mut self, text: &str) -> Next {
        self.attempts = self.attempts.saturating_add(1);
        if self.attempts >= MAX_ATTEMPTS {
            return self.partial(format!("failed {MAX_ATTEMPTS} times: {text}"));
        }
        self.wait_secs = self.longer();
        Next::After(self.wait_secs)
    }

    fn partial(&mut self, text: String) -> Next {
        self.phase = Phase::Partial;
        self.detail = text;
        Next::Over
    }

    fn longer(&self) -> u32 {
        self.wait_secs
            .saturating_mul(2)
            .clamp(FIRST_WAIT_SECS, LAST_WAIT_SECS)
    }
}

/// The wait that an answer asks for, in seconds; none if it does not say.
fn wait(reply: &Reply) -> Option<u32> {
    let header = reply.as_ref().ok()?.headers.retry_after.as_deref()?;
    let secs: u32 = header.trim().parse().ok()?;
    Some(secs.clamp(1, MOST_WAIT_SECS))
}

fn fault_of(path: &str, fault: &str) -> String {
    format!("the answer of `{}` {fault}", endpoint::without_query(path))
}

/// Snyk refreshes what it exports about every two hours. In milliseconds.
const REFRESHED_AFTER: Timestamp = 2 * HOUR;

/// When something that was refused is asked for again, in milliseconds: permissions and plans change seldom.
const ASKED_AGAIN_AFTER: Timestamp = 24 * HOUR;

/// How far an export reaches back into the one before, in milliseconds: what was not refreshed by then.
const OVERLAP: Timestamp = 2 * HOUR;

/// What the first export covers if nobody says, in milliseconds.
const FIRST_SPAN: Timestamp = 90 * 24 * HOUR;

/// How long an export may take, in milliseconds.
const PATIENCE: Timestamp = HOUR;

const HOUR: Timestamp = 3_600_000;

/// First wait for an export, in seconds, where Snyk says none. Each is twice as long as the one before.
const FIRST_WAIT_SECS: u32 = 10;

/// Longest wait for an export, in seconds, where Snyk says none.
const LAST_WAIT_SECS: u32 = 60;

/// Longest wait that Snyk may ask for, in seconds: what takes longer is given up anyway.
const MOST_WAIT_SECS: u32 = 3_600;

/// Most records one call takes from files: little beside the memory a component has. The rest is read from the same file
/// again by the next call.
const MAX_RECORDS: usize = 20_000;

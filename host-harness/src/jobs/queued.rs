//! Jobs of a tenant as they are told: those that wait, run or were given up, and those that were just queued.

use koalr_platform::model::common::Timestamp;
use koalr_store::{JobRecord, JobState, Tenant};
use schemars::JsonSchema;
use serde::Serialize;

use crate::HostError;

/// A job, without its particulars.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct JobReport {
    /// Its number, which no other job of the tenant ever has.
    pub id: i64,
    /// What it is about: of one key only one job waits. Text from outside.
    pub key: String,
    /// How urgent it is: `gate`, `connect`, `increment` or `backfill`, the most urgent first.
    pub class: &'static str,
    /// What is to be done, for example `judge`.
    pub kind: String,
    /// How often it was started.
    pub attempts: u32,
    /// It is not started before, in milliseconds since 1970.
    pub not_before: Timestamp,
    /// When it was asked for, in milliseconds since 1970.
    pub created_at: Timestamp,
    /// How far it is.
    pub state: JobWord,
    /// Why it failed last; empty if it did not.
    pub reason: String,
}

/// How far a job is. One that ended well is not listed any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum JobWord {
    /// It is to be started.
    Waiting,
    /// It was started.
    Running,
    /// It was given up until somebody replays it.
    Dead,
}

/// A sync that was queued.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct QueuedSync {
    /// The integration.
    pub integration: String,
    /// `backfill` if everything is read, `increment` if what changed.
    pub sync: &'static str,
}

/// A job that waits again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct QueuedJob {
    /// Its number.
    pub job: i64,
    /// Always true. If a newer job of its key waits, that one does its work.
    pub queued: bool,
}

/// The jobs of a tenant that wait, run or were given up; newest first.
///
/// # Errors
/// - the store failed
pub fn jobs(tenant: &Tenant) -> Result<Vec<JobReport>, HostError> {
    let mut jobs = tenant.dead_jobs()?;
    jobs.extend(tenant.waiting_jobs()?);
    let mut jobs: Vec<JobReport> = jobs.into_iter().map(JobReport::of).collect();
    jobs.sort_by_key(|job| std::cmp::Reverse((job.created_at, job.id)));
    Ok(jobs)
}

impl JobReport {
    fn of(job: JobRecord) -> Self {
        Self {
            id: job.id,
            key: job.key,
            class: job.class.word(),
            kind: job.kind,
            attempts: job.attempts,
            not_before: job.not_before,
            created_at: job.created_at,
            state: match job.state {
                JobState::Waiting => JobWord::Waiting,
                JobState::Running => JobWord::Running,
                JobState::Dead => JobWord::Dead,
            },
            reason: job.reason,
        }
    }
}

impl JobWord {
    /// All words.
    pub const WORDS: &'static [&'static str] = &["waiting", "running", "dead"];

    /// The state with this word; none if there is none.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "waiting" => Some(Self::Waiting),
            "running" => Some(Self::Running),
            "dead" => Some(Self::Dead),
            _ => None,
        }
    }
}

//! What jobs do.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Instant;

use koalr_platform::deployment_gate::Answer;
use koalr_store::{Class as StoredClass, FileMark, StoreError, Tenant, TenantId};
use serde::{Deserialize, Serialize};
use tracing::Instrument as _;

use super::desk::Desk;
use super::news::SyncTeller;
use super::routine;
use crate::HostError;
use crate::github::{GitHub, GitHubError, ProtectionState};
use crate::jobs::{
    Compare, CompareError, Compared, Comparison, DeploymentOptions, JudgeOptions,
    ReconstructOptions, SYNC_KEY, SyncEvent, SyncOptions, SyncReport, gate_deployment,
    judge_change, reconstruct, sync,
};
use crate::queue::{Class, Job, Outcome};
use crate::report::CheckRun;
use crate::web::News;

/// A job of a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    /// Whose.
    pub tenant: TenantId,
    /// Its number in the tenant's store.
    pub id: i64,
    /// What is to be done.
    pub task: Task,
    /// The file that it is stored in. In one that was restored its number may be another job's.
    file: FileMark,
    key: String,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "task", deny_unknown_fields)]
pub enum Task {
    /// Judge a change and post its check run.
    Judge {
        /// Id of the change.
        change: String,
    },
    /// Decide about a deployment that waits.
    Protect {
        /// Repository as `owner/name`.
        repository: String,
        /// Where it is deployed to.
        environment: String,
        /// The commit.
        sha: String,
        /// Where the answer goes.
        callback: String,
        /// The workflow run.
        run: u64,
    },
    /// Read what changed.
    Increment,
    /// Read everything for the first time.
    Backfill,
}

impl Task {
    pub(super) fn key(&self) -> String {
        match self {
            Self::Judge { change } => format!("judge {change}"),
            Self::Protect {
                run, environment, ..
            } => format!("protect {run} {environment}"),
            Self::Increment | Self::Backfill => SYNC_KEY.to_owned(),
        }
    }

    pub(super) fn class(&self) -> Class {
        match self {
            Self::Judge { .. } | Self::Protect { .. } => Class::Gate,
            Self::Increment => Class::Increment,
            Self::Backfill => Class::Backfill,
        }
    }

    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Judge { .. } => "judge",
            Self::Protect { .. } => "protect",
            Self::Increment => "increment",
            Self::Backfill => "backfill",
        }
    }
}

impl Work {
    pub(super) fn new(tenant: &Tenant, id: i64, task: Task) -> Self {
        Self {
            tenant: tenant.id().clone(),
            id,
            file: tenant.file(),
            key: task.key(),
            task,
        }
    }

    /// Whether it is stored in this file.
    pub(super) fn is_in(&self, tenant: &Tenant) -> bool {
        self.file == tenant.file()
    }
}

impl Job for Work {
    fn tenant(&self) -> &str {
        self.tenant.as_str()
    }

    fn class(&self) -> Class {
        self.task.class()
    }

    fn key(&self) -> &str {
        &self.key
    }
}

impl From<Class> for StoredClass {
    fn from(class: Class) -> Self {
        match class {
            Class::Gate => Self::Gate,
            Class::Connect => Self::Connect,
            Class::Increment => Self::Increment,
            Class::Backfill => Self::Backfill,
        }
    }
}

/// One attempt.
pub(super) async fn run(desk: Arc<Desk>, work: Work) -> Outcome {
    let class = work.task.class().as_str();
    // Whatever is logged within, it says about which job.
    let span = tracing::error_span!(
        "job",
        tenant = work.tenant.as_str(),
        job = work.id,
        class,
        kind = work.task.kind()
    );
    let began = Instant::now();
    let attempted = attempt(&desk, &work).instrument(span.clone()).await;
    let took = began.elapsed();
    let seconds = desk.metrics.job_seconds.of([class]);
    seconds.observe(took.as_secs_f64());
    if attempted.is_ok() {
        let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        span.in_scope(|| tracing::info!(ms, "done"));
    }
    match attempted {
        Ok(()) => Outcome::Done,
        Err(Failure {
            reason,
            after_secs,
            is_final: false,
        }) => Outcome::Again { after_secs, reason },
        Err(Failure { reason, .. }) => Outcome::Dead { reason },
    }
}

/// Why an attempt failed.
struct Failure {
    reason: String,
    after_secs: Option<u64>,
    is_final: bool,
}

impl From<HostError> for Failure {
    fn from(error: HostError) -> Self {
        let is_suspended = matches!(
            error,
            HostError::Store(StoreError::TenantSuspended { .. }) | HostError::Paused { .. }
        );
        Self {
            reason: error.to_string(),
            // Until then its jobs are taken out of the queue, and put back when it is resumed.
            after_secs: is_suspended.then_some(SUSPENDED_SECS),
            // However often it is tried, nobody connects by that.
            is_final: matches!(error, HostError::NotConnected { .. }),
        }
    }
}

impl From<GitHubError> for Failure {
    fn from(error: GitHubError) -> Self {
        Self {
            after_secs: error.retry_after_secs(),
            is_final: !error.is_temporary(),
            reason: error.to_string(),
        }
    }
}

async fn attempt(desk: &Desk, work: &Work) -> Result<(), Failure> {
    // A tenant that is gone has nothing to do.
    let Some(mut tenant) = desk.tenant(&work.tenant)? else {
        return Ok(());
    };
    // Nor has one whose file was restored since: that one's jobs are queued by themselves.
    if !work.is_in(&tenant) {
        return Ok(());
    }
    let integration = desk.integration();
    let connection = tenant.connection(integration).map_err(HostError::from)?;
    match &work.task {
        Task::Protect { .. } => protect(desk, &mut tenant, &work.task).await,
        // One that was taken away is no failure: without a token there is nothing to ask.
        _ if connection.is_none() => {
            tracing::info!(tenant = %work.tenant, job = work.id, "`{integration}` is not connected; nothing to do");
            Ok(())
        }
        Task::Judge { change } => judge(desk, &mut tenant, change).await,
        Task::Increment => walk(desk, &mut tenant).await,
        Task::Backfill => {
            walk(desk, &mut tenant).await?;
            look_back(desk, &mut tenant).await
        }
    }
}

/// Says on the pull request that it is looked at, looks, and says what came of it.
async fn judge(desk: &Desk, tenant: &mut Tenant, id: &str) -> Result<(), Failure> {
    let Some(record) = tenant.change(id).map_err(HostError::from)? else {
        return Ok(());
    };
    let github = desk.github(tenant)?;
    let (now, change) = (desk.now(), &record.change);
    let integration = desk.integration().to_owned();
    let earlier = tenant
        .decision(&integration, id, &change.head_sha)
        .map_err(HostError::from)?;
    if let (Some(github), None) = (&github, &earlier) {
        let run = CheckRun::looking_up(&integration, change, None, now);
        let run = run.linked(desk.public_url.as_deref(), id);
        github.post_check(&change.repository, &run).await?;
    }
    let compare = github.as_ref().map(|github| github as &dyn Compare);
    let looped = judge_change(
        &desk.serving(tenant),
        tenant,
        compare,
        id,
        desk.now(),
        NO_PATIENCE,
    )
    .await?;
    if let Some(github) = &github {
        let run = CheckRun::of(&looped.report).linked(desk.public_url.as_deref(), id);
        github.post_check(&change.repository, &run).await?;
    }
    let settled = &looped.report.settled;
    desk.count_decision("change", settled.decision, settled.mode);
    tracing::info!(
        change = id,
        decision = settled.decision.word(),
        "change judged"
    );
    let news = News::ChangeDecided {
        change: id.to_owned(),
        head_sha: looped.report.change.head_sha.clone(),
        decision: settled.decision,
        score: settled.score.score,
    };
    desk.news.tell(tenant.id(), &news, desk.now());
    if let Some(at) = looped.again_at {
        let task = Task::Judge {
            change: id.to_owned(),
        };
        desk.push(tenant, &task, at)?;
    }
    Ok(())
}

/// Judges in hindsight what was merged before anybody judged.
async fn look_back(desk: &Desk, tenant: &mut Tenant) -> Result<(), Failure> {
    if tenant
        .connection(desk.integration())
        .map_err(HostError::from)?
        .is_none()
    {
        // It was taken away meanwhile.
        return Ok(());
    }
    let policy = JudgeOptions::stored_policy(&desk.serving(tenant), tenant)?;
    let options = ReconstructOptions {
        days: desk.window_days,
        again: false,
        policy,
    };
    reconstruct(&desk.serving(tenant), tenant, &options, desk.now()).await?;
    Ok(())
}

/// Reads what changed, or everything for the first time.
async fn walk(desk: &Desk, tenant: &mut Tenant) -> Result<(), Failure> {
    let options = SyncOptions {
        window_days: Some(desk.window_days),
        full: false,
    };
    let integration = desk.integration();
    let (id, began_at) = (tenant.id().clone(), desk.now());
    let teller = desk.news.sync(&id, integration, began_at);
    let tell = |event: &SyncEvent| teller.tell(event, desk.now());
    let host = desk.serving(tenant);
    let syncing = sync(&host, tenant, options, began_at, tell);
    let synced = tokio::select! {
        synced = syncing => synced,
        never = told_waits(desk, &id, &teller) => match never {},
    };
    drop(teller);
    let report = match synced {
        Ok(report) => report,
        Err(error) => {
            let failed = SyncReport::failed(&error);
            desk.news
                .tell(&id, &ended(integration, &failed), desk.now());
            let connection = tenant.connection(integration).map_err(HostError::from)?;
            return match connection {
                Some(_) => Err(error.into()),
                // It was taken away meanwhile, and there is nothing to do.
                None => Ok(()),
            };
        }
    };
    desk.news
        .tell(&id, &ended(integration, &report), desk.now());
    let at = routine::next(tenant.id(), desk.every, desk.now());
    routine::plan(desk, tenant, at)?;
    Ok(())
}

/// Tells for how long requests wait because the upstream said so, which the integration does not notice. It never ends.
async fn told_waits(desk: &Desk, tenant: &TenantId, teller: &SyncTeller<'_>) -> Infallible {
    let mut was_held = false;
    loop {
        let held = desk.host.held_secs(tenant);
        // A pause that the sync itself tells of is not ended here.
        if was_held || held.is_some() {
            teller.held(held);
        }
        was_held = held.is_some();
        desk.pause(LOOK_MS).await;
    }
}

fn ended(integration: &str, report: &SyncReport) -> News {
    News::SyncEnded {
        integration: integration.to_owned(),
        outcome: report.outcome,
        records: report.records,
        requests: report.requests,
        issues: report.issues,
        resume_after_secs: report.resume_after_secs,
    }
}

/// Answers a deployment that waits for this check.
async fn protect(desk: &Desk, tenant: &mut Tenant, task: &Task) -> Result<(), Failure> {
    let Task::Protect {
        repository,
        environment,
        sha,
        callback,
        ..
    } = task
    else {
        return Ok(());
    };
    let Some(github) = desk.github(tenant)? else {
        return Ok(());
    };
    let services = tenant.services().map_err(HostError::from)?;
    let mut holders = services.iter().filter(|service| service.holds(repository));
    let (Some(service), None) = (holders.next(), holders.next()) else {
        let comment = format!(
            "Koalr cannot tell: not exactly one service is built from {repository}; `koalr import` names services"
        );
        github
            .answer_protection(callback, environment, None, &comment)
            .await?;
        return Ok(());
    };
    let options = DeploymentOptions {
        sha: sha.clone(),
        service: service.name.clone(),
        environment: environment.clone(),
        terms: JudgeOptions::stored(&desk.serving(tenant), tenant)?,
    };
    let report = match gate_deployment(&desk.serving(tenant), tenant, &options, desk.now()).await {
        Err(error @ HostError::NotConnected { .. }) => {
            let comment = format!("Koalr cannot tell: {error}");
            github
                .answer_protection(callback, environment, None, &comment)
                .await?;
            return Ok(());
        }
        report => report?,
    };
    let mode = options.terms.policy.mode;
    desk.count_decision("deployment", report.verdict.decision, mode);
    let state = match report.answer {
        Answer::Approved => Some(ProtectionState::Approved),
        Answer::Rejected => Some(ProtectionState::Rejected),
        Answer::Waiting => None,
    };
    github
        .answer_protection(callback, environment, state, &report.summary)
        .await?;
    if state.is_none() {
        desk.push(tenant, task, desk.now().saturating_add(ASK_AGAIN_MS))?;
    }
    Ok(())
}

impl Compare for GitHub {
    fn compare<'a>(&'a self, repository: &'a str, base: &'a str, head: &'a str) -> Compared<'a> {
        Box::pin(async move {
            match Self::compare(self, repository, base, head).await {
                Ok(comparison) => Ok(Comparison {
                    pages: comparison.pages.into_iter().map(Into::into).collect(),
                    warning: comparison.warning,
                }),
                Err(error) if error.is_temporary() => Err(CompareError::Later {
                    after_secs: error
                        .retry_after_secs()
                        .and_then(|secs| u32::try_from(secs).ok())
                        .unwrap_or(ASK_AGAIN_SECS),
                    reason: error.to_string(),
                }),
                Err(error) => Err(CompareError::Refused(error.to_string())),
            }
        })
    }
}

/// Wait between two looks whether requests are held, in milliseconds: a second on the page is a second.
const LOOK_MS: i64 = 1_000;

/// The event loop never waits for a quota: it comes back.
const NO_PATIENCE: u32 = 0;

/// Wait of a job of a suspended tenant, in seconds: two looks at the tenants fit into it.
const SUSPENDED_SECS: u64 = 10;

/// Wait before asking GitHub again where it names none, in seconds.
const ASK_AGAIN_SECS: u32 = 10;

/// Wait before a deployment whose changes are pending is decided again, in milliseconds.
const ASK_AGAIN_MS: i64 = 30_000;

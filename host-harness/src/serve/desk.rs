//! What every part of the server shares: the host, the data, the queue.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use koalr_platform::decision::Decision;
use koalr_platform::model::common::Timestamp;
use koalr_platform::policy::Mode;
use koalr_runtime::{Roots, Secret};
use koalr_store::{DataDir, JobRecord, JobState, StoreError, Tenant, TenantId};

use super::ServeSettings;
use super::figures::Figures;
use super::fleet::Tolerance;
use super::news::Newsroom;
use super::pool::{Lent, Pool};
use super::settings::{GITHUB, GitHubHook};
use super::turns::Turns;
use super::work::{Task, Work};
use crate::github::{GitHub, GitHubSettings};
use crate::observe::{Freshness, Metrics};
use crate::queue::{Clock, Count, Queue};
use crate::registry::Signers;
use crate::{Host, HostError};

/// Shared by the webhooks and the jobs.
pub(super) struct Desk {
    /// The version that serves where the registry names none, and what all versions share.
    pub(super) host: Host,
    pub(super) every: Duration,
    pub(super) window_days: u32,
    /// Whether it was told to end.
    ends: AtomicBool,
    /// Decisions about deployments that the API asks for, made at once and beside the queue.
    pub(super) gates: Turns,
    /// Scores of changes that are only described, beside those: they ask the upstream.
    pub(super) glances: Turns,
    /// Connections that the API makes, likewise.
    pub(super) connects: Turns,
    pub(super) allow_loopback: bool,
    /// Where people's browsers find the pages; none if nobody said.
    pub(super) public_url: Option<String>,
    pub(super) news: Arc<Newsroom>,
    pub(super) data: DataDir,
    /// Tenants that are open.
    pub(super) pool: Arc<Pool>,
    pub(super) metrics: Arc<Metrics>,
    /// How many calls of a version may fail.
    pub(super) tolerance: Tolerance,
    /// Who may sign them.
    pub(super) signers: Signers,
    /// Dashboards that were shown.
    pub(super) figures: Figures,
    /// When each tenant was last synced.
    pub(super) freshness: Freshness,
    /// Whether somebody runs the jobs.
    pub(super) running: AtomicBool,
    clock: Arc<dyn Clock>,
    queue: OnceLock<Queue<Work>>,
}

impl Desk {
    pub(super) fn new(host: Host, data: DataDir, settings: &ServeSettings) -> Self {
        let metrics = Arc::new(Metrics::new(settings.clock.now_ms()));
        Self {
            host: host.metered(&metrics),
            every: settings.every,
            window_days: settings.window_days,
            ends: AtomicBool::new(false),
            gates: Turns::new(GATES, GATES),
            glances: Turns::new(GATES, GATES),
            connects: Turns::new(CONNECTS, GATES),
            allow_loopback: settings.allow_loopback,
            public_url: settings.public_url.clone(),
            news: Arc::default(),
            data,
            pool: Arc::default(),
            metrics,
            tolerance: settings.tolerance,
            signers: settings.signers.clone(),
            figures: Figures::default(),
            freshness: Freshness::default(),
            running: AtomicBool::new(true),
            clock: Arc::clone(&settings.clock),
            queue: OnceLock::new(),
        }
    }

    /// Lets jobs in.
    pub(super) fn open(&self, queue: Queue<Work>) {
        // It is opened once, by the server's start.
        let _ = self.queue.set(queue);
    }

    /// Nothing more is to be sent here.
    pub(super) fn end(&self) {
        self.ends.store(true, Ordering::Relaxed);
    }

    pub(super) fn ends(&self) -> bool {
        self.ends.load(Ordering::Relaxed)
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now_ms()
    }

    /// Waits for so many milliseconds.
    pub(super) async fn pause(&self, ms: i64) {
        self.clock.sleep_until(self.now().saturating_add(ms)).await;
    }

    /// The integration that is served.
    pub(super) fn integration(&self) -> &str {
        &self.host.manifest().id
    }

    /// The version of it that serves a tenant now. Held for one job or one answer, and asked for again for the next.
    pub(super) fn serving(&self, tenant: &Tenant) -> Host {
        self.host.serving(tenant.id())
    }

    /// Forgets what is queued for a tenant, and cuts off what runs. What is stored of it stays stored.
    pub(super) fn let_go(&self, tenant: &TenantId) {
        self.freshness.forget(tenant);
        if let Some(queue) = self.queue.get() {
            let _ = queue.cancel_tenant(tenant.as_str());
        }
    }

    /// A tenant's data; none if there is no such tenant.
    pub(super) fn tenant(&self, id: &TenantId) -> Result<Option<Lent>, HostError> {
        match self.pool.lend(&self.data, id) {
            Ok(tenant) => Ok(Some(tenant)),
            Err(StoreError::TenantUnknown { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Every tenant.
    pub(super) fn tenants(&self) -> Result<Vec<TenantId>, HostError> {
        Ok(self.data.tenants()?)
    }

    /// Stores a job and queues it. One of its key that waits already is replaced.
    pub(super) fn push(
        &self,
        tenant: &mut Tenant,
        task: &Task,
        not_before: Timestamp,
    ) -> Result<(), HostError> {
        let (key, class) = (task.key(), task.class());
        let payload = serde_json::to_string(task).map_err(HostError::Json)?;
        let stored = tenant.enqueue(
            &key,
            class.into(),
            task.kind(),
            &payload,
            not_before,
            self.now(),
        )?;
        let id = match stored {
            Some(id) => Some(id),
            None => tenant
                .waiting_jobs()?
                .into_iter()
                .find(|job| job.key == key && job.state == JobState::Waiting)
                .map(|job| job.id),
        };
        if let (Some(id), Some(queue)) = (id, self.queue.get())
            && self.host.paused().is_none()
        {
            let work = Work::new(tenant, id, task.clone());
            queue.push(work, Some(not_before));
            let (tenant, class) = (tenant.id().as_str(), class.as_str());
            tracing::info!(tenant, job = id, class, kind = task.kind(), "queued");
        }
        Ok(())
    }

    /// Queues what waits in the store, as far as it is wanted.
    pub(super) fn take_up(
        &self,
        tenant: &Tenant,
        which: impl Fn(&JobRecord) -> bool,
    ) -> Result<(), HostError> {
        let Some(queue) = self.queue.get() else {
            return Ok(());
        };
        if self.host.paused().is_some() {
            return Ok(());
        }
        for job in tenant.waiting_jobs()?.into_iter().filter(which) {
            match serde_json::from_str(&job.payload) {
                Ok(task) => {
                    let work = Work::new(tenant, job.id, task);
                    queue.push(work, Some(job.not_before));
                }
                Err(error) => tracing::error!(job = job.id, "a stored job cannot be read: {error}"),
            }
        }
        Ok(())
    }

    /// Queues a job that was given up and waits again in the store.
    pub(super) fn replayed(&self, tenant: &Tenant, job: &JobRecord) -> Result<(), HostError> {
        let Some(queue) = self.queue.get() else {
            return Ok(());
        };
        // Off the queue's own list of those that were given up; it may not be there since a restart.
        let _ = queue.replay(tenant.id().as_str(), &job.key);
        self.take_up(tenant, |waits| waits.id == job.id)
    }

    pub(super) fn count_decision(&self, subject: &str, decision: Decision, mode: Mode) {
        let integration = self.integration();
        let decisions = &self.metrics.decisions;
        let labels = [integration, subject, decision.word(), mode.word()];
        decisions.of(labels).inc();
    }

    /// What waits, runs and is dead; nothing before the queue is there.
    pub(super) fn counts(&self) -> Vec<Count> {
        self.queue.get().map(Queue::counts).unwrap_or_default()
    }

    /// The tenant's GitHub; none where it has no token.
    pub(super) fn github(&self, tenant: &Tenant) -> Result<Option<GitHub>, HostError> {
        let Some(hook) = github_hook(tenant)? else {
            return Ok(None);
        };
        let Some(token) = &hook.token else {
            return Ok(None);
        };
        let token = Secret::parse(token).map_err(|error| HostError::Token {
            source_name: "the vault".to_owned(),
            reason: error.to_string(),
        })?;
        let mut settings = GitHubSettings::new(token);
        settings.proxy = self.host.proxy();
        settings.allow_loopback = hook.allow_loopback;
        if let Some(api) = &hook.api {
            // A bare machine without root certificates can still talk to itself.
            if api.starts_with("http://") {
                settings.roots = Roots::None;
            }
            settings.base.clone_from(api);
        }
        Ok(Some(GitHub::new(settings)?))
    }
}

/// What the tenant's GitHub is set up with; none if it is not.
pub(super) fn github_hook(tenant: &Tenant) -> Result<Option<GitHubHook>, HostError> {
    let Some(sealed) = tenant.secret(GITHUB)? else {
        return Ok(None);
    };
    serde_json::from_slice(&sealed)
        .map(Some)
        .map_err(HostError::Json)
}

/// Most at a time, of one tenant too, which goes behind the others then: each takes an instance of the integration, and the
/// jobs of the queue need theirs.
const GATES: usize = 2;

/// Most connections at a time: each waits for an upstream most of its time. One tenant has half of them at most.
const CONNECTS: usize = 4;

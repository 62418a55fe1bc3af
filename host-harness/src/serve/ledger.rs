//! Writes down what becomes of jobs, so that they outlive the process.

use std::sync::Arc;

use koalr_store::{StoreError, Tenant};

use super::desk::Desk;
use super::work::Work;
use crate::HostError;
use crate::queue::Observer;
use crate::web::News;

/// The queue's observer.
pub(super) struct Ledger(Arc<Desk>);

impl Ledger {
    pub(super) fn new(desk: Arc<Desk>) -> Self {
        Self(desk)
    }

    fn count(&self, work: &Work, outcome: &str) {
        let (class, kind) = (work.task.class().as_str(), work.task.kind());
        self.0.metrics.jobs.of([class, kind, outcome]).inc();
    }

    fn write(&self, work: &Work, write: impl FnOnce(&mut Tenant) -> Result<bool, StoreError>) {
        let mut tenant = match self.0.tenant(&work.tenant) {
            Ok(Some(tenant)) if work.is_in(&tenant) => tenant,
            // What it was stored in was deleted or replaced; or the tenant is suspended, and it stays as it is stored
            // until it is taken up again.
            Ok(_) | Err(HostError::Store(StoreError::TenantSuspended { .. })) => return,
            Err(error) => return complain(work, &error),
        };
        match write(&mut tenant) {
            Ok(_) | Err(StoreError::Replaced { .. }) => {}
            // The job runs again after a restart, which does no harm.
            Err(error) => complain(work, &error),
        }
    }
}

impl Observer<Work> for Ledger {
    fn started(&self, work: &Work, _attempt: u32) {
        self.write(work, |tenant| tenant.start_job(work.id));
    }

    fn finished(&self, work: &Work) {
        self.count(work, "done");
        self.write(work, |tenant| tenant.finish_job(work.id));
    }

    fn retried(&self, work: &Work, reason: &str, not_before_ms: i64) {
        self.count(work, "retried");
        tracing::warn!(tenant = %work.tenant, job = work.id, "will be tried again: {reason}");
        self.write(work, |tenant| {
            tenant.retry_job(work.id, reason, not_before_ms)
        });
    }

    fn buried(&self, work: &Work, reason: &str) {
        self.count(work, "buried");
        tracing::error!(tenant = %work.tenant, job = work.id, "given up: {reason}");
        self.write(work, |tenant| tenant.bury_job(work.id, reason));
        let news = News::JobFailed {
            job: work.id,
            kind: work.task.kind(),
            key: work.task.key(),
        };
        self.0.news.tell(&work.tenant, &news, self.0.now());
    }

    fn dropped(&self, work: &Work) {
        self.count(work, "dropped");
        // A newer one of its key does its work; without one, its tenant was suspended while it ran, and it waits.
        let now = self.0.now();
        self.write(work, |tenant| tenant.retry_job(work.id, "", now));
    }

    fn interrupted(&self, work: &Work) {
        self.count(work, "interrupted");
    }
}

fn complain(work: &Work, error: &dyn std::fmt::Display) {
    tracing::error!(tenant = %work.tenant, job = work.id, "writing down what became of a job: {error}");
}

//! Jobs of the key's tenant.

use koalr_platform::audit::Event;
use koalr_store::{ApiKeyRecord, JobRecord, Tenant};

use super::super::super::desk::Desk;
use super::super::{actor, done, queued_as};
use crate::HostError;
use crate::jobs::{JobReport, JobWord, QueuedJob, jobs};
use crate::web::{After, Items, Page, Reply};

pub(super) fn list(
    desk: &Desk,
    tenant: &Tenant,
    state: Option<JobWord>,
    page: &Page,
) -> Result<Option<Reply>, HostError> {
    let mut jobs = jobs(tenant)?;
    jobs.retain(|job| state.is_none_or(|state| job.state == state));
    if let Some(After { at, id }) = &page.after {
        let id = id.parse().unwrap_or(i64::MAX);
        jobs.retain(|job| (job.created_at, job.id) < (*at, id));
    }
    // Where the data lies is nothing to who asks.
    let data = desk.data.path().display().to_string();
    for job in &mut jobs {
        job.reason = job.reason.replace(&data, "<data>");
    }
    let place = |job: &JobReport| After {
        at: job.created_at,
        id: job.id.to_string(),
    };
    done(&Items::cut(jobs, page, place))
}

pub(super) fn replay(
    desk: &Desk,
    tenant: &mut Tenant,
    caller: &ApiKeyRecord,
    id: &str,
) -> Result<Option<Reply>, HostError> {
    let dead = tenant.dead_jobs()?;
    let number = |job: &&JobRecord| job.id.to_string() == id;
    let Some(job) = dead.iter().find(number) else {
        return Ok(None);
    };
    let event = Event::Replayed {
        job: job.key.clone(),
    };
    tenant.as_one(|tenant| {
        tenant.replay_job(job.id, desk.now())?;
        tenant.append_audit(desk.now(), &actor(caller), id, &event)
    })?;
    desk.replayed(tenant, job)?;
    let (job, queued) = (job.id, true);
    queued_as(&QueuedJob { job, queued })
}

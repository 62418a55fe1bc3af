//! Waivers.

use koalr_store::{ApiKeyRecord, Tenant};

use super::super::super::desk::Desk;
use super::{done, id, judge, person, slice};
use crate::HostError;
use crate::jobs::{WaiverStatus, approve_waiver, revoke_waiver};
use crate::web::{After, Items, Page, Reply, WaiverDone, WaiversAsk};

impl Desk {
    pub(super) fn waivers(
        &self,
        tenant: &mut Tenant,
        caller: &ApiKeyRecord,
        ask: WaiversAsk,
    ) -> Result<Option<Reply>, HostError> {
        let now = self.now();
        match ask {
            WaiversAsk::List { holding, page } => self.listed_waivers(tenant, holding, &page),
            WaiversAsk::One { id } => match tenant.stored_waiver(&id)? {
                Some(waiver) => done(&WaiverStatus::at(now, waiver)),
                None => Ok(None),
            },
            WaiversAsk::Approve(given) => {
                let login = person(caller)?;
                let waiver = approve_waiver(&self.serving(tenant), tenant, given, login, now)?;
                done(&self.judge_again(tenant, waiver)?)
            }
            WaiversAsk::Revoke { id } => {
                let login = person(caller)?;
                let holds = |tenant: &Tenant| {
                    let stored = tenant.stored_waiver(&id)?;
                    Ok::<_, HostError>(stored.filter(|one| one.revoked_at.is_none()))
                };
                let Some(mut stored) = holds(tenant)? else {
                    return Ok(None);
                };
                revoke_waiver(tenant, &id, login, now)?;
                stored.revoked_at = Some(now);
                done(&self.judge_again(tenant, WaiverStatus::at(now, stored))?)
            }
        }
    }

    fn listed_waivers(
        &self,
        tenant: &Tenant,
        holding: Option<bool>,
        page: &Page,
    ) -> Result<Option<Reply>, HostError> {
        let now = self.now();
        let slice = slice(page, |at, id| (at, id))?;
        let waivers = tenant.list_waivers(holding.map(|holding| (holding, now)), &slice)?;
        let waivers = waivers.into_iter().map(|one| WaiverStatus::at(now, one));
        done(&Items::cut(waivers.collect(), page, |one| After {
            at: one.waiver.created,
            id: id(&one.waiver.id),
        }))
    }

    /// Queues judgements of the open changes that a waiver may concern.
    pub(in crate::serve) fn judge_again(
        &self,
        tenant: &mut Tenant,
        waiver: WaiverStatus,
    ) -> Result<WaiverDone, HostError> {
        let queued = self.queue_concerned(tenant, &waiver)?;
        Ok(WaiverDone { waiver, queued })
    }

    /// Queues judgements of the open changes that a waiver may concern; how many.
    pub(in crate::serve) fn queue_concerned(
        &self,
        tenant: &mut Tenant,
        waiver: &WaiverStatus,
    ) -> Result<usize, HostError> {
        let integration = self.integration();
        let is_connected = tenant.connection(integration)?.is_some();
        let concerned = if is_connected {
            let repository = waiver.waiver.repository.as_deref();
            let was_revoked = waiver.revoked_at.is_some();
            tenant.changes_to_judge_again(integration, (repository, was_revoked), MOST_AGAIN)?
        } else {
            Vec::new()
        };
        for change in &concerned {
            self.push(tenant, &judge(change), self.now())?;
        }
        Ok(concerned.len())
    }
}

/// Changes that one waiver has judged again: their lookups take minutes of a quota.
const MOST_AGAIN: u32 = 200;

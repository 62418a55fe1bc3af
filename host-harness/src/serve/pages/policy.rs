//! The gate's policy, and the waivers.

use std::collections::BTreeSet;
use std::sync::Arc;

use koalr_platform::model::common::Timestamp;
use koalr_platform::model::evidence::Observation;
use koalr_platform::policy::Policy;
use koalr_platform::team::Act;
use koalr_store::{DecisionList, Slice, StoredWaiver, Tenant, Visitor};
use tokio::runtime::Handle;

use super::super::desk::Desk;
use super::refused;
use crate::HostError;
use crate::jobs::{
    JudgeOptions, WaiverStatus, backtest, permitted, policy_status, revoke_waiver, set_policy,
};
use crate::report::html::policy::{self, Attempt, Held, PolicyRoom, Tried};
use crate::report::html::{Frame, Page};
use crate::web::{Acted, PolicyForm};

pub(super) async fn show(
    desk: Arc<Desk>,
    visitor: Visitor,
    frame: Frame,
) -> Result<Option<Page>, HostError> {
    desk.aside(move |desk| {
        let Some(tenant) = desk.tenant(&visitor.tenant)? else {
            return Ok(None);
        };
        let room = room(desk, &tenant, &visitor)?;
        Ok(Some(policy::page(&frame, &room, None)))
    })
    .await
}

pub(super) async fn act(
    desk: Arc<Desk>,
    visitor: Visitor,
    frame: Frame,
    ask: PolicyForm,
) -> Result<Option<Acted>, HostError> {
    match ask {
        PolicyForm::Set { text } => {
            desk.aside(move |desk| desk.set_as(&visitor, &frame, text))
                .await
        }
        PolicyForm::Try { text } => desk.try_out(visitor, frame, text).await,
        PolicyForm::Revoke { waiver } => {
            desk.aside(move |desk| desk.revoke_as(&visitor, &waiver))
                .await
        }
    }
}

impl Desk {
    /// Lets a policy hold, if its text is one and the visitor may. What was typed stays on the page otherwise.
    fn set_as(
        &self,
        visitor: &Visitor,
        frame: &Frame,
        text: String,
    ) -> Result<Option<Acted>, HostError> {
        let Some(mut tenant) = self.tenant(&visitor.tenant)? else {
            return Ok(None);
        };
        permitted(&tenant, &visitor.login, Act::SetPolicy, None)?;
        match Policy::parse(&text, self.serving(&tenant).manifest()) {
            Ok(policy) => {
                set_policy(&mut tenant, (&text, &policy), &visitor.login, self.now())?;
                Ok(Some(Acted::Go(policy::PATH.to_owned())))
            }
            Err(complaints) => self.stay(&tenant, visitor, frame, (text, Tried::Wrong(complaints))),
        }
    }

    /// Says what a policy would have decided. Whoever may look may ask: it changes nothing.
    async fn try_out(
        self: Arc<Self>,
        visitor: Visitor,
        frame: Frame,
        text: String,
    ) -> Result<Option<Acted>, HostError> {
        let _turn = self.gates.take(&visitor.tenant).await?;
        let judged = Arc::clone(&self).aside(move |desk| {
            let Some(tenant) = desk.tenant(&visitor.tenant)? else {
                return Ok(None);
            };
            let tried = match Policy::parse(&text, desk.serving(&tenant).manifest()) {
                Ok(policy) => {
                    let waivers = JudgeOptions::stored_waivers(&tenant)?;
                    let terms = JudgeOptions { policy, waivers };
                    let host = desk.serving(&tenant);
                    let told = backtest(&host, &tenant, &terms, DAYS, desk.now());
                    // Most of it is reading, which waits for a disk.
                    Tried::Told(Box::new(Handle::current().block_on(told)?))
                }
                Err(complaints) => Tried::Wrong(complaints),
            };
            desk.stay(&tenant, &visitor, &frame, (text, tried))
        });
        judged.await
    }

    /// Takes a waiver back as the visitor, and judges again what it concerned.
    fn revoke_as(&self, visitor: &Visitor, id: &str) -> Result<Option<Acted>, HostError> {
        let Some(mut tenant) = self.tenant(&visitor.tenant)? else {
            return Ok(None);
        };
        let Some(mut stored) = tenant.stored_waiver(id)? else {
            return Ok(None);
        };
        permitted(&tenant, &visitor.login, Act::Revoke, None)?;
        // It may have been pressed twice.
        if stored.revoked_at.is_none() {
            let now = self.now();
            revoke_waiver(&mut tenant, id, &visitor.login, now)?;
            stored.revoked_at = Some(now);
            self.queue_concerned(&mut tenant, &WaiverStatus::at(now, stored))?;
        }
        Ok(Some(Acted::Go(policy::PATH.to_owned())))
    }

    fn stay(
        &self,
        tenant: &Tenant,
        visitor: &Visitor,
        frame: &Frame,
        (text, tried): (String, Tried),
    ) -> Result<Option<Acted>, HostError> {
        let room = room(self, tenant, visitor)?;
        let attempt = Attempt { text, tried };
        let page = policy::page(frame, &room, Some(&attempt));
        Ok(Some(match attempt.tried {
            Tried::Told(_) => Acted::Told(page),
            Tried::Wrong(_) => Acted::Stay(page),
        }))
    }
}

fn room(desk: &Desk, tenant: &Tenant, visitor: &Visitor) -> Result<PolicyRoom, HostError> {
    let (text, policy) = match policy_status(&desk.serving(tenant), tenant) {
        Ok(status) => {
            let text = status.text.clone();
            (
                text.unwrap_or_else(|| status.spelled_out.clone()),
                Ok(status),
            )
        }
        // An integration that was swapped may not know a rule any more: the page is where that is corrected.
        Err(HostError::Complaints { complaints, .. }) => {
            let text = tenant.policy()?.map(|one| one.text);
            (text.unwrap_or_default(), Err(complaints))
        }
        Err(error) => return Err(error),
    };
    Ok(PolicyRoom {
        policy,
        text,
        may_not_set: refused(tenant, &visitor.login, Act::SetPolicy, None)?,
        may_not_revoke: refused(tenant, &visitor.login, Act::Revoke, None)?,
        waivers: waivers(desk, tenant)?,
        now: desk.now(),
    })
}

/// The waivers that hold or have ended, and which of them let something pass lately.
fn waivers(desk: &Desk, tenant: &Tenant) -> Result<Vec<Held>, HostError> {
    let slice = Slice {
        after: None,
        limit: MOST_WAIVERS,
    };
    let stored = tenant.list_waivers(None, &slice)?;
    let now = desk.now();
    let holding: BTreeSet<&str> = (stored.iter().filter(|one| one.holds_at(now)))
        .map(|one| one.waiver.id.as_str())
        .collect();
    let used = used(desk, tenant, holding, now)?;
    let held = |one: StoredWaiver| Held {
        is_used: used.contains(&one.waiver.id),
        status: WaiverStatus::at(now, one),
    };
    Ok(stored.into_iter().map(held).collect())
}

/// Those of the waivers that let something pass in the decisions of the last days.
fn used(
    desk: &Desk,
    tenant: &Tenant,
    mut holding: BTreeSet<&str>,
    now: Timestamp,
) -> Result<BTreeSet<String>, HostError> {
    let mut used = BTreeSet::new();
    let integration = desk.integration();
    let wanted = DecisionList {
        from: Some(now.saturating_sub(Timestamp::from(DAYS) * DAY_MS)),
        ..DecisionList::default()
    };
    let mut after = None;
    while !holding.is_empty() {
        let slice = Slice {
            after,
            limit: AT_ONCE,
        };
        let rows = tenant.list_decisions(integration, &wanted, &slice)?;
        for row in rows.iter().filter(|row| row.waived > 0) {
            let (change, head) = (&row.change, &row.head_sha);
            let decision = match row.observation {
                Observation::Observed => tenant.decision(integration, change, head)?,
                Observation::Reconstructed => tenant.reconstructed(integration, change, head)?,
            };
            for waived in decision.into_iter().flat_map(|one| one.verdict.waived) {
                if holding.remove(waived.waiver.as_str()) {
                    used.insert(waived.waiver);
                }
            }
        }
        let Some(last) = rows.into_iter().next_back() else {
            break;
        };
        let kind = match last.observation {
            Observation::Observed => "observed",
            Observation::Reconstructed => "reconstructed",
        };
        after = Some((last.as_of, last.change, last.head_sha, kind.to_owned()));
    }
    Ok(used)
}

/// How far back a policy is tried, and a waiver looked for, in days: what is pulled at the start.
const DAYS: u32 = policy::DAYS;

const DAY_MS: Timestamp = 86_400_000;

/// Most waivers that a page shows.
const MOST_WAIVERS: u32 = 200;

/// Decisions in which a waiver is looked for at once. Only those are read whole that waive something.
const AT_ONCE: u32 = 1_000;

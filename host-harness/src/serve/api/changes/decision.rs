//! Decisions, overrides and the audit log.

use koalr_platform::decision::DecisionRow;
use koalr_store::{DecisionList, Tenant};

use super::super::super::desk::Desk;
use super::{done, id, slice};
use crate::HostError;
use crate::web::{After, DecisionsAsk, Items, Page, Reply};

impl Desk {
    pub(super) fn decisions(
        &self,
        tenant: &Tenant,
        ask: DecisionsAsk,
    ) -> Result<Option<Reply>, HostError> {
        match ask {
            DecisionsAsk::List { filter, page } => {
                let list = DecisionList {
                    change: None,
                    repository: filter.repository,
                    decision: filter.decision,
                    observation: filter.observation,
                    from: filter.from,
                    before: filter.to,
                };
                self.listed(tenant, &list, &page)
            }
            DecisionsAsk::OfChange { change, page } => {
                if tenant.change(&change)?.is_none() {
                    return Ok(None);
                }
                let list = DecisionList {
                    change: Some(change),
                    ..DecisionList::default()
                };
                self.listed(tenant, &list, &page)
            }
            DecisionsAsk::Overrides { change, page } => {
                let slice = slice(&page, |at, (change, head, actor)| (at, change, head, actor))?;
                let all = tenant.list_overrides(change.as_deref(), &slice)?;
                done(&Items::cut(all, &page, |one| After {
                    at: one.at,
                    id: id(&(&one.change, &one.head_sha, &one.actor)),
                }))
            }
            DecisionsAsk::Audit { page } => {
                let entries = tenant.list_audit(&slice(&page, |_, seq| seq)?)?;
                done(&Items::cut(entries, &page, |entry| After {
                    at: entry.at,
                    id: id(&entry.seq),
                }))
            }
        }
    }

    fn listed(
        &self,
        tenant: &Tenant,
        list: &DecisionList,
        page: &Page,
    ) -> Result<Option<Reply>, HostError> {
        let slice = slice(page, |at, (change, head, kind)| (at, change, head, kind))?;
        let rows = tenant.list_decisions(self.integration(), list, &slice)?;
        done(&Items::cut(rows, page, |row: &DecisionRow| After {
            at: row.as_of,
            id: id(&(&row.change, &row.head_sha, row.observation)),
        }))
    }
}

//! Stored changes: listed, told, judged again, let pass.

use koalr_platform::team::Override;
use koalr_store::{ApiKeyRecord, ChangeList, ChangeState, ListedChange, Tenant};

use super::super::super::desk::Desk;
use super::{done, id, judge, person, queued_as, slice};
use crate::HostError;
use crate::jobs::{
    ChangeRow, DependenciesReport, DeploymentOptions, Head, JudgeOptions, change_status,
    gate_deployment, hand_in, override_change, told_report,
};
use crate::report::CheckRun;
use crate::web::{After, ChangeFilter, ChangesAsk, Handed, Items, Judging, Page, Reply};

impl Desk {
    pub(super) fn change(
        &self,
        tenant: &mut Tenant,
        caller: &ApiKeyRecord,
        ask: ChangesAsk,
    ) -> Result<Option<Reply>, HostError> {
        match ask {
            ChangesAsk::List { filter, page } => done(&self.changes(tenant, filter, &page)?),
            ChangesAsk::Report { change } => {
                match told_report(&self.serving(tenant), tenant, &change)? {
                    Some(report) => done(&report),
                    None => Ok(None),
                }
            }
            ChangesAsk::CheckRun { change } => {
                match told_report(&self.serving(tenant), tenant, &change)? {
                    Some(report) => {
                        let run = CheckRun::of(&report);
                        done(&run.linked(self.public_url.as_deref(), &change))
                    }
                    None => Ok(None),
                }
            }
            ChangesAsk::Dependencies {
                change,
                repository,
                head_sha,
                source,
                changes,
            } => {
                let head = Head {
                    change: &change,
                    repository: repository.as_deref(),
                    sha: head_sha.as_deref(),
                };
                if change.trim().is_empty() {
                    return Ok(None);
                }
                if tenant.change(&change)?.is_none() && (repository.is_none() || head_sha.is_none())
                {
                    return Err(HostError::Change(
                        "no such change is stored; give `repository` and `head-sha`, and it becomes one"
                            .to_owned(),
                    ));
                }
                let report = hand_in(tenant, head, (source, changes), self.now())?;
                let queued = self.judge_open(tenant, &report)?;
                done(&Handed { report, queued })
            }
            ChangesAsk::Change { change } => {
                let queued = tenant.is_queued(&judge(&change).key())?;
                match change_status(&self.serving(tenant), tenant, &change, queued)? {
                    Some(status) => done(&status),
                    None => Ok(None),
                }
            }
            ChangesAsk::Judge { change } => {
                if tenant.change(&change)?.is_none() {
                    return Ok(None);
                }
                self.connected(tenant)?;
                self.push(tenant, &judge(&change), self.now())?;
                let queued = true;
                queued_as(&Judging { change, queued })
            }
            ChangesAsk::Override {
                change,
                head_sha,
                reason,
            } => {
                let login = person(caller)?;
                if tenant.change(&change)?.is_none() {
                    return Ok(None);
                }
                done(&self.lift(tenant, login, (&change, &head_sha, &reason))?)
            }
            _ => Ok(None),
        }
    }

    /// A page of the stored changes.
    pub(in crate::serve) fn changes(
        &self,
        tenant: &Tenant,
        filter: ChangeFilter,
        page: &Page,
    ) -> Result<Items<ChangeRow>, HostError> {
        let list = ChangeList {
            repository: filter.repository,
            state: filter.state,
            decision: filter.decision,
        };
        let slice = slice(page, |at, id| (at, id))?;
        let listed = tenant.list_changes(self.integration(), &list, &slice)?;
        let Items {
            items: listed,
            next_cursor,
        } = Items::cut(listed, page, |one| {
            let (at, change) = one.place();
            After {
                at,
                id: id(&change),
            }
        });
        let rows = listed.into_iter().map(|one| Self::change_row(tenant, one));
        let items = rows.collect::<Result<Vec<_>, HostError>>()?;
        Ok(Items { items, next_cursor })
    }

    /// A change of a list, and whether it is to be judged.
    pub(in crate::serve) fn change_row(
        tenant: &Tenant,
        one: ListedChange,
    ) -> Result<ChangeRow, HostError> {
        let queued = tenant.is_queued(&judge(&one.record.change.id).key())?;
        Ok(ChangeRow::new(one, queued))
    }

    pub(super) async fn deployment(
        &self,
        caller: &ApiKeyRecord,
        (sha, service, environment): (String, String, String),
    ) -> Result<Option<Reply>, HostError> {
        let Some(mut tenant) = self.tenant(&caller.tenant)? else {
            return Ok(None);
        };
        let options = DeploymentOptions {
            sha,
            service,
            environment,
            terms: JudgeOptions::stored(&self.serving(&tenant), &tenant)?,
        };
        let _turn = self.gates.take(&caller.tenant).await?;
        let report =
            gate_deployment(&self.serving(&tenant), &mut tenant, &options, self.now()).await?;
        let mode = options.terms.policy.mode;
        self.count_decision("deployment", report.verdict.decision, mode);
        done(&report)
    }

    /// Lets a head pass as a person, whose roles decide whether they may.
    pub(in crate::serve) fn lift(
        &self,
        tenant: &mut Tenant,
        login: &str,
        (change, head_sha, reason): (&str, &str, &str),
    ) -> Result<Override, HostError> {
        let head = (change, Some(head_sha));
        let lifted = override_change(tenant, head, (login, reason), self.now())?;
        if tenant.connection(self.integration())?.is_some() {
            self.push(tenant, &judge(change), self.now())?;
        }
        Ok(lifted)
    }

    /// Queues a judgement of what a list was handed in for, if that can still change: it was not merged or closed, and the
    /// list is of its newest head.
    fn judge_open(
        &self,
        tenant: &mut Tenant,
        report: &DependenciesReport,
    ) -> Result<bool, HostError> {
        let Some(record) = tenant.change(&report.change)? else {
            return Ok(false);
        };
        let is_open = matches!(record.state, ChangeState::Open | ChangeState::Unknown);
        let is_newest = record.change.head_sha == report.head_sha;
        let is_connected = tenant.connection(self.integration())?.is_some();
        let is_judged = is_open && is_newest && is_connected;
        if is_judged {
            self.push(tenant, &judge(&report.change), self.now())?;
        }
        Ok(is_judged)
    }
}

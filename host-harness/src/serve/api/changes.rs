//! Changes, what they do to dependencies, and what is decided about them.

use std::sync::Arc;

use koalr_store::{ApiKeyRecord, ChangeState, Tenant};
use serde::Serialize;
use serde_json::json;

use super::super::desk::Desk;
use super::super::work::Task;
use super::{blocking, done, queued};
use crate::HostError;
use crate::jobs::{
    DependenciesReport, DeploymentOptions, Head, JudgeOptions, change_status, connected,
    gate_deployment, hand_in, import_without_people, override_change,
};
use crate::web::{ChangesAsk, Reply};

pub(super) async fn answer(
    desk: Arc<Desk>,
    caller: ApiKeyRecord,
    ask: ChangesAsk,
) -> Result<Option<Reply>, HostError> {
    if let ChangesAsk::Deployment {
        sha,
        service,
        environment,
    } = ask
    {
        return desk.deployment(&caller, (sha, service, environment)).await;
    }
    blocking(move || answer_now(&desk, &caller, ask)).await
}

fn answer_now(
    desk: &Desk,
    caller: &ApiKeyRecord,
    ask: ChangesAsk,
) -> Result<Option<Reply>, HostError> {
    let Some(tenant) = &mut desk.tenant(&caller.tenant)? else {
        return Ok(None);
    };
    match ask {
        ChangesAsk::Import { text } => {
            let name = format!("api key {}", caller.id);
            done(&import_without_people(tenant, &name, &text, desk.now())?)
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
            if tenant.change(&change)?.is_none() && (repository.is_none() || head_sha.is_none()) {
                return Err(HostError::Change(
                    "no such change is stored; give `repository` and `head-sha`, and it becomes one"
                        .to_owned(),
                ));
            }
            let report = hand_in(tenant, head, (source, changes), desk.now())?;
            let queued = desk.judge_open(tenant, &report)?;
            done(&Handed { report, queued })
        }
        ChangesAsk::Change { change } => {
            let key = judge(&change).key();
            let queued = tenant.waiting_jobs()?.iter().any(|job| job.key == key);
            match change_status(&desk.host, tenant, &change, queued)? {
                Some(status) => done(&status),
                None => Ok(None),
            }
        }
        ChangesAsk::Judge { change } => {
            if tenant.change(&change)?.is_none() {
                return Ok(None);
            }
            desk.connected(tenant)?;
            desk.push(tenant, &judge(&change), desk.now())?;
            Ok(Some(queued(json!({ "change": change, "queued": true }))))
        }
        ChangesAsk::Override {
            change,
            head_sha,
            reason,
        } => desk.lift(tenant, caller, (&change, &head_sha, &reason)),
        ChangesAsk::Deployment { .. } => Ok(None),
    }
}

impl Desk {
    async fn deployment(
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
            terms: JudgeOptions::stored(&self.host, &tenant)?,
        };
        let _turn = self.gates.acquire().await.map_err(|_| HostError::Ended)?;
        let report = gate_deployment(&self.host, &mut tenant, &options, self.now()).await?;
        let mode = options.terms.policy.mode;
        self.count_decision("deployment", report.verdict.decision, mode);
        done(&report)
    }

    /// Lets a head pass as the key's person, whose roles decide whether they may.
    fn lift(
        &self,
        tenant: &mut Tenant,
        caller: &ApiKeyRecord,
        (change, head_sha, reason): (&str, &str, &str),
    ) -> Result<Option<Reply>, HostError> {
        let Some(login) = &caller.login else {
            return Err(HostError::Forbidden(
                "this key is nobody's in particular, and only a person may let a change pass"
                    .to_owned(),
            ));
        };
        if tenant.change(change)?.is_none() {
            return Ok(None);
        }
        let head = (change, Some(head_sha));
        let lifted = override_change(tenant, head, (login, reason), self.now())?;
        if tenant.connection(&self.host.manifest().id)?.is_some() {
            self.push(tenant, &judge(change), self.now())?;
        }
        done(&lifted)
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
        let is_connected = tenant.connection(&self.host.manifest().id)?.is_some();
        let is_judged = is_open && is_newest && is_connected;
        if is_judged {
            self.push(tenant, &judge(&report.change), self.now())?;
        }
        Ok(is_judged)
    }

    /// Without a connection no change can be judged, however often it is tried.
    fn connected(&self, tenant: &Tenant) -> Result<(), HostError> {
        connected(tenant, &self.host.manifest().id).map(drop)
    }
}

/// What was handed in.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Handed {
    #[serde(flatten)]
    report: DependenciesReport,
    /// Whether the change is judged again.
    queued: bool,
}

fn judge(change: &str) -> Task {
    Task::Judge {
        change: change.to_owned(),
    }
}

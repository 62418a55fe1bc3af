//! What the API asks for: answered at once, or queued.

use std::sync::Arc;

use http::StatusCode;
use koalr_store::{ApiKeyRecord, ChangeState, Tenant};
use serde::Serialize;
use serde_json::{Value, json};

use super::desk::Desk;
use super::routine;
use super::work::Task;
use crate::jobs::{
    DependenciesReport, DeploymentOptions, Head, JudgeOptions, change_status, connected,
    gate_deployment, hand_in, import_without_people, override_change, status,
};
use crate::web::{Api, Ask, Reply};
use crate::{ApiKey, HostError};

impl Api for Desk {
    async fn authenticate(self: Arc<Self>, key: ApiKey) -> Result<Option<ApiKeyRecord>, HostError> {
        blocking(move || self.holder(&key)).await
    }

    async fn answer(
        self: Arc<Self>,
        caller: ApiKeyRecord,
        ask: Ask,
    ) -> Result<Option<Reply>, HostError> {
        if let Ask::Deployment {
            sha,
            service,
            environment,
        } = ask
        {
            return self.deployment(&caller, (sha, service, environment)).await;
        }
        blocking(move || self.answer_now(&caller, ask)).await
    }
}

impl Desk {
    /// What is stored of a key that holds.
    fn holder(&self, key: &ApiKey) -> Result<Option<ApiKeyRecord>, HostError> {
        let kept = self.data.api_key(key.id())?;
        // Who is not known is refused in the time of a wrong secret.
        let (record, hash) = match kept {
            Some((record, hash)) => (Some(record), hash),
            None => (None, [0; 32]),
        };
        if !key.is(&hash) {
            return Ok(None);
        }
        let record = record.filter(|one| one.revoked_at.is_none());
        if let Some(record) = &record
            && let Err(error) = self.data.note_api_key_use(record, self.now())
        {
            // That it was used is nice to know, and no reason to refuse it.
            tracing::warn!(key = record.id, "noting that a key was used: {error}");
        }
        Ok(record)
    }

    fn answer_now(&self, caller: &ApiKeyRecord, ask: Ask) -> Result<Option<Reply>, HostError> {
        let Some(tenant) = &mut self.tenant(&caller.tenant)? else {
            return Ok(None);
        };
        match ask {
            Ask::Import { text } => {
                let name = format!("api key {}", caller.id);
                done(&import_without_people(tenant, &name, &text, self.now())?)
            }
            Ask::Dependencies {
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
            Ask::Change { change } => {
                let key = judge(&change).key();
                let queued = tenant.waiting_jobs()?.iter().any(|job| job.key == key);
                match change_status(&self.host, tenant, &change, queued)? {
                    Some(status) => done(&status),
                    None => Ok(None),
                }
            }
            Ask::Judge { change } => {
                if tenant.change(&change)?.is_none() {
                    return Ok(None);
                }
                self.connected(tenant)?;
                self.push(tenant, &judge(&change), self.now())?;
                Ok(Some(queued(json!({ "change": change, "queued": true }))))
            }
            Ask::Override {
                change,
                head_sha,
                reason,
            } => self.lift(tenant, caller, (&change, &head_sha, &reason)),
            Ask::Connections => {
                let integration = &self.host.manifest().id;
                let connections = match tenant.connection(integration)? {
                    Some(_) => vec![status(tenant, integration)?],
                    None => Vec::new(),
                };
                done(&json!({ "connections": connections }))
            }
            Ask::Sync { integration } => self.sync(tenant, &integration),
            Ask::Deployment { .. } => Ok(None),
        }
    }

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

    fn sync(&self, tenant: &mut Tenant, integration: &str) -> Result<Option<Reply>, HostError> {
        let is_loaded = integration == self.host.manifest().id;
        if !is_loaded || tenant.connection(integration)?.is_none() {
            return Ok(None);
        }
        let task = routine::due(self, tenant)?;
        self.push(tenant, &task, self.now())?;
        let body = json!({ "integration": integration, "sync": task.kind() });
        Ok(Some(queued(body)))
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

fn done(body: &impl Serialize) -> Result<Option<Reply>, HostError> {
    Ok(Some(Reply {
        status: StatusCode::OK,
        body: serde_json::to_value(body).map_err(HostError::Json)?,
    }))
}

fn queued(body: Value) -> Reply {
    let status = StatusCode::ACCEPTED;
    Reply { status, body }
}

/// Waits for a disk where nobody else waits with it.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, HostError> + Send + 'static,
) -> Result<T, HostError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| HostError::Ended)?
}

//! What webhooks bring: stored at once, judged later.

use koalr_platform::model::record::Deployment;

use koalr_store::{
    ChangeRecord, ChangeState, OwnDeployment, OwnIncident, StoreError, Tenant, TenantId,
};
use zeroize::Zeroizing;

use super::desk::{Desk, github_hook};
use super::settings::{PAGER_DUTY, PagerDutyHook};
use super::work::Task;
use crate::HostError;
use crate::inbox::{Asked, Event, PullAction, PullState, Received, Source};
use crate::jobs::{JudgeOptions, override_change, waive_blocking};
use crate::web::{Inbox, Taken};

impl Inbox for Desk {
    async fn secret(
        &self,
        tenant: &TenantId,
        source: Source,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, HostError> {
        let tenant = match self.tenant(tenant) {
            Ok(Some(tenant)) => tenant,
            Ok(None) => return Ok(None),
            // Without its secret nobody can be told from a forger, and forgers are told nothing about tenants.
            Err(HostError::Store(error @ StoreError::TenantSuspended { .. })) => {
                tracing::warn!("a webhook is refused: {error}");
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        let secret = match source {
            Source::GitHub => github_hook(&tenant)?.map(|hook| bytes(&hook.secret)),
            Source::PagerDuty => match tenant.secret(PAGER_DUTY)? {
                Some(sealed) => {
                    let hook: PagerDutyHook =
                        serde_json::from_slice(&sealed).map_err(HostError::Json)?;
                    Some(bytes(&hook.secret))
                }
                None => None,
            },
        };
        Ok(secret)
    }

    async fn take(
        &self,
        tenant: &TenantId,
        source: Source,
        received: Received,
    ) -> Result<Taken, HostError> {
        let Some(mut tenant) = self.tenant(tenant)? else {
            return Ok(Taken { duplicate: false });
        };
        let tenant = &mut tenant;
        let source = source.as_str();
        if tenant.delivery_is_taken(source, &received.id)? {
            return Ok(Taken { duplicate: true });
        }
        for event in received.events {
            self.store(tenant, event)?;
        }
        // Last, because what is done twice does no harm, and what is lost does.
        let first = tenant.claim_delivery(source, &received.id, self.now())?;
        Ok(Taken { duplicate: !first })
    }
}

impl Desk {
    fn store(&self, tenant: &mut Tenant, event: Event) -> Result<(), HostError> {
        match event {
            event @ Event::PullRequest { .. } => self.pull_request(tenant, event),
            Event::Deployment {
                repository,
                deployment,
            } => deployed(tenant, repository, deployment),
            Event::Incident {
                incident,
                updated_at,
            } => {
                let source = "pagerduty".to_owned();
                tenant.save_incident(&OwnIncident { incident, source }, updated_at)?;
                Ok(())
            }
            Event::Action {
                repository,
                head_sha,
                external_id: _,
                asked,
                login,
            } => self.asked(tenant, (&repository, &head_sha), &asked, &login),
            Event::Protection {
                repository,
                environment,
                sha,
                deployment_callback_url,
                run_id,
            } => {
                let task = Task::Protect {
                    repository,
                    environment,
                    sha,
                    callback: deployment_callback_url,
                    run: run_id,
                };
                self.push(tenant, &task, self.now())
            }
        }
    }

    fn pull_request(&self, tenant: &mut Tenant, event: Event) -> Result<(), HostError> {
        let Event::PullRequest {
            change,
            title,
            author,
            opened_at,
            updated_at,
            state,
            action,
            draft: _,
        } = event
        else {
            return Ok(());
        };
        let known = tenant.change(&change.id)?;
        let (state, merged_at, merge_sha) = match state {
            PullState::Open => (ChangeState::Open, None, None),
            PullState::Merged { at, sha } => (ChangeState::Merged, Some(at), Some(sha)),
            PullState::Closed => (ChangeState::Closed, None, None),
        };
        let record = ChangeRecord {
            title,
            author,
            opened_at: Some(opened_at),
            state,
            merged_at,
            merge_sha,
            base_score: known.and_then(|known| known.base_score),
            updated_at,
            source: "github".to_owned(),
            change,
        };
        let is_newest = tenant.save_change(&record)?;
        let is_judged = state == ChangeState::Open && action != PullAction::Closed;
        if is_newest && is_judged {
            let task = Task::Judge {
                change: record.change.id,
            };
            self.push(tenant, &task, self.now())?;
        }
        Ok(())
    }

    /// A button of a check run was pressed.
    fn asked(
        &self,
        tenant: &mut Tenant,
        (repository, head_sha): (&str, &str),
        asked: &Asked,
        login: &str,
    ) -> Result<(), HostError> {
        let Some(record) = tenant.change_of_head(repository, head_sha)? else {
            tracing::warn!(
                repository,
                head_sha,
                "a button of an unknown commit was pressed"
            );
            return Ok(());
        };
        let pressed = match asked {
            Asked::Button(button) if button == OVERRIDE => {
                let reason = "pressed Override on the check run";
                let head = (record.change.id.as_str(), Some(head_sha));
                override_change(tenant, head, (login, reason), self.now()).map(drop)
            }
            Asked::Button(button) if button == WAIVE => {
                self.waive(tenant, (&record, head_sha), login)
            }
            _ => Ok(()),
        };
        // Whoever may not is told by the check run, which stays as it is.
        if let Err(error) = pressed {
            tracing::warn!(change = record.change.id, "a button was refused: {error}");
            return Ok(());
        }
        let task = Task::Judge {
            change: record.change.id,
        };
        self.push(tenant, &task, self.now())
    }

    /// Waives what the decision about this head blocks it for.
    fn waive(
        &self,
        tenant: &mut Tenant,
        (change, head_sha): (&ChangeRecord, &str),
        login: &str,
    ) -> Result<(), HostError> {
        let integration = self.integration();
        let Some(decision) = tenant.decision(integration, &change.change.id, head_sha)? else {
            return Ok(());
        };
        let policy = JudgeOptions::stored_policy(&self.serving(tenant), tenant)?;
        waive_blocking(tenant, (change, &decision), &policy, login, self.now())?;
        Ok(())
    }
}

fn bytes(secret: &str) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(secret.as_bytes().to_vec())
}

/// GitHub knows no service: the one that the repository belongs to is taken, or the repository's own name.
fn deployed(
    tenant: &mut Tenant,
    repository: String,
    mut deployment: Deployment,
) -> Result<(), HostError> {
    let services = tenant.services()?;
    let mut of_repository = services.iter().filter(|service| service.holds(&repository));
    deployment.service = match (of_repository.next(), of_repository.next()) {
        (Some(service), None) => service.name.clone(),
        _ => repository.clone(),
    };
    tenant.save_deployment(&OwnDeployment {
        deployment,
        repository: Some(repository),
        source: "github".to_owned(),
    })?;
    Ok(())
}

/// Identifiers of the check run's buttons; the third one only asks again.
const OVERRIDE: &str = "override";
const WAIVE: &str = "waive";

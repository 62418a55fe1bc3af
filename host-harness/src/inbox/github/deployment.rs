//! Deployments, and the rules that protect an environment.

use koalr_platform::model::common::{Extra, Timestamp};
use koalr_platform::model::record::{Deployment, DeploymentState};

use super::{Told, repository};
use crate::inbox::event::Event;
use crate::inbox::fields::Fields;
use crate::inbox::refused::Refused;

/// `deployment`: one that has no state yet, so it has not ended.
pub(super) fn created(body: &Fields<'_>, action: &str) -> Result<Told, Refused> {
    if action != "created" {
        return Ok(Told::ignored(action));
    }
    let at = body.within("deployment")?.instant("created_at")?;
    event(body, DeploymentState::Running, at, Extra::new())
}

pub(super) fn status(body: &Fields<'_>, action: &str) -> Result<Told, Refused> {
    if action != "created" {
        return Ok(Told::ignored(action));
    }
    let status = body.within("deployment_status")?;
    let word = status.text("state")?;
    let (state, extra) = match word {
        "success" => (DeploymentState::Succeeded, Extra::new()),
        "failure" | "error" => (DeploymentState::Failed, Extra::new()),
        "queued" | "pending" | "in_progress" | "waiting" => {
            (DeploymentState::Running, Extra::new())
        }
        // Another one took its place, which does not change how it ended.
        "inactive" => return Ok(Told::ignored(word)),
        other => {
            let word = ("state".to_owned(), other.to_owned());
            (DeploymentState::Other, vec![word])
        }
    };
    event(body, state, status.instant("created_at")?, extra)
}

/// `deployment_protection_rule`: a workflow run waits for an answer.
pub(super) fn protection(body: &Fields<'_>, action: &str) -> Result<Told, Refused> {
    if action != "requested" {
        return Ok(Told::ignored(action));
    }
    let callback = body.text("deployment_callback_url")?;
    let run_id = run_id(callback)
        .ok_or_else(|| body.wrong("deployment_callback_url", "names no workflow run"))?;
    Ok(Told::event(Event::Protection {
        repository: repository(body)?,
        environment: body.text("environment")?.to_owned(),
        sha: body.within("deployment")?.text("sha")?.to_owned(),
        deployment_callback_url: callback.to_owned(),
        run_id,
    }))
}

fn event(
    body: &Fields<'_>,
    state: DeploymentState,
    at: Timestamp,
    extra: Extra,
) -> Result<Told, Refused> {
    let deployment = body.within("deployment")?;
    Ok(Told::event(Event::Deployment {
        repository: repository(body)?,
        deployment: Deployment {
            id: format!("github:{}", deployment.count("id")?),
            service: String::new(),
            environment: Some(deployment.text("environment")?.to_owned()),
            sha: Some(deployment.text("sha")?.to_owned()),
            state,
            at,
            extra,
        },
    }))
}

/// The number in `…/actions/runs/{number}/deployment_protection_rule`.
fn run_id(callback: &str) -> Option<u64> {
    let path = callback.strip_suffix("/deployment_protection_rule")?;
    let (_, number) = path.rsplit_once("/actions/runs/")?;
    number.parse().ok()
}

//! The history as a document to import.

use serde_json::{Map, Value, json};

use super::{ChangeEnd, DeploymentEnd, History, HistoryChange, HistoryDeployment, HistoryIncident};
use crate::clock::rfc3339;
use crate::sample::SampleDependency;

impl History {
    /// The document that `koalr import` reads: one object with services, actors, changes, deployments and incidents.
    /// What is not known is left out.
    #[must_use]
    pub fn document(&self) -> Value {
        json!({
            "services": self.services.iter().map(|service| json!({
                "name": service.name,
                "aliases": service.alias.into_iter().collect::<Vec<_>>(),
                "repositories": [service.repository],
            })).collect::<Vec<_>>(),
            "actors": self.actors.iter().map(|actor| json!({
                "login": actor.login,
                "roles": actor.roles,
            })).collect::<Vec<_>>(),
            "changes": self.changes.iter().map(change).collect::<Vec<_>>(),
            "deployments": self.deployments.iter().map(deployment).collect::<Vec<_>>(),
            "incidents": self.incidents.iter().map(incident).collect::<Vec<_>>(),
        })
    }
}

fn change(change: &HistoryChange) -> Value {
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    put("id", change.id().into());
    put("repository", change.repository.into());
    put("number", change.number.into());
    put("title", change.title.as_str().into());
    put("author", change.author.into());
    put("head-sha", change.head_sha.as_str().into());
    put("base-sha", change.base_sha.as_str().into());
    put("source-branch", change.source_branch().into());
    put("target-branch", "main".into());
    put("opened-at", rfc3339(change.opened_at).into());
    put("base-score", change.base_score.into());
    match &change.end {
        ChangeEnd::Open => put("state", "open".into()),
        ChangeEnd::Closed => put("state", "closed".into()),
        ChangeEnd::Merged { at, sha } => {
            put("merged-at", rfc3339(*at).into());
            put("merge-sha", sha.as_str().into());
            put("state", "merged".into())
        }
    };
    if let Some(dependencies) = &change.dependencies {
        let rows = dependencies
            .iter()
            .map(|row| dependency(row, change.manifest));
        put("dependencies", rows.collect());
        put("dependencies-source", "sample".into());
    }
    fields.into()
}

fn dependency(row: &SampleDependency, manifest: &str) -> Value {
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    put("ecosystem", row.ecosystem.into());
    put("name", row.name.into());
    put("direct", row.direct.into());
    put("manifest", manifest.into());
    for (side, version) in [("before", row.before), ("after", row.after)] {
        if let Some(version) = version {
            put(side, version.into());
        }
    }
    fields.into()
}

fn deployment(deployment: &HistoryDeployment) -> Value {
    json!({
        "id": deployment.id,
        "service": deployment.service,
        "environment": "production",
        "sha": deployment.sha,
        "state": match deployment.end {
            DeploymentEnd::Succeeded => "succeeded",
            DeploymentEnd::Failed => "failed",
        },
        "at": rfc3339(deployment.at),
    })
}

fn incident(incident: &HistoryIncident) -> Value {
    let mut value = json!({
        "id": incident.id,
        "service": incident.service,
        "title": incident.title,
        "severity": incident.severity,
        "started-at": rfc3339(incident.started_at),
        "open": incident.resolved_at.is_none(),
    });
    if let Some(fields) = value.as_object_mut() {
        let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
        if let Some(change) = &incident.change {
            put("change", change.as_str().into());
        }
        for (name, at) in [
            ("acknowledged-at", incident.acknowledged_at),
            ("resolved-at", incident.resolved_at),
        ] {
            if let Some(at) = at {
                put(name, rfc3339(at).into());
            }
        }
    }
    value
}

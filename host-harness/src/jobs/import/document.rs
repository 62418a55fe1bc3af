//! A document to import, read whole: every complaint about it at once.

use std::collections::HashMap;

use koalr_platform::model::common::Timestamp;
use koalr_platform::model::record::{Deployment, DeploymentState, Incident};
use koalr_platform::team::{Actor, Role};
use koalr_store::{OwnDeployment, OwnIncident};

use super::SOURCE;
use super::change::{self, Given as GivenChange};
use super::complaint::Complaints;
use super::fields::{Fields, Reading};
use super::json::{self, Node};
use crate::report::{plain, utc};

/// What a document says.
#[derive(Debug, Default)]
pub(super) struct Document {
    pub(super) services: Vec<GivenService>,
    pub(super) actors: Vec<Actor>,
    /// Byte of the text where people begin; none if it has no such part.
    pub(super) actors_at: Option<usize>,
    pub(super) changes: Vec<GivenChange>,
    pub(super) deployments: Vec<OwnDeployment>,
    /// Incidents, and when that was so.
    pub(super) incidents: Vec<(OwnIncident, Timestamp)>,
}

/// A service as it is given. What is left out is not known, and stays as it is stored.
#[derive(Debug)]
pub(super) struct GivenService {
    pub(super) name: String,
    pub(super) aliases: Option<Vec<String>>,
    pub(super) repositories: Option<Vec<String>>,
    /// Byte of the text where it begins.
    pub(super) at: usize,
    pub(super) path: String,
}

impl Document {
    /// How many records it has beside services.
    pub(super) fn records(&self) -> u32 {
        let records =
            self.actors.len() + self.changes.len() + self.deployments.len() + self.incidents.len();
        u32::try_from(records).unwrap_or(u32::MAX)
    }
}

/// Reads a document. It is whole only if nothing was complained about.
pub(super) fn read(text: &str, now: Timestamp) -> (Document, Reading) {
    let mut reading = Reading {
        complaints: Complaints::about(text),
        now,
    };
    let mut document = Document::default();
    match json::read(text) {
        Ok(node) => document.fill(&mut reading, &node),
        Err(error) => {
            let line = error.line().max(1);
            reading
                .complaints
                .add_in(line, "", format!("not JSON: {error}"));
        }
    }
    (document, reading)
}

impl Document {
    fn fill(&mut self, reading: &mut Reading, node: &Node<'_>) {
        let Some(mut fields) = reading.fields(String::new(), node) else {
            return;
        };
        self.services = each(&mut fields, reading, "services", "name", service);
        self.actors_at = fields.field("actors").map(|node| node.at);
        self.actors = each(&mut fields, reading, "actors", "login", actor);
        self.changes = each(&mut fields, reading, "changes", "id", change::read);
        self.deployments = each(&mut fields, reading, "deployments", "id", deployment);
        self.incidents = each(&mut fields, reading, "incidents", "id", incident);
        fields.end(reading);
    }
}

/// Reads every record of a list, no two of which may have the same key.
fn each<T>(
    fields: &mut Fields<'_, '_>,
    reading: &mut Reading,
    list: &'static str,
    key: &'static str,
    read: impl Fn(&mut Reading, &mut Fields<'_, '_>) -> Option<T>,
) -> Vec<T> {
    let mut records = Vec::new();
    let mut lines: HashMap<String, usize> = HashMap::new();
    for (path, node) in fields.items(reading, list).into_iter().flatten() {
        let Some(mut fields) = reading.fields(path, node) else {
            continue;
        };
        records.extend(read(reading, &mut fields));
        if let Some(name) = fields.given(key) {
            let line = reading.complaints.line(node.at);
            // One person in any case, with or without an `@`; the ids of everything else are exact.
            let same = match list {
                "actors" => name.trim_start_matches('@').to_ascii_lowercase(),
                _ => name.to_owned(),
            };
            if let Some(first) = lines.insert(same, line) {
                let problem = format!(
                    "`{}` is there already, in line {first}; leave one of them out",
                    plain(name)
                );
                reading
                    .complaints
                    .add(fields.place(key), &fields.path(key), problem);
            }
        }
        fields.end(reading);
    }
    records
}

fn service(reading: &mut Reading, fields: &mut Fields<'_, '_>) -> Option<GivenService> {
    let name = fields.required(reading, "name", "reports name the service by it");
    let aliases = fields.texts(reading, "aliases");
    let repositories = fields.texts(reading, "repositories");
    Some(GivenService {
        name: name?,
        aliases,
        repositories,
        at: fields.at,
        path: fields.path(""),
    })
}

fn actor(reading: &mut Reading, fields: &mut Fields<'_, '_>) -> Option<Actor> {
    let login = fields.required(reading, "login", "it says who it is");
    let mut roles = Vec::new();
    match fields.items(reading, "roles") {
        Some(items) => {
            for (path, node) in items {
                roles.extend(reading.word(&path, node, &ROLES));
            }
        }
        None if fields.field("roles").is_none() => {
            fields.missing(
                reading,
                "roles",
                "it says what they may do, and may be empty",
            );
        }
        None => {}
    }
    match Actor::new(&login?, roles) {
        Ok(actor) => Some(actor),
        Err(error) => {
            let (at, path) = (fields.place("login"), fields.path("login"));
            reading.complaints.add(at, &path, error.to_string());
            None
        }
    }
}

fn deployment(reading: &mut Reading, fields: &mut Fields<'_, '_>) -> Option<OwnDeployment> {
    let id = fields.required(reading, "id", "it tells this deployment from others");
    let service = fields.text(reading, "service");
    let environment = fields.text(reading, "environment");
    let sha = fields.text(reading, "sha");
    let state = fields.word(reading, "state", &STATES);
    if fields.field("state").is_none() {
        fields.missing(reading, "state", "it says how far the deployment got");
    }
    let at = fields.instant(reading, "at");
    if fields.field("at").is_none() {
        fields.missing(reading, "at", "it says when it came into its state");
    }
    let repository = fields.text(reading, "repository");
    Some(OwnDeployment {
        deployment: Deployment {
            id: id?,
            service: service.unwrap_or_default(),
            environment,
            sha,
            state: state?,
            at: at?,
            extra: Vec::new(),
        },
        repository,
        source: SOURCE.to_owned(),
    })
}

fn incident(
    reading: &mut Reading,
    fields: &mut Fields<'_, '_>,
) -> Option<(OwnIncident, Timestamp)> {
    let id = fields.required(reading, "id", "it tells this incident from others");
    let service = fields.text(reading, "service");
    let title = fields.text(reading, "title");
    let severity = fields.text(reading, "severity");
    let change = fields.text(reading, "change");
    let started_at = fields.instant(reading, "started-at");
    if fields.field("started-at").is_none() {
        fields.missing(reading, "started-at", "it says when the incident began");
    }
    let acknowledged_at = fields.instant(reading, "acknowledged-at");
    let resolved_at = fields.instant(reading, "resolved-at");
    let open = fields.flag(reading, "open");
    let updated_at = fields.instant(reading, "updated-at");
    let started_at = started_at?;
    for (key, at) in [
        ("acknowledged-at", acknowledged_at),
        ("resolved-at", resolved_at),
    ] {
        fields.order(reading, ("started-at", started_at), (key, at));
    }
    if let (Some(true), Some(at)) = (open, resolved_at) {
        let problem = format!(
            "it is open and was resolved at {}; leave one of the two out",
            utc(at)
        );
        reading
            .complaints
            .add(fields.place("open"), &fields.path("open"), problem);
    }
    let times = [Some(started_at), acknowledged_at, resolved_at];
    let stated = times.into_iter().flatten().max();
    let incident = Incident {
        id: id?,
        service: service.unwrap_or_default(),
        title: title.unwrap_or_default(),
        severity,
        change,
        started_at,
        acknowledged_at,
        resolved_at,
        open: open.unwrap_or(resolved_at.is_none()),
        extra: Vec::new(),
    };
    let own = OwnIncident {
        incident,
        source: SOURCE.to_owned(),
    };
    Some((own, updated_at.or(stated)?))
}

const ROLES: [(&str, Role); 4] = [
    ("member", Role::Member),
    ("lead", Role::Lead),
    ("security", Role::Security),
    ("operator", Role::Operator),
];

const STATES: [(&str, DeploymentState); 4] = [
    ("succeeded", DeploymentState::Succeeded),
    ("failed", DeploymentState::Failed),
    ("running", DeploymentState::Running),
    ("other", DeploymentState::Other),
];

//! Changes, deployments, incidents, services and people from one JSON document.

mod change;
mod complaint;
mod document;
mod fields;
mod form;
mod json;
mod linked;
mod save;
mod services;

use koalr_platform::audit::Event;
use koalr_platform::model::common::Timestamp;
use koalr_store::Tenant;
use schemars::JsonSchema;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::HostError;

use document::Document;
use fields::Reading;

pub use complaint::Complaint;
pub(crate) use complaint::listed;
pub use form::ImportDocument;
pub use linked::{LinkCounts, UnlinkedCount};

/// What an import changed, and how all that is stored is tied together now.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ImportReport {
    /// How many records the document has.
    pub records: u32,
    /// Services.
    pub services: Counts,
    /// People.
    pub actors: Counts,
    /// Changes.
    pub changes: Counts,
    /// Lists of dependencies of changes.
    pub dependencies: Counts,
    /// Deployments.
    pub deployments: Counts,
    /// Incidents.
    pub incidents: Counts,
    /// What to know about it, as sentences without full stops. May be empty.
    pub notes: Vec<String>,
    /// What is tied to what.
    pub links: LinkCounts,
}

/// What became of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "ImportCounts")]
pub struct Counts {
    /// Not known before.
    pub new: u64,
    /// Known otherwise before.
    pub updated: u64,
    /// Known exactly so before.
    pub unchanged: u64,
    /// Older than what is stored, which stays.
    pub older: u64,
}

impl Counts {
    /// All of them.
    #[must_use]
    pub fn all(&self) -> u64 {
        self.new + self.updated + self.unchanged + self.older
    }

    fn add(&mut self, known: bool, saved: bool) {
        match (known, saved) {
            (_, false) => self.older += 1,
            (true, true) => self.updated += 1,
            (false, true) => self.new += 1,
        }
    }
}

impl ImportReport {
    /// Whether anything was stored.
    #[must_use]
    pub fn changed_anything(&self) -> bool {
        self.counts()
            .iter()
            .any(|(_, one)| one.new + one.updated > 0)
    }

    /// Counts with one and several of what they count.
    #[must_use]
    pub fn counts(&self) -> [((&'static str, &'static str), Counts); 6] {
        [
            (("service", "services"), self.services),
            (("person", "people"), self.actors),
            (("change", "changes"), self.changes),
            (("dependency list", "dependency lists"), self.dependencies),
            (("deployment", "deployments"), self.deployments),
            (("incident", "incidents"), self.incidents),
        ]
    }
}

/// Imports a document. `name` is what errors call it. Nothing is stored unless all of it is flawless.
///
/// # Errors
/// - everything that is wrong with the document, with lines and paths
/// - the store failed; what was stored before stays, and the same document again completes it
pub fn import(
    tenant: &mut Tenant,
    name: &str,
    text: &str,
    now: Timestamp,
) -> Result<ImportReport, HostError> {
    store(
        tenant,
        (name, text),
        document::read(text, now),
        (SOURCE, now),
    )
}

/// The same by API, from somebody who may not say who may what: a document with people in it is refused. Its records say
/// that they came so.
///
/// # Errors
/// - as those of [`import`]
pub fn import_without_people(
    tenant: &mut Tenant,
    name: &str,
    text: &str,
    now: Timestamp,
) -> Result<ImportReport, HostError> {
    let (document, mut reading) = document::read(text, now);
    if let Some(at) = document.actors_at {
        reading.complaints.add(at, "actors", NO_PEOPLE);
    }
    store(tenant, (name, text), (document, reading), (API, now))
}

fn store(
    tenant: &mut Tenant,
    (name, text): (&str, &str),
    (mut document, mut reading): (Document, Reading),
    (source, now): (&'static str, Timestamp),
) -> Result<ImportReport, HostError> {
    let stored = tenant.services()?;
    let given = std::mem::take(&mut document.services);
    let services = given.len();
    let plan = services::plan(&mut reading, &stored, given);
    if !reading.complaints.is_empty() {
        return Err(HostError::Import {
            path: name.into(),
            complaints: reading.complaints.finish(),
        });
    }
    let mut report = save::save(tenant, document, &plan, (source, now))?;
    report.records = report
        .records
        .saturating_add(u32::try_from(services).unwrap_or(u32::MAX));
    if report.changed_anything() {
        let event = Event::Imported {
            content_hash: hex::encode(Sha256::digest(text)),
            records: report.records,
        };
        tenant.append_audit(now, SOURCE, name, &event)?;
    }
    report.links = LinkCounts::of(tenant, &plan.all, now)?;
    Ok(report)
}

const NO_PEOPLE: &str =
    "roles are not given here; leave it out, and use `koalr team add` beside the data";

/// What records of an imported file name as their source.
const SOURCE: &str = "import";

/// The same of what came by API.
const API: &str = "api";

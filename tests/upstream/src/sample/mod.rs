//! The demo's organization, its three pull requests, and the [history](history()) of its team.
//!
//! Names, ids, vectors and scores are published facts (NVD, the vulnerabilities' own advisories, Snyk's public
//! pages); titles are this project's. An id that ends in `SAMPLE` stands for one that was not at hand.
//! What is listed for a package is what the demo needs, not all that is known about it.

mod catalogue;
mod changes;
mod checks;
mod history;
mod issues;

use crate::data::{Organization, Package, Project, Target, Timestamp};
use crate::id;
use catalogue::Advisory;
pub use changes::{SampleChange, SampleDependency, changes};
pub use history::{
    ChangeEnd, DeploymentEnd, History, HistoryActor, HistoryChange, HistoryDeployment,
    HistoryIncident, HistoryOverride, HistoryService, history,
};

/// The organization "Acme": seven projects and what was found in them. All times are relative to `as_of`.
#[must_use]
pub fn organization(as_of: Timestamp) -> Organization {
    let projects: Vec<Project> = PROJECTS
        .iter()
        .map(|sample| sample.project(as_of))
        .collect();
    Organization {
        id: id::uuid("acme"),
        name: "Acme".to_owned(),
        slug: "acme".to_owned(),
        group_id: Some(id::uuid("acme group")),
        created_at: as_of - 900 * DAY,
        issues: issues::issues(as_of),
        packages: packages(),
        checks: checks::checks(as_of),
        tests: Vec::new(),
        projects,
    }
}

/// Lookups of every version that the pull requests begin, end or could end with. All others are clean.
fn packages() -> Vec<Package> {
    LOOKUPS
        .iter()
        .map(|(purl, advisories)| Package {
            purl: (*purl).to_owned(),
            vulnerabilities: advisories.iter().map(Advisory::vulnerability).collect(),
        })
        .collect()
}

/// A project before its ids and times are made.
pub(crate) struct SampleProject {
    name: &'static str,
    kind: &'static str,
    origin: &'static str,
    target: &'static str,
    file: Option<&'static str>,
    branch: Option<&'static str>,
}

impl SampleProject {
    fn project(&self, as_of: Timestamp) -> Project {
        Project {
            id: id::uuid(self.name),
            name: self.name.to_owned(),
            kind: self.kind.to_owned(),
            origin: self.origin.to_owned(),
            active: true,
            target: Target {
                id: id::uuid(&format!("target {}", self.target)),
                display_name: self.target.to_owned(),
                url: None,
            },
            target_file: self.file.map(str::to_owned),
            target_reference: self.branch.map(str::to_owned),
            created_at: as_of - 420 * DAY,
        }
    }
}

const fn repository(
    name: &'static str,
    kind: &'static str,
    target: &'static str,
    file: Option<&'static str>,
) -> SampleProject {
    SampleProject {
        name,
        kind,
        origin: "github",
        target,
        file,
        branch: Some("main"),
    }
}

/// Milliseconds in a day.
const DAY: Timestamp = 86_400_000;

const STOREFRONT: &str = "acme/storefront:package.json";
const CHECKOUT: &str = "acme/checkout-api:package.json";
const PAYMENTS: &str = "acme/payments:pom.xml";
const ANALYTICS: &str = "acme/analytics:requirements.txt";
const IMAGE: &str = "acme/checkout";
const INFRASTRUCTURE: &str = "acme/infrastructure:app_service.tf";
const STOREFRONT_CODE: &str = "acme/storefront";

const PROJECTS: [SampleProject; 7] = [
    repository(STOREFRONT, "npm", "acme/storefront", Some("package.json")),
    repository(CHECKOUT, "npm", "acme/checkout-api", Some("package.json")),
    repository(PAYMENTS, "maven", "acme/payments", Some("pom.xml")),
    repository(ANALYTICS, "pip", "acme/analytics", Some("requirements.txt")),
    SampleProject {
        name: IMAGE,
        kind: "deb",
        origin: "docker-hub",
        target: "acme/checkout",
        file: None,
        branch: None,
    },
    repository(
        INFRASTRUCTURE,
        "terraformconfig",
        "acme/infrastructure",
        Some("app_service.tf"),
    ),
    repository(STOREFRONT_CODE, "sast", "acme/storefront", None),
];

const LOOKUPS: [(&str, &[Advisory]); 8] = [
    ("pkg:npm/semver@7.3.7", &[catalogue::SEMVER]),
    ("pkg:npm/json5@2.2.1", &[catalogue::JSON5]),
    ("pkg:npm/minimist@1.2.5", &[catalogue::MINIMIST]),
    (
        "pkg:npm/axios@0.27.2",
        &[catalogue::AXIOS_TOKEN, catalogue::AXIOS_MEMORY],
    ),
    (
        "pkg:npm/axios@1.7.2",
        &[catalogue::AXIOS_REQUESTS, catalogue::AXIOS_MEMORY],
    ),
    ("pkg:npm/axios@1.7.4", &[catalogue::AXIOS_MEMORY]),
    ("pkg:npm/form-data@4.0.0", &[catalogue::FORM_DATA]),
    ("pkg:npm/form-data@4.0.2", &[catalogue::FORM_DATA]),
];

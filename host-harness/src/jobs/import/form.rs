//! The form of a document to import, for programs that write one. It is read by hand, field by field; tests compare.

use koalr_platform::model::common::DependencyChange;
use schemars::JsonSchema;

/// A document to import by API. Every part may be left out. A record older than what is stored is left out and counted.
#[derive(Debug, Clone, PartialEq, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(deny_unknown_fields)]
pub struct ImportDocument {
    /// What is deployed.
    pub services: Option<Vec<ImportedService>>,
    /// Pull requests.
    pub changes: Option<Vec<ImportedChange>>,
    /// Deployments.
    pub deployments: Option<Vec<ImportedDeployment>>,
    /// Incidents.
    pub incidents: Option<Vec<ImportedIncident>>,
}

/// Something that is deployed.
#[derive(Debug, Clone, PartialEq, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(deny_unknown_fields)]
pub struct ImportedService {
    /// Its name.
    pub name: String,
    /// Other names of it; as stored if absent.
    pub aliases: Option<Vec<String>>,
    /// Repositories that it is built from, as `owner/name`; as stored if absent.
    pub repositories: Option<Vec<String>>,
}

/// A pull request. What is absent is not known, and stays as it is stored.
#[derive(Debug, Clone, PartialEq, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(deny_unknown_fields)]
pub struct ImportedChange {
    /// Its id, for example `acme/shop#7`.
    pub id: String,
    /// The repository, as `owner/name`.
    pub repository: String,
    /// The newest head, which is judged.
    pub head_sha: String,
    /// The number at the code host.
    pub number: Option<u64>,
    /// The commit that it branched from.
    pub base_sha: Option<String>,
    /// The branch that it is on.
    pub source_branch: Option<String>,
    /// The branch that it goes to.
    pub target_branch: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// Login of who wrote it.
    pub author: Option<String>,
    /// When it was opened.
    pub opened_at: Option<Instant>,
    /// How far it is; merged if absent and `merged-at` is there.
    pub state: Option<ImportedState>,
    /// When it was merged; needed if it is.
    pub merged_at: Option<Instant>,
    /// The commit that the merge made.
    pub merge_sha: Option<String>,
    /// Koalr's own deploy risk, 0 to 100.
    pub base_score: Option<f64>,
    /// When all of this was so; if absent, the latest time that is stated.
    pub updated_at: Option<Instant>,
    /// What it does to dependencies; not known if absent, nothing if empty.
    pub dependencies: Option<Vec<DependencyChange>>,
    /// Where `dependencies` come from; `import` if absent.
    pub dependencies_source: Option<String>,
}

/// A deployment.
#[derive(Debug, Clone, PartialEq, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(deny_unknown_fields)]
pub struct ImportedDeployment {
    /// Its id.
    pub id: String,
    /// The service, by any of its names.
    pub service: Option<String>,
    /// The environment.
    pub environment: Option<String>,
    /// The commit.
    pub sha: Option<String>,
    /// How far it got.
    pub state: ImportedDeploymentState,
    /// When it came into that state.
    pub at: Instant,
    /// Repository of what was deployed, as `owner/name`.
    pub repository: Option<String>,
}

/// An incident.
#[derive(Debug, Clone, PartialEq, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(deny_unknown_fields)]
pub struct ImportedIncident {
    /// Its id.
    pub id: String,
    /// The service, by any of its names.
    pub service: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// How bad it is, in the words of who tells it.
    pub severity: Option<String>,
    /// Id of the change that caused it.
    pub change: Option<String>,
    /// When it began.
    pub started_at: Instant,
    /// When somebody took it on.
    pub acknowledged_at: Option<Instant>,
    /// When it ended.
    pub resolved_at: Option<Instant>,
    /// Whether it goes on; if absent, it does unless `resolved-at` is there.
    pub open: Option<bool>,
    /// When all of this was so; if absent, the latest time that is stated.
    pub updated_at: Option<Instant>,
}

/// A time that is not in the future: as in RFC 3339, or milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, JsonSchema)]
#[serde(untagged)]
pub enum Instant {
    /// As in `2026-01-15T09:30:00Z`.
    Text(String),
    /// Milliseconds since 1970.
    Milliseconds(i64),
}

/// How far a change is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ImportedState {
    /// It may be merged yet.
    Open,
    /// It was merged.
    Merged,
    /// It was given up.
    Closed,
    /// Nobody said.
    Unknown,
}

/// How far a deployment got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ImportedDeploymentState {
    /// It is there.
    Succeeded,
    /// It failed.
    Failed,
    /// It is under way.
    Running,
    /// Anything else.
    Other,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use schemars::generate::SchemaSettings;
    use serde_json::{Value, json};

    use super::super::document;
    use super::*;

    fn schema() -> Value {
        let settings = SchemaSettings::draft2020_12().for_deserialize();
        let generator = settings.into_generator();
        generator.into_root_schema_for::<ImportDocument>().into()
    }

    /// What is complained about, each with its path.
    fn complaints(document: &Value) -> Vec<(String, String)> {
        let (_, reading) = document::read(&document.to_string(), 2_000_000_000_000);
        let complaints = reading.complaints.finish().into_iter();
        complaints.map(|one| (one.path, one.problem)).collect()
    }

    fn names(list: &Value) -> BTreeSet<String> {
        let list = list.as_array().into_iter().flatten();
        list.map(|name| name.as_str().unwrap().to_owned()).collect()
    }

    /// The keys that a complaint about an unknown one lists.
    fn known(complaint: &str) -> BTreeSet<String> {
        complaint
            .split('`')
            .skip(1)
            .step_by(2)
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn the_form_of_a_document_is_the_one_that_is_read() {
        let schema = schema();
        let said = complaints(&json!({ "nonsense": 1 }));
        let mut lists: BTreeSet<String> = schema["properties"]
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect();
        for list in &lists {
            let items = schema["properties"][list]["items"]["$ref"]
                .as_str()
                .unwrap();
            let record = schema.pointer(&items[1..]).unwrap();
            let properties = record["properties"].as_object().unwrap();
            let said = complaints(&json!({ list: [{ "nonsense": 1 }] }));
            let unknown = said.iter().find(|(path, _)| path.ends_with("].nonsense"));
            let keys: BTreeSet<String> = properties.keys().cloned().collect();
            assert_eq!(known(&unknown.unwrap().1), keys, "{list}");
            let missing = said
                .iter()
                .filter(|(_, problem)| problem.contains("is missing"));
            let missing: BTreeSet<String> = missing
                .map(|(path, _)| path.split('.').next_back().unwrap().to_owned())
                .collect();
            assert_eq!(missing, names(&record["required"]), "{list}: {said:?}");
            for key in properties.keys() {
                let wrong = json!({ list: [{ key: { "of": "no such form" } }] });
                let path = format!("{list}[0].{key}");
                let said = complaints(&wrong);
                assert!(said.iter().any(|(at, _)| *at == path), "{path}: {said:?}");
            }
        }
        // Who may what is not said by API.
        lists.insert("actors".to_owned());
        assert_eq!(known(&said[0].1), lists);
    }
}

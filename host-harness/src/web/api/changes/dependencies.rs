//! What a change does to dependencies.

use http::Method;
use koalr_platform::access::Scope;
use koalr_platform::model::common::DependencyChange;
use koalr_platform::sbom::{self, Changes};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use super::super::super::problem::Problem;
use super::super::Ask;
use super::super::members::Members;
use super::super::route::{Answer, Given, LARGE, Route, shape};
use super::ChangesAsk;
use crate::jobs::DependenciesReport;

/// What was handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Handed {
    /// What was stored.
    #[serde(flatten)]
    pub report: DependenciesReport,
    /// Whether the change is judged again.
    pub queued: bool,
}

/// What a change does to dependencies: either `list`, or both `base` and `head`.
#[derive(JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(dead_code, reason = "it is read member by member; this is its form")]
struct DependenciesBody {
    /// The head that it is about; the stored one if absent. A change that is not stored yet needs it.
    head_sha: Option<String>,
    /// Repository of a change that is not stored yet, as `owner/name`.
    repository: Option<String>,
    /// The dependencies with versions before and after.
    list: Option<Vec<DependencyChange>>,
    /// The dependencies before: a `CycloneDX` or SPDX document, or what GitHub exports.
    base: Option<Map<String, Value>>,
    /// The dependencies after, in the same form.
    head: Option<Map<String, Value>>,
}

pub(super) const ROUTES: &[Route] = &[Route {
    method: Method::PUT,
    path: "/api/v1/changes/{id}/dependencies",
    scope: Scope::Import,
    summary: "Store what a change does to dependencies; an open one is judged again.",
    query: &[],
    body: Some(shape::<DependenciesBody>),
    most_bytes: LARGE,
    answer: Answer::Done(shape::<Handed>),
    read: dependencies,
}];

fn dependencies(given: Given<'_>) -> Result<Ask, Problem> {
    let mut members = Members::read(given.body)?;
    let head_sha = members.text("head-sha");
    let repository = members.text("repository");
    let (list, base, head) = (
        members.raw("list"),
        members.raw("base"),
        members.raw("head"),
    );
    let parsed = match (list, base, head) {
        (Some(list), None, None) => {
            let changes = sbom::list("list", list.as_bytes());
            members.check("list", changes).map(|all| ("list", all))
        }
        (None, Some(base), Some(head)) => documents(&mut members, base, head),
        _ => {
            members.complain("", "give either `list`, or both `base` and `head`");
            None
        }
    };
    members.end()?;
    let (source, changes) = parsed.unwrap_or_default();
    Ok(Ask::Changes(ChangesAsk::Dependencies {
        change: given.id,
        repository,
        head_sha,
        source,
        changes,
    }))
}

fn documents(members: &mut Members<'_>, base: &str, head: &str) -> Option<(&'static str, Changes)> {
    let mut read = |key, text: &str| members.check(key, sbom::read(key, text.as_bytes()));
    let (base, head) = (read("base", base), read("head", head));
    let (base, head) = (base?, head?);
    Some((head.format(), sbom::diff(&base, &head)))
}

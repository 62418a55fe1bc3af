//! Changes, what they do to dependencies, and what is decided about them.

use http::{Method, StatusCode};
use koalr_platform::access::Scope;
use koalr_platform::sbom::{self, Changes};
use serde_json::Value;

use super::super::problem::Problem;
use super::Ask;
use super::members::Members;
use super::route::{Answer, Given, LARGE, Route, SMALL, nothing, shape};

/// What is asked about changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangesAsk {
    /// Store what a document says.
    Import {
        /// The document.
        text: String,
    },
    /// Store what a change does to dependencies, and judge it again.
    Dependencies {
        /// Id of the change.
        change: String,
        /// Repository of a change that is not stored yet.
        repository: Option<String>,
        /// The head that it is about; none means the stored one.
        head_sha: Option<String>,
        /// Where the list comes from: `cyclonedx`, `spdx` or `list`.
        source: &'static str,
        /// The list.
        changes: Changes,
    },
    /// Tell what is stored of a change, and what was decided about it.
    Change {
        /// Its id.
        change: String,
    },
    /// Judge a change again.
    Judge {
        /// Its id.
        change: String,
    },
    /// Let one head of a change pass as the key's person.
    Override {
        /// Its id.
        change: String,
        /// The head that they looked at.
        head_sha: String,
        /// Why, in their words.
        reason: String,
    },
    /// Decide whether a commit may be deployed.
    Deployment {
        /// The commit.
        sha: String,
        /// The service, by any of its names.
        service: String,
        /// The environment.
        environment: String,
    },
}

pub(super) const ROUTES: &[Route] = &[
    Route {
        method: Method::POST,
        path: "/api/v1/imports",
        scope: Scope::Import,
        summary: "Store changes, deployments, incidents and services from a document.",
        query: &[],
        body: Some(shape::<Value>),
        most_bytes: LARGE,
        answer: Answer::Done(shape::<Value>),
        read: import,
    },
    Route {
        method: Method::PUT,
        path: "/api/v1/changes/{id}/dependencies",
        scope: Scope::Import,
        summary: "Store what a change does to dependencies; an open one is judged again.",
        query: &[],
        body: Some(shape::<Value>),
        most_bytes: LARGE,
        answer: Answer::Done(shape::<Value>),
        read: dependencies,
    },
    Route {
        method: Method::GET,
        path: "/api/v1/changes/{id}",
        scope: Scope::Read,
        summary: "Tell what is stored of a change, and the last decision about it.",
        query: &[],
        body: None,
        most_bytes: SMALL,
        answer: Answer::Done(shape::<Value>),
        read: |given| {
            nothing(given.body)?;
            Ok(Ask::Changes(ChangesAsk::Change { change: given.id }))
        },
    },
    Route {
        method: Method::POST,
        path: "/api/v1/changes/{id}/judge",
        scope: Scope::Gate,
        summary: "Have a change judged again.",
        query: &[],
        body: None,
        most_bytes: SMALL,
        answer: Answer::Queued(shape::<Value>),
        read: |given| {
            nothing(given.body)?;
            Ok(Ask::Changes(ChangesAsk::Judge { change: given.id }))
        },
    },
    Route {
        method: Method::POST,
        path: "/api/v1/changes/{id}/override",
        scope: Scope::Approve,
        summary: "Let one head of a change pass, as the key's person.",
        query: &[],
        body: Some(shape::<Value>),
        most_bytes: SMALL,
        answer: Answer::Done(shape::<Value>),
        read: override_change,
    },
    Route {
        method: Method::POST,
        path: "/api/v1/deployments/gate",
        scope: Scope::Gate,
        summary: "Decide whether a commit may be deployed.",
        query: &[],
        body: Some(shape::<Value>),
        most_bytes: SMALL,
        answer: Answer::Done(shape::<Value>),
        read: deployment,
    },
];

fn import(given: Given<'_>) -> Result<Ask, Problem> {
    let text = str::from_utf8(given.body)
        .map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "the body is not UTF-8"))?;
    let text = text.to_owned();
    Ok(Ask::Changes(ChangesAsk::Import { text }))
}

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

fn override_change(given: Given<'_>) -> Result<Ask, Problem> {
    let mut members = Members::read(given.body)?;
    let head_sha = members.required("head-sha", "an override holds for one commit only");
    let reason = members.required("reason", "the audit log keeps why the change may pass");
    members.end()?;
    Ok(Ask::Changes(ChangesAsk::Override {
        change: given.id,
        head_sha,
        reason,
    }))
}

fn deployment(given: Given<'_>) -> Result<Ask, Problem> {
    let mut members = Members::read(given.body)?;
    let sha = members.required("sha", "it is the commit that is to be deployed");
    let service = members.required("service", "it is what is to be deployed");
    let environment = members.text("environment");
    members.end()?;
    Ok(Ask::Changes(ChangesAsk::Deployment {
        sha,
        service,
        environment: environment.unwrap_or_else(|| "production".to_owned()),
    }))
}

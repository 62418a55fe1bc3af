//! What is the same at every address, and the addresses that need no key.

use http::{Method, StatusCode};
use koalr_platform::access::Scope;
use serde_json::{Map, Value, json};

use super::super::super::problem::Problem;
use super::super::super::webhooks::Accepted;
use super::super::route::{Route, shape};
use super::forms::Forms;
use super::{JSON, PATH, id, in_path, insert};

/// A problem that addresses can have.
pub(super) struct Known {
    pub(super) status: StatusCode,
    /// Name of its answer in the document.
    name: &'static str,
    about: &'static str,
    /// A header that comes with it, and what it says.
    header: Option<(&'static str, &'static str)>,
}

impl Known {
    const fn new(status: StatusCode, name: &'static str, about: &'static str) -> Self {
        Self {
            status,
            name,
            about,
            header: None,
        }
    }

    const fn with(mut self, header: &'static str, about: &'static str) -> Self {
        self.header = Some((header, about));
        self
    }

    /// Whether an address can have it.
    pub(super) fn is_of(&self, route: &Route) -> bool {
        self.status != StatusCode::BAD_GATEWAY || route.scope == Scope::Connect
    }

    pub(super) fn reference(&self) -> Value {
        json!({ "$ref": format!("#/components/responses/{}", self.name) })
    }
}

pub(super) const PROBLEMS: &[Known] = &[
    Known::new(
        StatusCode::BAD_REQUEST,
        "BadRequest",
        "The address, its query or the body cannot be read.",
    ),
    Known::new(
        StatusCode::UNAUTHORIZED,
        "Unauthorized",
        "No key, or one that is wrong or was revoked.",
    )
    .with("WWW-Authenticate", "How to say who asks."),
    Known::new(
        StatusCode::FORBIDDEN,
        "Forbidden",
        "The key has not the scope, or its person or tenant may not.",
    ),
    Known::new(
        StatusCode::NOT_FOUND,
        "NotFound",
        "Nothing is stored here under this id; what another tenant has is not told apart from it.",
    ),
    Known::new(
        StatusCode::REQUEST_TIMEOUT,
        "RequestTimeout",
        "The body did not arrive in time.",
    ),
    Known::new(
        StatusCode::CONFLICT,
        "Conflict",
        "It does not go with what is stored now.",
    ),
    Known::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "ContentTooLarge",
        "The body is too large.",
    ),
    Known::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "UnprocessableContent",
        "Something is wrong with what the body says; `errors` has all of it, and nothing was done.",
    ),
    Known::new(
        StatusCode::TOO_MANY_REQUESTS,
        "TooManyRequests",
        "The key asked too often.",
    )
    .with("Retry-After", LATER),
    Known::new(
        StatusCode::BAD_GATEWAY,
        "BadGateway",
        "The upstream does not answer.",
    ),
    Known::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "ServiceUnavailable",
        "It cannot be taken now.",
    )
    .with("Retry-After", LATER),
];

/// Their answers, by name.
pub(super) fn problems(forms: &mut Forms) -> Value {
    let schema = forms.answer(shape::<Problem>);
    let all = PROBLEMS.iter().map(|problem| {
        let mut response = Map::new();
        response.insert("description".to_owned(), problem.about.into());
        if let Some((name, about)) = problem.header {
            let header = json!({ "description": about, "schema": { "type": "string" } });
            response.insert("headers".to_owned(), json!({ name: header }));
        }
        let content = json!({ "application/problem+json": { "schema": schema } });
        response.insert("content".to_owned(), content);
        (problem.name.to_owned(), Value::from(response))
    });
    all.collect::<Map<_, _>>().into()
}

/// What is not in a room.
pub(super) fn tag() -> Value {
    json!({ "name": SERVER, "description": "The server itself, and what other systems send to it." })
}

/// Addresses that need no key. Who sends webhooks knows their form, and signs them.
pub(super) fn paths(forms: &mut Forms) -> Map<String, Value> {
    let mut paths = Map::new();
    let text = json!({ "text/plain": { "schema": { "type": "string" } } });
    let json = json!({ JSON: { "schema": { "type": "object" } } });
    let answers = [
        (
            "/healthz",
            "Tell that the server runs.",
            "It runs.",
            &text,
            &[][..],
        ),
        (
            "/readyz",
            "Tell whether the server takes requests.",
            "It does.",
            &text,
            &[503][..],
        ),
        (
            PATH,
            "Give this document.",
            "This document; its `ETag` says which.",
            &json,
            &[][..],
        ),
    ];
    for (path, summary, about, content, problems) in answers {
        let responses = responses(200, about, content, problems);
        let operation = operation(&Method::GET, path, summary, &responses);
        insert(&mut paths, path, &Method::GET, operation);
    }
    let schema = forms.answer(shape::<Accepted>);
    let accepted = json!({ JSON: { "schema": schema } });
    for (source, name) in [("github", "GitHub"), ("pagerduty", "PagerDuty")] {
        let path = format!("/webhooks/{{tenant}}/{source}");
        let summary = format!("Take a webhook that {name} signed with the tenant's secret.");
        let about = "It is stored and will be done, or it is none that matters.";
        let problems = [400, 401, 403, 408, 413, 422, 503];
        let responses = responses(202, about, &accepted, &problems);
        let mut operation = operation(&Method::POST, &path, &summary, &responses);
        if let Some(operation) = operation.as_object_mut() {
            let body = json!({
                "description": format!("As {name} sends it."),
                "required": true,
                "content": { JSON: { "schema": { "type": "object" } } },
            });
            operation.insert("requestBody".to_owned(), body);
        }
        insert(&mut paths, &path, &Method::POST, operation);
    }
    paths
}

fn operation(method: &Method, path: &str, summary: &str, responses: &Value) -> Value {
    json!({
        "operationId": id(method, path),
        "tags": [SERVER],
        "summary": summary,
        "security": [],
        "parameters": in_path(path).collect::<Vec<_>>(),
        "responses": responses,
    })
}

fn responses(status: u16, about: &str, content: &Value, problems: &[u16]) -> Value {
    let mut all = Map::new();
    let answer = json!({ "description": about, "content": content });
    all.insert(status.to_string(), answer);
    let known = PROBLEMS.iter();
    for problem in known.filter(|one| problems.contains(&one.status.as_u16())) {
        all.insert(problem.status.as_str().to_owned(), problem.reference());
    }
    all.into()
}

const SERVER: &str = "server";

const LATER: &str = "In how many seconds to come again.";

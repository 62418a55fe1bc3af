//! The document about the API, `OpenAPI` 3.1, made of what each address says of itself.

mod fixed;
mod forms;

use std::sync::LazyLock;

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, Method, StatusCode, header};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::parameter::{Kind, MAX_TEXT_CHARS, Parameter};
use super::route::{Answer, Route, rooms};
use forms::Forms;

/// Where the document is.
pub(super) const PATH: &str = "/api/v1/openapi.json";

/// The document.
pub(super) fn document() -> Value {
    let mut forms = Forms::new();
    let mut paths = fixed::paths(&mut forms);
    let mut tags = vec![fixed::tag()];
    for room in rooms() {
        tags.push(json!({ "name": room.name, "description": room.about }));
        for route in room.routes.iter().copied().flatten() {
            let operation = operation(room.name, route, &mut forms);
            insert(&mut paths, route.path, &route.method, operation);
        }
    }
    let responses = fixed::problems(&mut forms);
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Koalr",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Deploy risk of changes, what blocks them, and how delivery goes.",
            "description": ABOUT,
            "license": { "name": env!("CARGO_PKG_LICENSE"), "identifier": env!("CARGO_PKG_LICENSE") },
        },
        "servers": [{ "url": "/", "description": "The server that gave this document." }],
        "tags": tags,
        "paths": paths,
        "components": {
            "securitySchemes": { KEY: {
                "type": "http",
                "scheme": "bearer",
                "bearerFormat": "koalr_…",
                "description": "A key, made by `koalr key create`. It says whose data a request is about.",
            } },
            "responses": responses,
        },
    });
    forms.end(&mut document);
    document
}

/// Gives the document to whoever asks, so that a client can be made before a key is.
pub(super) async fn serve(headers: HeaderMap) -> Response {
    let (text, tag) = &*SERVED;
    let given = headers.get_all(header::IF_NONE_MATCH).iter();
    let mut known = given
        .filter_map(|one| one.to_str().ok())
        .flat_map(|list| list.split(','));
    let is_known = known.any(|one| one.trim().trim_start_matches("W/") == tag || one.trim() == "*");
    let cached = [
        (header::ETAG, tag.as_str()),
        (header::CACHE_CONTROL, "public, max-age=300"),
    ];
    if is_known {
        return (StatusCode::NOT_MODIFIED, cached).into_response();
    }
    let json = [(header::CONTENT_TYPE, "application/json")];
    (cached, json, text.as_str()).into_response()
}

/// As it is served, and the mark of this version of it.
static SERVED: LazyLock<(String, String)> = LazyLock::new(|| {
    let text = document().to_string();
    let tag = format!("\"{}\"", hex::encode(Sha256::digest(&text)));
    (text, tag)
});

fn operation(room: &str, route: &Route, forms: &mut Forms) -> Value {
    let scope = route.scope.word();
    let mut operation = Map::new();
    let mut say = |name: &str, value: Value| _ = operation.insert(name.to_owned(), value);
    say("operationId", id(&route.method, route.path).into());
    say("tags", json!([room]));
    say("summary", route.summary.into());
    say("security", json!([{ KEY: [scope] }]));
    say("x-koalr-scope", scope.into());
    let mut parameters: Vec<Value> = in_path(route.path).collect();
    parameters.extend(route.query.iter().map(in_query));
    parameters.extend(is_idempotent(route).then(idempotency_key));
    say("parameters", parameters.into());
    if let Some(shape) = route.body {
        let body = json!({
            "description": format!("At most {} bytes. Members that are not named here are refused.", route.most_bytes),
            "required": true,
            "content": { JSON: { "schema": forms.body(shape) } },
        });
        say("requestBody", body);
    }
    let mut responses = Map::new();
    let status = route.answer.status().as_str().to_owned();
    responses.insert(status, answer(&route.answer, forms));
    for problem in fixed::PROBLEMS.iter().filter(|one| one.is_of(route)) {
        responses.insert(problem.status.as_str().to_owned(), problem.reference());
    }
    say("responses", responses.into());
    operation.into()
}

fn answer(answer: &Answer, forms: &mut Forms) -> Value {
    let (about, media_type, content) = match answer {
        Answer::Done(shape) => (
            "It is done.",
            JSON,
            json!({ "schema": forms.answer(*shape) }),
        ),
        Answer::Queued(shape) => {
            let content = json!({ "schema": forms.answer(*shape) });
            ("It is stored and will be done.", JSON, content)
        }
        Answer::News(shape) => {
            // What stands in the data of an event cannot be said in words of this version.
            let content =
                json!({ "schema": { "type": "string" }, "x-koalr-event": forms.answer(*shape) });
            let about = "Server-sent events as they come; the data of each is as `x-koalr-event`.";
            (about, "text/event-stream", content)
        }
    };
    json!({ "description": about, "content": { media_type: content } })
}

/// The parts of a path that are in braces.
fn in_path(path: &str) -> impl Iterator<Item = Value> {
    let names = path.split('/').filter_map(|part| {
        let part = part.strip_prefix('{')?;
        part.strip_suffix('}')
    });
    names.map(|name| {
        json!({
            "name": name,
            "in": "path",
            "required": true,
            "description": "Percent-encoded, slashes too: `acme%2Fshop%237`.",
            "schema": { "type": "string" },
        })
    })
}

fn in_query(parameter: &Parameter) -> Value {
    json!({
        "name": parameter.name,
        "in": "query",
        "description": parameter.about,
        "schema": kind(parameter.kind),
    })
}

fn kind(kind: Kind) -> Value {
    match kind {
        Kind::Text => json!({ "type": "string", "minLength": 1, "maxLength": MAX_TEXT_CHARS }),
        Kind::Time => {
            json!({ "type": "string", "anyOf": [{ "format": "date-time" }, { "format": "date" }] })
        }
        Kind::Whole(least, most) => {
            json!({ "type": "integer", "minimum": least, "maximum": most })
        }
        Kind::Word(words) => json!({ "type": "string", "enum": words }),
        Kind::Cursor => json!({ "type": "string" }),
    }
}

/// Whether asking twice with one `Idempotency-Key` does it once.
fn is_idempotent(route: &Route) -> bool {
    route.method != Method::GET
}

fn idempotency_key() -> Value {
    json!({
        "name": "Idempotency-Key",
        "in": "header",
        "description": "Any word of the sender's own. Asked again with the same one, it is not done again.",
        "schema": { "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$" },
    })
}

/// The name of an operation: `getChangesById` for `GET /api/v1/changes/{id}`.
fn id(method: &Method, path: &str) -> String {
    let mut id = method.as_str().to_ascii_lowercase();
    let path = path.strip_prefix("/api/v1").unwrap_or(path);
    for part in path.split('/') {
        if part.starts_with('{') {
            id.push_str("By");
        }
        for word in part.split(|letter: char| !letter.is_ascii_alphanumeric()) {
            let mut letters = word.chars();
            id.extend(letters.next().map(|first| first.to_ascii_uppercase()));
            id.push_str(letters.as_str());
        }
    }
    id
}

fn insert(paths: &mut Map<String, Value>, path: &str, method: &Method, operation: Value) {
    let methods = paths.entry(path).or_insert_with(|| json!({}));
    if let Some(methods) = methods.as_object_mut() {
        methods.insert(method.as_str().to_ascii_lowercase(), operation);
    }
}

const ABOUT: &str = "JSON in and out. A key says whose data a request is about and what may be done with it, and nothing \
else does. What another tenant has is answered as what nobody has. Errors are problem documents (RFC 9457).";

/// The name of the way to say who asks.
const KEY: &str = "key";

const JSON: &str = "application/json";

#[cfg(test)]
mod tests;

//! The mock GitHub, asked over the wire, and the webhooks.

mod checks;
mod compare;
mod deliveries;
mod payloads;
mod service;

use serde_json::{Value, json};

use super::{AS_OF, Reply, exchange};
use crate::github::{Component, GitHub, GitHubUpstream, Repository};

/// A repository with two commits: axios is updated, form-data is added, semver stays.
fn shop() -> Repository {
    let npm =
        |name: &str, version: &str| Component::new("web/package-lock.json", "npm", name, version);
    let base = vec![npm("axios", "0.27.2"), npm("semver", "7.3.7")];
    let head = vec![
        npm("axios", "1.7.4").licensed("MIT"),
        npm("semver", "7.3.7"),
        npm("@acme/ui", "2.0.0"),
    ];
    GitHub::repository("acme/shop")
        .commit(BASE, base)
        .commit(HEAD, head)
        .branch("main", BASE)
        .waiting_run(501, "production")
}

fn start(github: impl Into<GitHub>) -> GitHubUpstream {
    GitHubUpstream::start_blocking(github.into().with_date(AS_OF)).unwrap()
}

/// A request as a client that behaves sends it.
fn ask(upstream: &GitHubUpstream, method: &str, path: &str, body: Option<&Value>) -> Reply {
    ask_as(
        upstream,
        "authorization: Bearer canary\r\nuser-agent: test\r\n",
        method,
        path,
        body,
    )
}

/// A request with these header lines.
fn ask_as(
    upstream: &GitHubUpstream,
    headers: &str,
    method: &str,
    path: &str,
    body: Option<&Value>,
) -> Reply {
    let body = body.map_or(String::new(), Value::to_string);
    let length = body.len();
    let head = format!("{method} {path} HTTP/1.1\r\n{headers}content-length: {length}\r\n");
    exchange(upstream.base_url(), &head, &body)
}

fn get(upstream: &GitHubUpstream, path: &str) -> Reply {
    ask(upstream, "GET", path, None)
}

/// Posts a check run of the head and gives its id.
#[track_caller]
fn posted(upstream: &GitHubUpstream, body: &Value) -> u64 {
    let reply = ask(upstream, "POST", RUNS, Some(body));
    assert_eq!(reply.status, 201, "{}", reply.json());
    reply.json()["id"].as_u64().unwrap()
}

/// A new run of the head that is in progress.
fn in_progress() -> Value {
    json!({"name": "koalr", "head_sha": HEAD, "status": "in_progress"})
}

/// What a refusal says.
fn message(reply: &Reply) -> String {
    reply.json()["message"].as_str().unwrap().to_owned()
}

const BASE: &str = "0f6b92d4e7318ca5b0d47f8e29c1a6533de8740b";
const HEAD: &str = "c83f5d1e6b7092a4d80e3f196a5bc74721d9e06f";
const RUNS: &str = "/repos/acme/shop/check-runs";

//! The client against the mock GitHub, and against answers that the mock does not give.

mod check;
mod compare;
mod errors;
mod protection;
mod scripted;

use std::time::Duration;

use koalr_runtime::{Roots, Secret};
use koalr_upstream::github::{Component, GitHub as Content, GitHubUpstream, Repository};

use super::{GitHub, GitHubSettings};

/// A client that waits for nothing before it asks again.
fn client(base: &str) -> GitHub {
    let github = GitHub::new(GitHubSettings {
        base: base.to_owned(),
        allow_loopback: true,
        roots: Roots::None,
        ..GitHubSettings::new(Secret::parse(CANARY).unwrap())
    });
    GitHub {
        pause: Duration::ZERO,
        ..github.unwrap()
    }
}

/// A mock and a client of it.
async fn start(content: impl Into<Content>) -> (GitHubUpstream, GitHub) {
    let upstream = GitHubUpstream::start(content.into().with_date(AS_OF)).await;
    let upstream = upstream.unwrap();
    let client = client(upstream.base_url());
    (upstream, client)
}

/// A repository with two commits, between which three rows differ.
fn shop() -> Repository {
    let npm = |name: &str, version: &str| Component::new("package-lock.json", "npm", name, version);
    Content::repository("acme/shop")
        .commit(BASE, vec![npm("axios", "0.27.2")])
        .commit(HEAD, vec![npm("axios", "1.7.4"), npm("form-data", "4.0.1")])
        .waiting_run(501, "production")
}

/// Method and path of every request so far.
fn asked(upstream: &GitHubUpstream) -> Vec<String> {
    let requests = upstream.requests().into_iter();
    requests
        .map(|request| format!("{} {}", request.method, request.path))
        .collect()
}

const CANARY: &str = "ghs_canary16C7e42F292c6912E7710c838347Ae178B4a";
const BASE: &str = "0f6b92d4e7318ca5b0d47f8e29c1a6533de8740b";
const HEAD: &str = "c83f5d1e6b7092a4d80e3f196a5bc74721d9e06f";
const AS_OF: i64 = 1_768_435_200_000;

//! Whom the mock lets in, how fast, and how it fails.

use std::time::Duration;

use super::{BASE, HEAD, RUNS, ask, ask_as, get, in_progress, message, posted, shop, start};
use crate::github::GitHub;
use crate::{Authorization, Fault, Hint, Occurrence};

fn secondary() -> Fault {
    Fault::Status(403, Some("2".to_owned()))
}

#[test]
fn only_a_bearer_token_is_let_in() {
    let upstream = start(GitHub::from(shop()).token("canary"));
    for (headers, status, said) in [
        ("", 401, "Requires authentication"),
        ("authorization: Bearer other\r\n", 401, "Bad credentials"),
        ("authorization: Bearer \r\n", 401, "Bad credentials"),
        ("authorization: token canary\r\n", 401, "Bad credentials"),
    ] {
        let headers = format!("{headers}user-agent: test\r\n");
        let reply = ask_as(&upstream, &headers, "POST", RUNS, Some(&in_progress()));
        assert_eq!((reply.status, message(&reply).as_str()), (status, said));
    }
    assert!(upstream.check_runs().is_empty());
    posted(&upstream, &in_progress());
    let sent = upstream.requests();
    assert_eq!(sent[0].authorization, Authorization::Absent);
    assert_eq!(sent[1].authorization, Authorization::Wrong);
    assert_eq!(sent[4].authorization, Authorization::Accepted);
}

#[test]
fn a_token_that_may_only_read_writes_nothing() {
    let upstream = start(GitHub::from(shop()).read_only_token("canary"));
    let reply = ask(&upstream, "POST", RUNS, Some(&in_progress()));
    assert_eq!(reply.status, 403);
    assert_eq!(message(&reply), "Resource not accessible by integration");
    let path = format!("/repos/acme/shop/dependency-graph/compare/{BASE}...{HEAD}");
    assert_eq!(get(&upstream, &path).status, 200);
}

#[test]
fn a_client_without_a_name_or_of_another_version_is_refused() {
    let upstream = start(shop());
    let reply = ask_as(
        &upstream,
        "authorization: Bearer canary\r\n",
        "GET",
        RUNS,
        None,
    );
    assert_eq!(reply.status, 403);
    let headers =
        "authorization: Bearer canary\r\nuser-agent: test\r\nx-github-api-version: 2021-01-01\r\n";
    assert_eq!(ask_as(&upstream, headers, "GET", RUNS, None).status, 400);
}

#[test]
fn every_answer_says_how_much_is_left_until_the_hour_ends() {
    let upstream = start(GitHub::from(shop()).with_limit(2));
    let reply = get(&upstream, "/nowhere");
    assert_eq!(reply.status, 404);
    for line in [
        "x-ratelimit-limit: 2\r\n",
        "x-ratelimit-remaining: 1\r\n",
        "x-ratelimit-used: 1\r\n",
        "x-ratelimit-reset: 1768438800\r\n",
        "x-ratelimit-resource: core\r\n",
    ] {
        assert!(reply.head.contains(line), "{line} {}", reply.head);
    }
    get(&upstream, "/nowhere");
    let refused = get(&upstream, "/nowhere");
    assert_eq!(refused.status, 403);
    assert!(message(&refused).starts_with("API rate limit exceeded"));
    assert!(refused.head.contains("x-ratelimit-remaining: 0\r\n"));
}

#[test]
fn a_secondary_limit_says_how_long_to_wait_and_stores_nothing() {
    let upstream = start(GitHub::from(shop()).fault(RUNS, Occurrence::First(1), secondary()));
    let reply = ask(&upstream, "POST", RUNS, Some(&in_progress()));
    assert_eq!(reply.status, 403);
    assert!(reply.head.contains("retry-after: 2\r\n"));
    assert_eq!(message(&reply), "You have exceeded a secondary rate limit.");
    assert!(upstream.check_runs().is_empty());
    posted(&upstream, &in_progress());
}

#[test]
fn an_exhausted_limit_says_when_it_ends() {
    let fault = Fault::Limited(Hint::Reset(30));
    let upstream = start(GitHub::from(shop()).fault("/repos", Occurrence::Every, fault));
    let reply = get(&upstream, RUNS);
    assert_eq!(reply.status, 429);
    assert!(reply.head.contains("x-ratelimit-remaining: 0\r\n"));
    assert!(reply.head.contains("x-ratelimit-reset: 1768435230\r\n"));
    assert_eq!(reply.head.matches("x-ratelimit-reset").count(), 1);
}

#[test]
fn a_failing_path_leaves_the_others_alone_and_can_be_healed() {
    let upstream = start(shop());
    upstream.fault(RUNS, Occurrence::Every, Fault::Status(502, None));
    let reply = ask(&upstream, "POST", RUNS, Some(&in_progress()));
    assert_eq!(
        (reply.status, message(&reply).as_str()),
        (502, "Server Error")
    );
    let path = format!("/repos/acme/shop/commits/{HEAD}/check-runs");
    assert_eq!(get(&upstream, &path).json()["total_count"], 0);
    upstream.heal();
    posted(&upstream, &in_progress());
}

#[test]
fn a_spoiled_answer_comes_after_the_run_is_stored() {
    let upstream = start(GitHub::from(shop()).fault(RUNS, Occurrence::First(1), Fault::EmptyBody));
    let reply = ask(&upstream, "POST", RUNS, Some(&in_progress()));
    assert!(reply.body.is_empty());
    assert_eq!(upstream.check_runs().len(), 1);
}

#[test]
fn an_answer_takes_as_long_as_it_was_told_to() {
    let latency = Duration::from_millis(30);
    let upstream = start(GitHub::from(shop()).with_latency(latency));
    posted(&upstream, &in_progress());
    // The run is stored with its arrival, not with its answer.
    let arrived = upstream.check_runs()[0].first("in_progress").unwrap();
    assert!(arrived.elapsed() >= latency);
}

#[test]
fn repositories_change_while_they_are_served() {
    let upstream = start(shop());
    let pushed = "91d7a3e5c0842fb6de17930b5f8c64a2e70d1b9c";
    upstream.change(|repositories| {
        let repository = &mut repositories[0];
        repository.commits.push((pushed.to_owned(), Vec::new()));
    });
    let path = format!("/repos/acme/shop/dependency-graph/compare/{BASE}...{pushed}");
    assert_eq!(get(&upstream, &path).json().as_array().unwrap().len(), 2);
}

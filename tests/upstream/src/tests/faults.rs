use std::time::{Duration, Instant};

use super::{Reply, acme, get, send, walk};
use crate::{Fault, Occurrence, Upstream};

/// The first answer to a request for issues with that fault.
fn spoiled(fault: Fault) -> Reply {
    let (root, upstream) = acme();
    upstream.fault("/rest/orgs", Occurrence::Every, fault);
    get(&upstream, &format!("{root}/issues"))
}

fn second_page(upstream: &Upstream, root: &str) -> Reply {
    let next = get(upstream, &format!("{root}/issues")).next().unwrap();
    send(upstream, "GET", &next, Some("token canary"))
}

#[test]
fn a_status_comes_with_an_error_document_and_its_retry_after() {
    let reply = spoiled(Fault::Status(429, Some("7".to_owned())));
    assert_eq!(
        (reply.status, reply.json()["errors"][0]["status"].as_str()),
        (429, Some("429"))
    );
    assert!(reply.head.contains("retry-after: 7"));
    let reply = spoiled(Fault::Status(503, None));
    assert_eq!(reply.status, 503);
    assert!(!reply.head.contains("retry-after"));
}

#[test]
fn a_truncated_page_is_well_framed_but_no_json() {
    let reply = spoiled(Fault::Truncated);
    assert!(reply.is_whole());
    assert!(serde_json::from_slice::<serde_json::Value>(&reply.body).is_err());
}

#[test]
fn a_web_page_comes_with_success() {
    let reply = spoiled(Fault::Html);
    assert_eq!(reply.status, 200);
    assert!(reply.head.contains("content-type: text/html"));
    assert!(reply.body.starts_with(b"<!doctype html>"));
}

#[test]
fn an_empty_body_is_empty() {
    let reply = spoiled(Fault::EmptyBody);
    assert_eq!((reply.status, reply.body.len()), (200, 0));
}

#[test]
fn a_cut_connection_ends_before_the_body_does() {
    let reply = spoiled(Fault::CutConnection);
    assert_eq!(reply.status, 200);
    assert!(!reply.is_whole() && !reply.body.is_empty());
}

#[test]
fn a_repeating_cursor_leads_to_its_own_page() {
    let (root, upstream) = acme();
    upstream.fault("/rest/orgs", Occurrence::Every, Fault::RepeatingCursor);
    let second = second_page(&upstream, &root);
    let again = send(
        &upstream,
        "GET",
        &second.next().unwrap(),
        Some("token canary"),
    );
    assert_eq!(again.ids(), second.ids());
    assert!(!second.ids().is_empty());
    assert_eq!(again.next(), second.next());
}

#[test]
fn a_next_link_may_lead_to_another_host() {
    let next = spoiled(Fault::OffHostNext).json()["links"]["next"].to_string();
    assert!(
        next.starts_with("\"https://api.elsewhere.invalid/rest/orgs/"),
        "{next}"
    );
    assert!(next.contains("starting_after="), "{next}");
}

#[test]
fn a_next_link_may_be_an_object() {
    let next = &spoiled(Fault::ObjectNext).json()["links"]["next"];
    assert!(next["href"].as_str().unwrap().starts_with("/rest/orgs/"));
}

#[test]
fn a_next_link_may_be_absolute() {
    let (root, upstream) = acme();
    upstream.fault("/rest/orgs", Occurrence::Every, Fault::AbsoluteNext);
    let json = get(&upstream, &format!("{root}/issues")).json();
    let next = json["links"]["next"].as_str().unwrap();
    let path = next.strip_prefix(upstream.base_url()).unwrap();
    assert_eq!(
        send(&upstream, "GET", path, Some("token canary"))
            .ids()
            .len(),
        10
    );
}

#[test]
fn an_empty_page_in_the_middle_loses_nothing() {
    let (root, upstream) = acme();
    let path = format!("{root}/issues");
    let all = walk(&upstream, &path);
    let undisturbed = upstream.requests().len();
    upstream.fault(&path, Occurrence::Nth(1), Fault::EmptyPageInMiddle);
    upstream.fault(&path, Occurrence::Nth(3), Fault::EmptyPageInMiddle);
    assert_eq!(walk(&upstream, &path), all);
    assert_eq!(upstream.requests().len(), 2 * undisturbed + 2);
}

#[test]
fn a_slow_answer_takes_its_time() {
    let begin = Instant::now();
    let reply = spoiled(Fault::Slow(30));
    assert_eq!(reply.status, 200);
    assert!(begin.elapsed() >= Duration::from_millis(30));
}

#[test]
fn a_fault_hits_the_chosen_occurrences_below_its_prefix_until_healed() {
    let (root, upstream) = acme();
    let status = |path: &str| get(&upstream, path).status;
    let issues = format!("{root}/issues");
    upstream.fault(&issues, Occurrence::First(1), Fault::Status(500, None));
    upstream.fault(&issues, Occurrence::Nth(3), Fault::Status(502, None));
    assert_eq!(status("/rest/self"), 200);
    let seen: Vec<u16> = (0..4).map(|_| status(&issues)).collect();
    assert_eq!(seen, [500, 200, 502, 200]);
    upstream.fault(&issues, Occurrence::Every, Fault::Status(503, None));
    assert_eq!(status(&issues), 503);
    upstream.heal();
    assert_eq!(status(&issues), 200);
}

use serde_json::Value;

use super::{Reply, acme, get, send, walk};
use crate::{Fault, Hint, Occurrence, Severity, Upstream};

/// A page of issues, all of them, with that fault.
fn page(fault: Fault) -> Vec<Value> {
    let (root, upstream) = acme();
    upstream.fault("/rest/orgs", Occurrence::Every, fault);
    let json = get(&upstream, &format!("{root}/issues?limit=100")).json();
    json["data"].as_array().unwrap().clone()
}

fn follow(upstream: &Upstream, reply: &Reply) -> Reply {
    send(
        upstream,
        "GET",
        &reply.next().unwrap(),
        Some("token canary"),
    )
}

#[test]
fn every_fault_has_a_name_that_leads_back_to_it() {
    let all = Fault::all();
    for fault in &all {
        assert_eq!(Fault::parse(&fault.name()).as_ref(), Some(fault));
    }
    let mut names: Vec<_> = all.iter().map(Fault::name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all.len());
    assert_eq!(Fault::parse("truncated-json"), Some(Fault::Truncated));
    assert_eq!(Fault::parse("status-418"), Some(Fault::Status(418, None)));
    for unknown in ["", "status-200", "status-x", "Truncated"] {
        assert_eq!(Fault::parse(unknown), None, "{unknown}");
    }
}

#[test]
fn occurrences_are_read_and_hit() {
    let hits = |text: &str| {
        let (_, upstream) = acme();
        let occurrence = Occurrence::parse(text).unwrap();
        upstream.fault("/rest", occurrence, Fault::Status(500, None));
        let statuses = (0..6).map(|_| get(&upstream, "/rest/self").status);
        statuses.map(|status| status == 500).collect::<Vec<_>>()
    };
    let (yes, no) = (true, false);
    assert_eq!(hits("every"), [yes; 6]);
    assert_eq!(hits("every:3"), [no, no, yes, no, no, yes]);
    assert_eq!(hits("first:2"), [yes, yes, no, no, no, no]);
    assert_eq!(hits("nth:2"), [no, yes, no, no, no, no]);
    assert_eq!(hits("from:5"), [no, no, no, no, yes, yes]);
    for wrong in ["", "every:0", "second", "nth:x", "nth"] {
        assert_eq!(Occurrence::parse(wrong), None, "{wrong}");
    }
}

#[test]
fn a_429_hints_in_every_way() {
    let header = |hint: Hint, name: &str| {
        let (_, upstream) = acme();
        upstream.fault("/rest", Occurrence::Every, Fault::Limited(hint));
        let reply = get(&upstream, "/rest/self");
        assert_eq!(reply.status, 429);
        let line = reply.head.lines().find(|line| line.starts_with(name));
        line.map(str::to_owned)
    };
    assert_eq!(header(Hint::None, "retry-after"), None);
    assert_eq!(header(Hint::None, "x-ratelimit"), None);
    assert_eq!(
        header(Hint::Seconds(3), "retry-after").unwrap(),
        "retry-after: 3"
    );
    let date = header(Hint::Date(3), "retry-after").unwrap();
    assert!(date.ends_with(" gmt"), "{date}");
    assert_eq!(header(Hint::Reset(3), "retry-after"), None);
    assert_eq!(
        header(Hint::Reset(3), "x-ratelimit-reset").unwrap(),
        "x-ratelimit-reset: 3"
    );
    let list = header(Hint::List(3), "x-ratelimit-limit").unwrap();
    assert!(
        list.starts_with("x-ratelimit-limit: 160, 160;w=1;name="),
        "{list}"
    );
}

#[test]
fn who_does_not_wait_after_a_429_is_early() {
    let (_, upstream) = acme();
    let wait = Fault::Limited(Hint::Seconds(600));
    upstream.fault("/rest", Occurrence::Nth(1), wait);
    assert_eq!(get(&upstream, "/rest/self").status, 429);
    assert_eq!(upstream.early_requests(), 0);
    // The time in which nobody could know is over after a few of them.
    while upstream.early_requests() == 0 {
        assert_eq!(get(&upstream, "/rest/self").status, 200);
    }
}

#[test]
fn a_connection_may_end_before_the_answer_begins() {
    use std::io::{Read, Write};
    let (_, upstream) = acme();
    upstream.fault("/rest", Occurrence::Nth(1), Fault::ClosedConnection);
    let address = upstream.base_url().strip_prefix("http://").unwrap();
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    stream
        .write_all(b"GET /rest/self HTTP/1.1\r\nhost: x\r\n\r\n")
        .unwrap();
    let mut answer = Vec::new();
    // Whether it ends or breaks is the system's choice.
    let _ = stream.read_to_end(&mut answer);
    assert!(answer.is_empty());
    assert_eq!(get(&upstream, "/rest/self").status, 200);
}

#[test]
fn a_cycle_leads_back_and_forth_between_two_pages() {
    let (root, upstream) = acme();
    upstream.fault("/rest/orgs", Occurrence::Every, Fault::CyclingCursor);
    let first = get(&upstream, &format!("{root}/issues"));
    let second = follow(&upstream, &first);
    let third = follow(&upstream, &second);
    let fourth = follow(&upstream, &third);
    let fifth = follow(&upstream, &fourth);
    assert_ne!(second.ids(), third.ids());
    assert_eq!(fourth.ids(), second.ids());
    assert_eq!((fifth.ids(), fifth.next()), (third.ids(), third.next()));
}

#[test]
fn a_next_link_may_have_the_prefix_or_not_or_lack_its_cursor() {
    let next = |fault: Fault| {
        let (root, upstream) = acme();
        upstream.fault("/rest/orgs", Occurrence::Every, fault);
        let json = get(&upstream, &format!("{root}/issues")).json();
        json["links"]["next"].as_str().unwrap().to_owned()
    };
    assert!(next(Fault::NextWithRest).starts_with("/rest/orgs/"));
    assert!(next(Fault::NextWithoutRest).starts_with("/orgs/"));
    assert!(!next(Fault::NextWithoutCursor).contains("starting_after"));
}

#[test]
fn items_may_be_odd() {
    assert_eq!(page(Fault::UnknownType)[0]["attributes"]["type"], "novelty");
    assert!(page(Fault::RecordWithoutId)[0]["id"].is_null());
    let fields = page(Fault::UnknownFields);
    assert!(fields.iter().all(|item| item["novelty"].is_object()));
    let rated = |fault: Fault| {
        let items = page(fault);
        let of = |item: &Value| item["attributes"].get("severities").cloned();
        items.iter().map(of).collect::<Vec<_>>()
    };
    assert!(rated(Fault::AbsentSeverities).iter().all(Option::is_none));
    let null = Some(Value::Null);
    assert!(
        rated(Fault::NullSeverities)
            .iter()
            .all(|item| *item == null)
    );
}

#[test]
fn an_item_may_have_changed_exactly_at_the_bound() {
    let (root, upstream) = acme();
    upstream.fault("/rest/orgs", Occurrence::Every, Fault::BoundaryItem);
    let bound = "2025-10-17T00:00:00Z";
    let path = format!("{root}/issues?limit=100&updated_after={bound}");
    let json = get(&upstream, &path).json();
    assert_eq!(json["data"][0]["attributes"]["updated_at"], bound);
}

#[test]
fn a_path_may_be_deprecated() {
    let (root, upstream) = acme();
    upstream.fault("/rest/orgs", Occurrence::Every, Fault::Deprecated);
    let head = get(&upstream, &format!("{root}/issues")).head;
    for header in [
        "snyk-version-lifecycle-stage: deprecated",
        "deprecation: ",
        "sunset: ",
    ] {
        assert!(head.contains(header), "{header}");
    }
}

#[test]
fn an_issue_whose_severity_is_raised_behind_the_reader_is_missed_by_the_walk() {
    let (root, upstream) = acme();
    let path = format!("{root}/issues");
    let all = walk(&upstream, &path);
    upstream.fault(&path, Occurrence::Nth(1), Fault::RaisedSeverity);
    let seen = walk(&upstream, &path);
    assert_eq!(seen.len(), all.len() - 1);
    let again = walk(&upstream, &path);
    let missed: Vec<_> = all.iter().filter(|id| !seen.contains(id)).collect();
    assert_eq!(missed.len(), 1);
    assert_eq!(again.len(), all.len());
    let json = get(&upstream, &format!("{path}/{}", missed[0])).json();
    let attributes = &json["data"]["attributes"];
    assert_eq!(
        attributes["effective_severity_level"],
        Severity::Critical.word()
    );
}

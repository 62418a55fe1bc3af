//! Syncs of which a part is missing: what is stored stays, and what is missing is named.

use koalr_upstream::{Fault, Occurrence, Organization, Upstream};
use serde_json::Value;

use crate::support::{Koalr, Ran, acme, sample_change, serve};

/// More issues than two pages hold.
fn large() -> Organization {
    let mut organization = acme();
    let issues = std::mem::take(&mut organization.issues);
    for (number, issue) in (0..ISSUES).zip(issues.iter().cycle()) {
        let mut issue = issue.clone();
        issue.id = format!("{number:08x}-0000-4000-8000-000000000000");
        organization.issues.push(issue);
    }
    organization
}

fn issues_path() -> String {
    format!("/rest/orgs/{}/issues", acme().id)
}

/// One chain of pages, so that the number of a request is the number of its page.
fn sync(koalr: &Koalr) -> Ran {
    let args = ["sync", "snyk", "--window", "all", "--format", "json"];
    koalr.run(&args)
}

/// Spoils the second page as often as it is asked for.
fn spoil_second_page(upstream: &Upstream, fault: &Fault) {
    for attempt in 2..=4 {
        upstream.fault(&issues_path(), Occurrence::Nth(attempt), fault.clone());
    }
}

fn issues_row(report: &Value) -> (String, String) {
    let rows = report["coverage"].as_array().unwrap();
    let row = rows.iter().find(|row| row["route"] == "issues").unwrap();
    let text = |key: &str| row[key].as_str().unwrap().to_owned();
    (text("state"), text("detail"))
}

#[track_caller]
fn assert_partial(fault: &Fault, reason: &str) {
    let upstream = serve(large());
    let koalr = Koalr::connected(&upstream);
    spoil_second_page(&upstream, fault);
    let ran = sync(&koalr);
    let json = ran.json();
    assert_eq!((ran.code, &json["outcome"]), (1, &"partial".into()));
    let (state, detail) = issues_row(&json);
    let page = format!("page 2 of issues of organization `{}`", acme().id);
    let expected = format!("{page} failed 3 times: {reason}");
    assert_eq!(state, "partial");
    assert!(detail.starts_with(&expected), "{detail}");
    assert_eq!(json["issues"], 100, "the first page is stored");
}

#[test]
fn a_page_that_ends_in_the_middle_is_named() {
    assert_partial(&Fault::Truncated, "it is not a listing in JSON: ");
}

#[test]
fn an_empty_page_is_named() {
    assert_partial(&Fault::EmptyBody, "it is not a listing in JSON: ");
}

#[test]
fn a_web_page_in_place_of_a_page_is_named() {
    assert_partial(&Fault::Html, "it is not a listing in JSON: ");
}

#[test]
fn a_page_that_fails_every_time_is_named_with_its_status() {
    let reason = format!("`{}` answered 500: Injected by the mock", issues_path());
    assert_partial(&Fault::Status(500, None), &reason);
}

#[test]
fn a_page_that_fails_once_is_asked_for_again() {
    let upstream = serve(large());
    let koalr = Koalr::connected(&upstream);
    upstream.fault(&issues_path(), Occurrence::Nth(2), Fault::Truncated);
    let ran = sync(&koalr);
    assert_eq!((ran.code, &ran.json()["issues"]), (0, &ISSUES.into()));
}

#[test]
fn a_page_without_records_in_the_middle_loses_nothing() {
    let upstream = serve(large());
    let koalr = Koalr::connected(&upstream);
    let middle = Fault::EmptyPageInMiddle;
    upstream.fault(&issues_path(), Occurrence::Nth(2), middle);
    let ran = sync(&koalr);
    assert_eq!((ran.code, &ran.json()["issues"]), (0, &ISSUES.into()));
}

#[test]
fn a_link_to_another_host_is_not_followed() {
    let upstream = serve(large());
    let koalr = Koalr::connected(&upstream);
    upstream.fault(&issues_path(), Occurrence::Nth(2), Fault::OffHostNext);
    let ran = sync(&koalr);
    let (state, detail) = issues_row(&ran.json());
    assert_eq!((ran.code, state.as_str()), (1, "partial"));
    assert_eq!(
        detail,
        format!(
            "page 2 of issues of organization `{}` links to its next page on another host, `api.elsewhere.invalid`",
            acme().id
        )
    );
}

#[test]
fn what_was_stored_before_stays_after_a_broken_sync() {
    let upstream = serve(large());
    let koalr = Koalr::connected(&upstream);
    let again = || {
        let args = [
            "sync", "snyk", "--window", "all", "--full", "--format", "json",
        ];
        koalr.run(&args)
    };
    let complete = again().json();
    spoil_second_page(&upstream, &Fault::Truncated);
    let ran = again();
    let broken = ran.json();
    assert_eq!((ran.code, &broken["issues"]), (1, &complete["issues"]));
    upstream.heal();
    let ran = again();
    assert_eq!((ran.code, &ran.json()["issues"]), (0, &complete["issues"]));
}

#[test]
fn a_route_that_the_token_may_not_read_is_refused_and_the_rest_is_stored() {
    let upstream = serve(acme());
    let koalr = Koalr::connected(&upstream);
    let refused = Fault::Status(403, None);
    upstream.fault(&issues_path(), Occurrence::Every, refused);
    let ran = sync(&koalr);
    let json = ran.json();
    assert_eq!((ran.code, &json["outcome"]), (1, &"partial".into()));
    assert_eq!(
        issues_row(&json),
        (
            "refused".to_owned(),
            format!("`{}` answered 403: Injected by the mock", issues_path())
        )
    );
    assert_eq!(json["projects"], acme().projects.len());
}

#[test]
fn a_token_that_was_withdrawn_ends_the_sync_and_keeps_the_data() {
    let upstream = serve(acme());
    let koalr = Koalr::synced(&upstream);
    upstream.fault("/rest", Occurrence::Every, Fault::Status(401, None));
    let ran = koalr.run(&["sync", "snyk"]);
    assert_eq!(
        ran.failure(),
        format!(
            "syncing from {}: the token is no longer accepted; make a new one and connect again with it",
            upstream.base_url()
        )
    );
    upstream.heal();
    let json = sync(&koalr).json();
    assert_eq!((&json["issues"], &json["written"]), (&36.into(), &0.into()));
}

#[test]
fn an_upstream_that_is_gone_ends_sync_and_gate_with_the_reason() {
    let upstream = serve(acme());
    let koalr = Koalr::synced(&upstream);
    let sentence = format!(
        "syncing from {}: `127.0.0.1` refuses the connection; nothing listens there, or a firewall is in between",
        upstream.base_url()
    );
    drop(upstream);
    assert_eq!(koalr.run(&["sync", "snyk"]).failure(), sentence);
    assert_eq!(koalr.gate(&sample_change("clean"), &[]).failure(), sentence);
}

#[test]
fn a_partial_sync_tells_a_person_what_is_missing_and_why() {
    let upstream = serve(acme());
    let koalr = Koalr::connected(&upstream);
    upstream.fault(&issues_path(), Occurrence::Every, Fault::Status(500, None));
    let ran = koalr.run(&["sync", "snyk"]);
    assert_eq!((ran.code, ran.err.as_str()), (1, ""));
    let words = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        words.starts_with("Partial, older data is kept: 0 findings in 7 projects stored; "),
        "{words}"
    );
    let row = format!(
        "Not complete issues of {}: {}",
        acme().id,
        first_page_failed("issues")
    );
    assert!(words.contains(&row), "{words}");
    assert!(
        ran.out.lines().all(|line| line.chars().count() <= 80),
        "{}",
        ran.out
    );
}

#[test]
fn a_change_cannot_be_told_after_a_partial_sync() {
    let upstream = serve(acme());
    let koalr = Koalr::connected(&upstream);
    upstream.fault(&issues_path(), Occurrence::Every, Fault::Status(500, None));
    assert_eq!(sync(&koalr).code, 1);
    upstream.heal();
    let ran = koalr.gate(&sample_change("clean"), &[]);
    assert_eq!(ran.code, 3);
    assert_eq!(
        ran.json()["summary"],
        format!(
            "Cannot tell: issues of {}: {}.",
            acme().id,
            first_page_failed("issues")
        )
    );
}

fn first_page_failed(listing: &str) -> String {
    format!(
        "page 1 of {listing} of organization `{}` failed 3 times: `{}` answered 500: Injected by the mock",
        acme().id,
        issues_path()
    )
}

const ISSUES: usize = 250;

#[test]
fn with_v_what_the_plugin_finds_odd_is_in_the_log_and_without_it_is_not() {
    let upstream = serve(acme());
    let koalr = Koalr::connected(&upstream);
    upstream.fault(&issues_path(), Occurrence::Every, Fault::Truncated);
    assert_eq!(koalr.run(&["sync", "snyk"]).err, "");
    let ran = koalr.run(&["-v", "sync", "snyk"]);
    let line = ran.err.lines().find(|line| line.contains("koalr::guest"));
    let line = line.unwrap_or_else(|| panic!("{}", ran.err));
    assert!(line.contains(" WARN "), "{line}");
    assert!(line.contains("page 1 of issues"), "{line}");
}

#[test]
fn with_vv_every_request_is_in_the_log() {
    let upstream = serve(acme());
    let koalr = Koalr::connected(&upstream);
    let begun = upstream.requests().len();
    let ran = koalr.run(&["-vv", "sync", "snyk"]);
    let logged = ran
        .err
        .lines()
        .filter(|line| line.contains("method=\"GET\""));
    assert_eq!(
        logged.count(),
        upstream.requests().len() - begun,
        "{}",
        ran.err
    );
}

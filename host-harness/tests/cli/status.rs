//! What `koalr status` says, and what it never says.

use koalr_upstream::{Fault, Occurrence};

use crate::support::{Koalr, TOKEN, acme, serve};

#[test]
fn before_the_first_sync_a_status_says_who_is_connected_and_that_nothing_was_read() {
    let upstream = serve(acme());
    let koalr = Koalr::new();
    let ran = koalr.connect(&upstream, &["--now", "2026-01-15T09:30:00Z"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let ran = koalr.run(&["status", "snyk"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let words = ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
    let expected = format!(
        "Connected to US-01 ({}) as koalr (read only) (service_account) since 2026-01-15 09:30:00 UTC. \
         Organizations Acme (projects allowed, issues allowed, pr-checks not known, fixes not known) \
         Not allowed or not known pr-checks of {id}: decided when the first export is asked for fixes of {id}: decided \
         when the first export is asked for Last sync none yet Stored 0 findings in 0 projects, 0 \
         checks of pull requests",
        upstream.base_url(),
        id = acme().id
    );
    assert_eq!(words, expected);
}

#[test]
fn a_status_as_json_names_the_last_walk_and_what_is_stored() {
    let upstream = serve(acme());
    let koalr = Koalr::synced(&upstream);
    let json = koalr.run(&["status", "--format", "json"]).json();
    assert_eq!(json["integration"], "snyk");
    assert_eq!(json["upstream"], upstream.base_url());
    assert_eq!(json["issues"], acme().issues.len());
    assert_eq!(json["projects"], acme().projects.len());
    assert!(json["walk"]["began-at"].is_i64(), "{json}");
    assert_eq!(json["walk"]["began-at"], json["walk"]["ended-at"]);
    for row in json["coverage"].as_array().unwrap() {
        assert_eq!(row["state"], "complete", "{row}");
    }
}

#[test]
fn a_status_sends_nothing_and_never_names_the_token() {
    let upstream = serve(acme());
    let koalr = Koalr::synced(&upstream);
    let asked = upstream.requests().len();
    for format in ["text", "json"] {
        let ran = koalr.run(&["status", "-vv", "--format", format]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        assert!(!ran.out.contains(TOKEN) && !ran.err.contains(TOKEN));
    }
    assert_eq!(upstream.requests().len(), asked);
}

#[test]
fn a_stopped_walk_is_called_unfinished() {
    let upstream = serve(acme());
    let koalr = Koalr::connected(&upstream);
    let wait = Fault::Status(429, Some("1000".to_owned()));
    upstream.fault("/rest/orgs", Occurrence::Every, wait);
    assert_eq!(koalr.run(&["sync", "snyk"]).code, 1);
    let out = koalr.run(&["status"]).out;
    let line = "  unfinished: the next sync goes on where it stopped";
    assert!(out.lines().any(|one| one == line), "{out}");
    assert!(
        out.contains("the upstream asks not to go on before "),
        "{out}"
    );
}

#[test]
fn an_integration_that_is_not_connected_is_named() {
    let upstream = serve(acme());
    let koalr = Koalr::connected(&upstream);
    assert_eq!(
        koalr.run(&["status", "nyk"]).failure(),
        "`nyk` is not connected for tenant `default`; run `koalr connect nyk` first"
    );
}

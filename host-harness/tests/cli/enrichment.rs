//! What is asked for after the outcome: it delays nothing, and changes no exit code.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use koalr_upstream::{Fault, Generated, Occurrence, World};
use serde_json::{Value, json};

use crate::support::{Koalr, acme, serve};

fn exports() -> String {
    format!("/rest/orgs/{}/export", acme().id)
}

#[test]
fn the_outcome_is_printed_before_anything_is_enriched() {
    let upstream = serve(acme());
    let koalr = Koalr::connected(&upstream);
    upstream.fault(&exports(), Occurrence::Every, Fault::Slow(600_000));
    let begun = upstream.requests().len();
    let mut child = koalr
        .command(&SYNC)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    out.read_line(&mut line).unwrap();
    let report: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(report["outcome"], "ok");
    let asked = |path: &str| {
        let requests = upstream.requests();
        requests[begun..].iter().any(|one| one.path == path)
    };
    while !asked(&exports()) {
        std::thread::yield_now();
    }
    assert_eq!(child.try_wait().unwrap(), None, "it waits for the export");
    child.kill().unwrap();
    child.wait().unwrap();
    let mut rest = String::new();
    out.read_line(&mut rest).unwrap();
    assert_eq!(rest, "", "nothing follows the outcome");
}

#[test]
fn an_enrichment_that_fails_says_so_and_the_sync_ends_as_it_did() {
    let upstream = serve(acme());
    let koalr = Koalr::connected(&upstream);
    upstream.fault(&exports(), Occurrence::Every, Fault::Status(401, None));
    let ran = koalr.run(&SYNC);
    assert_eq!((ran.code, &ran.json()["outcome"]), (0, &"ok".into()));
    assert_eq!(
        ran.err,
        format!(
            "koalr: fixes and checks of pull requests were not brought up to date: syncing from {}: the token is no \
             longer accepted; make a new one and connect again with it\n",
            upstream.base_url()
        )
    );
}

#[test]
fn an_export_that_is_refused_is_a_capability_and_no_failure() {
    let upstream = serve(acme());
    let koalr = Koalr::connected(&upstream);
    upstream.fault(&exports(), Occurrence::Every, Fault::Status(403, None));
    let ran = koalr.run(&SYNC);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let status = koalr.run(&["status", "--format", "json"]).json();
    let capabilities = status["capabilities"].as_array().unwrap();
    for route in ["pr-checks", "fixes"] {
        let known = capabilities.iter().find(|one| one["route"] == route);
        let known = known.unwrap();
        assert_eq!(known["access"], "refused", "{known}");
        assert!(known["detail"].as_str().unwrap().contains("403"), "{known}");
    }
}

#[test]
fn fixes_and_checks_are_fetched_from_where_downloads_are_permitted() {
    let upstream = serve(World::from(acme()).with_export_polls(0));
    let koalr = Koalr::new();
    let permitted = ["--allow-download", "127.0.0.1"];
    assert_eq!(koalr.connect(&upstream, &permitted).code, 0);
    let ran = koalr.run(&SYNC);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert!(!upstream.downloads().is_empty());
    let status = koalr.run(&["status", "--format", "json"]).json();
    assert_eq!(status["downloads"], json!(["127.0.0.1"]));
    assert!(status["checks"].as_u64() > Some(0), "{status}");
    for row in status["coverage"].as_array().unwrap() {
        assert_eq!(row["state"], "complete", "{row}");
    }
}

#[test]
fn a_download_from_a_domain_that_is_not_declared_is_refused_with_the_declared_ones() {
    let upstream = serve(acme());
    let ran = Koalr::new().connect(&upstream, &["--allow-download", "example.com"]);
    assert_eq!(
        ran.failure(),
        "`example.com` is no domain this integration downloads from; give one of amazonaws.com, \
         storage.googleapis.com, or a domain below it"
    );
    assert_eq!(upstream.requests(), []);
}

#[test]
fn without_enrichment_no_export_is_asked_for() {
    let upstream = serve(acme());
    let koalr = Koalr::connected(&upstream);
    let off = ["sync", "snyk", "--enrichment", "off"];
    assert_eq!(koalr.run(&off).code, 0);
    let requests = upstream.requests();
    assert!(!requests.iter().any(|one| one.path == exports()));
}

const SYNC: [&str; 6] = ["sync", "snyk", "--enrichment", "on", "--format", "json"];

#[test]
fn once_lookups_are_refused_one_tells_at_each_sync_whether_they_still_are() {
    let upstream = serve(World::generated(Generated {
        organizations: 1,
        projects: 2,
        issues: 100,
        seed: 7,
        now: 1_790_000_000_000,
    }));
    let koalr = Koalr::connected(&upstream);
    // The only one has been asked for its projects by now.
    let requests = upstream.requests();
    let mut organizations = requests.iter().filter_map(|one| {
        let rest = one.path.strip_prefix("/rest/orgs/")?;
        rest.split('/').next()
    });
    let organization = organizations.next().unwrap();
    for route in ["export", "packages"] {
        let prefix = format!("/rest/orgs/{organization}/{route}");
        upstream.fault(&prefix, Occurrence::Every, Fault::Status(403, None));
    }
    let lookups = || {
        let begun = upstream.requests().len();
        assert_eq!(koalr.run(&SYNC).code, 0);
        let requests = upstream.requests();
        let asked = requests[begun..].iter();
        asked.filter(|one| one.path.contains("/packages/")).count()
    };
    let (first, second) = (lookups(), lookups());
    assert!(first > 2, "{first}");
    assert_eq!(second, 1);
    upstream.heal();
    assert_eq!((lookups(), lookups()), (1, first - 1));
}

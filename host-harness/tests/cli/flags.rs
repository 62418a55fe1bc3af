//! Options that several commands share, and what becomes of a bad value.

use crate::support::{Koalr, acme, serve};

#[track_caller]
fn refused(args: &[&str], flag: &str, value: &str, why: &str) {
    let ran = Koalr::new().run(args);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    let expected = format!("error: invalid value '{value}' for '{flag}': {why}");
    assert!(ran.err.starts_with(&expected), "{}", ran.err);
}

#[test]
fn a_rate_share_that_is_no_percentage_is_refused_with_its_name() {
    for value in ["0", "101", "80%", "-1", "half", "256"] {
        let flag = format!("--rate-share={value}");
        refused(
            &["sync", "snyk", &flag],
            "--rate-share <PERCENT>",
            value,
            "give a whole number from 1 to 100",
        );
    }
}

#[test]
fn a_time_that_is_none_is_refused_with_an_example() {
    for value in ["yesterday", "2026-01-15", "2026-13-01T00:00:00Z"] {
        refused(
            &["sync", "snyk", "--now", value],
            "--now <RFC3339>",
            value,
            "write it as in 2026-01-15T09:30:00Z",
        );
    }
}

#[test]
fn an_enrichment_that_is_neither_on_nor_off_is_refused() {
    let ran = Koalr::new().run(&["sync", "snyk", "--enrichment", "maybe"]);
    assert_eq!(ran.code, 2);
    let expected = "error: invalid value 'maybe' for '--enrichment <ENRICHMENT>'";
    assert!(ran.err.starts_with(expected), "{}", ran.err);
}

#[test]
fn a_run_takes_the_time_it_is_given() {
    let upstream = serve(acme());
    let koalr = Koalr::new();
    koalr.connect(&upstream, &["--now", "2026-01-15T09:30:00Z"]);
    let now = ["--now", "2026-01-15T12:30:00.250+02:00"];
    let ran = koalr.run(&[&["sync", "snyk", "--format", "json"][..], &now].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
    let walk = &koalr.run(&["status", "--format", "json"]).json()["walk"];
    assert_eq!(walk["began-at"], 1_768_473_000_250_i64);
}

#[test]
fn a_clock_that_is_put_back_loses_nothing() {
    let upstream = serve(acme());
    let koalr = Koalr::connected(&upstream);
    let sync = |now: &str| {
        let args = ["sync", "snyk", "--format", "json", "--window", "all"];
        koalr.run(&[&args, &["--now", now][..]].concat())
    };
    let before = sync("2099-01-15T00:00:00Z").json();
    for now in [
        "2026-06-15T00:00:00Z",
        "2026-06-15T00:00:00Z",
        "1999-06-15T00:00:00Z",
    ] {
        let ran = sync(now);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""));
        let after = ran.json();
        for field in ["outcome", "issues", "projects"] {
            assert_eq!(after[field], before[field], "{field}");
        }
    }
}

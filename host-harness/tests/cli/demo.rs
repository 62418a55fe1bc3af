//! The demo, as it is printed.

mod pages;

use std::fs;
use std::sync::OnceLock;

use serde_json::Value;

use crate::support::{Koalr, Ran, finish};

fn demo() -> &'static Ran {
    static RAN: OnceLock<Ran> = OnceLock::new();
    RAN.get_or_init(|| finish(&mut Koalr::new().command(&["demo", "--once"])))
}

#[track_caller]
fn assert_line(beginning: &str) {
    let out = &demo().out;
    assert!(out.lines().any(|line| line.starts_with(beginning)), "{out}");
}

#[test]
fn the_demo_ends_well_and_silently() {
    assert_eq!((demo().code, demo().err.as_str()), (0, ""));
}

#[test]
fn the_demo_shows_a_pass_a_warning_and_a_block() {
    assert_line("PASS  acme/storefront#128  ");
    assert_line("WARN  acme/storefront#131  ");
    assert_line("BLOCK  acme/checkout-api#77  ");
}

#[test]
fn the_demo_shows_the_command_that_lets_the_blocked_change_pass() {
    let out = &demo().out;
    assert!(
        out.contains("\nTo let it pass\n  npm install form-data@4.0.4\n"),
        "{out}"
    );
}

#[test]
fn the_demo_fits_a_terminal_of_eighty_columns() {
    for line in demo().out.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
}

#[test]
fn the_demo_judges_a_made_up_team_in_hindsight() {
    let ran = finish(&mut Koalr::new().command(&["demo", "--once", "--team", "--format", "json"]));
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    let documents: Vec<Value> = ran
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let imported = &documents[2];
    assert!(
        imported["changes"]["new"].as_u64().unwrap() > 300,
        "{imported}"
    );
    assert!(
        imported["incidents"]["new"].as_u64().unwrap() > 20,
        "{imported}"
    );
}

#[test]
fn the_demo_leaves_nothing_behind() {
    let koalr = Koalr::new();
    let temporary = koalr.path("tmp");
    fs::create_dir(&temporary).unwrap();
    let mut command = koalr.bare(&["demo", "--once"]);
    let ran = finish(command.env("TMPDIR", &temporary));
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(fs::read_dir(&temporary).unwrap().count(), 0);
}

#[test]
fn the_demo_as_json_is_one_document_a_line_and_nothing_else() {
    let args = ["demo", "--once", "--format", "json"];
    let ran = finish(&mut Koalr::new().command(&args));
    let lines = ran.out.lines();
    let documents: Vec<Value> = lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let texts: Vec<_> = documents
        .iter()
        .map(|one| one.get("decision").or(one.get("outcome")).unwrap())
        .collect();
    assert_eq!(texts, ["ok", "ok", "pass", "warn", "block"]);
}

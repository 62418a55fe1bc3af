//! Dependency lists that are handed in.

use koalr_upstream::Upstream;
use serde_json::{Value, json};

use crate::support::{Koalr, Ran, acme, sample_change, serve};

const CHANGE: &str = "acme/checkout-api#77";

fn synced() -> (Upstream, Koalr) {
    let upstream = serve(acme());
    let koalr = Koalr::synced(&upstream);
    (upstream, koalr)
}

fn cyclonedx(purls: &[&str]) -> String {
    let components = purls
        .iter()
        .map(|purl| json!({"type": "library", "name": "x", "purl": purl}));
    json!({"bomFormat": "CycloneDX", "specVersion": "1.5", "components": components.collect::<Vec<_>>()})
        .to_string()
}

/// Hands in a list about a commit of a change of `acme/checkout-api`, which it makes.
fn hand_in(koalr: &Koalr, input: &[&str]) -> Ran {
    let args = [
        "change",
        "dependencies",
        CHANGE,
        "--repository",
        "acme/checkout-api",
    ];
    let more = ["--head-sha", "a1b2c3", "--format", "json"];
    koalr.run(&[&args[..], &more, input].concat())
}

fn gate(koalr: &Koalr) -> Ran {
    koalr.run(&["gate", CHANGE, "--format", "json"])
}

#[test]
fn two_documents_become_the_list_that_a_change_is_judged_on() {
    let (_upstream, koalr) = synced();
    koalr.write("base.json", cyclonedx(&["pkg:npm/form-data@4.0.4"]));
    koalr.write("head.json", cyclonedx(&["pkg:npm/form-data@4.0.2"]));
    let ran = hand_in(&koalr, &["--base", "base.json", "--head", "head.json"]);
    let json = ran.json();
    assert_eq!((ran.code, &json["source"]), (0, &json!("cyclonedx")));
    assert_eq!(
        (&json["complete"], &json["head-sha"]),
        (&json!(true), &json!("a1b2c3"))
    );
    let row = &json["dependencies"][0];
    assert_eq!(
        (&row["before"], &row["after"]),
        (&json!("4.0.4"), &json!("4.0.2"))
    );
    let judged = gate(&koalr);
    assert_eq!(judged.code, 1, "{}", judged.out);
    let summary = judged.json()["summary"].as_str().unwrap().to_owned();
    assert!(summary.contains("form-data 4.0.2"), "{summary}");
}

#[test]
fn a_list_with_holes_never_passes() {
    let (_upstream, koalr) = synced();
    let list = json!([
        {"ecosystem": "npm", "name": "form-data", "before": "4.0.2", "after": "4.0.4", "direct": true},
        {"ecosystem": "npm", "name": "json5", "before": "2.2.2", "after": "^2.2.3", "direct": true},
    ]);
    koalr.write("list.json", list.to_string());
    let ran = hand_in(&koalr, &["--list", "list.json"]);
    let holes = "list.json: 1 component has a range, branch or tag for a version: `json5`";
    assert_eq!(ran.json()["left-out"], json!([holes]));
    let judged = gate(&koalr);
    assert_eq!(judged.code, 3);
    assert_eq!(
        judged.json()["summary"],
        format!("Cannot tell: dependencies of {CHANGE}: {holes}.")
    );
    let args = ["change", "dependencies", CHANGE, "--list", "list.json"];
    assert_eq!(
        koalr.run(&args).out,
        format!(
            "{CHANGE} at a1b2c3: touches 1 dependency (list)\n  npm form-data: 4.0.2 → 4.0.4\n\nLeft out\n  {holes}\n\n\
             The list is partial: no change passes on it.\n"
        )
    );
}

#[test]
fn a_list_is_of_one_commit_and_of_no_other() {
    let (_upstream, koalr) = synced();
    let mut change = sample_change("blocked");
    change["dependencies"] = Value::Null;
    assert_eq!(koalr.gate(&change, &[]).code, 3);
    koalr.write("list.json", "[]");
    let args = ["change", "dependencies", CHANGE, "--list", "list.json"];
    assert_eq!(koalr.run(&args).code, 0);
    assert_eq!(
        koalr.gate(&change, &[]).code,
        0,
        "judged on the list of its head"
    );
    change["change"]["head-sha"] = json!("another");
    assert_eq!(koalr.gate(&change, &[]).code, 3);
}

#[test]
fn a_change_that_is_not_stored_is_named_with_what_would_make_it_one() {
    let koalr = Koalr::new();
    koalr.write("list.json", "[]");
    let args = [
        "change",
        "dependencies",
        "acme/shop#1",
        "--list",
        "list.json",
    ];
    assert_eq!(
        koalr.run(&args).failure(),
        "`acme/shop#1` is no stored change; name its `--repository` and `--head-sha`, and it becomes one"
    );
}

#[test]
fn a_stored_change_is_of_its_own_repository_only() {
    let koalr = Koalr::new();
    koalr.write("list.json", "[]");
    assert_eq!(hand_in(&koalr, &["--list", "list.json"]).code, 0);
    let args = ["change", "dependencies", CHANGE, "--list", "list.json"];
    assert_eq!(
        koalr
            .run(&[&args[..], &["--repository", "acme/shop"]].concat())
            .failure(),
        format!("`{CHANGE}` is a change of `acme/checkout-api`, not of `acme/shop`")
    );
}

#[test]
fn a_document_that_cannot_be_read_is_named_with_the_place() {
    let koalr = Koalr::new();
    koalr.write("base.json", cyclonedx(&[]));
    koalr.write("head.json", "{\n  \"bomFormat\": ]");
    let ran = hand_in(&koalr, &["--base", "base.json", "--head", "head.json"]);
    assert_eq!(
        ran.failure(),
        "reading `head.json`: line 2, column 16: not JSON: expected value"
    );
    let ran = hand_in(&koalr, &["--base", "base.json", "--head", "none.json"]);
    assert_eq!(
        ran.failure(),
        "reading `none.json`: No such file or directory (os error 2)"
    );
}

#[test]
fn a_base_without_a_head_is_no_input() {
    for input in [
        &["--base", "base.json"][..],
        &["--head", "head.json"],
        &["--list", "l.json", "--base", "b.json", "--head", "h.json"],
        &[],
    ] {
        assert_eq!(hand_in(&Koalr::new(), input).code, 2, "{input:?}");
    }
}

//! What `koalr gate --format check-run` hands to GitHub.

use koalr_upstream::Upstream;
use serde_json::{Value, json};

use crate::support::{Koalr, acme, sample_change, serve};

fn synced() -> (Upstream, Koalr) {
    let upstream = serve(acme());
    let koalr = Koalr::synced(&upstream);
    (upstream, koalr)
}

/// The exit code and the payload of a gate, at a fixed time after the sample's sync.
fn checked(koalr: &Koalr, change: &Value) -> (i32, Value) {
    koalr.write("change.json", change.to_string());
    let ran = koalr.run(&["gate", "change.json", "--format", "check-run"]);
    (ran.code, ran.json())
}

#[test]
fn a_blocked_change_requires_action_and_shows_its_fix() {
    let (_upstream, koalr) = synced();
    let mut change = sample_change("blocked");
    change["author"] = json!("ada");
    change["dependencies"][0]["manifest"] = json!("package-lock.json");
    let (code, run) = checked(&koalr, &change);
    assert_eq!((code, &run["conclusion"]), (1, &json!("action_required")));
    assert_eq!(run["name"], "Koalr: snyk");
    assert_eq!(run["head_sha"], change["change"]["head-sha"]);
    let head = change["change"]["head-sha"].as_str().unwrap();
    assert_eq!(
        run["external_id"],
        format!("koalr:snyk:acme/checkout-api#77:{head}")
    );
    let output = &run["output"];
    assert_eq!(
        output["title"],
        "Blocked: this change introduces CVE-2025-7783 (CVSS 9.4) in form-data 4.0.2"
    );
    let summary = output["summary"].as_str().unwrap();
    let fix = "\n### To let it pass\n\n```text\nnpm install form-data@4.0.4\n```\n";
    assert!(summary.contains(fix), "{summary}");
    let lifted = "A waiver approved by somebody other than `ada` lifts it";
    assert!(summary.contains(lifted), "{summary}");
    let annotation = &output["annotations"][0];
    assert_eq!(annotation["path"], "package-lock.json");
    assert_eq!(annotation["annotation_level"], "failure");
    let actions = run["actions"].as_array().unwrap().iter();
    let actions: Vec<&Value> = actions.map(|action| &action["identifier"]).collect();
    assert_eq!(actions, ["override", "re-check", "waive"]);
}

#[test]
fn a_clean_change_is_a_success_without_buttons() {
    let (_upstream, koalr) = synced();
    let (code, run) = checked(&koalr, &sample_change("clean"));
    assert_eq!((code, &run["conclusion"]), (0, &json!("success")));
    assert_eq!(run["status"], "completed");
    assert_eq!(run.get("actions"), None);
    assert_eq!(run["output"].get("annotations"), None);
}

#[test]
fn a_change_without_a_dependency_list_requires_action_and_says_how_to_go_on() {
    let (_upstream, koalr) = synced();
    let mut change = sample_change("clean");
    change["dependencies"] = Value::Null;
    let (code, run) = checked(&koalr, &change);
    assert_eq!((code, &run["conclusion"]), (3, &json!("action_required")));
    let summary = run["output"]["summary"].as_str().unwrap();
    let remedy = "Remedy: hand in the list of dependencies that the change touches with `koalr change dependencies`, or \
                  turn on GitHub's dependency graph.\n";
    assert!(summary.contains(remedy), "{summary}");
}

#[test]
fn a_mode_that_binds_nothing_makes_a_block_neutral_and_never_a_success() {
    let (_upstream, koalr) = synced();
    koalr.write("change.json", sample_change("blocked").to_string());
    let ran = koalr.run(&[
        "gate",
        "change.json",
        "--format",
        "check-run",
        "--mode",
        "observe",
    ]);
    assert_eq!(
        (ran.code, &ran.json()["conclusion"]),
        (0, &json!("neutral"))
    );
}

#[test]
fn a_score_is_no_check_run() {
    let ran = Koalr::new().run(&["score", "change.json", "--format", "check-run"]);
    assert_eq!(ran.code, 2);
    let expected = "error: invalid value 'check-run' for '--format <FORMAT>'";
    assert!(ran.err.starts_with(expected), "{}", ran.err);
}

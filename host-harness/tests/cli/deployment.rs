//! Whether a commit may be deployed.

use koalr_upstream::Upstream;
use serde_json::{Value, json};

use crate::support::{Koalr, Ran, acme, sample_change, serve};

const SHA: &str = "dddddddddddddddddddddddddddddddddddddddd";

/// A service, and this sample change of priya's merged into it, not yet decided. Ines is a lead.
fn merged(name: &str) -> (Upstream, Koalr, Value) {
    let upstream = serve(acme());
    let koalr = Koalr::synced(&upstream);
    let sample = sample_change(name);
    let mut change = sample["change"].clone();
    change["author"] = json!("priya");
    change["merged-at"] = json!("2026-01-10T00:00:00Z");
    change["merge-sha"] = json!(SHA);
    change["base-score"] = sample["base-score"].clone();
    change["dependencies"] = sample["dependencies"].clone();
    let document = json!({
        "services": [{
            "name": "checkout", "aliases": ["shop"], "repositories": [change["repository"]],
        }],
        "actors": [{ "login": "ines", "roles": ["lead"] }],
        "changes": [change],
    });
    let ran = koalr.run_with_input(&["import", "-"], &document.to_string());
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    (upstream, koalr, change)
}

fn gate(koalr: &Koalr, more: &[&str]) -> Ran {
    let asked = ["gate", "--deployment", SHA, "--service", "shop"];
    koalr.run(&[&asked, more].concat())
}

fn id(change: &Value) -> &str {
    change["id"].as_str().unwrap()
}

#[test]
fn a_change_that_was_never_decided_makes_a_deployment_inconclusive() {
    let (_upstream, koalr, change) = merged("clean");
    let ran = gate(&koalr, &[]);
    assert_eq!((ran.code, ran.err.as_str()), (3, ""));
    assert!(ran.out.starts_with("INCONCLUSIVE\n"), "{}", ran.out);
    let line = format!("  {}: never decided", id(&change));
    assert!(ran.out.lines().any(|one| one == line), "{}", ran.out);
}

#[test]
fn a_decided_clean_change_may_be_deployed_and_the_answer_is_audited() {
    let (_upstream, koalr, change) = merged("clean");
    assert_eq!(koalr.run(&["gate", id(&change)]).code, 0);
    let ran = gate(&koalr, &["--format", "github", "--environment", "eu"]);
    let json = ran.json();
    assert_eq!(ran.code, 0, "{json}");
    assert_eq!(
        (&json["environment_name"], &json["state"]),
        (&json!("eu"), &json!("approved"))
    );
    let log = koalr.run(&["audit", "list"]).out;
    assert!(log.contains(": deployment-decided checkout {"), "{log}");
}

#[test]
fn a_blocked_change_blocks_the_deployment_until_somebody_lets_it_pass() {
    let (_upstream, koalr, change) = merged("blocked");
    assert_eq!(koalr.run(&["gate", id(&change)]).code, 1);
    let json = gate(&koalr, &["--format", "json"]).json();
    assert_eq!(
        (&json["decision"], &json["answer"]),
        (&json!("block"), &json!("rejected"))
    );
    assert_eq!(json["blocking"][0]["change"], change["id"]);
    let ran = gate(&koalr, &["--format", "github"]);
    assert_eq!((ran.code, &ran.json()["state"]), (1, &json!("rejected")));
    let let_pass = [
        "override",
        id(&change),
        "--as",
        "ines",
        "--reason",
        "behind a flag",
    ];
    assert_eq!(koalr.run(&let_pass).code, 0);
    let ran = gate(&koalr, &["--format", "json"]);
    let json = ran.json();
    assert_eq!((ran.code, &json["decision"]), (0, &json!("warn")), "{json}");
    assert_eq!(
        json["overridden"],
        json!([{ "change": change["id"], "by": "ines" }])
    );
}

#[test]
fn a_decision_of_last_week_lets_nothing_be_deployed() {
    let (_upstream, koalr, change) = merged("clean");
    assert_eq!(koalr.run(&["gate", id(&change)]).code, 0);
    let ran = gate(&koalr, &["--now", "2030-01-01T00:00:00Z"]);
    assert_eq!(ran.code, 3);
    assert!(ran.out.contains(": decided too long ago"), "{}", ran.out);
}

#[test]
fn a_change_that_runs_already_does_not_count() {
    let (_upstream, koalr, _) = merged("blocked");
    let deployed = json!({ "deployments": [{
        "id": "d1", "service": "checkout", "environment": "production", "sha": SHA,
        "state": "succeeded", "at": "2026-01-11T00:00:00Z",
    }] });
    assert_eq!(
        koalr
            .run_with_input(&["import", "-"], &deployed.to_string())
            .code,
        0
    );
    let ran = gate(&koalr, &["--format", "json"]);
    let json = ran.json();
    assert_eq!((ran.code, &json["changes"]), (0, &json!([])), "{json}");
    let summary = json["summary"].as_str().unwrap();
    let brings = "brings no change that `checkout` does not run already";
    assert!(summary.contains(brings), "{summary}");
}

#[test]
fn a_commit_that_nobody_merged_is_inconclusive_and_a_service_that_nobody_knows_an_error() {
    let (_upstream, koalr, _) = merged("clean");
    let ran = koalr.run(&["gate", "--deployment", "eeeeeee", "--service", "shop"]);
    assert_eq!(ran.code, 3);
    let ran = koalr.run(&["gate", "--deployment", SHA, "--service", "cart"]);
    assert_eq!(
        ran.failure(),
        "no service has the name `cart`; import it with `koalr import`, under `services`"
    );
}

#[test]
fn formats_of_changes_and_deployments_are_not_mixed() {
    let koalr = Koalr::new();
    assert_eq!(
        gate(&koalr, &["--format", "check-run"]).failure(),
        "`--format check-run` is about a change; use `--format github` for a deployment"
    );
    assert_eq!(
        koalr.run(&["gate", "x", "--format", "github"]).failure(),
        "`--format github` is about a deployment; use `--format check-run` for a change"
    );
    assert_eq!(koalr.run(&["gate"]).code, 2);
    assert_eq!(koalr.run(&["gate", "--deployment", SHA]).code, 2);
}

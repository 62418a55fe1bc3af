//! Changes that pass, are raised, are blocked, or of which it cannot be told.

use koalr_upstream::Upstream;
use serde_json::{Value, json};

use crate::support::{Koalr, acme, sample_change, serve};

fn synced() -> (Upstream, Koalr) {
    let upstream = serve(acme());
    let koalr = Koalr::synced(&upstream);
    (upstream, koalr)
}

fn with(mut change: Value, dependencies: Value) -> Value {
    change["dependencies"] = dependencies;
    change
}

fn sum(contributions: &Value) -> u64 {
    let parts = contributions.as_array().unwrap().iter();
    parts.map(|part| part["points"].as_u64().unwrap()).sum()
}

#[test]
fn a_clean_change_passes() {
    let (_upstream, koalr) = synced();
    let ran = koalr.gate(&sample_change("clean"), &[]);
    assert_eq!((ran.code, &ran.json()["decision"]), (0, &json!("pass")));
    assert_eq!(
        ran.json()["summary"],
        "May pass: this change introduces no known vulnerability."
    );
}

#[test]
fn a_change_that_introduces_a_high_vulnerability_is_raised_and_may_pass() {
    let (_upstream, koalr) = synced();
    let ran = koalr.gate(&sample_change("raised"), &[]);
    let json = ran.json();
    assert_eq!((ran.code, &json["decision"]), (0, &json!("warn")));
    assert_eq!(
        json["summary"],
        "May pass, with a warning: this change introduces CVE-2024-39338 (CVSS 7.5) in axios 1.7.2."
    );
    assert!(json["score"]["score"].as_u64() > json["score"]["base"].as_u64());
    assert_eq!(json["score"]["score"], 790, "only a block reaches 80");
    assert_eq!(json["fixes"], json!([]));
}

#[test]
fn a_change_that_introduces_a_critical_vulnerability_is_blocked_with_its_fix() {
    let (_upstream, koalr) = synced();
    let ran = koalr.gate(&sample_change("blocked"), &[]);
    let json = ran.json();
    assert_eq!((ran.code, &json["decision"]), (1, &json!("block")));
    assert_eq!(
        json["summary"],
        "Blocked: this change introduces CVE-2025-7783 (CVSS 9.4) in form-data 4.0.2."
    );
    assert!(json["score"]["score"].as_u64().unwrap() >= 800);
}

#[test]
fn the_fix_of_a_block_is_the_nearest_version_above_the_one_that_is_blocked() {
    let (_upstream, koalr) = synced();
    let json = koalr.gate(&sample_change("blocked"), &[]).json();
    assert_eq!(json["fixes"], json!(["npm install form-data@4.0.4"]));
}

#[test]
fn a_change_with_the_fix_applied_passes() {
    let (_upstream, koalr) = synced();
    let mut change = sample_change("blocked");
    change["dependencies"][0]["after"] = json!("4.0.4");
    let ran = koalr.gate(&change, &[]);
    assert_eq!((ran.code, &ran.json()["decision"]), (0, &json!("pass")));
}

#[test]
fn a_change_without_a_dependency_list_cannot_be_told() {
    let (_upstream, koalr) = synced();
    let ran = koalr.gate(&with(sample_change("blocked"), Value::Null), &[]);
    assert_eq!(
        (ran.code, &ran.json()["decision"]),
        (3, &json!("inconclusive"))
    );
    assert_eq!(
        ran.json()["summary"],
        "Cannot tell: no dependency list; give `dependencies` in the change's file, hand one in with `koalr change \
         dependencies`, or turn on GitHub's dependency graph."
    );
}

#[test]
fn a_change_with_an_empty_dependency_list_passes() {
    let (_upstream, koalr) = synced();
    let ran = koalr.gate(&with(sample_change("blocked"), json!([])), &[]);
    assert_eq!((ran.code, &ran.json()["decision"]), (0, &json!("pass")));
}

#[test]
fn a_package_that_snyk_does_not_look_up_cannot_be_told_and_is_named() {
    let (_upstream, koalr) = synced();
    let lens = json!([{"ecosystem": "hackage", "name": "lens", "before": null, "after": "5.2"}]);
    let ran = koalr.gate(&with(sample_change("clean"), lens), &[]);
    assert_eq!(ran.code, 3);
    assert_eq!(
        ran.json()["summary"],
        "Cannot tell: packages of hackage:lens@5.2: Snyk looks up no packages of the ecosystem `hackage`."
    );
    let text = koalr.run(&["gate", "change.json"]).out;
    assert!(
        text.contains("\nWhat is not known\n  packages of hackage:lens@5.2, unsupported: "),
        "{text}"
    );
}

#[test]
fn a_change_that_is_gated_before_the_first_sync_cannot_be_told() {
    let upstream = serve(acme());
    let ran = Koalr::connected(&upstream).gate(&sample_change("clean"), &[]);
    assert_eq!(
        (ran.code, &ran.json()["decision"]),
        (3, &json!("inconclusive"))
    );
}

#[test]
fn a_mode_changes_what_binds_and_not_what_is_judged() {
    let (_upstream, koalr) = synced();
    let change = sample_change("blocked");
    for (mode, code, decision, sentence) in [
        ("enforce", 1, "block", "Blocked: "),
        (
            "warn",
            0,
            "warn",
            "Would be blocked (the policy only warns): ",
        ),
        (
            "observe",
            0,
            "pass",
            "Would be blocked (the policy only observes): ",
        ),
    ] {
        let ran = koalr.gate(&change, &["--mode", mode]);
        let json = ran.json();
        assert_eq!((ran.code, &json["decision"]), (code, &json!(decision)));
        assert_eq!(
            (&json["outcome"]["decision"], &json["mode"]),
            (&json!("block"), &json!(mode))
        );
        let summary = json["summary"].as_str().unwrap();
        assert!(summary.starts_with(sentence), "{summary}");
    }
}

#[test]
fn what_cannot_be_told_does_not_bind_under_warn_or_observe() {
    let (_upstream, koalr) = synced();
    let change = with(sample_change("clean"), Value::Null);
    for mode in ["warn", "observe"] {
        let ran = koalr.gate(&change, &["--mode", mode]);
        assert_eq!(
            (ran.code, &ran.json()["outcome"]["decision"]),
            (0, &json!("inconclusive"))
        );
    }
}

#[test]
fn contributions_and_adjustment_add_up_to_the_score_exactly() {
    let (_upstream, koalr) = synced();
    for name in ["clean", "raised", "blocked"] {
        let json = koalr.gate(&sample_change(name), &[]).json();
        let (assessment, score) = (&json["assessment"], &json["score"]);
        assert_eq!(sum(&assessment["contributions"]), assessment["score"]);
        assert_eq!(score["security"], assessment["score"]);
        let points = |key: &str| {
            let points = score["adjustment"].get(key).and_then(Value::as_u64);
            points.unwrap_or(0)
        };
        let joined = score["joined"].as_u64().unwrap();
        assert_eq!(joined + points("floor") - points("cap"), score["score"]);
    }
}

#[test]
fn a_score_is_the_number_first_and_never_blocks() {
    let (_upstream, koalr) = synced();
    koalr.write("change.json", sample_change("blocked").to_string());
    let ran = koalr.run(&["score", "change.json", "--format", "json"]);
    let tenths = ran.json()["score"]["score"].as_u64().unwrap();
    let text = koalr.run(&["score", "change.json"]);
    assert_eq!((ran.code, text.code), (0, 0));
    let first = format!(
        "{}.{} CRITICAL  acme/checkout-api#77",
        tenths / 10,
        tenths % 10
    );
    assert_eq!(text.out.lines().next().unwrap().trim_end(), first);
}

#[test]
fn a_stored_change_is_judged_again_by_its_id() {
    let (_upstream, koalr) = synced();
    let first = koalr.gate(&sample_change("blocked"), &[]).json();
    let args = ["gate", "acme/checkout-api#77", "--format", "json"];
    let ran = koalr.run(&args);
    let again = ran.json();
    assert_eq!(ran.code, 1);
    for field in ["change", "score", "summary", "assessment", "verdict"] {
        assert_eq!(again[field], first[field], "{field}");
    }
}

#[test]
fn a_change_comes_from_standard_input() {
    let (_upstream, koalr) = synced();
    let change = sample_change("blocked").to_string();
    assert_eq!(koalr.run_with_input(&["gate", "-"], &change).code, 1);
}

#[test]
fn ready_evidence_needs_no_connection_and_gives_the_same_verdict() {
    let (upstream, koalr) = synced();
    let mut change = sample_change("blocked");
    let live = koalr.gate(&change, &[]).json();
    change["evidence"] = live["evidence"].clone();
    drop(upstream);
    let ran = Koalr::new().gate(&change, &[]);
    let replayed = ran.json();
    assert_eq!(ran.code, 1);
    for field in [
        "decision",
        "score",
        "summary",
        "assessment",
        "verdict",
        "fixes",
    ] {
        assert_eq!(replayed[field], live[field], "{field}");
    }
}

#[test]
fn a_gate_without_a_connection_says_so() {
    let ran = Koalr::new().gate(&sample_change("clean"), &[]);
    assert_eq!(
        ran.failure(),
        "`snyk` is not connected for tenant `default`; run `koalr connect snyk` first"
    );
}

#[test]
fn a_report_names_the_component_that_judged() {
    let (_upstream, koalr) = synced();
    let judge = koalr.gate(&sample_change("clean"), &[]).json()["judge"].clone();
    assert_eq!(judge["plugin"], "snyk");
    assert_eq!(judge["component"].as_str().unwrap().len(), 64);
}

#[test]
fn a_change_that_koalr_has_not_scored_has_no_base_score_rather_than_zero() {
    let upstream = serve(acme());
    let koalr = Koalr::synced(&upstream);
    let mut change = sample_change("clean");
    change.as_object_mut().unwrap().remove("base-score");
    let score = &koalr.gate(&change, &[]).json()["score"];
    assert_eq!(score["base"], Value::Null);
    assert_eq!(score["joined"], score["security"]);
}

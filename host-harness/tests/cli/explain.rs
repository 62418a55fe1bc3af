//! What a verdict shows: in eighty columns, explained, and as JSON of a pinned form.

use std::fs;

use koalr_upstream::Upstream;
use serde_json::{Value, json};

use crate::schema::check;
use crate::support::{Koalr, acme, sample_change, serve};

fn synced() -> (Upstream, Koalr) {
    let upstream = serve(acme());
    let koalr = Koalr::synced(&upstream);
    (upstream, koalr)
}

/// The schema that is kept.
fn schema() -> Value {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../docs/schema/change-report.json"
    );
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// Says what is wrong with a report.
#[track_caller]
fn assert_fits(report: &Value) {
    assert_eq!(check(&schema(), report), [""; 0]);
}

/// Outputs of every kind of decision.
fn reports(koalr: &Koalr) -> Vec<(&'static str, Value)> {
    let mut unlisted = sample_change("clean");
    unlisted["dependencies"] = Value::Null;
    // Of another head: the list of that one is stored.
    unlisted["change"]["head-sha"] = "a1b2c3".into();
    let changes = [
        ("pass", sample_change("clean")),
        ("warn", sample_change("raised")),
        ("block", sample_change("blocked")),
        ("inconclusive", unlisted),
    ];
    changes
        .map(|(decision, change)| (decision, koalr.gate(&change, &[]).json()))
        .into()
}

#[test]
fn what_gate_prints_is_as_the_schema_says_whatever_is_decided() {
    let (_upstream, koalr) = synced();
    for (decision, report) in reports(&koalr) {
        assert_eq!(report["decision"], decision);
        assert_fits(&report);
    }
}

#[test]
fn what_score_prints_is_as_the_schema_says() {
    let (_upstream, koalr) = synced();
    koalr.write("change.json", sample_change("blocked").to_string());
    let ran = koalr.run(&["score", "change.json", "--format", "json"]);
    assert_fits(&ran.json());
}

#[test]
fn a_report_on_ready_evidence_under_a_policy_and_waivers_is_as_the_schema_says() {
    let (upstream, koalr) = synced();
    let mut change = sample_change("blocked");
    change["author"] = json!("mira");
    change["evidence"] = koalr.gate(&change, &[]).json()["evidence"].clone();
    drop(upstream);
    let koalr = Koalr::new();
    koalr.write("policy.toml", "[rules.introduced-cvss]\nthreshold = 9.1\n");
    koalr.write(
        "waivers.toml",
        "[[waivers]]\nid = \"W-1\"\nvulnerability = \"CVE-2025-7783\"\n",
    );
    let terms = ["--policy", "policy.toml", "--waivers", "waivers.toml"];
    let report = koalr.gate(&change, &terms).json();
    assert_fits(&report);
    assert_ne!(report["complaints"], json!([]), "{report}");
    let rules = report["rules"].as_array().unwrap();
    let cvss = rules.iter().find(|rule| rule["code"] == "introduced-cvss");
    let threshold = &cvss.unwrap()["parameters"][0];
    assert_eq!(
        threshold,
        &json!({"key": "threshold", "value": {"tenths": 91}, "given": true})
    );
}

#[test]
fn a_report_that_is_not_as_the_schema_says_is_refused() {
    let (_upstream, koalr) = synced();
    let report = koalr.gate(&sample_change("blocked"), &[]).json();
    assert_fits(&report);
    let spoilt = |spoil: &dyn Fn(&mut Value)| {
        let mut report = report.clone();
        spoil(&mut report);
        assert_ne!(check(&schema(), &report), [""; 0]);
    };
    spoilt(&|report| report["more"] = json!(1));
    spoilt(&|report| report["evidence"]["findings"][0]["more"] = json!(1));
    spoilt(&|report| report["schema"] = json!("koalr/change-report@2"));
    spoilt(&|report| report["decision"] = json!("allow"));
    spoilt(&|report| report["factors"][0]["score"] = json!(924));
    spoilt(&|report| report["assessment"]["contributions"][0]["subject"] = json!("others"));
    spoilt(&|report| _ = report.as_object_mut().unwrap().remove("deadline"));
}

#[test]
fn factors_are_in_koalrs_units_beside_the_assessments() {
    let (_upstream, koalr) = synced();
    let report = koalr.gate(&sample_change("blocked"), &[]).json();
    let tenths = report["assessment"]["score"].as_u64().unwrap();
    let score = format!("{}.{}", tenths / 10, tenths % 10);
    assert_eq!(report["factors"][0]["score"].to_string(), score);
    assert_eq!(report["factors"][0]["weight"], json!(1.0));
}

#[test]
fn every_text_fits_eighty_columns() {
    let (_upstream, koalr) = synced();
    for name in ["clean", "raised", "blocked"] {
        koalr.write("change.json", sample_change(name).to_string());
        for command in ["gate", "score"] {
            let text = koalr.run(&[command, "change.json", "--explain"]).out;
            for line in text.lines() {
                assert!(line.chars().count() <= 80, "{line}");
            }
        }
    }
}

#[test]
fn an_explanation_has_the_rules_the_coverage_and_the_hazards_and_the_short_text_has_not() {
    let (_upstream, koalr) = synced();
    koalr.write("change.json", sample_change("blocked").to_string());
    let whole = koalr.run(&["gate", "change.json", "--explain"]).out;
    let short = koalr.run(&["gate", "change.json"]).out;
    for shown in [
        "\nRules that were active\n  introduced-cvss: Blocks ",
        "\n    threshold = 9.0 (default)\n",
        "\nWhat was asked\n",
        "\n      hazard ",
        "introduced: the change ",
        "known from packages\n",
        "\n  model hazard-1, cvss-source = selected\n",
    ] {
        assert!(whole.contains(shown), "{shown}\n{whole}");
        assert!(!short.contains(shown), "{shown}\n{short}");
    }
    let (first, _) = short.split_once("\nIntroduced by this change").unwrap();
    assert!(whole.starts_with(first), "{whole}");
}

#[test]
fn a_block_names_its_author_as_the_one_who_cannot_lift_it() {
    let (_upstream, koalr) = synced();
    let mut change = sample_change("blocked");
    change["author"] = json!("mira");
    koalr.write("change.json", change.to_string());
    let text = koalr.run(&["gate", "change.json"]).out;
    assert!(
        text.contains("\nWho can lift it\n  anybody but mira, who wrote the change, "),
        "{text}"
    );
}

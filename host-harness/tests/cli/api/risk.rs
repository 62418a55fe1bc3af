//! Scores of changes that are only described.

use serde_json::{Value, json};

use super::figures::get;
use super::{ALL, Served, key};
use crate::support::sample_change;

#[test]
fn a_described_change_is_scored_as_by_the_command_line_and_nothing_is_stored() {
    let served = Served::new();
    let key = key(&served.koalr, "default", &ALL);
    for name in ["clean", "raised", "blocked"] {
        let sample = sample_change(name);
        let body = json!({
            "files": ["package-lock.json"], "additions": 12, "deletions": 3, "title": "Bump", "body": "why".repeat(3_000),
            "repository": sample["change"]["repository"], "headSha": sample["change"]["head-sha"],
            "baseScore": sample["base-score"], "dependencies": sample["dependencies"],
        });
        let (status, answer) = served.ask("POST /api/v1/pr-risk/score", &key, &body);
        assert_eq!(status, 200, "{answer}");
        let gate = served.koalr.gate(&sample, &[]).json();
        let score = gate["score"]["score"].as_f64().unwrap() / 10.0;
        assert_eq!(
            (&answer["score"], &answer["decision"], &answer["factors"]),
            (&json!(score), &gate["decision"], &gate["factors"]),
            "{name}"
        );
        let is_blocked = name == "blocked";
        assert_eq!(answer["requiresHardGate"], is_blocked, "{answer}");
        assert_eq!(score >= 80.0, is_blocked);
        assert_eq!(answer["label"] == "Critical Risk", is_blocked);
        assert_eq!(answer["judge"], gate["judge"]);
    }
    let rival = self::key(&served.koalr, "rival", &ALL);
    let sample = sample_change("blocked");
    let body = json!({ "dependencies": sample["dependencies"], "repository": "a/b" });
    let (status, answer) = served.ask("POST /api/v1/pr-risk/score", &rival, &body);
    assert_eq!(
        (status, &answer["score"], &answer["label"]),
        (200, &Value::Null, &Value::Null)
    );
    assert_eq!(
        answer["unknowns"][0],
        "the upstream was not asked: `snyk` is not connected"
    );
    let listed = get(&served, "/api/v1/pull-requests", &rival);
    assert_eq!(listed["data"], json!([]));
    assert_eq!(
        served
            .koalr
            .run(&["audit", "list", "--tenant", "rival", "--format", "json"])
            .out
            .matches("decided")
            .count(),
        0
    );
}

#[test]
fn what_is_not_known_of_a_described_change_is_said_and_is_no_zero() {
    let served = Served::new();
    let key = key(&served.koalr, "default", &["gate"]);
    let score = |body: &Value| {
        let (status, answer) = served.ask("POST /api/v1/pr-risk/score", &key, body);
        assert_eq!(status, 200, "{answer}");
        answer
    };
    let answer = score(&json!({ "files": ["src/a.rs", "web/yarn.lock"], "baseScore": 42 }));
    assert_eq!(
        (&answer["score"], &answer["label"], &answer["factors"]),
        (&json!(42.0), &json!("Medium Risk"), &json!([]))
    );
    assert_eq!(
        (&answer["decision"], &answer["unknowns"][0]),
        (
            &json!("inconclusive"),
            &json!(
                "it changes `web/yarn.lock`, and no `dependencies` say how: nothing is known of security"
            )
        )
    );
    let answer = score(&json!({}));
    assert_eq!(
        (&answer["score"], &answer["label"]),
        (&Value::Null, &Value::Null)
    );
    // What the repository owes already is no score of a change.
    let mut body = json!({ "repository": "acme/checkout-api" });
    assert_eq!(score(&body)["score"], Value::Null);
    body["dependencies"] = json!([]);
    let answer = score(&body);
    assert_eq!(
        (&answer["label"], &answer["decision"], &answer["unknowns"]),
        (&json!("Low Risk"), &json!("pass"), &json!([]))
    );
}

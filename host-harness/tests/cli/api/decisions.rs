//! Decisions, overrides and the audit log by API.

use serde_json::{Value, json};

use super::{Served, at};

#[test]
fn what_was_decided_let_pass_and_done_is_listed() {
    let mut served = Served::new();
    let (change, key) = served.imported(&json!({ "state": "open" }));
    served.hand_in(&change, &key);
    let told = served.decided(&change, &key);
    let lift = json!({ "head-sha": change["head-sha"], "reason": "behind a flag" });
    let (_, lifted) = served.ask(&format!("POST {}/override", at(&change)), &key, &lift);
    let later = served.decided(&change, &key);
    let get = |what: &str| {
        let (status, rows) = served.ask(&format!("GET {what}"), &key, &Value::Null);
        assert_eq!(status, 200, "{what}: {rows}");
        rows["items"].clone()
    };
    let decisions = get("/api/v1/decisions");
    assert_eq!(decisions, get(&format!("{}/decisions", at(&change))));
    let row = &decisions[0];
    assert_eq!(
        (
            &row["judged"],
            &row["decision"],
            &row["overridden-by"],
            &row["as-of"]
        ),
        (
            &told["decided"]["decision"],
            &json!("warn"),
            &json!("ines"),
            &later["decided"]["as-of"]
        )
    );
    let count = |query: &str| {
        get(&format!("/api/v1/decisions?{query}"))
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(count("decision=warn&observation=observed"), 1);
    assert_eq!(count("decision=block"), 0);
    assert_eq!(count("observation=reconstructed"), 0);
    assert_eq!(count("to=2020-01-01"), 0);
    assert_eq!(count("from=2020-01-01&repository=no%2Fsuch"), 0);
    assert_eq!(get("/api/v1/overrides"), json!([lifted]));
    assert_eq!(get("/api/v1/overrides?change=another"), json!([]));
}

#[test]
fn the_audit_log_is_the_one_of_the_command_line_its_end_first() {
    let served = Served::new();
    let (_, key) = served.imported(&json!({ "state": "open" }));
    let mut printed = served
        .koalr
        .run(&["audit", "list", "--format", "json"])
        .json();
    printed.as_array_mut().unwrap().reverse();
    let (mut query, mut entries) = (String::new(), Vec::new());
    loop {
        let (_, page) = served.ask(
            &format!("GET /api/v1/audit?limit=1{query}"),
            &key,
            &Value::Null,
        );
        entries.extend(page["items"].as_array().unwrap().clone());
        match &page["next-cursor"] {
            Value::Null => break,
            cursor => query = format!("&cursor={}", cursor.as_str().unwrap()),
        }
    }
    assert_eq!(Value::from(entries), printed);
}

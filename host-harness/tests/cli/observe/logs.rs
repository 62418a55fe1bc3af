//! What is logged, and that its ids join.

use koalr_upstream::{Fault, Occurrence};
use serde_json::{Value, json};

use super::Watched;
use crate::support::{TOKEN, acme};

#[test]
fn a_request_leads_by_its_id_to_its_job_and_by_the_job_to_the_verdict() {
    let mut watched = Watched::new();
    let key = watched.key();
    watched.hand_in(&key, "join.me-1");
    let judged = watched.until(&json!({ "message": "change judged" }));
    let queued = watched
        .log
        .iter()
        .find(|line| line["message"] == "queued" && line["request"] == "join.me-1");
    let queued = queued.expect("a line that names the request's job").clone();
    assert_eq!(
        (&queued["job"], &queued["tenant"], &queued["kind"]),
        (&judged["job"], &json!("default"), &json!("judge"))
    );
    assert_eq!(
        (&judged["tenant"], &judged["class"], &judged["decision"]),
        (&json!("default"), &json!("gate"), &json!("block"))
    );
    let is_end = |line: &&Value| line["message"] == "answered" && line["request"] == "join.me-1";
    let ends: Vec<Value> = watched.log.iter().filter(is_end).cloned().collect();
    let end = match ends.as_slice() {
        [end] => end.clone(),
        [] => watched.until(&json!({ "message": "answered", "request": "join.me-1" })),
        more => panic!("{more:?}"),
    };
    assert_eq!(
        (&end["status"], &end["route"], &end["method"], &end["level"]),
        (
            &json!(200),
            &json!("/api/v1/changes/{id}/dependencies"),
            &json!("PUT"),
            &json!("INFO")
        )
    );
    assert_eq!(
        (&end["tenant"], &end["key"]),
        (&json!("default"), &queued["key"])
    );
    assert!(end["ms"].is_u64() && end["bytes"].is_u64(), "{end}");
}

#[test]
fn what_a_plugin_says_names_it_and_its_tenant() {
    let mut watched = Watched::new();
    let key = watched.key();
    let issues = format!("/rest/orgs/{}/issues", acme().id);
    watched
        .upstream
        .fault(&issues, Occurrence::Every, Fault::Truncated);
    watched.ask(
        "POST /api/v1/integrations/snyk/sync",
        (&key, "a"),
        &Value::Null,
    );
    let line = watched.until(&json!({ "target": "koalr::guest", "level": "WARN" }));
    assert_eq!(
        (
            &line["plugin"],
            &line["verb"],
            &line["tenant"],
            &line["kind"]
        ),
        (
            &json!("snyk"),
            &json!("sync"),
            &json!("default"),
            &json!("increment")
        )
    );
    assert!(line["session"].is_u64() && line["job"].is_i64(), "{line}");
    assert_eq!(line["version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn an_answer_has_its_requests_id_and_a_strange_one_is_replaced() {
    let watched = Watched::new();
    let id_of = |head: &str| {
        let line = head.lines().find(|line| line.starts_with("x-request-id: "));
        line.unwrap()["x-request-id: ".len()..].to_owned()
    };
    let (head, _) = watched.ask("GET /nothing", ("wrong", "Own_1"), &Value::Null);
    assert_eq!(id_of(&head), "Own_1");
    let (head, _) = watched.ask("GET /nothing", ("wrong", "o wn"), &Value::Null);
    assert_eq!(id_of(&head).len(), 16);
}

#[test]
fn nothing_secret_is_in_the_log_or_in_the_metrics() {
    let mut watched = Watched::new();
    let key = watched.key();
    watched.hand_in(&key, "a");
    watched.until(&json!({ "message": "done", "kind": "judge" }));
    watched.ask(
        "POST /api/v1/integrations/snyk/sync",
        (&key, "a"),
        &Value::Null,
    );
    watched.until(&json!({ "message": "done", "kind": "increment" }));
    let forged = format!("{}x", &key[..key.len() - 1]);
    for secret in [&key, &forged] {
        let what = "GET /api/v1/changes/canary-path?canary=query";
        watched.ask(what, (secret, "last"), &Value::Null);
    }
    let document = json!({ "changes": "canary-body" });
    watched.ask("POST /api/v1/imports", (&key, "very-last"), &document);
    watched.until(&json!({ "message": "answered", "request": "very-last" }));
    let lines = watched.log.iter().map(Value::to_string);
    let log: String = lines.collect();
    let metrics = super::get(&watched.operator, "/metrics").1;
    assert!(
        log.contains("/rest/orgs/"),
        "requests to the upstream are in it"
    );
    let (_, secret_part) = key.rsplit_once('_').unwrap();
    for canary in [TOKEN, secret_part, "canary-path", "canary=", "canary-body"] {
        assert!(!log.contains(canary), "`{canary}` is in the log");
        assert!(!metrics.contains(canary), "`{canary}` is in the metrics");
    }
}

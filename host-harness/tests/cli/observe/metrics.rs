//! What is counted, and that it is right.

use koalr_upstream::{Fault, Occurrence};
use serde_json::{Value, json};

use super::{Watched, get};

/// Whether a series has grown by exactly this much.
#[track_caller]
fn assert_grew(before: &super::Scrape, after: &super::Scrape, series: &str, by: f64) {
    let grew = after.value(series) - before.value(series);
    assert!(
        (grew - by).abs() < 0.5,
        "`{series}` grew by {grew}, not by {by}"
    );
}

#[test]
fn requests_are_counted_by_the_template_of_their_address_and_nothing_ever_shrinks() {
    let watched = Watched::new();
    let key = watched.key();
    let before = watched.scrape();
    for _ in 0..3 {
        watched.ask("GET /api/v1/integrations", (&key, "a"), &Value::Null);
    }
    watched.ask("GET /api/v1/integrations", ("wrong", "a"), &Value::Null);
    watched.ask(
        "GET /api/v1/changes/canary%2Fx%231",
        (&key, "a"),
        &Value::Null,
    );
    watched.ask("BREW /canary", (&key, "a"), &Value::Null);
    let after = watched.scrape();
    for (labels, by) in [
        (
            r#"route="/api/v1/integrations",method="GET",status="200""#,
            3.0,
        ),
        (
            r#"route="/api/v1/integrations",method="GET",status="401""#,
            1.0,
        ),
        (
            r#"route="/api/v1/changes/{id}",method="GET",status="404""#,
            1.0,
        ),
        (r#"route="none",method="other",status="404""#, 1.0),
    ] {
        let series = format!("koalr_http_requests_total{{{labels}}}");
        assert_grew(&before, &after, &series, by);
    }
    let seconds = r#"koalr_http_request_seconds_count{route="/api/v1/integrations"}"#;
    assert_grew(&before, &after, seconds, 4.0);
    for (series, value) in before.growing() {
        assert!(after.value(series) >= value, "`{series}` has shrunk");
    }
    assert!(after.has(&format!(
        "koalr_build_info{{version=\"{}\"}}",
        env!("CARGO_PKG_VERSION")
    )));
}

#[test]
fn a_sync_counts_every_request_that_left_and_the_one_that_was_one_too_many() {
    let mut watched = Watched::new();
    let key = watched.key();
    let done = r#"koalr_jobs_total{class="increment",kind="increment",outcome="done"}"#;
    let before = watched.scrape_until(done, 1.0);
    let asked = watched.upstream.requests().len();
    let throttled = Fault::Status(429, Some("0".to_owned()));
    watched
        .upstream
        .fault("/rest", Occurrence::First(1), throttled);
    watched.ask(
        "POST /api/v1/integrations/snyk/sync",
        (&key, "a"),
        &Value::Null,
    );
    watched.until(&json!({ "message": "done", "kind": "increment" }));
    let after = watched.scrape_until(done, 2.0);
    assert_grew(
        &before,
        &after,
        r#"koalr_upstream_throttled_total{plugin="snyk"}"#,
        1.0,
    );
    let classes = r#"koalr_upstream_requests_total{plugin="snyk",status_class="#;
    assert_grew(&before, &after, &format!("{classes}\"4xx\"}}"), 1.0);
    let sent = after.sum(classes) - before.sum(classes);
    let arrived = watched.upstream.requests().len() - asked;
    assert_eq!(format!("{sent}"), arrived.to_string());
    let received = r#"koalr_upstream_received_bytes_total{plugin="snyk"}"#;
    assert!(after.value(received) > before.value(received));
    let calls = r#"koalr_plugin_call_seconds_count{plugin="snyk",verb="sync"}"#;
    assert!(after.value(calls) > before.value(calls));
    let fresh = r#"koalr_sync_tenants{integration="snyk",state="fresh"}"#;
    assert_eq!(format!("{}", after.value(fresh)), "1");
    assert!(after.has(r#"koalr_sync_oldest_age_seconds{integration="snyk"}"#));
}

#[test]
fn a_judged_change_is_a_decision_and_a_call_of_each_verb_that_judges() {
    let mut watched = Watched::new();
    let key = watched.key();
    let before = watched.scrape();
    watched.hand_in(&key, "a");
    watched.until(&json!({ "message": "done", "kind": "judge" }));
    let after = watched.scrape_until(
        r#"koalr_jobs_total{class="gate",kind="judge",outcome="done"}"#,
        1.0,
    );
    let version = env!("CARGO_PKG_VERSION");
    for verb in ["score", "gate"] {
        let calls = format!(
            "koalr_plugin_calls_total{{plugin=\"snyk\",version=\"{version}\",verb=\"{verb}\",outcome=\"ok\"}}"
        );
        assert_grew(&before, &after, &calls, 1.0);
        let memory =
            format!("koalr_plugin_memory_peak_bytes_count{{plugin=\"snyk\",verb=\"{verb}\"}}");
        assert_grew(&before, &after, &memory, 1.0);
    }
    let decided = r#"koalr_decisions_total{integration="snyk",subject="change",decision="block",mode="enforce"}"#;
    assert_grew(&before, &after, decided, 1.0);
    assert_grew(
        &before,
        &after,
        r#"koalr_job_seconds_count{class="gate"}"#,
        1.0,
    );
}

#[test]
fn metrics_are_not_at_the_address_that_everybody_reaches() {
    let watched = Watched::new();
    let (head, _) = get(&watched.address, "/metrics");
    assert!(head.starts_with("HTTP/1.1 404 "), "{head}");
    let (head, _) = get(&watched.operator, "/api/v1/integrations");
    assert!(head.starts_with("HTTP/1.1 404 "), "{head}");
    let ran = watched
        .koalr
        .run(&["serve", "--listen", "127.0.0.1:0", "--metrics", "0.0.0.0:0"]);
    let refused = "  flag `--metrics`: other machines could reach `0.0.0.0:0`, and metrics are served by plain HTTP; \
                   listen on 127.0.0.1, or set `server.anyone`";
    assert_eq!((ran.code, ran.err.lines().nth(1)), (2, Some(refused)));
}

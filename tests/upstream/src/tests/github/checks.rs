//! Check runs and deployment protection rules.

use std::time::Instant;

use serde_json::{Value, json};

use super::{BASE, HEAD, RUNS, ask, get, in_progress, message, posted, shop, start};

fn listed(upstream: &crate::github::GitHubUpstream, query: &str) -> Vec<u64> {
    let reply = get(
        upstream,
        &format!("/repos/acme/shop/commits/{HEAD}/check-runs{query}"),
    );
    let runs = reply.json()["check_runs"].as_array().unwrap().clone();
    runs.iter().map(|run| run["id"].as_u64().unwrap()).collect()
}

#[test]
fn a_run_goes_from_in_progress_to_completed() {
    let upstream = start(shop());
    let id = posted(&upstream, &in_progress());
    let output = json!({"title": "Blocked", "summary": "One finding"});
    let body = json!({"status": "completed", "conclusion": "failure", "output": output});
    let reply = ask(&upstream, "PATCH", &format!("{RUNS}/{id}"), Some(&body));
    assert_eq!(reply.status, 200);
    let shown = get(&upstream, &format!("{RUNS}/{id}")).json();
    assert_eq!(shown, reply.json());
    assert_eq!(shown["status"], "completed");
    assert_eq!(shown["conclusion"], "failure");
    assert_eq!(shown["completed_at"], "2026-01-15T00:00:00Z");
    assert_eq!(shown["output"]["summary"], "One finding");
    let run = upstream.check_runs().remove(0);
    assert_eq!(
        (run.repository.as_str(), run.head_sha.as_str()),
        ("acme/shop", HEAD)
    );
    let statuses: Vec<_> = run
        .writes
        .iter()
        .map(|write| write.status.as_str())
        .collect();
    assert_eq!(statuses, ["in_progress", "completed"]);
}

#[test]
fn the_time_from_a_push_to_in_progress_can_be_measured() {
    let upstream = start(shop());
    let pushed = Instant::now();
    posted(&upstream, &in_progress());
    let run = upstream.check_runs().remove(0);
    let began = run.first("in_progress").unwrap();
    assert!(pushed <= began && began <= Instant::now());
    assert_eq!(run.first("completed"), None);
}

#[test]
fn a_conclusion_completes_a_run_whatever_status_comes_with_it() {
    let upstream = start(shop());
    let mut body = in_progress();
    body["conclusion"] = json!("neutral");
    posted(&upstream, &body);
    assert_eq!(upstream.check_runs()[0].status, "completed");
}

#[test]
fn a_run_that_starts_again_has_no_conclusion() {
    let upstream = start(shop());
    let id = posted(
        &upstream,
        &json!({"name": "koalr", "head_sha": HEAD, "conclusion": "failure"}),
    );
    let body = json!({"status": "in_progress"});
    let shown = ask(&upstream, "PATCH", &format!("{RUNS}/{id}"), Some(&body)).json();
    assert_eq!(shown["conclusion"], Value::Null);
    assert_eq!(shown["completed_at"], Value::Null);
}

#[test]
fn annotations_add_up_and_other_output_is_replaced() {
    let upstream = start(shop());
    let id = posted(&upstream, &in_progress());
    for summary in ["first", "second"] {
        let annotation = json!({
            "path": "package.json",
            "start_line": 1,
            "end_line": 1,
            "annotation_level": "failure",
            "message": "Blocked",
        });
        let body = json!({"output": {"summary": summary, "annotations": [annotation]}});
        ask(&upstream, "PATCH", &format!("{RUNS}/{id}"), Some(&body));
    }
    let shown = get(&upstream, &format!("{RUNS}/{id}")).json();
    assert_eq!(shown["output"]["annotations_count"], 2);
    assert_eq!(shown["output"]["summary"], "second");
}

#[test]
fn only_the_newest_run_of_a_name_is_listed_unless_all_are_asked_for() {
    let upstream = start(shop());
    let first = posted(&upstream, &in_progress());
    let second = posted(&upstream, &in_progress());
    let other = posted(&upstream, &json!({"name": "lint", "head_sha": HEAD}));
    assert_eq!(listed(&upstream, ""), [other, second]);
    assert_eq!(listed(&upstream, "?filter=all"), [other, second, first]);
    assert_eq!(listed(&upstream, "?check_name=koalr"), [second]);
    assert_eq!(listed(&upstream, "?status=queued"), [other]);
    assert_eq!(listed(&upstream, "?filter=all&per_page=1&page=3"), [first]);
}

#[test]
fn runs_of_another_commit_are_not_listed() {
    let upstream = start(shop());
    posted(&upstream, &json!({"name": "koalr", "head_sha": BASE}));
    assert!(listed(&upstream, "").is_empty());
    let of_branch = get(&upstream, "/repos/acme/shop/commits/main/check-runs");
    assert_eq!(of_branch.json()["total_count"], 1);
}

#[test]
fn a_run_needs_a_commit_that_the_repository_has() {
    let upstream = start(shop());
    let body = json!({"name": "koalr", "head_sha": "unknown"});
    let reply = ask(&upstream, "POST", RUNS, Some(&body));
    assert_eq!(reply.status, 422);
    assert_eq!(message(&reply), "No commit found for SHA: unknown");
    assert!(upstream.check_runs().is_empty());
}

#[test]
fn an_unknown_run_or_repository_is_not_found() {
    let upstream = start(shop());
    posted(&upstream, &in_progress());
    for path in [
        format!("{RUNS}/2"),
        format!("{RUNS}/x"),
        "/repos/acme/attic/check-runs/1".to_owned(),
    ] {
        let reply = ask(&upstream, "PATCH", &path, Some(&json!({})));
        assert_eq!(reply.status, 404, "{path}");
    }
}

#[test]
fn a_waiting_run_takes_an_answer() {
    let upstream = start(shop());
    let path = "/repos/acme/shop/actions/runs/501/deployment_protection_rule";
    let body = json!({"environment_name": "production", "state": "rejected", "comment": "Blocked"});
    let reply = ask(&upstream, "POST", path, Some(&body));
    assert_eq!((reply.status, reply.body.len()), (204, 0));
    let review = upstream.reviews().remove(0);
    assert_eq!(
        (review.run_id, review.environment.as_str()),
        (501, "production")
    );
    assert_eq!(review.state.as_deref(), Some("rejected"));
    assert_eq!(review.comment.as_deref(), Some("Blocked"));
}

#[test]
fn a_comment_alone_decides_nothing() {
    let upstream = start(shop());
    let path = "/repos/acme/shop/actions/runs/501/deployment_protection_rule";
    let body = json!({"environment_name": "production", "comment": "Still looking"});
    assert_eq!(ask(&upstream, "POST", path, Some(&body)).status, 204);
    assert_eq!(upstream.reviews()[0].state, None);
}

#[test]
fn an_answer_that_is_wrong_or_that_nobody_waits_for_is_refused() {
    let upstream = start(shop());
    let path = |run: u32| format!("/repos/acme/shop/actions/runs/{run}/deployment_protection_rule");
    let fine = json!({"environment_name": "production", "state": "approved"});
    assert_eq!(ask(&upstream, "POST", &path(502), Some(&fine)).status, 404);
    for (body, complaint) in [
        (
            json!({"state": "approved"}),
            "\"environment_name\" wasn't supplied.",
        ),
        (
            json!({"environment_name": "production"}),
            "\"state\" wasn't supplied.",
        ),
        (
            json!({"environment_name": "production", "state": "maybe"}),
            "For '/state', \"maybe\" is not a member of [\"approved\", \"rejected\"].",
        ),
        (
            json!({"environment_name": "staging", "state": "approved"}),
            "No deployment to \"staging\" waits in this run.",
        ),
    ] {
        let reply = ask(&upstream, "POST", &path(501), Some(&body));
        assert_eq!(reply.status, 422);
        assert_eq!(message(&reply), format!("Invalid request.\n\n{complaint}"));
    }
    assert!(upstream.reviews().is_empty());
}

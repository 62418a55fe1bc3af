//! What a check run may be written as.

use serde_json::{Value, json};

use super::{HEAD, RUNS, ask, in_progress, message, posted, shop, start};

/// What GitHub says of a new run with these members beside its name and its commit; the run must not be stored.
#[track_caller]
fn refusal(members: &Value) -> String {
    let upstream = start(shop());
    let mut body = in_progress();
    for (name, value) in members.as_object().unwrap() {
        body[name] = value.clone();
    }
    let reply = ask(&upstream, "POST", RUNS, Some(&body));
    assert_eq!(reply.status, 422, "{}", reply.json());
    assert_eq!(reply.json()["status"], "422");
    assert!(upstream.check_runs().is_empty());
    let message = message(&reply);
    message
        .strip_prefix("Invalid request.\n\n")
        .unwrap_or(&message)
        .to_owned()
}

fn annotation(members: &Value) -> Value {
    let mut annotation = json!({
        "path": "package.json",
        "start_line": 3,
        "end_line": 3,
        "annotation_level": "warning",
        "message": "Blocked",
    });
    for (name, value) in members.as_object().unwrap() {
        annotation[name] = value.clone();
    }
    annotation
}

fn output(members: &Value) -> Value {
    let mut output = json!({"title": "Verdict", "summary": "Fine"});
    for (name, value) in members.as_object().unwrap() {
        output[name] = value.clone();
    }
    json!({"output": output})
}

#[test]
fn a_run_that_uses_every_limit_to_the_full_is_taken() {
    let upstream = start(shop());
    let long = "x".repeat(65_535);
    let annotations = vec![annotation(&json!({"start_column": 1, "title": "x".repeat(255)})); 50];
    let action = json!({
        "label": "x".repeat(20),
        "description": "x".repeat(40),
        "identifier": "x".repeat(20),
    });
    let mut body = output(&json!({"summary": long, "text": long, "annotations": annotations}));
    for (name, value) in in_progress().as_object().unwrap() {
        body[name] = value.clone();
    }
    body["actions"] = json!([action, action, action]);
    body["external_id"] = json!("42");
    body["details_url"] = json!("https://example.com/42");
    posted(&upstream, &body);
    let run = upstream.check_runs().remove(0);
    assert_eq!((run.annotations.len(), run.actions.len()), (50, 3));
    assert_eq!(run.external_id.as_deref(), Some("42"));
}

#[test]
fn a_new_run_needs_a_name_and_a_commit() {
    let upstream = start(shop());
    let reply = ask(&upstream, "POST", RUNS, Some(&json!({})));
    let expected = "Invalid request.\n\n\"name\", \"head_sha\" weren't supplied.";
    assert_eq!((reply.status, message(&reply).as_str()), (422, expected));
}

#[test]
fn a_completed_run_needs_a_conclusion() {
    let expected = "\"conclusion\" wasn't supplied.";
    assert_eq!(refusal(&json!({"status": "completed"})), expected);
    assert_eq!(
        refusal(&json!({"completed_at": "2026-01-15T00:00:00Z"})),
        expected
    );
}

#[test]
fn what_only_github_may_say_is_refused() {
    for status in ["waiting", "requested", "pending", "done"] {
        let expected = format!(
            "For '/status', \"{status}\" is not a member of [\"queued\", \"in_progress\", \"completed\"]."
        );
        assert_eq!(refusal(&json!({"status": status})), expected);
    }
    let refused = refusal(&json!({"conclusion": "stale"}));
    assert!(refused.starts_with("For '/conclusion', \"stale\" is not a member of"));
}

#[test]
fn a_summary_and_a_text_have_a_longest_length() {
    let long = "x".repeat(65_536);
    for field in ["summary", "text"] {
        let expected = "Only 65535 characters are allowed; 65536 were supplied.";
        assert_eq!(refusal(&output(&json!({field: long}))), expected);
    }
}

#[test]
fn a_summary_of_few_characters_may_have_too_many_bytes() {
    let upstream = start(shop());
    let mut body = output(&json!({"summary": "é".repeat(40_000)}));
    body["name"] = json!("koalr");
    body["head_sha"] = json!(HEAD);
    let reply = ask(&upstream, "POST", RUNS, Some(&body));
    assert_eq!(
        (reply.status, message(&reply).as_str()),
        (422, "Validation Failed")
    );
    let expected = json!([{
        "resource": "CheckRun",
        "code": "custom",
        "field": "summary",
        "message": "summary exceeds a maximum bytesize of 65535",
    }]);
    assert_eq!(reply.json()["errors"], expected);
}

#[test]
fn there_are_at_most_fifty_annotations_and_three_actions() {
    let annotations = vec![annotation(&json!({})); 51];
    let expected = "No more than 50 items are allowed; 51 were supplied.";
    assert_eq!(
        refusal(&output(&json!({"annotations": annotations}))),
        expected
    );
    let action = json!({"label": "Waive", "description": "Waive it", "identifier": "waive"});
    let expected = "No more than 3 items are allowed; 4 were supplied.";
    assert_eq!(refusal(&json!({"actions": vec![action; 4]})), expected);
}

#[test]
fn an_action_is_short() {
    for (member, most) in [("label", 20), ("description", 40), ("identifier", 20)] {
        let mut action =
            json!({"label": "Waive", "description": "Waive it", "identifier": "waive"});
        action[member] = json!("x".repeat(most + 1));
        let expected = format!(
            "Only {most} characters are allowed; {} were supplied.",
            most + 1
        );
        assert_eq!(refusal(&json!({"actions": [action]})), expected);
    }
    let refused = refusal(&json!({"actions": [{"label": "Waive"}]}));
    assert_eq!(refused, "\"description\", \"identifier\" weren't supplied.");
}

#[test]
fn an_annotation_says_where_and_how_bad() {
    for (members, complaint) in [
        (
            json!({"annotation_level": "error"}),
            "For '/output/annotations/annotation_level', \"error\" is not a member of [\"notice\", \"warning\", \"failure\"].",
        ),
        (
            json!({"start_line": 0}),
            "For '/output/annotations/start_line', 0 is not a number from 1.",
        ),
        (
            json!({"start_line": 9}),
            "For '/output/annotations', end_line is before start_line.",
        ),
        (
            json!({"end_line": 9, "start_column": 1}),
            "For '/output/annotations', columns need one line.",
        ),
        (
            json!({"title": "x".repeat(256)}),
            "Only 255 characters are allowed; 256 were supplied.",
        ),
        (
            json!({"message": "x".repeat(65_537)}),
            "Only 65536 bytes are allowed; 65537 were supplied.",
        ),
        (json!({"line": 3}), "\"line\" is not a permitted key."),
    ] {
        let body = output(&json!({"annotations": [annotation(&members)]}));
        assert_eq!(refusal(&body), complaint);
    }
    let refused = refusal(&output(
        &json!({"annotations": [{"start_line": 1, "end_line": 1, "message": "x"}]}),
    ));
    assert_eq!(refused, "\"path\", \"annotation_level\" weren't supplied.");
}

#[test]
fn types_times_and_unknown_members_are_checked() {
    for (members, complaint) in [
        (
            json!({"external_id": 42}),
            "For '/external_id', 42 is not a string.",
        ),
        (
            json!({"output": null}),
            "For '/output', null is not an object.",
        ),
        (
            json!({"actions": "waive"}),
            "For '/actions', \"waive\" is not an array.",
        ),
        (
            json!({"started_at": "yesterday"}),
            "For '/started_at', \"yesterday\" is not a date-time.",
        ),
        (json!({"sha": HEAD}), "\"sha\" is not a permitted key."),
    ] {
        assert_eq!(refusal(&members), complaint);
    }
}

#[test]
fn every_complaint_has_a_line() {
    let refused = refusal(&json!({"status": "done", "external_id": 42}));
    assert_eq!(refused.lines().count(), 2, "{refused}");
}

#[test]
fn a_change_of_output_needs_a_summary_and_no_title() {
    let upstream = start(shop());
    let id = posted(&upstream, &in_progress());
    let path = format!("{RUNS}/{id}");
    let change = |output: Value| ask(&upstream, "PATCH", &path, Some(&json!({"output": output})));
    assert_eq!(change(json!({"summary": "Fine"})).status, 200);
    let reply = change(json!({"title": "Verdict"}));
    assert_eq!(
        message(&reply),
        "Invalid request.\n\n\"summary\" wasn't supplied."
    );
}

#[test]
fn a_body_that_is_no_object_is_refused() {
    let upstream = start(shop());
    let reply = ask(&upstream, "POST", RUNS, None);
    assert_eq!(
        (reply.status, message(&reply).as_str()),
        (400, "Problems parsing JSON")
    );
    let reply = ask(&upstream, "POST", RUNS, Some(&json!([])));
    assert_eq!(
        (reply.status, message(&reply).as_str()),
        (400, "Body should be a JSON object")
    );
}

//! Webhooks: bodies, headers, signatures.

use serde_json::{Value, json};

use super::super::AS_OF;
use super::{BASE, HEAD, in_progress, posted, shop, start};
use crate::github::{
    Delivery, Deployment, Event, Incident, PullRequest, check_run_action, signature,
};

fn pull_request() -> PullRequest {
    PullRequest::new("acme/shop", 77, BASE, HEAD, AS_OF)
}

fn body(event: &Event) -> Value {
    let delivery = event.deliver(SECRET);
    serde_json::from_slice(&delivery.body).unwrap()
}

/// Whether the signature is that of the body, as a receiver checks it.
fn is_genuine(delivery: &Delivery) -> bool {
    let expected = signature(SECRET, &delivery.body);
    match delivery.header("x-hub-signature-256") {
        Some(sent) => sent == format!("sha256={expected}"),
        None => delivery
            .header("x-pagerduty-signature")
            .is_some_and(|sent| sent.split(',').any(|part| part == format!("v1={expected}"))),
    }
}

#[test]
fn the_signature_is_that_of_githubs_documentation() {
    // SOURCE: https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries
    assert_eq!(
        signature("It's a Secret to Everybody", b"Hello, World!"),
        "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    );
}

#[test]
fn the_signature_is_that_of_the_standard() {
    // SOURCE: https://www.rfc-editor.org/rfc/rfc4231, test case 2.
    assert_eq!(
        signature("Jefe", b"what do ya want for nothing?"),
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    );
}

#[test]
fn a_delivery_of_github_names_its_event_and_has_an_id_and_a_signature() {
    let delivery = pull_request().opened().deliver(SECRET);
    assert_eq!(delivery.header("x-github-event"), Some("pull_request"));
    assert_eq!(delivery.header("x-github-delivery").unwrap().len(), 36);
    assert_eq!(delivery.header("content-type"), Some("application/json"));
    assert!(is_genuine(&delivery));
}

#[test]
fn a_redelivery_has_the_same_id_and_another_event_another_one() {
    let pull_request = pull_request();
    let first = pull_request.opened().deliver(SECRET);
    assert_eq!(pull_request.opened().deliver(SECRET), first);
    let other = pull_request.reopened(AS_OF).deliver(SECRET);
    let id = |delivery: &Delivery| delivery.header("x-github-delivery").unwrap().to_owned();
    assert_ne!(id(&other), id(&first));
    let renamed = first.clone().with_id("another");
    assert_eq!(id(&renamed), "another");
    assert!(is_genuine(&renamed));
}

#[test]
fn forged_tampered_and_unsigned_deliveries_are_not_genuine() {
    let incident = Incident::new("PGR0VU2", "checkout", AS_OF);
    for (event, text) in [
        (pull_request().opened(), "mia"),
        (incident.triggered(), "high"),
    ] {
        let delivery = event.deliver(SECRET);
        assert!(is_genuine(&delivery));
        assert!(!is_genuine(&delivery.clone().forged()));
        assert!(!is_genuine(&delivery.clone().unsigned()));
        let tampered = delivery.clone().tampered(text, "mallory");
        assert!(!is_genuine(&tampered));
        assert!(serde_json::from_slice::<Value>(&tampered.body).is_ok());
    }
}

#[test]
fn a_secret_that_is_changed_signs_beside_the_old_one() {
    let event = Incident::new("PGR0VU2", "checkout", AS_OF).triggered();
    let delivery = event.deliver("the new one").also_signed(SECRET);
    let sent = delivery.header("x-pagerduty-signature").unwrap();
    assert_eq!(sent.matches("v1=").count(), 2);
    assert!(is_genuine(&delivery));
}

#[test]
fn a_pull_request_that_is_opened_shows_what_it_proposes() {
    let body = body(&pull_request().opened());
    assert_eq!(
        (&body["action"], &body["number"]),
        (&json!("opened"), &json!(77))
    );
    let shown = &body["pull_request"];
    assert_eq!(shown["user"]["login"], "mia");
    assert_eq!(
        shown["head"],
        json!({"label": "acme:change-77", "ref": "change-77", "sha": HEAD, "repo": {"full_name": "acme/shop"}})
    );
    assert_eq!(shown["base"]["sha"], BASE);
    assert_eq!(shown["created_at"], "2026-01-15T00:00:00Z");
    assert_eq!(
        (&shown["state"], &shown["draft"]),
        (&json!("open"), &json!(false))
    );
    assert_eq!(body["repository"]["full_name"], "acme/shop");
    assert_eq!(body["sender"]["login"], "mia");
}

#[test]
fn a_pull_request_that_is_not_merged_names_a_merge_that_was_only_tried() {
    let pull_request = pull_request();
    for event in [pull_request.opened(), pull_request.closed(AS_OF)] {
        let shown = &body(&event)["pull_request"];
        assert_eq!(
            (&shown["merged"], &shown["merged_at"]),
            (&json!(false), &Value::Null)
        );
        assert_eq!(shown["merge_commit_sha"].as_str().unwrap().len(), 40);
    }
}

#[test]
fn a_merge_names_its_commit_its_time_and_who_did_it() {
    let body = body(&pull_request().merged("5bd5f196", "jonas", AS_OF + 1_000));
    let shown = &body["pull_request"];
    assert_eq!(
        (&body["action"], &shown["state"]),
        (&json!("closed"), &json!("closed"))
    );
    assert_eq!(
        (&shown["merged"], &shown["merge_commit_sha"]),
        (&json!(true), &json!("5bd5f196"))
    );
    assert_eq!(shown["merged_at"], "2026-01-15T00:00:01Z");
    assert_eq!(shown["merged_by"]["login"], "jonas");
    assert_eq!(body["sender"]["login"], "jonas");
}

#[test]
fn a_push_to_a_pull_request_names_both_commits() {
    let body = body(&pull_request().synchronized("before", AS_OF));
    assert_eq!(body["action"], "synchronize");
    assert_eq!(
        (&body["before"], &body["after"]),
        (&json!("before"), &json!(HEAD))
    );
}

#[test]
fn a_deployment_status_shows_its_deployment() {
    let event = Deployment::new("acme/shop", 9, HEAD, AS_OF).status("success", AS_OF + 60_000);
    assert_eq!(
        event.deliver(SECRET).header("x-github-event"),
        Some("deployment_status")
    );
    let body = body(&event);
    let shown = &body["deployment"];
    assert_eq!(
        (&shown["id"], &shown["sha"], &shown["ref"]),
        (&json!(9), &json!(HEAD), &json!("main"))
    );
    assert_eq!(shown["environment"], "production");
    assert_eq!(body["deployment_status"]["state"], "success");
    assert_eq!(
        body["deployment_status"]["created_at"],
        "2026-01-15T00:01:00Z"
    );
}

#[test]
fn a_protection_rule_says_where_its_answer_goes() {
    let upstream = start(shop());
    let deployment = Deployment::new("acme/shop", 9, HEAD, AS_OF);
    let body = body(&deployment.protection_rule(501, upstream.base_url()));
    assert_eq!(
        (&body["action"], &body["environment"]),
        (&json!("requested"), &json!("production"))
    );
    let callback = body["deployment_callback_url"].as_str().unwrap();
    let path = callback.strip_prefix(upstream.base_url()).unwrap();
    let answer = json!({"environment_name": "production", "state": "approved"});
    assert_eq!(
        super::ask(&upstream, "POST", path, Some(&answer)).status,
        204
    );
}

#[test]
fn a_pressed_button_names_its_run_and_who_pressed_it() {
    let upstream = start(shop());
    let mut run = in_progress();
    run["external_id"] = json!("change-77");
    let id = posted(&upstream, &run);
    let event = check_run_action(&upstream.check_runs()[0], "override", "jonas");
    assert_eq!(
        event.deliver(SECRET).header("x-github-event"),
        Some("check_run")
    );
    let body = body(&event);
    assert_eq!(body["action"], "requested_action");
    assert_eq!(body["requested_action"], json!({"identifier": "override"}));
    assert_eq!(body["check_run"]["id"], id);
    assert_eq!(body["check_run"]["external_id"], "change-77");
    assert_eq!(body["check_run"]["head_sha"], HEAD);
    assert_eq!(body["check_run"]["name"], "koalr");
    assert_eq!(body["sender"]["login"], "jonas");
}

#[test]
fn an_incident_is_told_three_times_with_ids_of_their_own() {
    let mut incident = Incident::new("PGR0VU2", "checkout", AS_OF);
    incident.priority = Some("P1".to_owned());
    let events = [
        incident.triggered(),
        incident.acknowledged(AS_OF + 1_000),
        incident.resolved(AS_OF + 2_000),
    ];
    let bodies = events.map(|event| body(&event)["event"].take());
    let kinds = [
        "incident.triggered",
        "incident.acknowledged",
        "incident.resolved",
    ];
    assert_eq!(
        bodies.each_ref().map(|event| event["event_type"].clone()),
        kinds.map(Value::from)
    );
    assert_ne!(bodies[0]["id"], bodies[1]["id"]);
    assert_eq!(bodies[2]["occurred_at"], "2026-01-15T00:00:02Z");
    for event in &bodies {
        let data = &event["data"];
        assert_eq!(
            (&data["id"], &data["urgency"]),
            (&json!("PGR0VU2"), &json!("high"))
        );
        assert_eq!(data["service"]["summary"], "checkout");
        assert_eq!(data["priority"]["summary"], "P1");
        assert_eq!(data["created_at"], "2026-01-15T00:00:00Z");
    }
}

#[test]
fn an_incident_without_a_priority_says_null() {
    let event = Incident::new("PGR0VU2", "checkout", AS_OF).triggered();
    assert_eq!(body(&event)["event"]["data"]["priority"], Value::Null);
}

#[test]
fn an_event_that_no_sender_would_send_can_be_signed() {
    let mut event = pull_request().opened();
    event.body["pull_request"]["head"]["sha"] = Value::Null;
    assert!(is_genuine(&event.deliver(SECRET)));
    let odd = Event::github("ping", json!({"zen": "x"})).deliver(SECRET);
    assert_eq!(odd.header("x-github-event"), Some("ping"));
}

const SECRET: &str = "It's a Secret to Everybody";

//! What senders are told.

use koalr_upstream::github::{Delivery, Event};
use serde_json::json;

use super::fake::Fake;
use super::{Answer, SECRET, Server, opened, triggered};
use crate::inbox::Source;
use crate::web::Limits;

fn server() -> Server {
    Server::start(Fake::default(), Limits::default())
}

/// Both sources: the word in the address, and a delivery.
fn both() -> [(&'static str, Delivery); 2] {
    [("github", opened()), ("pagerduty", triggered())]
}

#[track_caller]
fn refused_as_unauthorized(answer: &Answer) {
    let expected = json!({
        "title": "Unauthorized",
        "status": 401,
        "detail": "the signature is missing or wrong; the sender must sign with the secret that is set here",
    });
    assert_eq!((answer.status, answer.json()), (401, expected));
}

#[test]
fn a_signed_delivery_is_taken_for_its_tenant() {
    let server = server();
    let opened = opened();
    let answer = server.send("acme", "github", &opened);
    let id = opened.header("x-github-delivery").unwrap();
    assert_eq!(answer.status, 202);
    assert_eq!(answer.json(), json!({"delivery": id, "duplicate": false}));
    assert_eq!(server.send("acme", "pagerduty", &triggered()).status, 202);
    let taken = server.inbox.taken.lock().unwrap();
    let sources = taken.iter().map(|(tenant, source, received)| {
        assert_eq!((tenant.as_str(), received.events.len()), ("acme", 1));
        *source
    });
    assert_eq!(
        sources.collect::<Vec<_>>(),
        [Source::GitHub, Source::PagerDuty]
    );
}

#[test]
fn a_redelivery_is_told_that_it_is_one() {
    let server = server();
    for (source, delivery) in both() {
        let first = server.send("acme", source, &delivery).json();
        let second = server.send("acme", source, &delivery).json();
        assert_eq!(
            (&first["duplicate"], &second["duplicate"]),
            (&json!(false), &json!(true))
        );
        assert_eq!(first["delivery"], second["delivery"]);
    }
    assert_eq!(server.inbox.taken.lock().unwrap().len(), 2);
}

#[test]
fn forged_tampered_and_unsigned_deliveries_are_refused_and_not_taken() {
    let server = server();
    for (source, delivery) in both() {
        for delivery in [
            delivery.clone().forged(),
            delivery.clone().tampered("2026", "2027"),
            delivery.clone().unsigned(),
        ] {
            refused_as_unauthorized(&server.send("acme", source, &delivery));
        }
    }
    assert!(server.inbox.taken.lock().unwrap().is_empty());
}

#[test]
fn a_tenant_whom_nobody_knows_is_answered_as_one_with_another_secret() {
    let server = server();
    for (source, delivery) in both() {
        let wrong = server.send("globex", source, &delivery);
        refused_as_unauthorized(&wrong);
        for tenant in ["silent", "unknown", "NO.TENANT", "%00", "%ff", "..%2Facme"] {
            assert_eq!(server.send(tenant, source, &delivery), wrong, "{tenant}");
        }
    }
    assert!(server.inbox.taken.lock().unwrap().is_empty());
}

#[test]
fn a_tenant_without_a_secret_takes_nothing_that_is_signed_with_an_empty_one() {
    let server = server();
    let delivery = Event::github("ping", json!({})).deliver("");
    refused_as_unauthorized(&server.send("silent", "github", &delivery));
}

#[test]
fn a_missing_member_is_named_in_a_problem_document() {
    let server = server();
    let body = json!({"action": "opened", "pull_request": {}});
    let delivery = Event::github("pull_request", body).deliver(SECRET);
    let answer = server.send("acme", "github", &delivery);
    let expected = json!({
        "title": "Unprocessable Entity",
        "status": 422,
        "detail": "`repository` is missing",
        "field": "repository",
    });
    assert_eq!((answer.status, answer.json()), (422, expected));
    assert!(answer.has("content-type: application/problem+json"));
}

#[test]
fn what_is_ignored_is_not_taken_and_says_so() {
    let server = server();
    let star = Event::github("star", json!({}))
        .deliver(SECRET)
        .with_id("1");
    let answer = server.send("acme", "github", &star);
    let expected = json!({"delivery": "1", "duplicate": false, "ignored": "star"});
    assert_eq!((answer.status, answer.json()), (202, expected));
    let ping = Event::github("ping", json!({}))
        .deliver(SECRET)
        .with_id("2");
    let answer = server.send("acme", "github", &ping);
    let expected = json!({"delivery": "2", "duplicate": false});
    assert_eq!((answer.status, answer.json()), (202, expected));
    assert!(server.inbox.taken.lock().unwrap().is_empty());
}

#[test]
fn what_cannot_be_taken_now_is_to_come_again_and_does_not_say_why() {
    let server = Server::start(Fake::broken(), Limits::default());
    let answer = server.send("acme", "github", &opened());
    assert_eq!(answer.status, 503);
    assert_eq!(
        answer.json()["detail"],
        "this cannot be taken now; send it again later"
    );
    assert!(answer.has("retry-after: 10"));
}

#[test]
fn a_server_that_runs_need_not_be_ready() {
    let server = server();
    assert_eq!(
        (server.get("/healthz").status, server.get("/readyz").status),
        (200, 200)
    );
    let broken = Server::start(Fake::broken(), Limits::default());
    assert_eq!(
        (broken.get("/healthz").status, broken.get("/readyz").status),
        (200, 503)
    );
}

#[test]
fn an_address_or_a_method_that_is_not_served_is_a_problem() {
    let server = server();
    for (path, status) in [
        ("/nowhere", 404),
        ("/webhooks/acme/gitlab", 404),
        ("/webhooks/acme/github", 405),
    ] {
        let answer = server.get(path);
        assert_eq!(
            (answer.status, &answer.json()["status"]),
            (status, &json!(status))
        );
        assert!(answer.has("content-type: application/problem+json"));
    }
}

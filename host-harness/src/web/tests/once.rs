//! Requests that are done once, however often they are sent.

use koalr_platform::access::Scope;
use serde_json::json;

use super::api::{ask, knowing, server, with};
use super::fake::{Fake, Gate};
use super::{Answer, Server};
use crate::ApiKey;
use crate::error::HostError;
use crate::web::Limits;

const JUDGE: &str = "POST /api/v1/changes/a/judge";

fn send(server: &Server, what: &str, key: &ApiKey, word: &str, body: &str) -> Answer {
    let headers = format!("{}idempotency-key: {word}\r\n", with(key));
    ask(server, what, &headers, body)
}

fn done(server: &Server) -> usize {
    server.inbox.asked.lock().unwrap().len()
}

#[test]
fn a_request_that_is_sent_again_is_answered_as_before_and_not_done_again() {
    let (server, key) = server(&[Scope::Gate]);
    let first = send(&server, JUDGE, &key, "w1", "{}");
    let second = send(&server, JUDGE, &key, "w1", "{}");
    assert_eq!((first.status, &first.body), (second.status, &second.body));
    assert!(second.has("idempotency-replayed: true"));
    assert!(!first.has("idempotency-replayed: true"));
    assert!(second.has("content-type: application/json"));
    assert_eq!(done(&server), 1);
    send(&server, JUDGE, &key, "w2", "{}");
    assert_eq!(done(&server), 2);
}

#[test]
fn the_same_word_for_another_request_is_refused() {
    let (server, key) = server(&[Scope::Gate]);
    send(&server, JUDGE, &key, "w", "");
    for (what, body) in [(JUDGE, "{}"), ("POST /api/v1/changes/b/judge", "")] {
        let answer = send(&server, what, &key, "w", body);
        let detail = "something else was asked under this `Idempotency-Key`; send another one";
        assert_eq!(
            (answer.status, &answer.json()["detail"]),
            (422, &json!(detail))
        );
    }
    assert_eq!(done(&server), 1);
}

#[test]
fn a_request_that_is_under_way_is_not_done_beside_itself() {
    let (mut fake, key) = knowing(&[Scope::Gate]);
    fake.gate = Fake::gated().gate;
    let server = Server::start(fake, Limits::default());
    let Some(Gate { arrived, open }) = &server.inbox.gate else {
        panic!("no gate");
    };
    std::thread::scope(|scope| {
        let first = scope.spawn(|| send(&server, JUDGE, &key, "w", ""));
        let wait = async { arrived.acquire().await.unwrap().forget() };
        server.runtime.block_on(wait);
        let second = send(&server, JUDGE, &key, "w", "");
        assert_eq!(second.status, 409);
        assert!(second.has("retry-after: 1"), "{second:?}");
        open.add_permits(1);
        assert_eq!(first.join().unwrap().status, 200);
    });
    assert_eq!(done(&server), 1);
}

#[test]
fn what_the_sender_did_wrong_is_told_again_and_what_the_server_did_is_tried_again() {
    for (fails, kept) in [
        (
            (|| HostError::Change("no".to_owned())) as fn() -> HostError,
            1,
        ),
        (|| HostError::Manifest("no".to_owned()), 2),
    ] {
        let (mut fake, key) = knowing(&[Scope::Gate]);
        fake.fails = Some(fails);
        let server = Server::start(fake, Limits::default());
        let first = send(&server, JUDGE, &key, "w", "");
        let second = send(&server, JUDGE, &key, "w", "");
        assert_eq!((first.status, &first.body), (second.status, &second.body));
        assert!(second.has("content-type: application/problem+json"));
        assert_eq!(done(&server), kept, "{}", first.body);
    }
}

#[test]
fn what_is_not_understood_is_not_kept() {
    let (server, key) = server(&[Scope::Gate]);
    assert_eq!(send(&server, JUDGE, &key, "w", "[]").status, 400);
    assert_eq!(send(&server, JUDGE, &key, "w", "").status, 200);
}

#[test]
fn a_word_that_is_none_is_refused_and_one_on_what_changes_nothing_is_not_looked_at() {
    let (server, key) = server(&[Scope::Gate, Scope::Read]);
    for word in ["", "a b", "ä", &"x".repeat(256), "a\r\nidempotency-key: b"] {
        let answer = send(&server, JUDGE, &key, word, "");
        assert_eq!(
            (answer.status, &answer.json()["field"]),
            (400, &json!("idempotency-key")),
            "{word:?}"
        );
    }
    for _ in 0..2 {
        assert_eq!(
            send(&server, "GET /api/v1/changes/a", &key, "a b", "").status,
            200
        );
    }
    assert_eq!(done(&server), 2);
}

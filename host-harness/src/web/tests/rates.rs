//! How often and how long anybody may ask.

use std::sync::atomic::Ordering;
use std::time::Duration;

use koalr_platform::access::Scope;

use super::api::{ask, knowing, with};
use super::fake::Fake;
use super::{Answer, Server};
use crate::ApiKey;
use crate::web::Limits;

const GET: &str = "GET /api/v1/integrations";

fn server(limits: Limits) -> (Server, ApiKey) {
    let (fake, key) = knowing(&[Scope::Read]);
    (Server::start(fake, limits), key)
}

#[test]
fn a_key_that_asks_too_often_is_told_to_wait_and_then_answered() {
    let (server, key) = server(Limits {
        requests_per_minute: 60,
        burst: 2,
        ..Limits::default()
    });
    let get = || ask(&server, GET, &with(&key), "");
    for left in [1, 0] {
        let answer = get();
        assert_eq!(answer.status, 200);
        assert!(
            answer.has("ratelimit-policy: \"key\";q=2;w=2"),
            "{answer:?}"
        );
        let standing = format!("ratelimit: \"key\";r={left};t={}", 2 - left);
        assert!(answer.has(&standing), "{answer:?}");
    }
    let refused = get();
    assert_eq!(refused.status, 429);
    assert_eq!(
        refused.json()["detail"],
        "this key asks too often; ask again in 1 s"
    );
    assert!(refused.has("retry-after: 1") && refused.has("ratelimit: \"key\";r=0;t=2"));
    server.inbox.now.store(1_000, Ordering::SeqCst);
    assert_eq!(get().status, 200);
    assert_eq!(server.inbox.asked.lock().unwrap().len(), 3);
}

#[test]
fn what_is_refused_tells_the_rate_too() {
    let (server, key) = server(Limits::default());
    for what in ["POST /api/v1/imports", "GET /api/v1/integrations?x=1"] {
        let answer = ask(&server, what, &with(&key), "");
        assert!((400..500).contains(&answer.status));
        assert!(
            answer.has("ratelimit-policy: \"key\";q=60;w=60"),
            "{answer:?}"
        );
    }
}

#[test]
fn keys_cannot_be_tried_fast_and_a_right_one_is_let_in_all_the_same() {
    let (server, key) = server(Limits {
        failures_per_minute: 3,
        ..Limits::default()
    });
    assert_eq!(ask(&server, GET, &with(&key), "").status, 200);
    let wrong = || ask(&server, GET, &with(&ApiKey::random().unwrap()), "");
    for _ in 0..3 {
        assert_eq!(wrong().status, 401);
    }
    let refused = wrong();
    assert_eq!(refused.status, 429);
    assert!(refused.has("retry-after: 20"), "{refused:?}");
    assert_eq!(ask(&server, GET, &with(&key), "").status, 200);
    server.inbox.now.store(20_000, Ordering::SeqCst);
    assert_eq!(wrong().status, 401);
}

#[test]
fn a_tenant_cannot_take_all_connections() {
    let (mut fake, key) = knowing(&[Scope::Read]);
    fake.gate = Fake::gated().gate;
    let limits = Limits {
        requests_of_a_tenant: 1,
        ..Limits::default()
    };
    let server = Server::start(fake, limits);
    let gate = server.inbox.gate.as_ref().unwrap();
    std::thread::scope(|scope| {
        let first = scope.spawn(|| ask(&server, GET, &with(&key), ""));
        let wait = async { gate.arrived.acquire().await.unwrap().forget() };
        server.runtime.block_on(wait);
        let second = ask(&server, GET, &with(&key), "");
        assert_eq!(second.status, 429);
        assert!(second.has("retry-after: 1"), "{second:?}");
        gate.open.add_permits(2);
        assert_eq!(first.join().unwrap().status, 200);
    });
    assert_eq!(ask(&server, GET, &with(&key), "").status, 200);
}

#[test]
fn an_answer_is_not_waited_for_for_ever_and_what_was_asked_for_goes_on() {
    let (mut fake, key) = knowing(&[Scope::Read]);
    fake.gate = Fake::gated().gate;
    let limits = Limits {
        answer_timeout: Duration::from_millis(1),
        ..Limits::default()
    };
    let server = Server::start(fake, limits);
    let Answer { status, .. } = ask(&server, GET, &with(&key), "");
    assert_eq!(status, 503);
    let gate = server.inbox.gate.as_ref().unwrap();
    gate.open.add_permits(1);
    while server.inbox.asked.lock().unwrap().is_empty() {
        std::thread::yield_now();
    }
}

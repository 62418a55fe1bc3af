//! What the sandbox does when the real component goes where it must not, or takes more than it may.

use std::time::Duration;

use koalr_runtime::contract::connect::Error;
use koalr_runtime::{CallError, Egress, Engine, EngineSettings, HttpClient, Limits, Roots};
use koalr_tests::sandbox::{Connected, Sandbox};
use koalr_tests::{component, facts};
use koalr_upstream::{Fault, Occurrence, Upstream, World, sample};

#[tokio::test]
async fn a_session_that_tries_to_send_where_nothing_may_leave_is_impure_and_stays_so() {
    let sandbox = Sandbox::new(Limits::default()).await;
    let mut session = sandbox.plugin.open_session(Egress::closed()).await.unwrap();
    let request = sandbox.request("http://127.0.0.1:9");
    let first = session.connect(&request).await.unwrap_err();
    assert!(matches!(first, CallError::Impure { .. }), "{first}");
    assert_eq!(session.describe().await.unwrap_err(), first);
}

#[tokio::test]
async fn the_next_session_is_not_touched_by_an_impure_one() {
    let sandbox = Sandbox::new(Limits::default()).await;
    let mut session = sandbox.plugin.open_session(Egress::closed()).await.unwrap();
    session
        .connect(&sandbox.request("http://127.0.0.1:9"))
        .await
        .unwrap_err();
    let mut next = sandbox.plugin.open_session(Egress::closed()).await.unwrap();
    assert_eq!(next.describe().await.unwrap().id, "snyk");
}

#[tokio::test]
async fn a_call_that_waits_longer_than_its_wall_time_is_ended() {
    let limits = Limits {
        wall: Duration::from_millis(200),
        ..Limits::default()
    };
    let slow = World::from(sample::organization(0)).fault(
        "/rest/self",
        Occurrence::Every,
        Fault::Slow(60_000),
    );
    let upstream = Upstream::start(slow).await.unwrap();
    let result = connect(limits, &upstream).await;
    let error = result.unwrap_err();
    assert!(matches!(error, CallError::OutOfTime { .. }), "{error}");
}

#[tokio::test]
async fn an_answer_longer_than_the_limit_is_cut_off_and_said() {
    let limits = Limits {
        response_bytes: 64,
        ..Limits::default()
    };
    let upstream = Upstream::start(sample::organization(0)).await.unwrap();
    let result = connect(limits, &upstream).await;
    let Err(Error::Upstream(sentence)) = result.unwrap() else {
        panic!("it read more than it may")
    };
    assert!(
        sentence.contains("longer than the host allows") || sentence.contains("broke off"),
        "{sentence}"
    );
}

#[tokio::test]
async fn a_request_over_the_budget_of_a_call_does_not_leave() {
    let limits = Limits {
        requests: 1,
        ..Limits::default()
    };
    let upstream = Upstream::start(sample::organization(0)).await.unwrap();
    let result = connect(limits, &upstream).await;
    assert!(result.unwrap().is_err());
    assert_eq!(upstream.requests().len(), 1);
}

#[tokio::test]
async fn a_component_that_needs_more_memory_than_it_may_have_does_not_start() {
    let limits = Limits {
        memory_bytes: 1 << 20,
        ..Limits::default()
    };
    let engine = Engine::new(EngineSettings {
        artifact_dir: None,
        limits,
    })
    .unwrap();
    let error = engine
        .load_bytes("component", &component::bytes())
        .err()
        .unwrap();
    assert!(error.to_string().contains("memory"), "{error}");
}

#[tokio::test]
async fn a_change_scores_the_same_in_the_sandbox_and_native_to_the_last_tenth() {
    let sandbox = Sandbox::new(Limits::default()).await;
    for count in [0, 1, 2, 7, 100] {
        let native = facts::native(count).assessment;
        let inside = facts::wire(&sandbox.plugin, count).await.assessment;
        assert_eq!(inside.score, native.score, "{count}");
        let points = |points: u16, hazard: u32| (points, hazard);
        let inside: Vec<_> = inside
            .contributions
            .iter()
            .map(|part| points(part.points, part.hazard))
            .collect();
        let native: Vec<_> = native
            .contributions
            .iter()
            .map(|part| points(part.points, part.hazard))
            .collect();
        assert_eq!(inside, native, "{count}");
    }
}

/// The verb `connect` under these limits.
async fn connect(limits: Limits, upstream: &Upstream) -> Connected {
    let client = HttpClient::new(Roots::None, None).unwrap();
    let sandbox = Sandbox::new(limits).await;
    sandbox.connect(upstream.base_url(), client).await.0
}

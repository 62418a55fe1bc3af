//! What the sandbox does when the real component goes where it must not, or takes more than it may; and that it says inside what the kit says outside.

mod twins;

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use koalr_integration_kit::model::verdict::GateRequest;

use koalr_runtime::contract::connect::Error;
use koalr_runtime::contract::gate;
use koalr_runtime::{CallError, Egress, Engine, EngineSettings, HttpClient, Limits, Roots};
use koalr_tests::sandbox::{Connected, Sandbox};
use koalr_tests::{component, facts};
use koalr_upstream::{Fault, Occurrence, Upstream, World, sample};
use tokio::task::JoinSet;

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

#[test]
fn calls_that_compute_keep_nobody_from_the_network() {
    // As the command line sets it up, on one thread.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .event_interval(1)
        .build()
        .unwrap();
    runtime.block_on(async {
        let sandbox = Sandbox::new(Limits::default()).await;
        let upstream = Upstream::start(sample::organization(0)).await.unwrap();
        let done = Arc::new(AtomicBool::new(false));
        let mut busy = JoinSet::new();
        for _ in 0..2 {
            let (plugin, done) = (sandbox.plugin.clone(), Arc::clone(&done));
            busy.spawn(async move {
                let mut session = plugin.open_session(Egress::closed()).await.unwrap();
                for _ in 0..MOST_CALLS {
                    if done.load(Ordering::Relaxed) {
                        return true;
                    }
                    session.describe().await.unwrap();
                }
                false
            });
        }
        let client = HttpClient::new(Roots::None, None).unwrap();
        let connected = sandbox.connect(upstream.base_url(), client).await.0;
        // Without a credential it is refused, but it is heard.
        assert_eq!(connected.unwrap(), Err(Error::BadCredential));
        done.store(true, Ordering::Relaxed);
        assert_eq!(busy.join_all().await, [true, true]);
    });
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
async fn any_change_is_assessed_and_judged_in_the_sandbox_word_for_word_as_native() {
    let sandbox = Sandbox::new(Limits::default()).await;
    let rules = sandbox.manifest.rules.iter().map(|rule| rule.code.clone());
    let rules: Vec<String> = rules.chain(["no-such-rule".to_owned()]).collect();
    let mut session = sandbox.plugin.open_session(Egress::closed()).await.unwrap();
    let (mut refused, mut offered, mut waived, mut decisions) = (0, 0, 0, BTreeSet::new());
    for seed in 0..200 {
        let (request, rules, waivers) = twins::drawn(seed, &rules);
        let native = koalr_integration_kit::score::score(&request);
        let wire = twins::wire(&request);
        let inside = session.score(&wire).await.unwrap();
        same(seed, &inside, &native);
        let (Ok(assessment), Ok(inside)) = (native, inside) else {
            refused += 1;
            continue;
        };
        offered += assessment.counterfactuals.len();
        let question = gate::Request {
            assessment: inside,
            evidence: wire.evidence,
            rules: rules.iter().map(twins::wire_rule).collect(),
            waivers: waivers.iter().map(twins::wire_waiver).collect(),
            as_of: 0,
        };
        let native = koalr_integration_kit::gate::gate(&GateRequest {
            assessment,
            evidence: request.evidence,
            rules,
            waivers,
            as_of: 0,
        });
        same(seed, &session.gate(&question).await.unwrap(), &native);
        let verdict = native.unwrap();
        waived += verdict.waived.len();
        decisions.insert(verdict.decision);
    }
    // The draw reaches what it is to compare.
    assert!(
        refused > 0 && offered > 0 && waived > 0,
        "{refused} {offered} {waived}"
    );
    assert!(decisions.len() > 1, "{decisions:?}");
}

#[tokio::test]
async fn a_change_of_any_size_scores_the_same_in_the_sandbox_and_native() {
    let sandbox = Sandbox::new(Limits::default()).await;
    for count in [0, 1, 2, 7, 100] {
        let native = facts::native(count).assessment;
        let inside = facts::wire(&sandbox.plugin, count).await.assessment;
        same(count.into(), &inside, &native);
    }
}

/// Field by field: both sides' types bear the contract's names, and differ only in how they write these.
#[track_caller]
fn same(seed: u64, inside: &impl Debug, native: &impl Debug) {
    let name = |word: &str| match word.strip_suffix(':') {
        Some(field) => format!("{}:", field.replace('-', "_")),
        None => word.rsplit("::").next().unwrap_or(word).to_owned(),
    };
    let lines = |text: String| -> Vec<String> {
        let line = |line: &str| -> Vec<String> { line.split_whitespace().map(name).collect() };
        text.lines().map(|one| line(one).join(" ")).collect()
    };
    let (inside, native) = (lines(format!("{inside:#?}")), lines(format!("{native:#?}")));
    for (number, (inside, native)) in inside.iter().zip(&native).enumerate() {
        assert_eq!(inside, native, "seed {seed}, line {number}");
    }
    assert_eq!(inside.len(), native.len(), "seed {seed}");
}

/// Far more calls than are made while somebody connects.
const MOST_CALLS: usize = 1_000_000;

/// The verb `connect` under these limits.
async fn connect(limits: Limits, upstream: &Upstream) -> Connected {
    let client = HttpClient::new(Roots::None, None).unwrap();
    let sandbox = Sandbox::new(limits).await;
    sandbox.connect(upstream.base_url(), client).await.0
}

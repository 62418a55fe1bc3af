//! What GitHub tells.

use koalr_platform::model::common::Change;
use koalr_platform::model::record::{Deployment, DeploymentState};
use koalr_upstream::github as upstream;
use serde_json::{Value, json};

use super::{AS_OF, BASE, HEAD, ignored, received, refusal};
use crate::inbox::{Asked, Event, PullAction, PullState, Source};

fn pull_request() -> upstream::PullRequest {
    upstream::PullRequest::new("acme/shop", 77, BASE, HEAD, AS_OF)
}

fn deployment() -> upstream::Deployment {
    upstream::Deployment::new("acme/shop", 9, HEAD, AS_OF)
}

fn check_run(action: &str) -> upstream::Event {
    let body = json!({
        "action": action,
        "check_run": {"id": 1, "head_sha": HEAD, "external_id": "acme/shop#77"},
        "requested_action": {"identifier": "override"},
        "repository": {"full_name": "acme/shop"},
        "sender": {"login": "jonas"},
    });
    upstream::Event::github("check_run", body)
}

#[track_caller]
fn event(told: &upstream::Event) -> Event {
    super::event(Source::GitHub, told)
}

#[track_caller]
fn pull_state(told: &upstream::Event) -> (PullState, PullAction) {
    match event(told) {
        Event::PullRequest { state, action, .. } => (state, action),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn deployed(told: &upstream::Event) -> Deployment {
    match event(told) {
        Event::Deployment { deployment, .. } => deployment,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_pull_request_that_is_opened_becomes_a_change() {
    let expected = Event::PullRequest {
        change: Change {
            id: "acme/shop#77".to_owned(),
            repository: "acme/shop".to_owned(),
            number: Some(77),
            head_sha: HEAD.to_owned(),
            base_sha: Some(BASE.to_owned()),
            source_branch: Some("change-77".to_owned()),
            target_branch: Some("main".to_owned()),
        },
        title: "Change 77".to_owned(),
        author: Some("mia".to_owned()),
        opened_at: AS_OF,
        updated_at: AS_OF,
        state: PullState::Open,
        draft: false,
        action: PullAction::Opened,
    };
    assert_eq!(event(&pull_request().opened()), expected);
}

#[test]
fn a_delivery_keeps_githubs_id() {
    let delivery = pull_request()
        .opened()
        .deliver(super::SECRET)
        .with_id("72d3162e");
    let received = super::read(Source::GitHub, &delivery).unwrap();
    assert_eq!(received.id, "72d3162e");
}

#[test]
fn a_push_orders_itself_after_the_opening() {
    let told = event(&pull_request().synchronized(BASE, AS_OF + 1_000));
    let Event::PullRequest {
        updated_at,
        opened_at,
        action,
        ..
    } = told
    else {
        panic!("{told:?}");
    };
    assert_eq!((opened_at, updated_at), (AS_OF, AS_OF + 1_000));
    assert_eq!(action, PullAction::Synchronized);
}

#[test]
fn a_merge_names_its_commit_and_its_time() {
    let told = pull_request().merged("5bd5f196", "jonas", AS_OF + 1_000);
    let merged = PullState::Merged {
        at: AS_OF + 1_000,
        sha: "5bd5f196".to_owned(),
    };
    assert_eq!(pull_state(&told), (merged, PullAction::Closed));
}

#[test]
fn a_merge_that_was_only_tried_is_none() {
    let told = pull_request().closed(AS_OF);
    assert!(told.body["pull_request"]["merge_commit_sha"].is_string());
    assert_eq!(pull_state(&told), (PullState::Closed, PullAction::Closed));
}

#[test]
fn a_pull_request_is_taken_again_when_it_is_reopened_edited_or_ready() {
    for (word, action) in [
        ("reopened", PullAction::Reopened),
        ("edited", PullAction::Edited),
        ("ready_for_review", PullAction::ReadyForReview),
    ] {
        let mut told = pull_request().reopened(AS_OF);
        told.body["action"] = json!(word);
        assert_eq!(pull_state(&told), (PullState::Open, action));
    }
}

#[test]
fn an_author_whose_account_is_gone_is_unknown() {
    let mut told = pull_request().opened();
    told.body["pull_request"]["user"] = Value::Null;
    let told = event(&told);
    assert!(matches!(told, Event::PullRequest { author: None, .. }));
}

#[test]
fn a_time_with_an_offset_is_the_same_instant() {
    let mut told = pull_request().opened();
    told.body["pull_request"]["created_at"] = json!("2026-01-15T01:00:00.250+01:00");
    let Event::PullRequest { opened_at, .. } = event(&told) else {
        panic!("{told:?}");
    };
    assert_eq!(opened_at, AS_OF + 250);
}

#[test]
fn a_deployment_says_how_far_it_got() {
    for (word, state) in [
        ("success", DeploymentState::Succeeded),
        ("failure", DeploymentState::Failed),
        ("error", DeploymentState::Failed),
        ("queued", DeploymentState::Running),
        ("pending", DeploymentState::Running),
        ("in_progress", DeploymentState::Running),
        ("waiting", DeploymentState::Running),
    ] {
        let expected = Event::Deployment {
            repository: "acme/shop".to_owned(),
            deployment: Deployment {
                id: "github:9".to_owned(),
                service: String::new(),
                environment: Some("production".to_owned()),
                sha: Some(HEAD.to_owned()),
                state,
                at: AS_OF + 60_000,
                extra: Vec::new(),
            },
        };
        assert_eq!(event(&deployment().status(word, AS_OF + 60_000)), expected);
    }
}

#[test]
fn a_deployment_that_another_replaced_stays_what_it_was() {
    let told = deployment().status("inactive", AS_OF);
    let ignored = ignored(Source::GitHub, &told);
    assert_eq!(ignored.as_deref(), Some("deployment_status inactive"));
}

#[test]
fn a_state_that_nobody_knows_keeps_its_word() {
    let deployed = deployed(&deployment().status("paused", AS_OF));
    assert_eq!(deployed.state, DeploymentState::Other);
    assert_eq!(deployed.extra, [("state".to_owned(), "paused".to_owned())]);
}

#[test]
fn a_deployment_without_a_state_runs() {
    let mut body = deployment().status("success", AS_OF + 1).body;
    body.as_object_mut().unwrap().remove("deployment_status");
    let deployed = deployed(&upstream::Event::github("deployment", body));
    assert_eq!(
        (deployed.state, deployed.at),
        (DeploymentState::Running, AS_OF)
    );
}

#[test]
fn a_pressed_button_names_its_change_and_who_pressed_it() {
    let expected = |asked| Event::Action {
        repository: "acme/shop".to_owned(),
        head_sha: HEAD.to_owned(),
        external_id: Some("acme/shop#77".to_owned()),
        asked,
        login: "jonas".to_owned(),
    };
    let button = Asked::Button("override".to_owned());
    assert_eq!(event(&check_run("requested_action")), expected(button));
    assert_eq!(event(&check_run("rerequested")), expected(Asked::Rerun));
}

#[test]
fn a_run_that_its_author_gave_no_id_has_none() {
    let mut told = check_run("rerequested");
    told.body["check_run"]["external_id"] = json!("");
    assert!(matches!(
        event(&told),
        Event::Action {
            external_id: None,
            ..
        }
    ));
}

#[test]
fn a_deployment_that_waits_says_where_the_answer_goes() {
    let told = deployment().protection_rule(501, "https://api.github.com");
    let path = "repos/acme/shop/actions/runs/501/deployment_protection_rule";
    let expected = Event::Protection {
        repository: "acme/shop".to_owned(),
        environment: "production".to_owned(),
        sha: HEAD.to_owned(),
        deployment_callback_url: format!("https://api.github.com/{path}"),
        run_id: 501,
    };
    assert_eq!(event(&told), expected);
}

#[test]
fn an_answer_that_would_go_to_no_run_is_refused() {
    let mut told = deployment().protection_rule(501, "https://api.github.com");
    told.body["deployment_callback_url"] = json!("https://api.github.com/repos/acme/shop");
    let expected = "`deployment_callback_url` names no workflow run";
    assert_eq!(refusal(Source::GitHub, &told), expected);
}

#[test]
fn what_says_nothing_to_us_is_ignored_with_its_name() {
    let mut labeled = pull_request().opened();
    labeled.body["action"] = json!("labeled");
    for (told, expected) in [
        (labeled, "pull_request labeled"),
        (check_run("created"), "check_run created"),
        (
            upstream::Event::github("star", json!({"action": "created"})),
            "star",
        ),
    ] {
        assert_eq!(ignored(Source::GitHub, &told).as_deref(), Some(expected));
    }
}

#[test]
fn a_ping_is_received_and_nothing_more() {
    let ping = upstream::Event::github("ping", json!({"zen": "Keep it logically awesome."}));
    let received = received(Source::GitHub, &ping);
    assert_eq!((received.events, received.ignored), (Vec::new(), None));
}

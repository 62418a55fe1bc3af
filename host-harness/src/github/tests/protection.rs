use koalr_upstream::github::GitHubUpstream;

use super::scripted::{Scripted, answer};
use super::{asked, shop, start};
use crate::github::{GitHubError, ProtectionState};

fn callback(upstream: &GitHubUpstream) -> String {
    let base = upstream.base_url();
    format!("{base}/repos/acme/shop/actions/runs/501/deployment_protection_rule")
}

#[tokio::test]
async fn a_deployment_is_answered_at_the_address_of_its_webhook() {
    let (upstream, client) = start(shop()).await;
    let url = callback(&upstream);
    for (state, comment) in [
        (None, "Looking up 3 dependencies"),
        (Some(ProtectionState::Approved), ""),
        (Some(ProtectionState::Rejected), "Held back"),
    ] {
        let answered = client.answer_protection(&url, "production", state, comment);
        answered.await.unwrap();
    }
    let reviews = upstream.reviews();
    let told = reviews.iter().map(|review| {
        assert_eq!(
            (review.run_id, review.environment.as_str()),
            (501, "production")
        );
        (review.state.as_deref(), review.comment.as_deref())
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            (None, Some("Looking up 3 dependencies")),
            (Some("approved"), None),
            (Some("rejected"), Some("Held back")),
        ]
    );
}

#[tokio::test]
async fn the_token_goes_to_no_other_address() {
    let (upstream, client) = start(shop()).await;
    let other = Scripted::start(|_, _| answer("204 No Content", "", "")).await;
    let base = upstream.base_url();
    let rule = "repos/acme/shop/actions/runs/501/deployment_protection_rule";
    for url in [
        format!("{}/{rule}", other.base),
        format!("{base}@{}/{rule}", other.base.trim_start_matches("http://")),
        format!("{base}/{rule}?x=y"),
        format!("{base}/{rule}/../../../../hooks"),
        format!("{base}/repos/acme/shop/check-runs"),
        format!("{base}/repos/acme/shop/actions/runs/x/deployment_protection_rule"),
        format!("/{rule}"),
        String::new(),
    ] {
        let state = Some(ProtectionState::Approved);
        let answered = client.answer_protection(&url, "production", state, "");
        assert_eq!(
            answered.await.unwrap_err().to_string(),
            format!(
                "a deployment is answered at `{base}/repos/OWNER/NAME/actions/runs/ID/deployment_protection_rule`, and the token goes nowhere else; check where the webhook comes from"
            ),
            "{url}"
        );
    }
    let tricky = format!("{base}/repos/acme/../actions/runs/1/deployment_protection_rule");
    let answered = client.answer_protection(&tricky, "production", None, "x");
    assert!(matches!(answered.await, Err(GitHubError::Repository(_))));
    assert!(asked(&upstream).is_empty() && other.requests().is_empty());
}

#[tokio::test]
async fn an_answer_without_a_state_needs_a_comment() {
    let (upstream, client) = start(shop()).await;
    let url = callback(&upstream);
    let error = client.answer_protection(&url, "production", None, "").await;
    assert_eq!(
        error.unwrap_err().to_string(),
        "an answer that neither approves nor rejects a deployment needs a comment"
    );
    assert!(asked(&upstream).is_empty());
}

#[tokio::test]
async fn an_answer_for_a_run_that_does_not_wait_says_so() {
    let (upstream, client) = start(shop()).await;
    let state = Some(ProtectionState::Approved);
    let gone = callback(&upstream).replace("501", "502");
    let error = client
        .answer_protection(&gone, "production", state, "")
        .await;
    assert_eq!(
        error.unwrap_err().to_string(),
        "answering the deployment of `acme/shop`: GitHub does not find the repository or the workflow run that waits, or hides it from this token; check the names, and give the token access with the permission Deployments: write"
    );
    let url = callback(&upstream);
    let error = client.answer_protection(&url, "staging", state, "").await;
    assert_eq!(
        error.unwrap_err().to_string(),
        "answering the deployment of `acme/shop`: GitHub does not take the request (status 422: `Invalid request. No deployment to \"staging\" waits in this run.`); change what it names"
    );
}

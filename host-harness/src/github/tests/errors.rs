use std::time::Duration;

use koalr_platform::model::common::Change;
use koalr_upstream::github::{GitHub as Content, GitHubUpstream};
use koalr_upstream::{Fault, Hint, Occurrence};
use tokio::net::TcpListener;

use super::scripted::{Scripted, answer};
use super::{AS_OF, BASE, CANARY, HEAD, client, shop, start};
use crate::github::{GitHub, GitHubError, GitHubSettings};
use crate::report::CheckRun;

async fn compare(client: &GitHub) -> GitHubError {
    client.compare("acme/shop", BASE, HEAD).await.unwrap_err()
}

async fn post(client: &GitHub, head: &str) -> GitHubError {
    let change = Change {
        id: "acme/shop#1".to_owned(),
        repository: "acme/shop".to_owned(),
        number: Some(1),
        head_sha: head.to_owned(),
        base_sha: None,
        source_branch: None,
        target_branch: None,
    };
    let run = CheckRun::looking_up("snyk", &change, None, AS_OF);
    client.post_check("acme/shop", &run).await.unwrap_err()
}

async fn failing(fault: Fault) -> (GitHubUpstream, GitHub) {
    start(Content::from(shop()).fault("/", Occurrence::Every, fault)).await
}

#[track_caller]
fn is(error: &GitHubError, sentence: &str, temporary: bool, seconds: Option<u64>) {
    assert_eq!(error.to_string(), sentence);
    assert_eq!(error.is_temporary(), temporary);
    assert_eq!(error.retry_after_secs(), seconds);
}

#[tokio::test]
async fn a_missing_dependency_graph_names_every_cause_and_claims_none() {
    let (_upstream, client) = start(shop().without_dependency_graph()).await;
    is(
        &compare(&client).await,
        "GitHub compares no dependencies of `acme/shop` (it says `Forbidden`): its dependency graph may be off, GitHub Advanced Security may be missing for a private repository, or it may be a fork; switch on what is missing in the repository's settings, or give the dependencies as a file",
        false,
        None,
    );
}

#[tokio::test]
async fn what_is_not_found_may_also_be_hidden() {
    let (_upstream, client) = start(shop()).await;
    let unknown = "f".repeat(40);
    let error = client.compare("acme/shop", BASE, &unknown).await;
    is(
        &error.unwrap_err(),
        "comparing the dependencies of `acme/shop`: GitHub does not find the repository or one of the two commits, or hides it from this token; check the names, and give the token access with the permission Contents: read",
        false,
        None,
    );
    is(
        &post(&client, &unknown).await,
        "posting the check run of `acme/shop`: GitHub does not find the repository or the commit, or hides it from this token; check the names, and give the token access with the permission Checks: write",
        false,
        None,
    );
}

#[tokio::test]
async fn a_refused_token_is_told_the_permission_it_lacks() {
    let (_upstream, unknown) = start(Content::from(shop()).token("another")).await;
    is(
        &compare(&unknown).await,
        "comparing the dependencies of `acme/shop`: GitHub refuses the token (status 401: `Bad credentials`); give one that is valid and has the permission Contents: read there",
        false,
        None,
    );
    let (upstream, reader) = start(Content::from(shop()).read_only_token(CANARY)).await;
    is(
        &post(&reader, HEAD).await,
        "posting the check run of `acme/shop`: GitHub refuses the token (status 403: `Resource not accessible by integration`); give one that is valid and has the permission Checks: write there",
        false,
        None,
    );
    let url = format!(
        "{}/repos/acme/shop/actions/runs/501/deployment_protection_rule",
        upstream.base_url()
    );
    let error = reader
        .answer_protection(&url, "production", None, "x")
        .await;
    is(
        &error.unwrap_err(),
        "answering the deployment of `acme/shop`: GitHub refuses the token (status 403: `Resource not accessible by integration`); give one that is valid and has the permission Deployments: write there",
        false,
        None,
    );
}

#[tokio::test]
async fn a_comparison_that_the_token_may_not_see_is_not_blamed_on_the_graph() {
    let body = r#"{"message": "Resource not accessible by personal access token"}"#;
    let server = Scripted::start(move |_, _| answer("403 Forbidden", "", body)).await;
    let error = compare(&client(&server.base)).await;
    assert!(matches!(error, GitHubError::Denied { status: 403, .. }));
}

#[tokio::test]
async fn a_limit_says_which_one_and_how_long() {
    let primary = "GitHub's hourly limit of requests with this token is used up; ask again in";
    let secondary = "GitHub takes no more requests in such a short time; ask again in";
    for (fault, sentence, seconds) in [
        (Fault::Limited(Hint::Reset(30)), primary, 30),
        (Fault::Limited(Hint::Seconds(7)), secondary, 7),
        (Fault::Limited(Hint::None), secondary, 60),
        (Fault::Status(403, Some("2".to_owned())), secondary, 2),
    ] {
        let (_upstream, client) = failing(fault).await;
        let sentence = format!("{sentence} {seconds} s");
        is(&compare(&client).await, &sentence, true, Some(seconds));
        is(&post(&client, HEAD).await, &sentence, true, Some(seconds));
    }
    let (_upstream, client) = start(Content::from(shop()).with_limit(0)).await;
    let error = compare(&client).await;
    is(&error, &format!("{primary} 3600 s"), true, Some(3600));
}

#[tokio::test]
async fn a_github_that_fails_is_worth_another_try() {
    let (_upstream, client) = failing(Fault::Status(500, None)).await;
    is(
        &compare(&client).await,
        "comparing the dependencies of `acme/shop`: GitHub fails with status 500; try again, and look at its status page if that stays",
        true,
        None,
    );
}

#[tokio::test]
async fn a_github_that_cannot_be_reached_is_worth_another_try() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let hurried = GitHub {
        timeout: Duration::ZERO,
        ..client(&base)
    };
    is(
        &compare(&hurried).await,
        "GitHub cannot be reached: `127.0.0.1` did not answer within 0 s",
        true,
        None,
    );
    drop(listener);
    is(
        &compare(&client(&base)).await,
        "GitHub cannot be reached: `127.0.0.1` refuses the connection; nothing listens there, or a firewall is in between",
        true,
        None,
    );
}

#[tokio::test]
async fn a_private_address_is_not_reached_and_not_tried_again() {
    let error = compare(&client("https://169.254.169.254")).await;
    assert!(error.to_string().contains("private address"), "{error}");
    assert!(!error.is_temporary());
}

#[tokio::test]
async fn an_odd_answer_says_what_is_odd() {
    let (_upstream, client) = failing(Fault::Html).await;
    is(
        &compare(&client).await,
        "comparing the dependencies of `acme/shop`: GitHub answers oddly: page 1 is no list of rows; try again, and check whether a proxy is in between if that stays",
        true,
        None,
    );
    is(
        &post(&client, HEAD).await,
        "posting the check run of `acme/shop`: GitHub answers oddly: the list of check runs cannot be read; try again, and check whether a proxy is in between if that stays",
        true,
        None,
    );
}

#[tokio::test]
async fn a_moved_repository_is_not_followed() {
    let server = Scripted::start(|_, base| {
        let location = format!("location: {base}/repositories/1\r\n");
        answer("301 Moved Permanently", &location, "{}")
    });
    let server = server.await;
    is(
        &compare(&client(&server.base)).await,
        "comparing the dependencies of `acme/shop`: GitHub has moved the repository; use its new name",
        false,
        None,
    );
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn the_token_is_in_no_text_even_if_github_repeats_it() {
    for status in ["401 Unauthorized", "403 Forbidden", "418 I'm a teapot"] {
        let body = format!(r#"{{"message": "`no`\u001b {CANARY}"}}"#);
        let server = Scripted::start(move |_, _| answer(status, "", &body)).await;
        let client = client(&server.base);
        let error = compare(&client).await;
        for text in [
            error.to_string(),
            format!("{error:?}"),
            format!("{client:?}"),
        ] {
            assert!(!text.contains(CANARY) && !text.contains('\u{1b}'), "{text}");
        }
        assert!(error.to_string().contains("'no'\u{fffd} …"), "{error}");
        assert!(server.requests()[0].contains(CANARY));
    }
    let token = koalr_runtime::Secret::parse(CANARY).unwrap();
    let settings = format!("{:?}", GitHubSettings::new(token));
    assert!(!settings.contains(CANARY), "{settings}");
}

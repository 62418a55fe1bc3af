use koalr_upstream::github::GitHub as Content;
use koalr_upstream::{Authorization, Fault, Occurrence};
use serde_json::Value;

use super::scripted::{Scripted, answer};
use super::{BASE, HEAD, asked, client, shop, start};
use crate::github::{Comparison, GitHub, GitHubError};

async fn compare(client: &GitHub) -> Result<Comparison, GitHubError> {
    client.compare("acme/shop", BASE, HEAD).await
}

/// Change and name of every row.
fn rows(comparison: &Comparison) -> Vec<String> {
    let pages = comparison.pages.iter();
    let rows = pages.flat_map(|page| serde_json::from_slice::<Vec<Value>>(page).unwrap());
    rows.map(|row| {
        let text = |name: &str| row[name].as_str().unwrap().to_owned();
        format!(
            "{} {}@{}",
            text("change_type"),
            text("name"),
            text("version")
        )
    })
    .collect()
}

#[tokio::test]
async fn a_comparison_is_every_page_in_order() {
    let (upstream, client) = start(Content::from(shop()).with_rows_per_page(1)).await;
    let comparison = compare(&client).await.unwrap();
    assert_eq!(comparison.pages.len(), 3);
    assert_eq!(
        rows(&comparison),
        [
            "removed axios@0.27.2",
            "added axios@1.7.4",
            "added form-data@4.0.1"
        ]
    );
    assert_eq!(comparison.warning, None);
    let requests = upstream.requests();
    let path = format!("/repos/acme/shop/dependency-graph/compare/{BASE}...{HEAD}");
    for request in &requests {
        assert_eq!(request.path, path);
        assert_eq!(request.authorization, Authorization::Accepted);
    }
    assert_eq!(requests[0].query, "");
}

#[tokio::test]
async fn a_comparison_without_a_difference_is_one_empty_page() {
    let (_upstream, client) = start(shop()).await;
    let comparison = client.compare("acme/shop", HEAD, HEAD).await.unwrap();
    assert_eq!(comparison.pages, ["[]"]);
}

#[tokio::test]
async fn a_broken_page_is_an_error_and_never_a_shorter_list() {
    for fault in [
        Fault::Truncated,
        Fault::Html,
        Fault::EmptyBody,
        Fault::CutConnection,
        Fault::ClosedConnection,
        Fault::Status(404, None),
    ] {
        let content = Content::from(shop()).with_rows_per_page(1);
        let content = content.fault("/repos", Occurrence::Nth(2), fault.clone());
        let (_upstream, client) = start(content).await;
        assert!(compare(&client).await.is_err(), "{fault:?}");
    }
}

#[tokio::test]
async fn a_failing_gateway_is_asked_twice_more_and_not_again() {
    for (failures, succeeds, requests) in [(1, true, 2), (2, true, 3), (3, false, 3)] {
        for status in [502, 503, 504] {
            let fault = Fault::Status(status, None);
            let content = Content::from(shop()).fault("/", Occurrence::First(failures), fault);
            let (upstream, client) = start(content).await;
            assert_eq!(compare(&client).await.is_ok(), succeeds, "{failures}");
            assert_eq!(asked(&upstream).len(), requests);
        }
    }
}

#[tokio::test]
async fn a_gateway_that_asks_for_a_long_wait_is_not_waited_for() {
    let fault = Fault::Status(503, Some("90".to_owned()));
    let content = Content::from(shop()).fault("/", Occurrence::Every, fault);
    let (upstream, client) = start(content).await;
    let error = compare(&client).await.unwrap_err();
    assert_eq!(error.retry_after_secs(), Some(90));
    assert_eq!(asked(&upstream).len(), 1);
}

#[tokio::test]
async fn missing_snapshots_make_a_comparison_partial_in_the_words_of_github() {
    for (header, sentence) in [
        (
            "Tm8gc25hcHNob3RzIHdlcmUgZm91bmQKZm9yIHRoZSBoZWFkIFNIQS4=",
            "No snapshots were found for the head SHA.",
        ),
        (
            "%%%",
            "GitHub warns that dependency snapshots are missing, in words that cannot be read",
        ),
    ] {
        let header = format!("x-github-dependency-graph-snapshot-warnings: {header}\r\n");
        let server = Scripted::start(move |_, _| answer("200 OK", &header, "[]")).await;
        let comparison = compare(&client(&server.base)).await.unwrap();
        assert_eq!(comparison.warning.as_deref(), Some(sentence));
        assert_eq!(comparison.pages.len(), 1);
    }
}

#[tokio::test]
async fn the_token_does_not_follow_a_next_page_to_another_origin() {
    let other = Scripted::start(|_, _| answer("200 OK", "", "[]")).await;
    let link = format!("link: <{}/repos?page=2>; rel=\"next\"\r\n", other.base);
    let server = Scripted::start(move |_, _| answer("200 OK", &link, "[]")).await;
    let error = compare(&client(&server.base)).await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("the next page is at another address"),
        "{error}"
    );
    assert!(other.requests().is_empty());
}

#[tokio::test]
async fn pages_without_an_end_are_an_error() {
    let to = |base: &str, page: usize| format!("link: <{base}/x?page={page}>; rel=\"next\"\r\n");
    let circle = Scripted::start(move |number, base| answer("200 OK", &to(base, number % 2), "[]"));
    let circle = circle.await;
    let error = compare(&client(&circle.base)).await.unwrap_err();
    assert!(
        error.to_string().contains("one that was read already"),
        "{error}"
    );
    assert_eq!(circle.requests().len(), 3);

    let line = Scripted::start(move |number, base| answer("200 OK", &to(base, number), "[]")).await;
    let error = compare(&client(&line.base)).await.unwrap_err();
    assert!(error.to_string().contains("more than 100 pages"), "{error}");
    assert_eq!(line.requests().len(), 100);
}

#[tokio::test]
async fn a_link_that_cannot_be_read_is_an_error() {
    let server = Scripted::start(|_, _| answer("200 OK", "link: next\r\n", "[]")).await;
    let error = compare(&client(&server.base)).await.unwrap_err();
    assert!(error.to_string().contains("`link` header"), "{error}");
}

#[tokio::test]
async fn every_request_says_who_asks_and_in_which_version() {
    let server = Scripted::start(|_, _| answer("200 OK", "", "[]")).await;
    compare(&client(&server.base)).await.unwrap();
    let requests = server.requests();
    for line in [
        "accept: application/vnd.github+json\r\n",
        "x-github-api-version: 2022-11-28\r\n",
        concat!("user-agent: koalr/", env!("CARGO_PKG_VERSION"), "\r\n"),
    ] {
        assert!(requests[0].contains(line), "{line} {}", requests[0]);
    }
}

#[tokio::test]
async fn a_name_that_is_none_is_refused_before_anything_is_sent() {
    let (upstream, client) = start(shop()).await;
    for (repository, base, head) in [
        ("acme/../user", BASE, HEAD),
        ("acme/shop", "main", HEAD),
        ("acme/shop", BASE, "HEAD/../../x"),
    ] {
        let error = client.compare(repository, base, head).await.unwrap_err();
        assert!(!error.is_temporary());
    }
    assert!(asked(&upstream).is_empty());
}

//! What is refused.

use http::HeaderMap;
use koalr_upstream::github::{self as upstream, Incident, PullRequest, signature};
use serde_json::{Value, json};

use super::{AS_OF, BASE, HEAD, SECRET, headers, read, refusal};
use crate::inbox::{Refused, Source};

fn opened() -> upstream::Event {
    PullRequest::new("acme/shop", 77, BASE, HEAD, AS_OF).opened()
}

fn triggered() -> upstream::Event {
    Incident::new("PGR0VU2", "checkout", AS_OF).triggered()
}

/// Both sources, and an event of each.
fn both() -> [(Source, upstream::Event); 2] {
    [(Source::GitHub, opened()), (Source::PagerDuty, triggered())]
}

/// The headers of a body that is signed, whatever it is.
fn signed(body: &[u8]) -> HeaderMap {
    let pairs = [
        ("X-GitHub-Event", "pull_request".to_owned()),
        ("X-GitHub-Delivery", "1".to_owned()),
        (
            "X-Hub-Signature-256",
            format!("sha256={}", signature(SECRET, body)),
        ),
        (
            "X-PagerDuty-Signature",
            format!("v1={}", signature(SECRET, body)),
        ),
    ];
    headers(&pairs.map(|(name, value)| (name.to_owned(), value)))
}

fn header(source: Source) -> &'static str {
    match source {
        Source::GitHub => "X-Hub-Signature-256",
        Source::PagerDuty => "X-PagerDuty-Signature",
    }
}

#[test]
fn forged_and_tampered_deliveries_are_refused() {
    for (source, event) in both() {
        let delivery = event.deliver(SECRET);
        let header = header(source);
        assert!(read(source, &delivery).is_ok());
        let forged = Err(Refused::Forged { header });
        assert_eq!(read(source, &delivery.clone().forged()), forged);
        assert_eq!(
            read(
                source,
                &delivery.tampered("high", "low").tampered("mia", "eve")
            ),
            forged
        );
    }
}

#[test]
fn an_unsigned_delivery_is_refused_with_the_way_out() {
    for (source, event) in both() {
        let refused = read(source, &event.deliver(SECRET).unsigned()).unwrap_err();
        let header = header(source);
        let expected = format!(
            "the delivery has no signature in `{header}`; give the webhook a secret at its sender"
        );
        assert_eq!(
            (refused.to_string(), refused.status().as_u16()),
            (expected, 401)
        );
    }
}

#[test]
fn an_empty_secret_signs_nothing() {
    for (source, event) in both() {
        let delivery = event.deliver("");
        let read = source.read(&headers(&delivery.headers), &delivery.body, b"");
        let header = header(source);
        assert_eq!(read, Err(Refused::Forged { header }));
    }
}

#[test]
fn a_signature_that_is_cut_short_or_of_another_kind_is_wrong() {
    let body = opened().body.to_string();
    let right = signature(SECRET, body.as_bytes());
    for sent in [
        "",
        "sha256=",
        &right,
        &format!("sha1={right}"),
        &format!("sha256={}", &right[..62]),
        &format!("sha256={right}00"),
    ] {
        let mut headers = signed(body.as_bytes());
        headers.insert("X-Hub-Signature-256", sent.parse().unwrap());
        let refused = Source::GitHub.read(&headers, body.as_bytes(), SECRET.as_bytes());
        assert!(matches!(refused, Err(Refused::Forged { .. })), "{sent}");
    }
}

#[test]
fn what_is_no_json_is_refused_with_the_content_type_to_set() {
    let body = b"payload=%7B%7D";
    for (source, _) in both() {
        let refused = source
            .read(&signed(body), body, SECRET.as_bytes())
            .unwrap_err();
        assert_eq!(
            refused.to_string(),
            "the body is no JSON object: expected value at line 1 column 1; set the webhook's content type to `application/json`"
        );
        assert_eq!(refused.status().as_u16(), 400);
    }
}

#[test]
fn json_that_is_no_object_is_refused() {
    for body in ["[]", "null", "\"x\""] {
        let refused =
            Source::GitHub.read(&signed(body.as_bytes()), body.as_bytes(), SECRET.as_bytes());
        assert!(matches!(refused, Err(Refused::NotJson(_))), "{body}");
    }
}

#[test]
fn json_that_is_nested_without_end_is_refused() {
    let body = "[".repeat(1 << 20);
    let refused =
        Source::PagerDuty.read(&signed(body.as_bytes()), body.as_bytes(), SECRET.as_bytes());
    assert!(matches!(refused, Err(Refused::NotJson(_))));
}

#[test]
fn a_body_over_the_limit_is_refused_even_if_it_is_signed() {
    for (source, limit) in [(Source::GitHub, 25 << 20), (Source::PagerDuty, 1 << 20)] {
        let body = vec![b' '; limit + 1];
        let refused = source
            .read(&signed(&body), &body, SECRET.as_bytes())
            .unwrap_err();
        assert_eq!(refused, Refused::TooLarge { limit });
        assert_eq!(refused.status().as_u16(), 413);
        assert_eq!(
            refused.to_string(),
            format!("the body is larger than {limit} bytes")
        );
    }
}

#[test]
fn a_member_that_is_missing_or_of_another_kind_is_named_by_its_path() {
    for (path, value, expected) in [
        (
            "/pull_request/head/sha",
            Value::Null,
            "`pull_request.head.sha` is missing",
        ),
        (
            "/pull_request/head/sha",
            json!(" "),
            "`pull_request.head.sha` is blank",
        ),
        (
            "/pull_request/head/sha",
            json!(7),
            "`pull_request.head.sha` is no text",
        ),
        (
            "/pull_request/base",
            json!("main"),
            "`pull_request.base` is no object",
        ),
        (
            "/pull_request/number",
            json!(-1),
            "`pull_request.number` is no whole number",
        ),
        (
            "/pull_request/number",
            json!(1_u64 << 32),
            "`pull_request.number` is larger than any pull request's",
        ),
        (
            "/pull_request/merged",
            json!("no"),
            "`pull_request.merged` is neither true nor false",
        ),
        (
            "/pull_request/updated_at",
            json!("2026-01-15T00:00:00"),
            "`pull_request.updated_at` is no time of RFC 3339",
        ),
        (
            "/pull_request/state",
            json!("ajar"),
            "`pull_request.state` is neither `open` nor `closed`",
        ),
        ("/action", Value::Null, "`action` is missing"),
        ("/repository", Value::Null, "`repository` is missing"),
    ] {
        let mut event = opened();
        *event.body.pointer_mut(path).unwrap() = value;
        assert_eq!(refusal(Source::GitHub, &event), expected);
    }
}

#[test]
fn a_merge_without_its_commit_is_refused() {
    let pull_request = PullRequest::new("acme/shop", 77, BASE, HEAD, AS_OF);
    let mut event = pull_request.merged("5bd5f196", "jonas", AS_OF);
    event.body["pull_request"]["merge_commit_sha"] = Value::Null;
    let expected = "`pull_request.merge_commit_sha` is missing";
    assert_eq!(refusal(Source::GitHub, &event), expected);
}

#[test]
fn a_delivery_without_an_id_or_an_event_cannot_be_told_from_others() {
    let body = opened().body.to_string();
    for header in ["X-GitHub-Delivery", "X-GitHub-Event"] {
        let mut headers = signed(body.as_bytes());
        headers.remove(header);
        let refused = Source::GitHub
            .read(&headers, body.as_bytes(), SECRET.as_bytes())
            .unwrap_err();
        assert_eq!(refused.to_string(), format!("`{header}` is missing"));
        assert_eq!(
            (refused.field(), refused.status().as_u16()),
            (Some(header), 422)
        );
    }
}

#[test]
fn an_id_that_is_too_long_is_refused() {
    let delivery = opened().deliver(SECRET).with_id(&"x".repeat(129));
    let refused = read(Source::GitHub, &delivery).unwrap_err();
    assert_eq!(refused.field(), Some("X-GitHub-Delivery"));
    let mut event = triggered();
    event.body["event"]["id"] = json!("two words");
    let expected = "`event.id` is too long, or not of visible characters";
    assert_eq!(refusal(Source::PagerDuty, &event), expected);
}

#[test]
fn no_refusal_shows_the_secret_or_a_signature() {
    for (source, event) in both() {
        let delivery = event.deliver(SECRET);
        let right = signature(SECRET, &delivery.body);
        for refused in [delivery.clone().forged(), delivery.clone().unsigned()] {
            let told = read(source, &refused).unwrap_err();
            let told = format!("{told} {told:?}");
            assert!(!told.contains(SECRET) && !told.contains(&right), "{told}");
        }
    }
}

//! Bytes: the name of an event in a line, and below it a body that is signed. Only a right signature lets anything in,
//! what comes in has names, and a refusal shows nothing of the body.

use http::{HeaderMap, HeaderName, HeaderValue};
use koalr_host::inbox::{Event, Received, Refused, Source};
use koalr_upstream::github::signature;

use super::is_one_line;

pub(super) fn run(bytes: &[u8]) {
    let at = bytes
        .iter()
        .position(|byte| *byte == b'\n')
        .unwrap_or(bytes.len());
    let (name, body) = bytes.split_at(at);
    let body = body.get(1..).unwrap_or_default();
    let Ok(name) = HeaderValue::from_bytes(name) else {
        return;
    };
    for (source, header, prefix) in [
        (Source::GitHub, "x-hub-signature-256", "sha256="),
        (Source::PagerDuty, "x-pagerduty-signature", "v1="),
    ] {
        let headers = |secret: &str| {
            let signed = format!("{prefix}{}", signature(secret, body));
            let mut headers = HeaderMap::new();
            headers.insert("x-github-event", name.clone());
            headers.insert("x-github-delivery", HeaderValue::from_static("d-1"));
            headers.insert(
                HeaderName::from_static(header),
                HeaderValue::try_from(signed).unwrap(),
            );
            headers
        };
        check(source.read(&headers(SECRET), body, SECRET.as_bytes()));
        let forged = source.read(&headers("another"), body, SECRET.as_bytes());
        assert_eq!(
            forged,
            Err(Refused::Forged {
                header: SIGNATURES[usize::from(source == Source::PagerDuty)]
            })
        );
    }
}

fn check(read: Result<Received, Refused>) {
    let received = match read {
        Ok(received) => received,
        Err(refused) => {
            is_one_line(&refused.to_string());
            assert!(refused.status().is_client_error(), "{refused:?}");
            return;
        }
    };
    assert!((1..=128).contains(&received.id.len()), "{received:?}");
    assert!(
        received.events.is_empty() || received.ignored.is_none(),
        "{received:?}"
    );
    for event in &received.events {
        let named = match event {
            Event::PullRequest { change, .. } => [&change.repository, &change.head_sha],
            Event::Deployment {
                repository,
                deployment,
            } => [repository, &deployment.id],
            Event::Incident { incident, .. } => [&incident.id, &incident.id],
            Event::Action {
                repository,
                head_sha,
                ..
            } => [repository, head_sha],
            Event::Protection {
                repository, sha, ..
            } => [repository, sha],
        };
        assert!(
            named.iter().all(|text| !text.trim().is_empty()),
            "{event:?}"
        );
    }
}

const SECRET: &str = "a secret of this test";

const SIGNATURES: [&str; 2] = ["X-Hub-Signature-256", "X-PagerDuty-Signature"];

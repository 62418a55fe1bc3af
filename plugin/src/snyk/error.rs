//! What an answer means, by its status and its error document.

use super::endpoint;
use super::wire::ErrorDocument;
use crate::json;
use crate::transport::Reply;

/// An answer, sorted by what can be done about it. Texts name status and path.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome<'a> {
    /// A body to read.
    Good(&'a str),
    /// The credential is not accepted.
    Unauthorized,
    /// The credential or the plan does not allow it.
    Refused(String),
    /// There is no such thing, or it is hidden.
    NotFound(String),
    /// Too many requests: wait this many seconds.
    Limited(u32),
    /// It may work when asked again.
    Again(String),
    /// It will not work when asked again.
    Hopeless(String),
}

/// Sorts an answer to a request of `path`.
pub(crate) fn outcome<'a>(reply: &'a Reply, path: &str) -> Outcome<'a> {
    let path = endpoint::without_query(path);
    let answer = match reply {
        Ok(answer) => answer,
        Err(failure) => return Outcome::Again(format!("`{path}` did not answer: {failure}")),
    };
    let body = str::from_utf8(&answer.body);
    let text = || {
        let why = body.ok().and_then(detail);
        let why = why.as_deref().unwrap_or("not an error document of Snyk's");
        format!("`{path}` answered {}: {why}", answer.status)
    };
    match answer.status {
        200..300 => body.map_or_else(
            |_| {
                Outcome::Again(format!(
                    "`{path}` answered {} with text that is not UTF-8",
                    answer.status
                ))
            },
            Outcome::Good,
        ),
        401 => Outcome::Unauthorized,
        402 | 403 => Outcome::Refused(text()),
        404 => Outcome::NotFound(text()),
        429 => Outcome::Limited(wait_secs(answer.headers.retry_after.as_deref())),
        408 | 425 | 500.. => Outcome::Again(text()),
        _ => Outcome::Hopeless(text()),
    }
}

/// Whether the text of a refusal speaks of the account's plan rather than of permissions.
pub(crate) fn is_about_plan(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    ["entitle", " plan", "upgrade your", "not available for your"]
        .iter()
        .any(|word| text.contains(word))
}

fn detail(body: &str) -> Option<String> {
    let document: ErrorDocument<'_> = json::read(body).ok()?;
    let error = document.errors.first()?;
    let text = error.detail.as_ref().or(error.title.as_ref())?;
    Some(cleaned(text))
}

/// Text of Snyk's that fits into a sentence: without control characters, and not too long.
pub(super) fn cleaned(text: &str) -> String {
    let clean = text
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter });
    clean.take(MAX_DETAIL_CHARS).collect()
}

fn wait_secs(retry_after: Option<&str>) -> u32 {
    retry_after
        .and_then(|value| value.trim().parse().ok())
        .map_or(WAIT_SECS, |secs: u32| secs.max(1))
}

/// Wait after a 429 without a number of seconds: Snyk counts by the minute.
const WAIT_SECS: u32 = 60;

/// Longest text taken over from an answer, in characters.
const MAX_DETAIL_CHARS: usize = 200;

#[cfg(test)]
mod tests {
    use super::{Outcome, is_about_plan, outcome};
    use crate::transport::{Answer, Failure, Headers};

    fn answer(status: u16, body: &str, retry_after: Option<&str>) -> Answer {
        Answer {
            status,
            headers: Headers {
                retry_after: retry_after.map(str::to_owned),
                ..Headers::default()
            },
            body: body.as_bytes().to_vec(),
        }
    }

    #[test]
    fn an_error_document_says_why() {
        let body = r#"{"errors":[{"status":"403","detail":"Permission\ndenied"}]}"#;
        assert_eq!(
            outcome(&Ok(answer(403, body, None)), "/rest/orgs?version=1"),
            Outcome::Refused("`/rest/orgs` answered 403: Permission denied".to_owned())
        );
    }

    #[test]
    fn a_body_that_is_no_document_falls_back_on_the_status() {
        assert_eq!(
            outcome(&Ok(answer(503, "<html>", None)), "/rest/self"),
            Outcome::Again("`/rest/self` answered 503: not an error document of Snyk's".to_owned())
        );
        assert!(matches!(
            outcome(&Ok(answer(302, "", None)), "/x"),
            Outcome::Hopeless(_)
        ));
        assert!(matches!(
            outcome(&Ok(answer(400, "", None)), "/x"),
            Outcome::Hopeless(_)
        ));
        assert_eq!(
            outcome(&Ok(answer(401, "<html>", None)), "/x"),
            Outcome::Unauthorized
        );
    }

    #[test]
    fn a_limit_is_waited_out_as_long_as_it_says_or_a_minute() {
        for (header, secs) in [
            (Some("7"), 7),
            (Some("0"), 1),
            (Some("Wed, 21 Oct 2026"), 60),
            (None, 60),
        ] {
            assert_eq!(
                outcome(&Ok(answer(429, "", header)), "/x"),
                Outcome::Limited(secs)
            );
        }
    }

    #[test]
    fn a_failure_names_path_and_cause() {
        assert_eq!(
            outcome(
                &Err(Failure("connection refused".to_owned())),
                "/rest/self?a"
            ),
            Outcome::Again("`/rest/self` did not answer: connection refused".to_owned())
        );
    }

    #[test]
    fn a_plan_is_told_from_a_permission() {
        assert!(is_about_plan(
            "The organization is not entitled to API access"
        ));
        assert!(!is_about_plan("Permission denied for this resource"));
    }
}

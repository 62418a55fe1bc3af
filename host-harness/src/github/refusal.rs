//! What an answer that is no success means.

use http::header::RETRY_AFTER;
use http::{HeaderMap, Response, StatusCode};
use koalr_runtime::{Secret, asked_wait};
use serde::Deserialize;

use super::address::Repository;
use super::error::{Deed, GitHubError, Limit};
use crate::report::plain;

/// What a request is about.
#[derive(Debug, Clone, Copy)]
pub(super) struct About<'a> {
    pub(super) deed: Deed,
    pub(super) repository: Repository<'a>,
}

impl About<'_> {
    /// The error for an answer that cannot be used.
    pub(super) fn odd(self, why: impl Into<String>) -> GitHubError {
        GitHubError::Odd {
            deed: self.deed,
            repository: self.repository.to_string(),
            why: why.into(),
        }
    }

    /// The error that an answer without success stands for.
    pub(super) fn refusal<B: AsRef<[u8]>>(
        self,
        answer: &Response<B>,
        token: &Secret,
    ) -> GitHubError {
        let (status, headers) = (answer.status(), answer.headers());
        let said = said(status, answer.body().as_ref(), token);
        if let Some(limited) = limited(status, headers, &said) {
            return limited;
        }
        let Self { deed, repository } = self;
        let repository = repository.to_string();
        // GitHub's words for a token that may not do this begin so; any other 403 here is the graph's.
        let is_tokens = said.starts_with("Resource ");
        let status = status.as_u16();
        match status {
            301 | 302 | 307 | 308 => GitHubError::Moved { deed, repository },
            403 if deed == Deed::Compare && !is_tokens => {
                GitHubError::NoDependencyGraph { repository, said }
            }
            401 | 403 => GitHubError::Denied {
                deed,
                repository,
                status,
                said,
            },
            404 | 410 => GitHubError::NotFound { deed, repository },
            422 if said.starts_with("No commit found") => {
                GitHubError::NotFound { deed, repository }
            }
            400..=499 => GitHubError::Rejected {
                deed,
                repository,
                status,
                said,
            },
            500..=599 => GitHubError::Failing {
                deed,
                repository,
                status,
                seconds: stated_wait(headers),
            },
            _ => self.odd(format!("with status {status}")),
        }
    }
}

/// The wait that `Retry-After` states, in seconds from 1.
pub(super) fn stated_wait(headers: &HeaderMap) -> Option<u64> {
    // Every answer says when the hour ends, so that alone asks for nothing.
    headers.get(RETRY_AFTER)?;
    Some(asked_wait(headers)?.as_secs())
}

/// A text of GitHub's as part of a sentence: one line, not long, without the token should it be in it.
pub(super) fn quoted(text: &str, token: &Secret) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ").replace(token.expose(), "…");
    plain(&text).replace('`', "'")
}

/// SOURCE: <https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api>
fn limited(status: StatusCode, headers: &HeaderMap, said: &str) -> Option<GitHubError> {
    let is_used_up = headers
        .get("x-ratelimit-remaining")
        .is_some_and(|left| left == "0");
    let told = headers.contains_key(RETRY_AFTER) || said.to_lowercase().contains("rate limit");
    // The last request of an hour that is refused for another reason is taken for a limit, and asked again after it.
    let is_limited = match status {
        StatusCode::TOO_MANY_REQUESTS => true,
        StatusCode::FORBIDDEN => is_used_up || told,
        _ => false,
    };
    let seconds = if is_used_up {
        asked_wait(headers).map(|wait| wait.as_secs())
    } else {
        stated_wait(headers)
    };
    is_limited.then(|| GitHubError::Limited {
        limit: if is_used_up {
            Limit::Primary
        } else {
            Limit::Secondary
        },
        seconds: seconds.unwrap_or(USUAL_WAIT_SECS),
    })
}

/// GitHub's words in a refusal; the status in words where it has none.
fn said(status: StatusCode, body: &[u8], token: &Secret) -> String {
    #[derive(Deserialize)]
    struct Refusal {
        message: String,
    }
    match serde_json::from_slice(body) {
        Ok(Refusal { message }) => quoted(&message, token),
        Err(_) => status.canonical_reason().unwrap_or("no words").to_owned(),
    }
}

/// Seconds to wait where GitHub does not say: its documentation asks for at least a minute.
const USUAL_WAIT_SECS: u64 = 60;

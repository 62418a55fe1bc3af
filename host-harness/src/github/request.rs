//! One request, sent with the token, and again where a gateway failed it; and the pages that a list has.

use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue, USER_AGENT};
use http::{Method, Request, Response, StatusCode, Uri};
use koalr_runtime::Bounds;
use serde_json::Value;

use super::GitHub;
use super::error::GitHubError;
use super::link;
use super::refusal::{About, stated_wait};

impl GitHub {
    /// Writes a document to a path below the API. It is sent once: nobody knows what became of a write that failed.
    pub(super) async fn write(
        &self,
        about: About<'_>,
        method: Method,
        path: &str,
        document: &Value,
    ) -> Result<Bytes, GitHubError> {
        let body = Bytes::from(document.to_string());
        let request = self.request(about, method, path, body)?;
        let answer = self.send(request, ANSWER_BYTES).await?;
        if answer.status().is_success() {
            Ok(answer.into_body())
        } else {
            Err(about.refusal(&answer, &self.token))
        }
    }

    /// Reads a list from a path below the API, page by page to its end. The whole list, or an error.
    pub(super) async fn pages(
        &self,
        about: About<'_>,
        path: String,
    ) -> Result<Vec<Response<Bytes>>, GitHubError> {
        let mut paths = vec![path];
        let mut pages: Vec<Response<Bytes>> = Vec::new();
        let mut room = LIST_BYTES;
        while let Some(path) = paths.get(pages.len()) {
            let page = self.read(about, path, room).await?;
            room = room.saturating_sub(page.body().len());
            let next = link::next(page.headers())
                .map_err(|_| about.odd("its `link` header cannot be read"))?;
            pages.push(page);
            let Some(next) = next else {
                break;
            };
            let uri: Option<Uri> = next.parse().ok();
            let own = uri.as_ref().and_then(|uri| self.origin.own(uri));
            let next = own.ok_or_else(|| about.odd("the next page is at another address"))?;
            if paths.iter().any(|path| path == next) {
                return Err(about.odd("the next page is one that was read already"));
            }
            if pages.len() == MOST_PAGES {
                return Err(about.odd(format!("there are more than {MOST_PAGES} pages")));
            }
            paths.push(next.to_owned());
        }
        Ok(pages)
    }

    /// Reads a path below the API, a few times where a gateway fails.
    async fn read(
        &self,
        about: About<'_>,
        path: &str,
        room: usize,
    ) -> Result<Response<Bytes>, GitHubError> {
        let mut resent = 0;
        loop {
            let request = self.request(about, Method::GET, path, Bytes::new())?;
            let answer = self.send(request, room).await?;
            if answer.status() == StatusCode::OK {
                return Ok(answer);
            }
            let wait = stated_wait(answer.headers()).map(Duration::from_secs);
            let wait = wait.unwrap_or(self.pause * (1 << resent));
            let passes = matches!(answer.status().as_u16(), 502..=504);
            if !passes || resent == RESENDS || wait > PATIENCE {
                return Err(about.refusal(&answer, &self.token));
            }
            resent += 1;
            tokio::time::sleep(wait).await;
        }
    }

    async fn send(
        &self,
        request: Request<Bytes>,
        answer_bytes: usize,
    ) -> Result<Response<Bytes>, GitHubError> {
        let bounds = Bounds {
            allow_loopback: self.allow_loopback,
            timeout: self.timeout,
            answer_bytes,
        };
        let answer = self.client.ask(request, bounds).await;
        answer.map_err(GitHubError::Unreachable)
    }

    fn request(
        &self,
        about: About<'_>,
        method: Method,
        path: &str,
        body: Bytes,
    ) -> Result<Request<Bytes>, GitHubError> {
        let bearer = zeroize::Zeroizing::new(format!("Bearer {}", self.token.expose()));
        // A secret has no character that a header refuses.
        let bearer = HeaderValue::from_str(&bearer);
        let mut bearer = bearer.unwrap_or(HeaderValue::from_static(""));
        bearer.set_sensitive(true);
        let mut request = Request::builder()
            .method(method)
            .uri(self.origin.address(path))
            .header(AUTHORIZATION, bearer)
            .header(USER_AGENT, concat!("koalr/", env!("CARGO_PKG_VERSION")))
            .header(ACCEPT, "application/vnd.github+json")
            .header("x-github-api-version", "2022-11-28");
        if !body.is_empty() {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        let request = request.body(body);
        request.map_err(|_| about.odd("it names an address that cannot be asked"))
    }
}

/// How often a request that a gateway failed is sent again.
const RESENDS: u32 = 2;
/// Longest wait before that.
const PATIENCE: Duration = Duration::from_secs(5);
/// Most pages of one list. A page of check runs holds 100; a comparison is usually one page.
const MOST_PAGES: usize = 100;
/// Most bytes of one list: ten thousand dependencies with their advisories have about 20 MiB.
const LIST_BYTES: usize = 64 << 20;
/// Most bytes of another answer: a check run's texts, twice 64 KiB, escaped.
const ANSWER_BYTES: usize = 2 << 20;

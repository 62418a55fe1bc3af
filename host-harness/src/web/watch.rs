//! Every request has an id, a line in the log, and is counted.

use std::convert::Infallible;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response};
use http_body::Body as _;
use tower_service::Service as _;
use tracing::field::Empty;
use tracing::{Instrument as _, Span};

use super::api;
use super::webhooks;
use crate::observe::Metrics;

/// Who watches what is asked and answered.
pub(super) struct Watch {
    pub(super) metrics: Arc<Metrics>,
    /// Templates of addresses, in the order of the alphabet: a part in braces comes after every word.
    templates: Vec<String>,
}

impl Watch {
    pub(super) fn new(metrics: Arc<Metrics>) -> Self {
        let health = ["/healthz", "/readyz"].map(str::to_owned);
        let mut templates: Vec<String> = api::templates().map(str::to_owned).collect();
        templates.extend(webhooks::templates());
        templates.extend(health);
        templates.sort_unstable();
        Self { metrics, templates }
    }

    /// Answers, and says so.
    pub(super) async fn answer(
        &self,
        mut router: Router,
        request: Request<Body>,
    ) -> Result<Response<Body>, Infallible> {
        let id = request_id(request.headers());
        let (route, method) = (self.template(request.uri().path()), word(request.method()));
        // Whatever is logged within, it says about which request.
        let span = tracing::error_span!(
            "request",
            request = id.to_str().unwrap_or_default(),
            method,
            route,
            tenant = Empty,
            key = Empty,
        );
        let mut asked = Asked {
            metrics: &self.metrics,
            route,
            method,
            span: span.clone(),
            began: Instant::now(),
            answered: None,
        };
        let mut response = router.call(request).instrument(span).await?;
        response.headers_mut().insert(REQUEST_ID, id);
        let bytes = response.body().size_hint().exact();
        asked.answered = Some((response.status().as_u16(), bytes));
        Ok(response)
    }

    /// The template of an address; `none` if nothing is there.
    fn template(&self, path: &str) -> &str {
        let fits = |template: &&String| {
            let (mut parts, mut words) = (path.split('/'), template.split('/'));
            loop {
                match (parts.next(), words.next()) {
                    (None, None) => return true,
                    (Some(part), Some(word)) if part == word => {}
                    (Some(part), Some(word)) if word.starts_with('{') && !part.is_empty() => {}
                    _ => return false,
                }
            }
        };
        self.templates
            .iter()
            .find(fits)
            .map_or(NONE, String::as_str)
    }
}

/// A request under way. What ends it also says so; one whose sender hangs up is dropped.
struct Asked<'a> {
    metrics: &'a Metrics,
    route: &'a str,
    method: &'static str,
    span: Span,
    began: Instant,
    /// Status, and bytes of the body while they are known.
    answered: Option<(u16, Option<u64>)>,
}

impl Drop for Asked<'_> {
    fn drop(&mut self) {
        let took = self.began.elapsed();
        let (status, bytes) = self.answered.unzip();
        let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let sentence = match status {
            Some(_) => "answered",
            None => "the sender hung up",
        };
        let _in = self.span.enter();
        tracing::info!(status, ms, bytes = bytes.flatten(), "{sentence}");
        let http = &self.metrics.http;
        let status = status.map_or_else(|| NONE.to_owned(), |status| status.to_string());
        http.requests.of([self.route, self.method, &status]).inc();
        http.seconds.of([self.route]).observe(took.as_secs_f64());
    }
}

/// The id that the sender gave, if it can stand in a log, else a new one.
fn request_id(headers: &HeaderMap) -> HeaderValue {
    let mut given = headers.get_all(REQUEST_ID).iter();
    if let (Some(id), None) = (given.next(), given.next())
        && (1..=LONGEST_ID).contains(&id.len())
        && id
            .as_bytes()
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(byte))
    {
        return id.clone();
    }
    // It need not be secret, only another one each time.
    let random = format!("{:016x}", RandomState::new().hash_one(()));
    HeaderValue::from_str(&random).unwrap_or(HeaderValue::from_static(NONE))
}

/// The method's word for metrics: a sender can make up any.
fn word(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        _ => "other",
    }
}

/// Carries a request's id, there and back.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Most characters of an id that is taken over.
const LONGEST_ID: usize = 64;
/// Where there is nothing to say.
const NONE: &str = "none";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_known_by_its_template_and_a_word_is_not_taken_for_an_id() {
        let mut watch = Watch::new(Arc::default());
        watch.templates.push("/a/{id}".to_owned());
        watch.templates.push("/a/all".to_owned());
        watch.templates.sort_unstable();
        for (path, template) in [
            ("/a/all", "/a/all"),
            ("/a/7%2F8", "/a/{id}"),
            ("/a/", "none"),
            ("/a/7/8", "none"),
            ("/readyz", "/readyz"),
            ("/webhooks/acme/github", "/webhooks/{tenant}/github"),
            ("/api/v1/changes/acme%2Fshop%2312", "/api/v1/changes/{id}"),
            ("*", "none"),
        ] {
            assert_eq!(watch.template(path), template, "{path}");
        }
    }

    #[test]
    fn an_id_is_taken_over_only_if_it_can_stand_in_a_log() {
        let given = |ids: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for id in ids {
                headers.append(REQUEST_ID, HeaderValue::from_static(id));
            }
            request_id(&headers).to_str().unwrap().to_owned()
        };
        assert_eq!(given(&["Ab.1-2_z"]), "Ab.1-2_z");
        for refused in [&[][..], &[""], &["a b"], &["a", "b"], &["a\"b"]] {
            let made = given(refused);
            assert!(
                made.len() == 16 && made.bytes().all(|byte| byte.is_ascii_hexdigit()),
                "{made}"
            );
        }
        assert_ne!(given(&[]), given(&[]));
        let long: &'static str =
            "0123456789012345678901234567890123456789012345678901234567890123x";
        assert_ne!(given(&[long]), long);
        assert_eq!(given(&[&long[1..]]), long[1..]);
    }
}

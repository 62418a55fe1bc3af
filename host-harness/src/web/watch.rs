//! Every request has an id, a line in the log, and is counted.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use http_body::Body as _;
use tracing::field::Empty;
use tracing::{Instrument as _, Span};

use crate::observe::Metrics;

/// Answers, and says so. What is at no address of ours is counted as one.
pub(super) async fn watch(
    State(metrics): State<Arc<Metrics>>,
    request: Request,
    next: Next,
) -> Response {
    let id = request_id(request.headers());
    let matched = request.extensions().get::<MatchedPath>().cloned();
    let route = matched.as_ref().map_or(NONE, MatchedPath::as_str);
    let method = word(request.method());
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
        metrics: &metrics,
        route,
        method,
        span: span.clone(),
        began: Instant::now(),
        answered: None,
    };
    let mut response = next.run(request).instrument(span).await;
    response.headers_mut().insert(REQUEST_ID, id);
    let bytes = response.body().size_hint().exact();
    asked.answered = Some((response.status().as_u16(), bytes));
    response
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
    use axum::Router;
    use axum::body::Body;
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use tower_service::Service as _;

    use super::*;

    #[tokio::test]
    async fn an_address_is_known_by_its_template_and_a_word_is_not_taken_for_an_id() {
        let metrics = Arc::new(Metrics::default());
        let told = async || "told";
        let router = Router::new()
            .route("/a/{id}", get(told))
            .route("/a/all", get(told))
            .layer(from_fn_with_state(Arc::clone(&metrics), watch));
        for (path, route, status) in [
            ("/a/all", "/a/all", "200"),
            ("/a/7%2F8", "/a/{id}", "200"),
            ("/a/", NONE, "404"),
            ("/a/7/8", NONE, "404"),
        ] {
            let counter = metrics.http.requests.of([route, "GET", status]);
            let before = counter.get();
            let request = Request::get(path).body(Body::empty()).unwrap();
            router.clone().call(request).await.unwrap();
            assert_eq!(counter.get(), before + 1, "{path}");
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

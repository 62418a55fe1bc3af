use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use http::header::{CONTENT_TYPE, SET_COOKIE};
use http::{HeaderName, HeaderValue, Request};
use http_body_util::BodyExt as _;
use wasmtime_wasi_http::{WasiBody, WasiHttpHooks as _};

use super::*;
use crate::contract::describe::CredentialKind;
use crate::egress::testing::{manifest, open_call, policy, request, send, text};
use crate::egress::{Egress, Outcome};
use crate::limits::Limits;

/// Gives these answers, one after the other, and keeps what it was asked.
struct Script {
    answers: Mutex<Vec<Result<Answered, TransportError>>>,
    asked: Mutex<Vec<Asked>>,
}

impl Responder for Script {
    fn answer(&self, asked: &Asked) -> Result<Answered, TransportError> {
        self.asked.lock().unwrap().push(asked.clone());
        self.answers.lock().unwrap().remove(0)
    }
}

fn script(answers: Vec<Result<Answered, TransportError>>) -> (Arc<Script>, Egress) {
    let script = Arc::new(Script {
        answers: Mutex::new(answers),
        asked: Mutex::default(),
    });
    let policy = policy(&manifest(), nobody(), &["127.0.0.1"]);
    let egress = Egress::answered_by(policy, Arc::<Script>::clone(&script));
    (script, egress)
}

/// Nothing listens there.
fn nobody() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 9))
}

fn json(body: &str) -> Answered {
    Answered {
        headers: HeaderMap::from_iter([(
            CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        )]),
        body: Bytes::copy_from_slice(body.as_bytes()),
        ..Answered::default()
    }
}

fn get(uri: &str) -> Request<WasiBody> {
    let mut request = request(Method::GET, nobody(), "");
    *request.uri_mut() = uri.parse().unwrap();
    request
}

#[tokio::test]
async fn a_function_answers_what_the_policy_lets_out() {
    let (script, egress) = script(vec![Ok(json("{}"))]);
    let mut hooks = open_call(&egress, &Limits::default());
    let response = send(&mut hooks, request(Method::POST, nobody(), "{\"a\":1}")).await;
    assert_eq!(text(response.unwrap()).await.unwrap(), "{}");
    let asked = script.asked.lock().unwrap().remove(0);
    assert_eq!((asked.method, asked.occurrence), (Method::POST, 0));
    assert_eq!(asked.url.path(), "/rest/orgs/org-1/issues");
    assert_eq!(asked.body, "{\"a\":1}");
    assert_eq!(asked.headers.len(), 1, "only what the guest has set");
    assert_eq!(
        egress.transcript().exchanges()[0].outcome,
        Outcome::Answered {
            status: 200,
            bytes: 2
        }
    );
}

#[tokio::test]
async fn a_function_is_not_asked_what_the_policy_denies() {
    let (script, egress) = script(Vec::new());
    let mut hooks = open_call(&egress, &Limits::default());
    let refused = send(&mut hooks, request(Method::DELETE, nobody(), "")).await;
    assert!(matches!(refused, Err(Error::HttpRequestDenied)));
    assert!(script.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn the_budget_of_a_call_holds_for_a_function_too() {
    let (_, egress) = script(vec![Ok(json("1"))]);
    let limits = Limits {
        requests: 1,
        ..Limits::default()
    };
    let mut hooks = open_call(&egress, &limits);
    let first = send(&mut hooks, request(Method::GET, nobody(), "")).await;
    assert!(first.is_ok());
    let second = send(&mut hooks, request(Method::GET, nobody(), "")).await;
    assert!(matches!(second, Err(Error::ConnectionLimitReached)));
}

#[tokio::test]
async fn what_says_wait_is_handed_over_as_it_is() {
    let answered = Answered {
        status: StatusCode::SERVICE_UNAVAILABLE,
        headers: HeaderMap::from_iter([
            (SET_COOKIE, HeaderValue::from_static("a=b")),
            (
                HeaderName::from_static("retry-after"),
                HeaderValue::from_static("7"),
            ),
        ]),
        ..Answered::default()
    };
    let (script, egress) = script(vec![Ok(answered)]);
    let mut hooks = open_call(&egress, &Limits::default());
    let response = send(&mut hooks, request(Method::GET, nobody(), "")).await;
    let headers = response.unwrap().into_parts().0.headers;
    assert_eq!(headers.keys().collect::<Vec<_>>(), ["retry-after"]);
    assert_eq!(script.asked.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn requests_of_one_address_are_told_apart_by_their_number() {
    let (script, egress) = script(vec![Ok(json("1")), Ok(json("2")), Ok(json("3"))]);
    let mut hooks = open_call(&egress, &Limits::default());
    for method in [Method::GET, Method::POST, Method::GET] {
        let response = send(&mut hooks, request(method, nobody(), "")).await;
        response.unwrap();
    }
    let asked = script.asked.lock().unwrap();
    let numbers: Vec<_> = asked.iter().map(|asked| asked.occurrence).collect();
    assert_eq!(numbers, [0, 0, 1]);
}

#[tokio::test]
async fn a_file_that_a_function_names_can_be_fetched_from_it_once() {
    let file = "http://127.0.0.1:9/file.csv?signature=s3cret";
    let (script, egress) = script(vec![
        Ok(json(&format!("{{\"url\":\"{file}\"}}"))),
        Ok(Answered::default()),
    ]);
    let mut hooks = open_call(&egress, &Limits::default());
    let named = send(&mut hooks, request(Method::GET, nobody(), "")).await;
    text(named.unwrap()).await.unwrap();
    assert!(send(&mut hooks, get(file)).await.is_ok());
    assert!(send(&mut hooks, get(file)).await.is_err());
    let asked = script.asked.lock().unwrap().pop().unwrap();
    assert!(asked.headers.is_empty(), "{:?}", asked.headers);
    assert!(!format!("{asked:?}").contains("s3cret"));
}

#[tokio::test]
async fn a_body_can_break_off() {
    let answered = Answered {
        cut: Some(Cut::Incomplete),
        ..json("{\"a")
    };
    let (_, egress) = script(vec![Ok(answered)]);
    let mut hooks = open_call(&egress, &Limits::default());
    let response = send(&mut hooks, request(Method::GET, nobody(), "")).await;
    let mut body = response.unwrap().into_body();
    let first = body.frame().await.unwrap().unwrap();
    assert_eq!(first.into_data().unwrap(), "{\"a");
    let second = body.frame().await.unwrap();
    assert!(matches!(second, Err(Error::HttpResponseIncomplete)));
}

#[tokio::test]
async fn a_body_of_a_function_is_bounded() {
    let (_, egress) = script(vec![Ok(json("12345"))]);
    let limits = Limits {
        response_bytes: 4,
        ..Limits::default()
    };
    let mut hooks = open_call(&egress, &limits);
    let refused = send(&mut hooks, request(Method::GET, nobody(), "")).await;
    assert!(matches!(refused, Err(Error::HttpResponseBodySize(Some(5)))));
}

#[tokio::test]
async fn a_function_can_fail_as_a_network_does() {
    let host = "api.example.com".to_owned();
    let (_, egress) = script(vec![Err(TransportError::Refused { host })]);
    let mut hooks = open_call(&egress, &Limits::default());
    let refused = send(&mut hooks, request(Method::GET, nobody(), "")).await;
    assert!(matches!(refused, Err(Error::ConnectionRefused)));
    assert_eq!(
        egress.transcript().last_failure().unwrap().to_string(),
        "`api.example.com` refuses the connection; nothing listens there, or a firewall is in between"
    );
}

#[test]
fn a_guest_sets_no_header_of_the_manifests_credentials_here_either() {
    let mut manifest = manifest();
    manifest.credentials.push(CredentialKind {
        id: "key".to_owned(),
        label: "Key".to_owned(),
        pattern: ".*".to_owned(),
        header: "x-api-key".to_owned(),
        value: "{credential}".to_owned(),
        audience: None,
    });
    let (script, _) = script(Vec::new());
    let egress = Egress::answered_by(policy(&manifest, nobody(), &[]), script);
    let mut hooks = open_call(&egress, &Limits::default());
    assert!(hooks.is_forbidden_header(&HeaderName::from_static("x-api-key")));
}

use std::collections::BTreeSet;
use std::net::SocketAddr;

use super::*;
use crate::contract::describe::{self, Manifest, Origin, OriginAddress, PathRule};
use crate::credential::{CredentialHeader, Secret};
use crate::egress::testing::{answer, upstream};
use crate::egress::{EgressPolicy, Governor, HttpClient, Organizations, PinnedOrigin, Roots};

const CANARY: &str = "canary-1f0e";

fn manifest() -> Manifest {
    let rule = |method| PathRule {
        method,
        template: "/rest/orgs/{org}/issues".to_owned(),
    };
    Manifest {
        id: "sample".to_owned(),
        name: "Sample".to_owned(),
        version: "0.1.0".to_owned(),
        summary: String::new(),
        pulls: Vec::new(),
        permissions: Vec::new(),
        origins: vec![Origin {
            id: "US-01".to_owned(),
            label: "US".to_owned(),
            address: OriginAddress::Fixed("https://api.example.com".to_owned()),
            aliases: Vec::new(),
            paths: vec![rule(describe::Method::Get), rule(describe::Method::Post)],
        }],
        quotas: Vec::new(),
        credentials: Vec::new(),
        settings: Vec::new(),
        rules: Vec::new(),
        extra: Vec::new(),
    }
}

fn client() -> HttpClient {
    let key = rcgen::KeyPair::generate().unwrap();
    let root = rcgen::CertificateParams::new(Vec::new())
        .unwrap()
        .self_signed(&key)
        .unwrap();
    HttpClient::new(Roots::OnlyPem(root.pem().into_bytes())).unwrap()
}

fn egress(address: SocketAddr) -> Egress {
    let origin = PinnedOrigin {
        id: "US-01".to_owned(),
        base: format!("http://{address}"),
        allow_loopback: true,
    };
    let organizations = Organizations::Bound(BTreeSet::from(["org-1".to_owned()]));
    let policy = EgressPolicy::from_manifest(&manifest(), origin, organizations).unwrap();
    let secret = Secret::parse(CANARY).unwrap();
    let credential = CredentialHeader::new("authorization", "token {credential}", &secret).unwrap();
    Egress::open(
        policy,
        client(),
        Some(credential),
        Arc::new(Governor::new(&[], 1.0)),
    )
}

fn open_call(egress: &Egress, limits: &Limits) -> EgressHooks {
    let mut hooks = EgressHooks::new(egress.clone(), limits);
    hooks.begin_call(false);
    hooks
}

fn request(method: Method, address: SocketAddr, body: &'static str) -> Request<WasiBody> {
    Request::builder()
        .method(method)
        .uri(format!("http://{address}/rest/orgs/org-1/issues?limit=100"))
        .header("accept", "application/json")
        .body(
            Full::new(Bytes::from(body))
                .map_err(|never| match never {})
                .boxed_unsync(),
        )
        .unwrap()
}

async fn send(
    hooks: &mut EgressHooks,
    request: Request<WasiBody>,
) -> Result<Response<WasiBody>, Error> {
    let processed = Box::new(async { Ok(()) });
    let (response, _) = Box::into_pin(hooks.send_request(request, None, processed)).await?;
    Ok(response)
}

async fn text(response: Response<WasiBody>) -> Result<String, Error> {
    let bytes = response.into_body().collect().await?.to_bytes();
    Ok(String::from_utf8(bytes.to_vec()).unwrap())
}

#[tokio::test]
async fn the_credential_is_added_here_and_written_nowhere() {
    let (address, served) = upstream(&[&answer("200 OK", "", "{}")]).await;
    let egress = egress(address);
    let mut hooks = open_call(&egress, &Limits::default());
    let response = send(&mut hooks, request(Method::GET, address, ""))
        .await
        .unwrap();
    assert_eq!(text(response).await.unwrap(), "{}");
    assert!(served.await.unwrap()[0].contains(&format!("authorization: token {CANARY}\r\n")));
    assert!(!format!("{egress:?} {:?}", egress.transcript().exchanges()).contains(CANARY));
}

#[tokio::test]
async fn the_transcript_says_what_came_back() {
    let (address, _served) = upstream(&[&answer("404 Not Found", "", "gone")]).await;
    let egress = egress(address);
    let response = send(
        &mut open_call(&egress, &Limits::default()),
        request(Method::GET, address, ""),
    )
    .await;
    text(response.unwrap()).await.unwrap();
    let exchange = egress.transcript().exchanges().remove(0);
    assert_eq!(
        exchange.url,
        format!("http://{address}/rest/orgs/org-1/issues?limit=100")
    );
    assert_eq!(
        exchange.outcome,
        Outcome::Answered {
            status: 404,
            bytes: 4
        }
    );
}

#[test]
fn a_guest_sets_no_header_that_changes_who_asks_or_what() {
    let mut hooks = EgressHooks::new(Egress::closed(), &Limits::default());
    for name in [
        "authorization",
        "cookie",
        "host",
        "transfer-encoding",
        "x-http-method-override",
        "x-original-url",
    ] {
        assert!(
            hooks.is_forbidden_header(&HeaderName::from_static(name)),
            "{name}"
        );
    }
    assert!(!hooks.is_forbidden_header(&HeaderName::from_static("accept")));
}

#[test]
fn the_manifests_own_credential_header_is_forbidden_to_the_guest() {
    let address = SocketAddr::from(([127, 0, 0, 1], 9));
    let Egress { way, transcript } = egress(address);
    let way = Arc::into_inner(way.unwrap()).unwrap();
    let credential =
        CredentialHeader::new("x-api-key", "{credential}", &Secret::parse(CANARY).unwrap())
            .unwrap();
    let way = Some(Arc::new(Way {
        credential: Some(credential),
        ..way
    }));
    let mut hooks = EgressHooks::new(Egress { way, transcript }, &Limits::default());
    assert!(hooks.is_forbidden_header(&HeaderName::from_static("x-api-key")));
}

#[tokio::test]
async fn the_body_of_a_get_stays_here_with_its_length() {
    let (address, served) = upstream(&[&answer("200 OK", "", "")]).await;
    let mut asked = request(Method::GET, address, "smuggled");
    asked
        .headers_mut()
        .insert(CONTENT_LENGTH, HeaderValue::from_static("8"));
    asked
        .headers_mut()
        .insert(HOST, HeaderValue::from_static("elsewhere.example"));
    send(&mut open_call(&egress(address), &Limits::default()), asked)
        .await
        .unwrap();
    let seen = served.await.unwrap().remove(0);
    assert!(
        !seen.contains("smuggled") && !seen.contains("content-length"),
        "{seen}"
    );
    assert!(seen.contains(&format!("host: {address}\r\n")), "{seen}");
}

#[tokio::test]
async fn the_body_of_a_post_leaves() {
    let (address, served) = upstream(&[&answer("202 Accepted", "", "")]).await;
    send(
        &mut open_call(&egress(address), &Limits::default()),
        request(Method::POST, address, "{\"a\":1}"),
    )
    .await
    .unwrap();
    assert!(served.await.unwrap()[0].ends_with("\r\n\r\n{\"a\":1}"));
}

#[tokio::test]
async fn a_denied_request_leaves_nothing_but_a_row() {
    let (address, served) = upstream(&[]).await;
    let egress = egress(address);
    let mut hooks = open_call(&egress, &Limits::default());
    let refused = send(&mut hooks, request(Method::DELETE, address, "")).await;
    assert!(matches!(refused, Err(Error::HttpRequestDenied)));
    assert_eq!((hooks.sent(), hooks.impure_attempts()), (0, 0));
    assert_eq!(
        egress.transcript().last_denial().unwrap().to_string(),
        "the manifest does not list DELETE `/rest/orgs/org-1/issues`"
    );
    assert_eq!(served.await.unwrap().len(), 0);
}

#[tokio::test]
async fn an_attempt_in_a_pure_call_is_denied_and_counted() {
    let (address, _served) = upstream(&[]).await;
    let mut hooks = EgressHooks::new(egress(address), &Limits::default());
    hooks.begin_call(true);
    let refused = send(&mut hooks, request(Method::GET, address, "")).await;
    assert!(matches!(refused, Err(Error::HttpRequestDenied)));
    assert_eq!((hooks.sent(), hooks.impure_attempts()), (0, 1));
}

#[tokio::test]
async fn a_closed_session_is_pure_in_every_verb() {
    let address = SocketAddr::from(([127, 0, 0, 1], 9));
    let mut hooks = open_call(&Egress::closed(), &Limits::default());
    assert!(
        send(&mut hooks, request(Method::GET, address, ""))
            .await
            .is_err()
    );
    assert_eq!(hooks.impure_attempts(), 1);
}

#[tokio::test]
async fn a_call_has_so_many_requests_and_the_next_call_as_many_again() {
    let ok = answer("200 OK", "", "");
    let (address, _served) = upstream(&[&ok, &ok]).await;
    let limits = Limits {
        requests: 1,
        ..Limits::default()
    };
    let mut hooks = open_call(&egress(address), &limits);
    send(&mut hooks, request(Method::GET, address, ""))
        .await
        .unwrap();
    let refused = send(&mut hooks, request(Method::GET, address, "")).await;
    assert!(matches!(refused, Err(Error::ConnectionLimitReached)));
    hooks.begin_call(false);
    send(&mut hooks, request(Method::GET, address, ""))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_redirect_is_an_answer() {
    let (address, served) = upstream(&[&answer(
        "302 Found",
        "location: http://169.254.169.254/\r\n",
        "",
    )])
    .await;
    let response = send(
        &mut open_call(&egress(address), &Limits::default()),
        request(Method::GET, address, ""),
    )
    .await;
    assert_eq!(response.unwrap().status(), 302);
    assert_eq!(served.await.unwrap().len(), 1);
}

#[tokio::test]
async fn cookies_of_the_upstream_stay_here() {
    let (address, _served) =
        upstream(&[&answer("200 OK", "set-cookie: a=b\r\nx-kept: 1\r\n", "")]).await;
    let response = send(
        &mut open_call(&egress(address), &Limits::default()),
        request(Method::GET, address, ""),
    )
    .await
    .unwrap();
    assert!(!response.headers().contains_key(SET_COOKIE));
    assert!(response.headers().contains_key("x-kept"));
}

#[tokio::test]
async fn a_body_that_announces_or_turns_out_to_be_too_large_is_an_error() {
    let announced = answer("200 OK", "", "12345");
    let streamed = "HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n5\r\n12345\r\n0\r\n\r\n";
    let (address, _served) = upstream(&[&announced, streamed]).await;
    let limits = Limits {
        response_bytes: 4,
        ..Limits::default()
    };
    let mut hooks = open_call(&egress(address), &limits);
    let first = send(&mut hooks, request(Method::GET, address, "")).await;
    assert!(matches!(first, Err(Error::HttpResponseBodySize(Some(5)))));
    let second = send(&mut hooks, request(Method::GET, address, ""))
        .await
        .unwrap();
    assert!(matches!(
        text(second).await,
        Err(Error::HttpResponseBodySize(Some(5)))
    ));
}

#[tokio::test]
async fn a_body_that_breaks_off_is_an_error_and_not_a_short_body() {
    let (address, _served) = upstream(&["HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf"]).await;
    let response = send(
        &mut open_call(&egress(address), &Limits::default()),
        request(Method::GET, address, ""),
    )
    .await;
    assert!(matches!(
        text(response.unwrap()).await,
        Err(Error::HttpResponseIncomplete)
    ));
}

#[tokio::test]
async fn a_request_that_changes_nothing_is_sent_again_after_a_passing_failure() {
    let (address, served) = upstream(&[
        &answer("503 Service Unavailable", "", ""),
        &answer("200 OK", "", ""),
    ])
    .await;
    let egress = egress(address);
    let mut hooks = open_call(&egress, &Limits::default());
    let response = send(&mut hooks, request(Method::GET, address, ""))
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!((served.await.unwrap().len(), hooks.sent()), (2, 2));
    assert!(
        hooks.waiting().total() > Duration::ZERO,
        "the wait is not the guest's time"
    );
}

#[tokio::test]
async fn a_request_that_may_change_something_is_sent_once() {
    let (address, served) = upstream(&[&answer("503 Service Unavailable", "", "")]).await;
    let response = send(
        &mut open_call(&egress(address), &Limits::default()),
        request(Method::POST, address, ""),
    )
    .await;
    assert_eq!(response.unwrap().status(), 503);
    assert_eq!(served.await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_long_wait_is_told_to_the_guest_and_nothing_is_sent_meanwhile() {
    let (address, served) = upstream(&[&answer(
        "429 Too Many Requests",
        "retry-after: 3600\r\n",
        "",
    )])
    .await;
    let egress = egress(address);
    let mut hooks = open_call(&egress, &Limits::default());
    let first = send(&mut hooks, request(Method::GET, address, ""))
        .await
        .unwrap();
    let second = send(&mut hooks, request(Method::GET, address, ""))
        .await
        .unwrap();
    assert_eq!(
        (first.status(), second.status()),
        (StatusCode::TOO_MANY_REQUESTS, StatusCode::TOO_MANY_REQUESTS)
    );
    assert_eq!(second.headers()[RETRY_AFTER], "3600");
    assert_eq!(served.await.unwrap().len(), 1);
    assert_eq!(
        egress.transcript().exchanges()[1].outcome,
        Outcome::Held { seconds: 3600 }
    );
}

#[tokio::test]
async fn an_unreachable_upstream_is_explained_in_the_transcript() {
    let (address, served) = upstream(&[]).await;
    served.await.unwrap();
    let egress = egress(address);
    let failed = send(
        &mut open_call(&egress, &Limits::default()),
        request(Method::GET, address, ""),
    )
    .await;
    assert!(matches!(failed, Err(Error::ConnectionRefused)));
    assert_eq!(
        egress.transcript().last_failure().unwrap().to_string(),
        "`127.0.0.1` refuses the connection; nothing listens there, or a firewall is in between"
    );
}

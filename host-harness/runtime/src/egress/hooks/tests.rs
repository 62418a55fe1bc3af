use std::net::SocketAddr;
use std::sync::Arc;

use http::Method;

use super::*;
use crate::credential::{CredentialHeader, Secret};
use crate::egress::testing::{CANARY, answer, egress, open_call, request, send, upstream};
use crate::egress::{FarEnd, Upstream, Way};

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
    let egress = egress(address);
    let way = Arc::into_inner(egress.way.unwrap()).unwrap();
    let credential =
        CredentialHeader::new("x-api-key", "{credential}", &Secret::parse(CANARY).unwrap())
            .unwrap();
    let FarEnd::Upstream(upstream) = way.end else {
        unreachable!()
    };
    let way = Some(Arc::new(Way {
        policy: way.policy,
        end: FarEnd::Upstream(Box::new(Upstream {
            credential: Some(credential),
            ..*upstream
        })),
    }));
    let mut hooks = EgressHooks::new(
        Egress {
            way,
            ..Egress::closed()
        },
        &Limits::default(),
    );
    assert!(hooks.is_forbidden_header(&HeaderName::from_static("x-api-key")));
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
    hooks.begin_call(true, String::new());
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
    hooks.begin_call(false, String::new());
    send(&mut hooks, request(Method::GET, address, ""))
        .await
        .unwrap();
}

use std::net::SocketAddr;

use http::header::SET_COOKIE;

use super::*;
use crate::egress::testing::{CANARY, answer, egress, open_call, request, send, text, upstream};
use crate::limits::Limits;
use crate::meter::CallMeasured;

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
async fn a_meter_is_told_what_every_request_came_to_and_how_long_it_waited() {
    #[derive(Default)]
    struct Told(Mutex<Vec<String>>);
    impl Meter for Told {
        fn opened(&self) {}
        fn closed(&self) {}
        fn breached(&self, _: crate::call::Verb) {}
        fn called(&self, _: &CallMeasured) {}
        fn exchanged(&self, exchange: &ExchangeMeasured<'_>) {
            let mut told = self.0.lock().unwrap();
            told.push(match exchange {
                ExchangeMeasured::Denied(denial) => denial.word().to_owned(),
                other => format!("{other:?}"),
            });
        }
        fn received(&self, bytes: u64) {
            self.0.lock().unwrap().push(format!("{bytes} bytes"));
        }
        fn waited(&self, _: Duration) {
            self.0.lock().unwrap().push("waited".to_owned());
        }
    }
    let (address, served) = upstream(&[
        &answer("503 Service Unavailable", "", ""),
        &answer("429 Too Many Requests", "retry-after: 3600\r\n", "{}"),
    ])
    .await;
    let told = Arc::new(Told::default());
    let hooks = open_call(&egress(address), &Limits::default());
    let mut hooks = hooks.told_to(Some(told.clone()));
    for _ in 0..2 {
        let response = send(&mut hooks, request(Method::GET, address, "")).await;
        text(response.unwrap()).await.unwrap();
    }
    served.await.unwrap();
    let elsewhere = "127.0.0.2:9".parse().unwrap();
    let denied = send(&mut hooks, request(Method::GET, elsewhere, "")).await;
    assert!(denied.is_err());
    assert_eq!(
        *told.0.lock().unwrap(),
        [
            "waited",
            "Answered { status: 503 }",
            "waited",
            "waited",
            "Answered { status: 429 }",
            "2 bytes",
            "Held",
            "host",
        ]
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

#[test]
fn a_download_from_elsewhere_never_reaches_this_machine() {
    let permit = |route| Permit {
        way: egress(SocketAddr::from(([127, 0, 0, 1], 9))).way.unwrap(),
        route,
        host: String::new(),
    };
    let file = "https://b.s3.amazonaws.com/file.csv".parse().unwrap();
    let own = "http://127.0.0.1:9/file.csv".parse().unwrap();
    assert_eq!(permit(Route::Download).reach(&file), Reach::Public);
    assert_eq!(permit(Route::Download).reach(&own), Reach::Loopback);
    assert_eq!(permit(Route::Api).reach(&own), Reach::Loopback);
}

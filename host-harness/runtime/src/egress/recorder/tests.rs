use std::net::SocketAddr;

use http::{Method, StatusCode};
use tokio::net::TcpListener;
use wasmtime_wasi_http::WasiHttpHooks as _;

use super::*;
use crate::credential::Secret;
use crate::egress::testing::{
    CANARY, answer, downloading, manifest, open_call, policy, request, send, text, upstream,
};
use crate::egress::{Egress, EgressHooks, TransportError};
use crate::limits::Limits;

type Lines = Arc<Mutex<Vec<Recorded>>>;

/// A recorder for this upstream, and what it writes.
fn recorder(address: SocketAddr) -> (Recorder, Lines) {
    let lines = Lines::default();
    let kept = Arc::clone(&lines);
    let sink: Sink = Box::new(move |recorded| {
        kept.lock().unwrap().push(recorded.clone());
        Ok(())
    });
    let secret = Secret::parse(CANARY).unwrap();
    let policy = policy(&manifest(), address, &["127.0.0.1"]);
    (
        Recorder::new(Redactor::new([&secret], Some(policy)), sink),
        lines,
    )
}

/// A call that may send to an upstream with these answers, and what is written down of it.
async fn call(answers: &[&str]) -> (SocketAddr, EgressHooks, Recorder, Lines) {
    let (address, _served) = upstream(answers).await;
    let (recorder, lines) = recorder(address);
    let egress = downloading(address, &["127.0.0.1"]).recorded(recorder.clone());
    (
        address,
        open_call(&egress, &Limits::default()),
        recorder,
        lines,
    )
}

fn only(lines: &Lines) -> Recorded {
    let mut lines = lines.lock().unwrap();
    assert_eq!(lines.len(), 1);
    lines.remove(0)
}

#[tokio::test]
async fn an_exchange_is_written_down_as_the_guest_sees_it() {
    let page = answer("404 Not Found", "set-cookie: a=b\r\nx-kept: 1\r\n", "gone");
    let (address, mut hooks, recorder, lines) = call(&[&page]).await;
    let response = send(&mut hooks, request(Method::POST, address, "{}")).await;
    text(response.unwrap()).await.unwrap();
    let line = only(&lines);
    assert_eq!(line.method, "POST");
    assert_eq!(
        line.url,
        format!("http://{address}/rest/orgs/org-1/issues?limit=100")
    );
    assert_eq!(line.sent, Content::Text("{}".to_owned()));
    let answered = line.answer().unwrap();
    assert_eq!(answered.status, StatusCode::NOT_FOUND);
    assert_eq!(answered.headers["x-kept"], "1");
    assert!(!answered.headers.contains_key("set-cookie"));
    assert_eq!((&answered.body[..], answered.cut), (&b"gone"[..], None));
    let written = Written {
        exchanges: 1,
        cut: None,
    };
    assert_eq!(recorder.finish(), written);
}

#[tokio::test]
async fn a_credential_that_is_echoed_is_withheld_and_not_written_down() {
    let echo = answer("200 OK", "", &format!("{{\"echo\":\"{CANARY}\"}}"));
    let (address, mut hooks, _, lines) = call(&[&echo]).await;
    let response = send(&mut hooks, request(Method::GET, address, "")).await;
    assert!(text(response.unwrap()).await.is_err(), "the guest sees it");
    assert!(!format!("{:?}", lines.lock().unwrap()).contains(CANARY));
    let line = only(&lines);
    assert!(!serde_json::to_string(&line).unwrap().contains(CANARY));
}

#[tokio::test]
async fn what_is_sent_again_is_written_down_once() {
    let (address, mut hooks, _, lines) = call(&[
        &answer("503 Service Unavailable", "retry-after: 1\r\n", ""),
        &answer("200 OK", "", "1"),
    ])
    .await;
    tokio::time::pause();
    let response = send(&mut hooks, request(Method::GET, address, "")).await;
    text(response.unwrap()).await.unwrap();
    assert_eq!(only(&lines).answer().unwrap().body, "1");
}

#[tokio::test]
async fn a_denied_request_and_one_that_fails_are_written_down() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let (recorder, lines) = recorder(address);
    let egress = downloading(address, &[]).recorded(recorder);
    let mut hooks = open_call(&egress, &Limits::default());
    for method in [Method::DELETE, Method::GET] {
        let refused = send(&mut hooks, request(method, address, "")).await;
        assert!(refused.is_err());
    }
    let lines = lines.lock().unwrap();
    let denied = "the manifest does not list DELETE `/rest/orgs/org-1/issues`";
    assert_eq!(lines[0].came_to, CameTo::Denied(denied.to_owned()));
    assert_eq!(
        lines[1].answer(),
        Err(TransportError::Refused {
            host: "127.0.0.1".to_owned()
        })
    );
}

#[tokio::test]
async fn a_body_that_breaks_off_breaks_off_again() {
    let cut = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 9\r\n\r\n1234";
    let (address, mut hooks, _, lines) = call(&[cut]).await;
    let response = send(&mut hooks, request(Method::GET, address, "")).await;
    assert!(text(response.unwrap()).await.is_err());
    let answered = only(&lines).answer().unwrap();
    assert_eq!(
        (&answered.body[..], answered.cut),
        (&b"1234"[..], Some(Cut::Incomplete))
    );
}

#[tokio::test]
async fn an_answer_that_announces_too_much_is_refused_again() {
    let (address, _served) = upstream(&[&answer("200 OK", "", "12345")]).await;
    let (recorder, lines) = recorder(address);
    let limits = Limits {
        response_bytes: 4,
        ..Limits::default()
    };
    let egress = downloading(address, &[]).recorded(recorder);
    let refused = send(
        &mut open_call(&egress, &limits),
        request(Method::GET, address, ""),
    )
    .await;
    assert!(matches!(refused, Err(Error::HttpResponseBodySize(Some(5)))));
    let host = "127.0.0.1".to_owned();
    let cause = TransportError::Announced { host, bytes: 5 };
    assert_eq!(only(&lines).came_to, CameTo::Failed(cause.clone()));
    assert_eq!(
        cause.to_string(),
        "`127.0.0.1` announces an answer of 5 bytes, which is more than the sandbox permits"
    );
}

#[tokio::test]
async fn what_is_under_way_at_the_end_is_written_down_as_it_stands() {
    let (address, mut hooks, recorder, lines) = call(&[&answer("200 OK", "", "1234")]).await;
    let response = send(&mut hooks, request(Method::GET, address, ""))
        .await
        .unwrap();
    assert_eq!(recorder.finish().exchanges, 1);
    text(response).await.unwrap();
    assert!(matches!(
        only(&lines).came_to,
        CameTo::Answered {
            ending: Ending::Unread,
            ..
        }
    ));
}

#[tokio::test]
async fn a_body_that_may_hide_secrets_is_withheld_and_written_down_as_that() {
    let zipped = answer("200 OK", "content-encoding: gzip\r\n", "zip");
    let (address, mut hooks, _, lines) = call(&[&zipped]).await;
    let response = send(&mut hooks, request(Method::GET, address, "")).await;
    assert!(response.is_err());
    let host = "127.0.0.1".to_owned();
    let encoding = "gzip".to_owned();
    let cause = TransportError::Encoded { host, encoding };
    assert_eq!(only(&lines).came_to, CameTo::Failed(cause));
}

#[tokio::test]
async fn what_was_written_down_answers_a_session_the_same_way() {
    let named = |address: SocketAddr| {
        format!("{{\"url\":\"http:\\/\\/{address}\\/file.csv?signature=a1b2c3\"}}")
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let json = answer(
        "200 OK",
        "content-type: application/json\r\n",
        &named(address),
    );
    let answers = [json, answer("200 OK", "", "a,b")];
    tokio::spawn(async move {
        for answer in answers {
            let (stream, _) = listener.accept().await.unwrap();
            crate::egress::testing::answer_one(stream, &answer).await;
        }
    });
    let (recorder, lines) = recorder(address);
    let live = downloading(address, &["127.0.0.1"]).recorded(recorder);
    let file = fetch_named(&live, address, "signature=a1b2c3").await;
    assert_eq!(file, "a,b");
    let lines = lines.lock().unwrap().clone();
    assert!(!serde_json::to_string(&lines).unwrap().contains("a1b2c3"));

    let policy = policy(&manifest(), address, &["127.0.0.1"]);
    let replayed = Egress::answered_by(policy, Arc::new(Lined(lines)));
    assert_eq!(fetch_named(&replayed, address, "redacted-1").await, "a,b");
}

/// Reads an answer that names a file, and fetches the file.
async fn fetch_named(egress: &Egress, address: SocketAddr, query: &str) -> String {
    let mut hooks = open_call(egress, &Limits::default());
    let named = send(&mut hooks, request(Method::GET, address, "")).await;
    let named = text(named.unwrap()).await.unwrap();
    assert!(named.contains(query), "{named}");
    let mut asked = request(Method::GET, address, "");
    *asked.uri_mut() = format!("http://{address}/file.csv?{query}")
        .parse()
        .unwrap();
    text(send(&mut hooks, asked).await.unwrap()).await.unwrap()
}

/// Answers from what was written down.
struct Lined(Vec<Recorded>);

impl crate::egress::Responder for Lined {
    fn answer(
        &self,
        asked: &crate::egress::Asked,
    ) -> Result<crate::egress::Answered, TransportError> {
        let url = asked.url.to_string();
        let line = self.0.iter().find(|line| line.url == url);
        line.unwrap().answer()
    }
}

#[tokio::test]
async fn two_requests_of_one_address_at_once_keep_their_own_answers() {
    let (address, mut hooks, _, lines) =
        call(&[&answer("200 OK", "", "1"), &answer("200 OK", "", "2")]).await;
    let mut begin = || {
        let processed = Box::new(async { Ok(()) });
        let asked = request(Method::GET, address, "");
        Box::into_pin(hooks.send_request(asked, None, processed))
    };
    // The second one leaves first.
    let (first, second) = (begin(), begin());
    let second = text(second.await.unwrap().0).await.unwrap();
    let first = text(first.await.unwrap().0).await.unwrap();
    assert_eq!((first.as_str(), second.as_str()), ("2", "1"));
    let lines = lines.lock().unwrap();
    let told: Vec<_> = lines
        .iter()
        .map(|line| (line.occurrence, line.answer().unwrap().body))
        .collect();
    assert_eq!(told, [(1, "1".into()), (0, "2".into())]);
}

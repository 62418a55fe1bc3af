use super::*;
use crate::egress::testing::{answer, open_call, request, reusing, send, text, upstream};
use crate::limits::Limits;

/// What a request is answered, with its age header, if there is one.
async fn ask(
    egress: &crate::egress::Egress,
    address: std::net::SocketAddr,
    method: Method,
) -> (String, Option<String>) {
    let mut hooks = open_call(egress, &Limits::default());
    let response = send(&mut hooks, request(method, address, ""))
        .await
        .unwrap();
    let age = response.headers().get(AGE);
    let age = age.map(|age| age.to_str().unwrap().to_owned());
    (text(response).await.unwrap(), age)
}

#[tokio::test]
async fn an_answer_is_given_again_with_its_age_and_nothing_is_sent() {
    let (address, served) = upstream(&[&answer("200 OK", "", "1")]).await;
    let egress = reusing(address, Some(60));
    assert_eq!(ask(&egress, address, Method::GET).await.0, "1");
    let again = ask(&egress, address, Method::GET).await;
    assert_eq!(again, ("1".to_owned(), Some("0".to_owned())));
    assert_eq!(served.await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_answer_is_given_again_without_the_upstreams_cookies() {
    let page = answer("200 OK", "set-cookie: a=b\r\nx-kept: 1\r\n", "1");
    let (address, _served) = upstream(&[&page]).await;
    let egress = reusing(address, Some(60));
    ask(&egress, address, Method::GET).await;
    let mut hooks = open_call(&egress, &Limits::default());
    let again = send(&mut hooks, request(Method::GET, address, "")).await;
    let headers = again.unwrap().into_parts().0.headers;
    assert!(headers.contains_key(AGE) && headers.contains_key("x-kept"));
    assert!(!headers.contains_key("set-cookie"));
}

#[tokio::test]
async fn without_a_word_in_the_manifest_every_request_is_sent() {
    let answers = [answer("200 OK", "", "1"), answer("200 OK", "", "2")];
    let (address, _served) = upstream(&[&answers[0], &answers[1]]).await;
    let egress = reusing(address, None);
    assert_eq!(ask(&egress, address, Method::GET).await.0, "1");
    assert_eq!(ask(&egress, address, Method::GET).await.0, "2");
}

#[tokio::test]
async fn what_is_no_json_is_never_given_again() {
    let answers = [
        answer("200 OK", "", "{\"data\":[{"),
        answer("200 OK", "", "2"),
    ];
    let (address, _served) = upstream(&[&answers[0], &answers[1]]).await;
    let egress = reusing(address, Some(60));
    ask(&egress, address, Method::GET).await;
    assert_eq!(ask(&egress, address, Method::GET).await.0, "2");
}

#[tokio::test]
async fn whoever_asks_once_more_in_one_session_is_answered_anew() {
    let answers = [answer("200 OK", "", "1"), answer("200 OK", "", "2")];
    let (address, _served) = upstream(&[&answers[0], &answers[1]]).await;
    let egress = reusing(address, Some(60));
    assert_eq!(ask(&egress, address, Method::GET).await.0, "1");
    let mut hooks = open_call(&egress, &Limits::default());
    for expected in ["1", "2"] {
        let response = send(&mut hooks, request(Method::GET, address, "")).await;
        assert_eq!(text(response.unwrap()).await.unwrap(), expected);
    }
}

#[test]
fn an_answer_ages_by_the_time_of_the_jobs_and_is_never_from_the_future() {
    let answers = Arc::new(Answers::default());
    let asked = Request::get("http://a/").body(()).unwrap();
    let ok = (StatusCode::OK, &HeaderMap::new());
    let keeper = answers.keeper(&asked, ok, 10_000).unwrap();
    keeper.piece(b"1").unwrap().finish();
    let age = |now| answers.find(&key(&asked), now, 60).map(|(_, age)| age);
    assert_eq!(age(9_999), None);
    assert_eq!(age(10_000), Some(0));
    assert_eq!(age(69_999), Some(59));
    assert_eq!(age(70_000), None);
}

#[tokio::test]
async fn an_error_is_never_given_again() {
    let answers = [answer("404 Not Found", "", "1"), answer("200 OK", "", "2")];
    let (address, _served) = upstream(&[&answers[0], &answers[1]]).await;
    let egress = reusing(address, Some(60));
    assert_eq!(ask(&egress, address, Method::GET).await.0, "1");
    assert_eq!(ask(&egress, address, Method::GET).await.0, "2");
}

#[test]
fn the_oldest_answers_make_room() {
    let answers = Arc::new(Answers::default());
    let named = |number: usize| Request::get(format!("http://a/{number}")).body(()).unwrap();
    let body = vec![b'1'; LARGEST_BODY];
    let most = MOST_BYTES / LARGEST_BODY;
    for number in 0..=most {
        let ok = (StatusCode::OK, &HeaderMap::new());
        let keeper = answers.keeper(&named(number), ok, 0).unwrap();
        keeper.piece(&body).unwrap().finish();
    }
    assert!(answers.find(&key(&named(0)), 0, 60).is_none());
    assert!(answers.find(&key(&named(most)), 0, 60).is_some());
    assert_eq!(answers.kept().bytes, MOST_BYTES);
}

#[test]
fn a_body_that_is_too_large_is_not_kept() {
    let answers = Arc::new(Answers::default());
    let request = Request::get("http://a/").body(()).unwrap();
    let ok = (StatusCode::OK, &HeaderMap::new());
    let keeper = answers.keeper(&request, ok, 0).unwrap();
    assert!(keeper.piece(&vec![b'x'; LARGEST_BODY + 1]).is_none());
}

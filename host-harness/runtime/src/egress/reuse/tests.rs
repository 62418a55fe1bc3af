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
    let (address, served) = upstream(&[&answer("200 OK", "", "once")]).await;
    let egress = reusing(address, Some(60));
    assert_eq!(ask(&egress, address, Method::GET).await.0, "once");
    let again = ask(&egress, address, Method::GET).await;
    assert_eq!(again, ("once".to_owned(), Some("0".to_owned())));
    assert_eq!(served.await.unwrap().len(), 1);
}

#[tokio::test]
async fn without_a_word_in_the_manifest_every_request_is_sent() {
    let answers = [answer("200 OK", "", "one"), answer("200 OK", "", "two")];
    let (address, _served) = upstream(&[&answers[0], &answers[1]]).await;
    let egress = reusing(address, None);
    assert_eq!(ask(&egress, address, Method::GET).await.0, "one");
    assert_eq!(ask(&egress, address, Method::GET).await.0, "two");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_too_old_is_asked_for_again() {
    let answers = [answer("200 OK", "", "old"), answer("200 OK", "", "new")];
    let (address, _served) = upstream(&[&answers[0], &answers[1]]).await;
    let egress = reusing(address, Some(60));
    assert_eq!(ask(&egress, address, Method::GET).await.0, "old");
    tokio::time::advance(Duration::from_secs(61)).await;
    assert_eq!(ask(&egress, address, Method::GET).await.0, "new");
}

#[tokio::test]
async fn an_error_is_never_given_again() {
    let answers = [
        answer("404 Not Found", "", "gone"),
        answer("200 OK", "", "back"),
    ];
    let (address, _served) = upstream(&[&answers[0], &answers[1]]).await;
    let egress = reusing(address, Some(60));
    assert_eq!(ask(&egress, address, Method::GET).await.0, "gone");
    assert_eq!(ask(&egress, address, Method::GET).await.0, "back");
}

#[test]
fn the_oldest_answers_make_room() {
    let answers = Arc::new(Answers::default());
    let named = |number: usize| Request::get(format!("http://a/{number}")).body(()).unwrap();
    let body = vec![b'x'; LARGEST_BODY];
    let most = MOST_BYTES / LARGEST_BODY;
    for number in 0..=most {
        let ok = (StatusCode::OK, &HeaderMap::new());
        let keeper = answers.keeper(&named(number), ok).unwrap();
        keeper.piece(&body).unwrap().finish();
    }
    let fresh = Duration::from_secs(60);
    assert!(answers.find(&named(0), fresh).is_none());
    assert!(answers.find(&named(most), fresh).is_some());
    assert_eq!(answers.kept().bytes, MOST_BYTES);
}

#[test]
fn a_body_that_is_too_large_is_not_kept() {
    let answers = Arc::new(Answers::default());
    let request = Request::get("http://a/").body(()).unwrap();
    let ok = (StatusCode::OK, &HeaderMap::new());
    let keeper = answers.keeper(&request, ok).unwrap();
    assert!(keeper.piece(&vec![b'x'; LARGEST_BODY + 1]).is_none());
}

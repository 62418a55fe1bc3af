use std::net::SocketAddr;

use http::{Method, Request, Response};
use wasmtime_wasi_http::{Error, WasiBody};

use super::*;
use crate::egress::testing::{
    CANARY, answer, downloading, open_call, request, send, text, upstream,
};
use crate::egress::{Egress, EgressHooks, Outcome};
use crate::limits::Limits;

const JSON: &str = "content-type: application/vnd.api+json; charset=utf-8\r\n";

fn named(url: &str) -> String {
    answer(
        "200 OK",
        JSON,
        &format!("{{\"results\":[{{\"url\":\"{url}\"}}]}}"),
    )
}

fn download(url: &str) -> Request<WasiBody> {
    let mut download = request(
        Method::GET,
        SocketAddr::from(([127, 0, 0, 1], 9)),
        "smuggled",
    );
    *download.uri_mut() = url.parse().unwrap();
    download
}

/// An upstream that names a file and then serves it, and a session that has read where it is.
async fn told(
    name: impl Fn(&str) -> String,
    files: &[&str],
) -> (
    EgressHooks,
    Egress,
    String,
    tokio::task::JoinHandle<Vec<String>>,
) {
    let (store, served) = upstream(files).await;
    let url = format!("http://{store}/file.csv?signature=canary-signature");
    let (api, _) = upstream(&[&name(&url)]).await;
    let egress = downloading(api, &["127.0.0.1"]);
    let mut hooks = open_call(&egress, &Limits::default());
    let page = send(&mut hooks, request(Method::GET, api, "")).await;
    text(page.unwrap()).await.unwrap();
    (hooks, egress, url, served)
}

async fn fetch(hooks: &mut EgressHooks, url: &str) -> Result<Response<WasiBody>, Error> {
    send(hooks, download(url)).await
}

#[tokio::test]
async fn a_named_file_is_fetched_without_the_credential_a_header_or_a_body() {
    let file = answer("200 OK", "content-type: text/csv\r\n", "a,b");
    let (mut hooks, egress, url, served) = told(named, &[&file]).await;
    let response = fetch(&mut hooks, &url).await.unwrap();
    assert_eq!(text(response).await.unwrap(), "a,b");
    let seen = served.await.unwrap().remove(0).to_ascii_lowercase();
    assert!(seen.starts_with("get /file.csv?signature=canary-signature http/1.1\r\n"));
    for absent in ["authorization", CANARY, "accept:", "smuggled"] {
        assert!(!seen.contains(absent), "{seen}");
    }
    let rows = egress.transcript().exchanges();
    assert!(rows[1].url.ends_with("/file.csv?[redacted]"), "{rows:?}");
    assert!(!format!("{egress:?} {rows:?}").contains("canary-signature"));
}

#[tokio::test]
async fn a_ticket_is_used_once() {
    let file = answer("200 OK", "", "a,b");
    let (mut hooks, egress, url, served) = told(named, &[&file, &file]).await;
    fetch(&mut hooks, &url).await.unwrap();
    assert!(matches!(
        fetch(&mut hooks, &url).await,
        Err(Error::HttpRequestDenied)
    ));
    assert!(
        egress
            .transcript()
            .last_denial()
            .unwrap()
            .to_string()
            .contains("was not fetched yet")
    );
    assert!(!format!("{:?}", egress.transcript().exchanges()).contains("canary-signature"));
    served.abort();
}

#[tokio::test]
async fn a_ticket_belongs_to_the_session_that_received_it() {
    let (_, egress, url, served) = told(named, &[""]).await;
    let mut other = open_call(&egress, &Limits::default());
    assert!(fetch(&mut other, &url).await.is_err());
    served.abort();
}

#[tokio::test]
async fn a_changed_address_has_no_ticket() {
    let (mut hooks, _, url, served) = told(named, &[""]).await;
    for changed in [
        format!("{url}&more=1"),
        url.replace("file", "File"),
        url.replace("127.0.0.1", "localhost"),
        url.replace("?signature=canary-signature", ""),
    ] {
        assert!(fetch(&mut hooks, &changed).await.is_err(), "{changed}");
    }
    served.abort();
}

#[tokio::test]
async fn an_escaped_address_is_the_address() {
    let file = answer("200 OK", "", "a,b");
    let escaped = |url: &str| named(&url.replace('/', "\\/").replace('?', "\\u003f"));
    let (mut hooks, _, url, _) = told(escaped, &[&file]).await;
    assert_eq!(fetch(&mut hooks, &url).await.unwrap().status(), 200);
}

#[tokio::test]
async fn only_the_whole_of_a_string_in_a_json_answer_is_a_ticket() {
    type Name = fn(&str) -> String;
    let cases: [(&str, Name); 6] = [
        ("part of a string", |url| named(&format!("see {url}"))),
        ("a key", |url| {
            answer("200 OK", JSON, &format!("{{\"{url}\":1}}"))
        }),
        ("no JSON type", |url| {
            answer(
                "200 OK",
                "content-type: text/plain\r\n",
                &format!("\"{url}\""),
            )
        }),
        ("an error", |url| {
            answer("404 Not Found", JSON, &format!("\"{url}\""))
        }),
        ("broken JSON", |url| {
            answer("200 OK", JSON, &format!("[\"{url}\""))
        }),
        ("too long", |url| {
            let filler = " ".repeat(MOST_BYTES);
            answer("200 OK", JSON, &format!("[\"{url}\"{filler}]"))
        }),
    ];
    for (what, name) in cases {
        let (mut hooks, _, url, served) = told(name, &[""]).await;
        let fetched = fetch(&mut hooks, &url).await;
        assert!(matches!(fetched, Err(Error::HttpRequestDenied)), "{what}");
        served.abort();
    }
}

#[tokio::test]
async fn what_a_file_names_has_no_ticket() {
    let (store, served) = upstream(&[""]).await;
    let second = format!("http://{store}/second.csv");
    let (mut hooks, _, url, _) = told(named, &[&named(&second)]).await;
    let file = fetch(&mut hooks, &url).await.unwrap();
    assert!(text(file).await.unwrap().contains(&second));
    assert!(fetch(&mut hooks, &second).await.is_err());
    served.abort();
}

#[tokio::test]
async fn an_answer_of_unknown_length_names_files_too() {
    let chunked = |url: &str| {
        let (length, body) = (url.len() + 2, format!("\"{url}\""));
        format!(
            "HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n{JSON}\r\n{length:x}\r\n{body}\r\n0\r\n\r\n"
        )
    };
    let (mut hooks, _, url, _) = told(chunked, &[&answer("200 OK", "", "a,b")]).await;
    assert_eq!(fetch(&mut hooks, &url).await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_download_that_fails_is_explained_without_its_query() {
    let (mut hooks, egress, url, served) = told(named, &[]).await;
    served.await.unwrap();
    assert!(fetch(&mut hooks, &url).await.is_err());
    let transcript = egress.transcript();
    assert_eq!(
        transcript.last_failure().unwrap().to_string(),
        "`127.0.0.1` refuses the connection; nothing listens there, or a firewall is in between"
    );
    assert!(!format!("{:?}", transcript.exchanges()).contains("canary-signature"));
}

#[tokio::test]
async fn without_confirmed_domains_no_ticket_is_kept() {
    let url = "https://b.s3.amazonaws.com/file.csv";
    let (api, _) = upstream(&[&named(url)]).await;
    let mut hooks = open_call(&downloading(api, &[]), &Limits::default());
    let page = send(&mut hooks, request(Method::GET, api, "")).await;
    text(page.unwrap()).await.unwrap();
    assert!(fetch(&mut hooks, url).await.is_err());
}

#[tokio::test]
async fn a_file_has_a_limit_of_its_own() {
    let file = answer("200 OK", "", "12345678");
    let limits = |response_bytes, download_bytes| Limits {
        response_bytes,
        download_bytes,
        ..Limits::default()
    };
    for (limits, fits) in [(limits(200, 8), true), (limits(200, 7), false)] {
        let (store, _) = upstream(&[&file]).await;
        let url = format!("http://{store}/f");
        let (api, _) = upstream(&[&named(&url)]).await;
        let mut hooks = open_call(&downloading(api, &["127.0.0.1"]), &limits);
        let page = send(&mut hooks, request(Method::GET, api, "")).await;
        text(page.unwrap()).await.unwrap();
        let fetched = fetch(&mut hooks, &url).await;
        assert_eq!(fetched.is_ok(), fits);
    }
}

#[tokio::test]
async fn a_redirect_of_a_download_is_an_answer() {
    let moved = answer("302 Found", "location: http://169.254.169.254/\r\n", "");
    let (mut hooks, _, url, served) = told(named, &[&moved]).await;
    assert_eq!(fetch(&mut hooks, &url).await.unwrap().status(), 302);
    assert_eq!(served.await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_download_waits_for_no_window_of_the_pinned_origin_and_closes_none() {
    let refused = answer("429 Too Many Requests", "retry-after: 3600\r\n", "");
    let file = answer("200 OK", "", "a,b");
    let (store, _) = upstream(&[&file, &refused]).await;
    let urls = [format!("http://{store}/1"), format!("http://{store}/2")];
    let page = answer(
        "200 OK",
        JSON,
        &format!("[\"{}\",\"{}\"]", urls[0], urls[1]),
    );
    let (api, _) = upstream(&[&page, &refused, &page]).await;
    let mut hooks = open_call(&downloading(api, &["127.0.0.1"]), &Limits::default());
    let page = send(&mut hooks, request(Method::GET, api, "")).await;
    text(page.unwrap()).await.unwrap();
    let closed = send(&mut hooks, request(Method::GET, api, "")).await;
    assert_eq!(closed.unwrap().status(), 429);
    assert_eq!(fetch(&mut hooks, &urls[0]).await.unwrap().status(), 200);
    assert_eq!(fetch(&mut hooks, &urls[1]).await.unwrap().status(), 429);
}

#[tokio::test]
async fn a_refused_download_leaves_the_pinned_origin_open() {
    let refused = answer("429 Too Many Requests", "retry-after: 3600\r\n", "");
    let (store, _) = upstream(&[&refused]).await;
    let url = format!("http://{store}/1");
    let (api, _) = upstream(&[&named(&url), &named(&url)]).await;
    let egress = downloading(api, &["127.0.0.1"]);
    let mut hooks = open_call(&egress, &Limits::default());
    let page = send(&mut hooks, request(Method::GET, api, "")).await;
    text(page.unwrap()).await.unwrap();
    fetch(&mut hooks, &url).await.unwrap();
    let page = send(&mut hooks, request(Method::GET, api, "")).await;
    assert_eq!(page.unwrap().status(), 200);
    let outcome = egress.transcript().exchanges()[1].outcome.clone();
    assert!(matches!(outcome, Outcome::Answered { status: 429, .. }));
}

#[test]
fn a_session_holds_a_bounded_number_of_tickets_and_keeps_the_newest() {
    let tickets = Tickets::default();
    let uri = |index: usize| format!("https://b.amazonaws.com/{index}").parse().unwrap();
    for index in 0..=MOST_TICKETS {
        tickets.add(&uri(index));
        tickets.add(&uri(index));
    }
    assert!(!tickets.holds(&uri(0)));
    assert!(tickets.holds(&uri(1)) && tickets.holds(&uri(MOST_TICKETS)));
}

#[test]
fn json_is_told_by_its_media_type() {
    for json in [
        "application/json",
        "Application/JSON; charset=utf-8",
        "application/vnd.api+json",
    ] {
        assert!(is_json(json.as_bytes()), "{json}");
    }
    for other in [
        "text/csv",
        "application/jsonp",
        "text/html; x=application/json",
    ] {
        assert!(!is_json(other.as_bytes()), "{other}");
    }
}

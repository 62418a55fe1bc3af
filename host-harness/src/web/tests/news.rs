//! Streams of news.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::Ordering;
use std::time::Duration;

use koalr_platform::access::Scope;

use super::Server;
use super::api::{ask, knowing, with};
use crate::ApiKey;
use crate::web::{Limits, News};

fn server(limits: Limits) -> (Server, ApiKey) {
    let (fake, key) = knowing(&[Scope::Read]);
    (Server::start(fake, limits), key)
}

/// So rare that none comes.
fn quiet() -> Limits {
    Limits {
        keep_alive: Duration::from_hours(1),
        ..Limits::default()
    }
}

/// Listens; reads to the end of the first item.
fn listen(server: &Server, key: &ApiKey, more: &str) -> (String, BufReader<TcpStream>) {
    let mut stream = server.connect();
    let headers = with(key);
    let request = format!("GET /api/v1/events HTTP/1.1\r\n{headers}{more}\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut stream = BufReader::new(stream);
    let head = until(&mut stream, "event: lagged");
    (head, stream)
}

/// Reads to a line that begins so.
#[track_caller]
fn until(stream: &mut BufReader<TcpStream>, start: &str) -> String {
    let mut text = String::new();
    loop {
        let before = text.len();
        assert!(stream.read_line(&mut text).unwrap() > 0, "{text}");
        if text[before..].starts_with(start) {
            return text;
        }
    }
}

fn tell(server: &Server, job: i64) {
    let news = News::JobFailed {
        job,
        kind: "judge",
        key: String::new(),
    };
    let item = news.item(Some(job.to_string()));
    // Who listens must have asked by now.
    assert_eq!(server.inbox.news.tell(item), 1);
}

#[test]
fn news_are_told_as_they_come() {
    let (server, key) = server(quiet());
    let (head, mut stream) = listen(&server, &key, "last-event-id: 1-7\r\n");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert!(head.contains("content-type: text/event-stream"), "{head}");
    assert!(head.contains("cache-control: no-cache"), "{head}");
    until(&mut stream, "id: 1-7");
    tell(&server, 7);
    let item = until(&mut stream, "id: 7");
    assert!(item.contains("event: job-failed\n"), "{item}");
    assert!(
        item.contains(r#"data: {"event":"job-failed","job":7,"kind":"judge","key":""}"#),
        "{item}"
    );
}

#[test]
fn a_stream_is_kept_alive_until_its_key_is_taken_back() {
    let (server, key) = server(Limits {
        keep_alive: Duration::from_millis(1),
        ..Limits::default()
    });
    let (_, mut stream) = listen(&server, &key, "connection: close\r\n");
    until(&mut stream, ":");
    server.inbox.revoked.store(true, Ordering::SeqCst);
    stream.read_to_string(&mut String::new()).unwrap();
}

#[test]
fn a_server_that_stops_ends_the_streams() {
    let (mut server, key) = server(Limits {
        grace: Duration::from_hours(1),
        ..quiet()
    });
    let (_, mut stream) = listen(&server, &key, "");
    // As the server's owner does when it stops.
    server.inbox.news.close();
    server.stop();
    stream.read_to_string(&mut String::new()).unwrap();
    server.stopped();
}

#[test]
fn a_key_listens_only_so_often_at_a_time() {
    let (server, key) = server(Limits {
        streams_of_a_key: 1,
        burst: 1_000_000,
        ..quiet()
    });
    let (_, stream) = listen(&server, &key, "");
    let get = || ask(&server, "GET /api/v1/events", &with(&key), "");
    let refused = get();
    assert_eq!(refused.status, 429);
    assert_eq!(
        refused.json()["detail"],
        "this key listens 1 times already; end one of them first"
    );
    drop(stream);
    // The server notices when it next looks; a new stream is answered from then on.
    loop {
        let mut again = server.connect();
        let request = format!("GET /api/v1/events HTTP/1.1\r\n{}\r\n", with(&key));
        again.write_all(request.as_bytes()).unwrap();
        let mut status = [0; 12];
        again.read_exact(&mut status).unwrap();
        if &status == b"HTTP/1.1 200" {
            break;
        }
    }
}

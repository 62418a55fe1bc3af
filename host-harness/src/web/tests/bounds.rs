//! What the server bears.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use axum::body::Body;
use http_body_util::{BodyExt, Full};

use super::fake::Fake;
use super::{Answer, Server, opened};
use crate::web::body::Bodies;
use crate::web::{Limits, Reach, listen};

fn server(limits: Limits) -> Server {
    Server::start(Fake::default(), limits)
}

/// So short that what waits for it ends at once.
const SHORT: Duration = Duration::from_millis(20);

#[test]
fn a_body_that_says_it_is_too_large_is_refused_before_it_arrives() {
    let server = server(Limits::default());
    for (source, limit) in [("github", 25 << 20), ("pagerduty", 1 << 20)] {
        let length = limit + 1;
        let head =
            format!("POST /webhooks/acme/{source} HTTP/1.1\r\ncontent-length: {length}\r\n\r\n");
        let answer = server.ask(&head);
        assert_eq!(answer.status, 413);
        let expected = format!("the body is larger than {limit} bytes");
        assert_eq!(answer.json()["detail"], expected.as_str());
    }
}

#[tokio::test]
async fn a_body_that_does_not_say_how_large_it_is_is_read_to_the_limit() {
    let bodies = Bodies::new(&Limits::default());
    // Mapped, it does not tell its size.
    let chunked = || Body::new(Full::from("four").map_frame(|frame| frame));
    assert_eq!(bodies.read(chunked(), 4).await.unwrap().bytes, b"four");
    let refused = bodies.read(chunked(), 3).await.unwrap_err();
    let refused = serde_json::to_value(refused).unwrap();
    assert_eq!(refused["detail"], "the body is larger than 3 bytes");
}

#[tokio::test]
async fn bodies_share_a_room_and_leave_it() {
    let limits = Limits {
        bodies_bytes: 6,
        ..Limits::default()
    };
    let bodies = Bodies::new(&limits);
    let first = bodies.read(Body::from("four"), 100).await.unwrap();
    let refused = bodies.read(Body::from("four"), 100).await.unwrap_err();
    assert_eq!(serde_json::to_value(refused).unwrap()["status"], 503);
    let small = bodies.read(Body::from("2!"), 100).await.unwrap();
    drop(first);
    assert!(bodies.read(Body::from("four"), 100).await.is_ok());
    drop(small);
}

#[test]
fn a_body_that_does_not_arrive_in_time_is_given_up() {
    let server = server(Limits {
        body_timeout: SHORT,
        ..Limits::default()
    });
    let answer = server.ask("POST /webhooks/acme/github HTTP/1.1\r\ncontent-length: 9\r\n\r\n{");
    assert_eq!(answer.status, 408);
    assert_eq!(answer.json()["detail"], "the body did not arrive in time");
}

#[test]
fn a_head_that_does_not_arrive_in_time_ends_its_connection() {
    let server = server(Limits {
        head_timeout: SHORT,
        ..Limits::default()
    });
    for sent in ["", "GET /healthz HT"] {
        let mut stream = server.connect();
        stream.write_all(sent.as_bytes()).unwrap();
        assert!(!read_all(&mut stream).starts_with("HTTP/1.1 2"));
    }
}

#[test]
fn too_many_headers_or_too_long_ones_are_refused() {
    let server = server(Limits::default());
    let many = "x: y\r\n".repeat(65);
    let long = format!("x: {}\r\n", "y".repeat(32 << 10));
    for (headers, expected) in [(many, "HTTP/1.1 431"), (long, "")] {
        let mut stream = server.connect();
        let request = format!("GET /healthz HTTP/1.1\r\n{headers}\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let answer = read_all(&mut stream);
        // What the server did not read may take the answer along.
        assert!(
            answer.starts_with(expected) && !answer.contains("ok"),
            "{answer}"
        );
    }
}

#[test]
fn a_connection_over_the_limit_waits_until_another_ends() {
    let server = server(Limits {
        connections: 1,
        head_timeout: SHORT,
        ..Limits::default()
    });
    let mut first = server.connect();
    first.write_all(b"GET /healthz HTTP/1.1\r\n\r\n").unwrap();
    let mut start = [0; 12];
    first.read_exact(&mut start).unwrap();
    assert_eq!(&start, b"HTTP/1.1 200");
    assert_eq!(server.get("/healthz").status, 200);
    // The second one was answered: so the first one is at its end already.
    first.set_nonblocking(true).unwrap();
    let rest = first.read_to_end(&mut Vec::new());
    assert!(rest.is_ok(), "{rest:?}");
}

#[test]
fn a_server_that_stops_answers_what_is_under_way() {
    let mut server = Server::start(Fake::gated(), Limits::default());
    let mut stream = server.connect();
    let request = opened().request("/webhooks/acme/github");
    stream.write_all(&request).unwrap();
    let gate = server.inbox.gate.as_ref().unwrap();
    server
        .runtime
        .block_on(async { gate.arrived.acquire().await.unwrap().forget() });
    server.stop();
    refuses(server.port);
    server.inbox.gate.as_ref().unwrap().open.add_permits(1);
    assert_eq!(Answer::read(stream).status, 202);
    assert_eq!(server.stopped().taken.lock().unwrap().len(), 1);
}

#[test]
fn a_server_that_stops_does_not_wait_for_ever() {
    let limits = Limits {
        grace: SHORT,
        ..Limits::default()
    };
    let mut server = Server::start(Fake::gated(), limits);
    let mut stream = server.connect();
    let request = opened().request("/webhooks/acme/github");
    stream.write_all(&request).unwrap();
    let gate = server.inbox.gate.as_ref().unwrap();
    server
        .runtime
        .block_on(async { gate.arrived.acquire().await.unwrap().forget() });
    server.stop();
    assert!(server.stopped().taken.lock().unwrap().is_empty());
}

#[test]
fn a_server_that_stops_ends_connections_that_wait_for_a_request() {
    let mut server = server(Limits::default());
    let mut idle = server.connect();
    idle.write_all(b"GET /healthz HTTP/1.1\r\n\r\n").unwrap();
    idle.read_exact(&mut [0; 12]).unwrap();
    server.stop();
    server.stopped();
    read_all(&mut idle);
}

#[tokio::test]
async fn an_address_that_others_could_reach_needs_a_word() {
    let everywhere = "0.0.0.0:0".parse().unwrap();
    let refused = listen(everywhere, Reach::Loopback).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "other machines could reach `0.0.0.0:0`; listen on 127.0.0.1 behind a proxy with TLS, name a certificate and its key, or say with `--anyone` that anyone may reach it"
    );
}

#[tokio::test]
async fn a_port_that_is_taken_is_named() {
    let first = listen("127.0.0.1:0".parse().unwrap(), Reach::Loopback)
        .await
        .unwrap();
    let address = first.local_addr().unwrap();
    let refused = listen(address, Reach::Loopback)
        .await
        .unwrap_err()
        .to_string();
    assert!(
        refused.starts_with(&format!("listening on `{address}`: ")),
        "{refused}"
    );
}

/// Everything that comes, to the end of the connection.
fn read_all(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    match stream.read_to_string(&mut text) {
        Err(error) if error.kind() != ErrorKind::ConnectionReset => panic!("{error}"),
        _ => text,
    }
}

/// Waits until nobody listens.
fn refuses(port: u16) {
    while TcpStream::connect(("127.0.0.1", port)).is_ok() {
        std::thread::yield_now();
    }
}

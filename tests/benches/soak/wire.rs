//! Requests to the server, one connection each, as senders of webhooks make them.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use koalr_upstream::github::Delivery;

/// Sends a delivery to an address of the server; the status and the body. None if there was no whole answer.
pub(super) fn deliver(address: &str, path: &str, delivery: &Delivery) -> Option<(u16, String)> {
    let mut head = String::new();
    for (name, value) in &delivery.headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    ask(address, &format!("POST {path}"), &head, &delivery.body)
}

/// Reads with a key.
pub(super) fn get(address: &str, path: &str, key: &str) -> Option<(u16, String)> {
    let head = format!("authorization: Bearer {key}\r\n");
    ask(address, &format!("GET {path}"), &head, b"")
}

fn ask(address: &str, line: &str, head: &str, body: &[u8]) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(LONGEST)).ok()?;
    let length = body.len();
    let head = format!(
        "{line} HTTP/1.1\r\nhost: koalr\r\n{head}content-length: {length}\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(body).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some((status, body.to_owned()))
}

/// Everything is answered at once.
const LONGEST: Duration = Duration::from_secs(30);

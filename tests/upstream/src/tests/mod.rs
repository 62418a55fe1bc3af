//! The mock, asked over the wire.

mod faults;
mod replay;
mod rest;
mod sample;

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::Value;

use crate::{Upstream, World};

/// What came back.
struct Reply {
    status: u16,
    /// Status line and headers, in lower case.
    head: String,
    body: Vec<u8>,
}

impl Reply {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// Whether the body has the length its header says.
    fn is_whole(&self) -> bool {
        let (_, rest) = self.head.split_once("content-length: ").unwrap();
        let length = rest.lines().next().unwrap();
        length.parse::<usize>().unwrap() == self.body.len()
    }

    /// Path and query of the next page below `/rest`; none on the last page.
    fn next(&self) -> Option<String> {
        let json = self.json();
        let next = json["links"]["next"].as_str()?;
        Some(format!(
            "/rest{}",
            next.strip_prefix("/rest").unwrap_or(next)
        ))
    }

    fn ids(&self) -> Vec<String> {
        let json = self.json();
        let items = json["data"].as_array().unwrap();
        items
            .iter()
            .map(|item| item["id"].as_str().unwrap().to_owned())
            .collect()
    }

    fn detail(&self) -> String {
        self.json()["errors"][0]["detail"]
            .as_str()
            .unwrap()
            .to_owned()
    }
}

fn start(world: impl Into<World>) -> Upstream {
    Upstream::start_blocking(world).unwrap()
}

/// The sample organization's address and its upstream.
fn acme() -> (String, Upstream) {
    let organization = crate::sample::organization(AS_OF);
    let root = format!("/rest/orgs/{}", organization.id);
    (root, start(organization))
}

/// GET with a token, the version already in the query.
fn get(upstream: &Upstream, path: &str) -> Reply {
    let mark = if path.contains('?') { '&' } else { '?' };
    let path = format!("{path}{mark}version={VERSION}");
    send(upstream, "GET", &path, Some("token canary"))
}

/// Every item of a listing, page by page.
fn walk(upstream: &Upstream, path: &str) -> Vec<String> {
    let mut reply = get(upstream, path);
    let mut ids = reply.ids();
    for _ in 0..100 {
        let Some(next) = reply.next() else {
            return ids;
        };
        reply = send(upstream, "GET", &next, Some("token canary"));
        ids.extend(reply.ids());
    }
    panic!("`{path}` does not end");
}

/// One request on a connection of its own.
fn send(upstream: &Upstream, method: &str, path: &str, authorization: Option<&str>) -> Reply {
    let address = upstream.base_url().strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let authorization =
        authorization.map_or(String::new(), |value| format!("authorization: {value}\r\n"));
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\n{authorization}connection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let end = bytes
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .unwrap();
    let head = String::from_utf8(bytes[..end].to_vec())
        .unwrap()
        .to_lowercase();
    Reply {
        status: head.split(' ').nth(1).unwrap().parse().unwrap(),
        head,
        body: bytes[end + 4..].to_vec(),
    }
}

/// 2026-01-15T00:00:00Z.
const AS_OF: i64 = 1_768_435_200_000;
const VERSION: &str = "2025-11-05";

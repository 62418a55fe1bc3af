//! The mock, asked over the wire.

mod changes;
mod exports;
mod faults;
mod generated;
mod github;
mod history;
mod pages;
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
    send_to(upstream.base_url(), method, path, authorization)
}

/// One request to any host of this machine.
fn send_to(base: &str, method: &str, path: &str, authorization: Option<&str>) -> Reply {
    let authorization =
        authorization.map_or(String::new(), |value| format!("authorization: {value}\r\n"));
    exchange(
        base,
        &format!("{method} {path} HTTP/1.1\r\n{authorization}"),
        "",
    )
}

/// POST with a token and a body.
fn post(upstream: &Upstream, path: &str, body: &str) -> Reply {
    let head = [
        &format!("POST {path} HTTP/1.1"),
        "authorization: token canary",
        "content-type: application/vnd.api+json",
        &format!("content-length: {}", body.len()),
        "",
    ];
    exchange(upstream.base_url(), &head.join("\r\n"), body)
}

/// Sends the begin of a head, the rest of it, and a body.
fn exchange(base: &str, head: &str, body: &str) -> Reply {
    let address = base.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let request = format!("{head}host: {address}\r\nconnection: close\r\n\r\n{body}");
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

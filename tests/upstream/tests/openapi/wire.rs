//! One request to the mock, on a connection of its own.

use std::io::{Read, Write};
use std::net::TcpStream;

use koalr_upstream::Upstream;
use serde_json::Value;

/// Status and document of an answer.
pub(crate) fn ask(
    upstream: &Upstream,
    method: &str,
    path: &str,
    body: Option<&Value>,
) -> std::io::Result<(String, Value)> {
    let address = upstream.base_url().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address)?;
    let body = body.map(ToString::to_string).unwrap_or_default();
    let mark = if path.contains('?') { '&' } else { '?' };
    let head = [
        format!("{method} {path}{mark}version=2025-11-05 HTTP/1.1"),
        format!("host: {address}"),
        "authorization: token canary".to_owned(),
        "connection: close".to_owned(),
        "content-type: application/vnd.api+json".to_owned(),
        format!("content-length: {}", body.len()),
    ];
    write!(stream, "{}\r\n\r\n{body}", head.join("\r\n"))?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.split(' ').nth(1).unwrap_or_default().to_owned();
    Ok((status, serde_json::from_str(body)?))
}

//! Webhooks as they are sent: headers, body, signature.

use std::fmt::Write as _;
use std::io::{self, Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::event::{Event, Source};
use crate::id;

/// A webhook as it is sent. A second one that is equal is a redelivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Name, as the sender writes it, and value, in the order they are sent.
    pub headers: Vec<(String, String)>,
    /// The body. The signature is over these bytes.
    pub body: Vec<u8>,
    source: Source,
}

impl Delivery {
    pub(super) fn of(event: &Event, secret: &str) -> Self {
        let body = event.body.to_string();
        let mut headers = vec![("Content-Type", "application/json".to_owned())];
        match event.source {
            Source::GitHub(name) => headers.extend([
                ("User-Agent", "GitHub-Hookshot/mock".to_owned()),
                ("X-GitHub-Event", name.to_owned()),
                (DELIVERY_ID, id::uuid(&body)),
            ]),
            Source::PagerDuty => {
                headers.push(("User-Agent", "PagerDuty-Webhook/V3.0".to_owned()));
            }
        }
        headers.push((
            event.source.header(),
            signed(event.source, secret, body.as_bytes()),
        ));
        let headers = headers.into_iter();
        Self {
            headers: headers
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
            body: body.into_bytes(),
            source: event.source,
        }
    }

    /// The value of a header, by its name in any case; none if it is absent.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let header = headers.find(|(known, _)| known.eq_ignore_ascii_case(name));
        header.map(|(_, value)| value.as_str())
    }

    /// The request that brings it to a path of a server: HTTP/1.1, on a connection that ends with the answer.
    #[must_use]
    pub fn request(&self, path: &str) -> Vec<u8> {
        let mut head = format!("POST {path} HTTP/1.1\r\nhost: koalr\r\nconnection: close\r\n");
        for (name, value) in &self.headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        let _ = write!(head, "content-length: {}\r\n\r\n", self.body.len());
        [head.as_bytes(), &self.body].concat()
    }

    /// Sends it to a path of a server, and waits for the answer: its status and its body.
    ///
    /// # Errors
    ///
    /// - nobody listens at the address
    /// - the connection breaks, or is silent for half a minute
    /// - [`InvalidData`](io::ErrorKind::InvalidData): what came is no answer, or not a whole head of one
    pub fn send(&self, address: impl ToSocketAddrs, path: &str) -> io::Result<(u16, String)> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(LONGEST))?;
        stream.write_all(&self.request(path))?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let read = answer.split_once("\r\n\r\n").and_then(|(head, body)| {
            let status = head.split(' ').nth(1)?.parse().ok()?;
            Some((status, body.to_owned()))
        });
        read.ok_or_else(|| io::ErrorKind::InvalidData.into())
    }

    /// The same, with another delivery id: what a receiver must take for another delivery. Of `PagerDuty`, which sends
    /// no such id, it is the same.
    #[must_use]
    pub fn with_id(mut self, id: &str) -> Self {
        if self.header(DELIVERY_ID).is_some() {
            self.set(DELIVERY_ID, id.to_owned());
        }
        self
    }

    /// The same, signed by someone who does not know the secret.
    #[must_use]
    pub fn forged(mut self) -> Self {
        let signature = signed(self.source, "not the secret", &self.body);
        self.set(self.source.header(), signature);
        self
    }

    /// The same, with a second signature, as while a secret is changed. GitHub signs with one secret only.
    #[must_use]
    pub fn also_signed(mut self, secret: &str) -> Self {
        let name = self.source.header();
        let first = self.header(name).unwrap_or_default();
        let both = format!("{first},{}", signed(self.source, secret, &self.body));
        self.set(name, both);
        self
    }

    /// The same, without a signature.
    #[must_use]
    pub fn unsigned(mut self) -> Self {
        let signature = self.source.header();
        self.headers.retain(|(name, _)| name != signature);
        self
    }

    /// The same, with every occurrence of a text in the body replaced under the old signature.
    #[must_use]
    pub fn tampered(mut self, text: &str, by: &str) -> Self {
        let body = String::from_utf8_lossy(&self.body).replace(text, by);
        self.body = body.into_bytes();
        self
    }

    fn set(&mut self, name: &str, value: String) {
        self.headers.retain(|(known, _)| known != name);
        self.headers.push((name.to_owned(), value));
    }
}

/// HMAC-SHA-256 of a body, in lower-case hexadecimal digits, without the sender's prefix.
#[must_use]
pub fn signature(secret: &str, body: &[u8]) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes());
    // A key of any length will do.
    mac.map_or_else(
        |_| String::new(),
        |mac| hex::encode(mac.chain_update(body).finalize().into_bytes()),
    )
}

/// The value of the header that carries the signature.
fn signed(source: Source, secret: &str, body: &[u8]) -> String {
    format!("{}{}", source.prefix(), signature(secret, body))
}

impl Source {
    fn header(self) -> &'static str {
        match self {
            Self::GitHub(_) => "X-Hub-Signature-256",
            Self::PagerDuty => "X-PagerDuty-Signature",
        }
    }

    fn prefix(self) -> &'static str {
        match self {
            Self::GitHub(_) => "sha256=",
            Self::PagerDuty => "v1=",
        }
    }
}

/// Webhooks are answered at once.
const LONGEST: Duration = Duration::from_secs(30);

const DELIVERY_ID: &str = "X-GitHub-Delivery";

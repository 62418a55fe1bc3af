//! Pages of a generated company, kept in memory for a guest and for the same code native.

use std::collections::{BTreeMap, VecDeque};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use bytes::Bytes;
use koalr_runtime::{Answered, Asked, Responder, TransportError};
use koalr_snyk_plugin::transport::{Answer, Headers, Reply, Request, Transport};
use koalr_upstream::{Generated, Upstream, World};
use serde_json::Value;

use super::{native, pull};

/// Bodies by path and query.
pub(crate) struct Pages {
    /// The base address of the upstream that made them. Nothing listens there any more.
    pub(crate) base: String,
    /// The organization that they are of.
    pub(crate) organization: String,
    bodies: BTreeMap<String, Bytes>,
}

impl Pages {
    /// An organization of one project and so many full pages of issues.
    pub(crate) fn generated(pages: u32) -> Self {
        let upstream = Upstream::start_blocking(World::generated(Generated {
            organizations: 1,
            projects: 1,
            issues: pages * 100,
            seed: 7,
            now: NOW,
        }))
        .unwrap();
        let base = upstream.base_url().to_owned();
        let listed = fetch(&base, "/rest/orgs?version=2025-11-05&limit=100");
        let listed: Value = serde_json::from_slice(&listed).unwrap();
        let organization = listed["data"][0]["id"].as_str().unwrap().to_owned();
        let mut bodies = BTreeMap::new();
        let mut reader = Reader {
            waiting: VecDeque::new(),
            body: |path: &str| {
                let body = fetch(&base, path);
                bodies.insert(path.to_owned(), body.clone());
                body
            },
        };
        pull(native(&base, &organization), &mut reader);
        Self {
            base,
            organization,
            bodies,
        }
    }

    /// The same with one text for another.
    pub(crate) fn with(&self, text: &str, other: &str) -> Self {
        let changed = |body: &Bytes| {
            let body = str::from_utf8(body).unwrap();
            Bytes::from(body.replace(text, other))
        };
        let bodies = self.bodies.iter();
        Self {
            base: self.base.clone(),
            organization: self.organization.clone(),
            bodies: bodies
                .map(|(path, body)| (path.clone(), changed(body)))
                .collect(),
        }
    }

    /// How many pages of issues there are.
    pub(crate) fn listed(&self) -> f64 {
        f64::from(u32::try_from(self.issues().count()).unwrap())
    }

    pub(crate) fn bytes_a_page(&self) -> f64 {
        let bytes: usize = self.issues().map(Bytes::len).sum();
        f64::from(u32::try_from(bytes).unwrap()) / self.listed()
    }

    fn issues(&self) -> impl Iterator<Item = &Bytes> {
        let bodies = self.bodies.iter();
        bodies
            .filter(|(path, _)| path.contains("/issues?"))
            .map(|(_, body)| body)
    }

    /// Answers the same code without a sandbox.
    pub(crate) fn native(&self) -> impl Transport {
        Reader {
            waiting: VecDeque::new(),
            body: |path: &str| self.bodies[path].clone(),
        }
    }
}

impl Responder for Pages {
    fn answer(&self, asked: &Asked) -> Result<Answered, TransportError> {
        let path = asked.url.path_and_query().unwrap().as_str();
        Ok(Answered {
            body: self.bodies[path].clone(),
            ..Answered::default()
        })
    }
}

/// Answers requests in their order.
struct Reader<F> {
    waiting: VecDeque<(usize, String)>,
    body: F,
}

impl<F: FnMut(&str) -> Bytes> Transport for Reader<F> {
    fn send(&mut self, ticket: usize, path: String) {
        self.waiting.push_back((ticket, path));
    }

    fn next(&mut self) -> Option<(usize, Reply)> {
        let (ticket, path) = self.waiting.pop_front()?;
        let body = (self.body)(&path).to_vec();
        let answer = Answer {
            status: 200,
            headers: Headers::default(),
            body,
        };
        Some((ticket, Ok(answer)))
    }

    fn carry_out(&mut self, request: Request<'_>, _: &mut dyn FnMut(&[u8])) -> Reply {
        panic!("a listing needs no {request:?}")
    }
}

/// The body of one answer, whose end is that of the connection.
fn fetch(base: &str, path: &str) -> Bytes {
    let authority = base.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(authority).unwrap();
    let head =
        format!("GET {path} HTTP/1.0\r\nhost: {authority}\r\nauthorization: token t\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
    assert!(answer.starts_with(b"HTTP/1.0 200"), "{path}");
    Bytes::from(answer).slice(end.unwrap() + 4..)
}

/// Every page is of before this time.
pub(crate) const NOW: i64 = 1_790_000_000_000;

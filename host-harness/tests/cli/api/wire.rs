//! Requests as bytes, on a connection that is kept.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

/// A request, well formed or not.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) method: String,
    /// Path and query as they are sent.
    pub(super) target: String,
    pub(super) headers: Vec<(String, Vec<u8>)>,
    pub(super) body: Vec<u8>,
}

impl Request {
    pub(super) fn new(method: &str, target: impl Into<String>) -> Self {
        Self {
            method: method.to_owned(),
            target: target.into(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// The same with a further header.
    pub(super) fn with(mut self, name: &str, value: impl Into<Vec<u8>>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// The same by this key.
    pub(super) fn by(self, key: &str) -> Self {
        self.with("authorization", format!("Bearer {key}"))
    }

    /// The same with this body, if it has none yet.
    pub(super) fn saying(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let first = format!(
            "{} {} HTTP/1.1\r\nhost: koalr\r\n",
            self.method, self.target
        );
        let mut bytes = first.into_bytes();
        for (name, value) in &self.headers {
            bytes.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        }
        if !self.has("content-length") && !self.has("transfer-encoding") {
            let length = format!("content-length: {}\r\n", self.body.len());
            bytes.extend(length.into_bytes());
        }
        bytes.extend(b"\r\n");
        bytes.extend(&self.body);
        bytes
    }

    fn has(&self, header: &str) -> bool {
        self.headers.iter().any(|(name, _)| name == header)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// Names in small letters.
    pub(super) headers: Vec<(String, String)>,
    /// Of a stream of events, the first one's data.
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut all = self.headers.iter();
        all.find(|one| one.0 == name).map(|one| one.1.as_str())
    }

    /// The document; null if it is none.
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    pub(super) fn is_news(&self) -> bool {
        self.has_type("text/event-stream")
    }

    pub(super) fn has_type(&self, media_type: &str) -> bool {
        let given = self.header("content-type").unwrap_or_default();
        given.split(';').next() == Some(media_type)
    }
}

/// A connection, made anew when the server ended it.
pub(super) struct Wire {
    address: String,
    stream: Option<BufReader<TcpStream>>,
}

impl Wire {
    pub(super) fn to(address: &str) -> Self {
        let address = address.to_owned();
        let stream = None;
        Self { address, stream }
    }

    /// None if the server ended the connection without a word.
    pub(super) fn ask(&mut self, request: &Request) -> Option<Answer> {
        let is_kept = self.stream.is_some();
        let answer = self.once(request);
        if answer.is_none() && is_kept {
            // The server may have ended a kept connection before it saw this request.
            return self.once(request);
        }
        answer
    }

    /// Ends the connection: what was sent on it may have been anything.
    pub(super) fn hang_up(&mut self) {
        self.stream = None;
    }

    fn once(&mut self, request: &Request) -> Option<Answer> {
        let mut stream = self.stream.take().unwrap_or_else(|| {
            let stream = TcpStream::connect(&self.address).unwrap();
            stream.set_read_timeout(Some(LONGEST)).unwrap();
            stream.set_nodelay(true).unwrap();
            BufReader::new(stream)
        });
        // It may answer and hang up before it has read everything.
        let sent = stream.get_mut().write_all(&request.bytes());
        let answer = read(&mut stream, request.method == "HEAD")?;
        let ends = answer.header("connection") == Some("close") || answer.is_news();
        if sent.is_ok() && !ends {
            self.stream = Some(stream);
        }
        Some(answer)
    }
}

fn read(stream: &mut BufReader<TcpStream>, is_head: bool) -> Option<Answer> {
    let (status, headers) = loop {
        let head = head(stream)?;
        if head.0 != 100 {
            break head;
        }
    };
    let mut answer = Answer {
        status,
        headers,
        body: Vec::new(),
    };
    let length = answer
        .header("content-length")
        .map(|text| text.parse().unwrap());
    if is_head || [204, 304].contains(&status) {
        return Some(answer);
    }
    if answer.is_news() {
        answer.body = first_event(stream)?;
    } else if let Some(length) = length {
        answer.body = vec![0; length];
        stream.read_exact(&mut answer.body).ok()?;
    } else {
        loop {
            let part = part(stream)?;
            if part.is_empty() {
                break;
            }
            answer.body.extend(part);
        }
    }
    Some(answer)
}

fn head(stream: &mut BufReader<TcpStream>) -> Option<(u16, Vec<(String, String)>)> {
    let first = line(stream)?;
    let status = first.split(' ').nth(1)?.parse().ok()?;
    let mut headers = Vec::new();
    loop {
        let line = line(stream)?;
        let Some((name, value)) = line.split_once(':') else {
            return Some((status, headers));
        };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
}

/// The data of the first event that has some.
fn first_event(stream: &mut BufReader<TcpStream>) -> Option<Vec<u8>> {
    let mut text = String::new();
    loop {
        let part = part(stream).filter(|part| !part.is_empty())?;
        text += str::from_utf8(&part).ok()?;
        for event in text
            .split_inclusive("\n\n")
            .filter(|one| one.ends_with("\n\n"))
        {
            let data = event.lines().filter_map(|line| line.strip_prefix("data:"));
            let data: Vec<&str> = data.map(str::trim_start).collect();
            if !data.is_empty() {
                return Some(data.join("\n").into_bytes());
            }
        }
    }
}

/// A chunk; the last one is empty.
fn part(stream: &mut BufReader<TcpStream>) -> Option<Vec<u8>> {
    let length = usize::from_str_radix(&line(stream)?, 16).ok()?;
    let mut part = vec![0; length];
    stream.read_exact(&mut part).ok()?;
    line(stream)?;
    Some(part)
}

fn line(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut line = String::new();
    let read = stream.read_line(&mut line).ok()?;
    (read > 0).then(|| line.trim_end().to_owned())
}

/// A server that is silent for longer hangs.
const LONGEST: Duration = Duration::from_mins(1);

//! Somebody who is signed in: one connection that is kept, one request at a time.

use std::cell::RefCell;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

pub(crate) struct Visit {
    stream: RefCell<BufReader<TcpStream>>,
    /// The header that tells who it is.
    pub(crate) cookie: String,
}

impl Visit {
    /// Signs in by a link.
    pub(crate) fn begin(address: SocketAddr, link: &str) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        let mut visit = Self {
            stream: RefCell::new(BufReader::new(stream)),
            cookie: String::new(),
        };
        let (head, _, _) = visit.ask("POST", &format!("/sign-in/{link}"));
        let mut lines = head.lines();
        let cookie = lines.find_map(|line| line.strip_prefix("set-cookie: "));
        let cookie = cookie.expect("a visit begins").split(';').next();
        cookie.unwrap_or_default().clone_into(&mut visit.cookie);
        visit
    }

    /// A page, and how long it took to come.
    pub(crate) fn get(&self, path: &str) -> (String, Duration) {
        let (head, body, took) = self.ask("GET", path);
        assert!(head.starts_with("HTTP/1.1 200"), "{path}: {head}");
        (body, took)
    }

    fn ask(&self, method: &str, path: &str) -> (String, String, Duration) {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: koalr\r\ncookie: {}\r\ncontent-length: 0\r\n\r\n",
            self.cookie
        );
        let mut stream = self.stream.borrow_mut();
        let began = Instant::now();
        stream.get_mut().write_all(request.as_bytes()).unwrap();
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(stream.read_line(&mut head).unwrap() > 0, "{path}: {head}");
        }
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
        stream.read_exact(&mut body).unwrap();
        (head, String::from_utf8(body).unwrap(), began.elapsed())
    }
}

//! The pages of the real server, as a browser without scripts meets them.

mod connect;
mod settings;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::thread;

use crate::support::Koalr;

/// A server, and somebody who is signed in there.
struct Visit {
    koalr: Koalr,
    child: Child,
    address: String,
    cookie: String,
}

/// What a page was answered with.
#[derive(Debug)]
struct Shown {
    status: u16,
    head: String,
    body: String,
}

impl Visit {
    /// A server that permits this machine as an upstream, and a visitor with this login.
    fn new(koalr: Koalr, login: &str) -> Self {
        let args = ["serve", "--listen", "127.0.0.1:0", "--allow-loopback"];
        let mut command = koalr.command(&args);
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        // A server whose output nobody reads would wait.
        thread::spawn(move || out.read_to_string(&mut String::new()));
        let address = line.split("http://").nth(1).unwrap();
        let mut visit = Self {
            address: address.split(';').next().unwrap().trim().to_owned(),
            koalr,
            child,
            cookie: String::new(),
        };
        visit.sign_in(login);
        visit
    }

    /// Goes on as somebody else.
    fn sign_in(&mut self, login: &str) {
        let ran = self.koalr.run(&["sign-in", "--as", login]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let link = ran.out.trim().split("/sign-in/").nth(1).unwrap();
        let begun = self.ask(&format!("POST /sign-in/{link}"), "");
        assert_eq!(begun.status, 303, "{begun:?}");
        let cookie = begun.header("set-cookie").unwrap();
        self.cookie = cookie.split(';').next().unwrap().to_owned();
    }

    fn get(&self, path: &str) -> Shown {
        self.ask(&format!("GET {path}"), "")
    }

    /// Posts a form with the mark of a page of ours, and follows to where it leads.
    fn post(&self, path: &str, fields: &[(&str, &str)]) -> Shown {
        let mark = self.mark();
        let posted = self.post_bare(path, &[fields, &[("mark", &mark)]].concat());
        match posted.header("location") {
            Some(next) if posted.status == 303 => self.get(next),
            _ => posted,
        }
    }

    /// Posts these fields and no others.
    fn post_bare(&self, path: &str, fields: &[(&str, &str)]) -> Shown {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        self.ask(&format!("POST {path}"), &form.finish())
    }

    /// What forms of this visit carry.
    fn mark(&self) -> String {
        let page = self.get("/");
        let mark = page.body.split("name=\"mark\" value=\"").nth(1);
        mark.unwrap().split('"').next().unwrap().to_owned()
    }

    fn ask(&self, what: &str, body: &str) -> Shown {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let (cookie, length) = (&self.cookie, body.len());
        let request = format!(
            "{what} HTTP/1.1\r\nhost: koalr\r\ncookie: {cookie}\r\n\
             content-type: application/x-www-form-urlencoded\r\n\
             content-length: {length}\r\nconnection: close\r\n\r\n{body}"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        Shown {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }
}

impl Shown {
    fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines();
        let mut pairs = lines.filter_map(|line| line.split_once(": "));
        pairs.find(|(one, _)| *one == name).map(|(_, value)| value)
    }

    /// A page that was shown and that says all of this.
    #[track_caller]
    fn says(&self, words: &[&str]) {
        for word in words {
            assert!(self.body.contains(word), "{word} in {self:?}");
        }
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

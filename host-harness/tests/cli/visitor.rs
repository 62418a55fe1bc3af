//! People who look at the pages, as a browser without scripts shows them.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::thread;

use crate::support::Koalr;

/// A server that is asked for pages.
pub(crate) struct Site {
    pub(crate) koalr: Koalr,
    pub(crate) address: String,
    child: Child,
}

impl Site {
    /// Serves a data directory.
    pub(crate) fn start(koalr: Koalr, more: &[&str]) -> Self {
        let args = ["serve", "--listen", "127.0.0.1:0"];
        let mut command = koalr.command(&[&args, more].concat());
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        // A server whose output nobody reads would wait.
        thread::spawn(move || out.read_to_string(&mut String::new()));
        let address = line.split("http://").nth(1).unwrap();
        Self {
            address: address.split(';').next().unwrap().trim().to_owned(),
            koalr,
            child,
        }
    }

    /// A visitor of the tenant `default` with this login.
    pub(crate) fn sign_in(&self, login: &str) -> Visitor {
        Visitor::signed_in(&self.koalr, &self.address, &["--as", login])
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Somebody at a server's address; signed in, if there is a cookie.
pub(crate) struct Visitor {
    pub(crate) address: String,
    pub(crate) cookie: String,
}

impl Visitor {
    /// Somebody who follows the link that `koalr sign-in` makes when it is asked so.
    pub(crate) fn signed_in(koalr: &Koalr, address: &str, args: &[&str]) -> Self {
        let ran = koalr.run(&[&["sign-in"], args].concat());
        assert_eq!(ran.code, 0, "{}", ran.err);
        let link = ran.out.trim().split("/sign-in/").nth(1).unwrap();
        let mut visitor = Self::stranger(address);
        let begun = visitor.ask(&format!("POST /sign-in/{link}"), "");
        assert_eq!(begun.status, 303, "{begun:?}");
        let cookie = begun.header("set-cookie").unwrap();
        visitor.cookie = cookie.split(';').next().unwrap().to_owned();
        visitor
    }

    /// Somebody without a cookie.
    pub(crate) fn stranger(address: &str) -> Self {
        Self {
            address: address.to_owned(),
            cookie: String::new(),
        }
    }

    pub(crate) fn get(&self, path: &str) -> Shown {
        self.ask(&format!("GET {path}"), "")
    }

    /// The body of a page that is there.
    #[track_caller]
    pub(crate) fn page(&self, path: &str) -> String {
        let shown = self.get(path);
        assert_eq!(shown.status, 200, "{path}: {shown:?}");
        shown.body
    }

    /// Posts a form with the mark of a page of ours, and follows to where it leads.
    pub(crate) fn post(&self, path: &str, fields: &[(&str, &str)]) -> Shown {
        let posted = self.post_once(path, fields);
        match posted.header("location") {
            Some(next) if posted.status == 303 => self.get(next),
            _ => posted,
        }
    }

    /// Posts a form with the mark of a page of ours.
    pub(crate) fn post_once(&self, path: &str, fields: &[(&str, &str)]) -> Shown {
        let mark = self.mark();
        self.post_bare(path, &[fields, &[("mark", &mark)]].concat())
    }

    /// Posts these fields and no others.
    pub(crate) fn post_bare(&self, path: &str, fields: &[(&str, &str)]) -> Shown {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        self.ask(&format!("POST {path}"), &form.finish())
    }

    /// What forms of this visit carry. Any page has it.
    pub(crate) fn mark(&self) -> String {
        let page = self.get("/settings/plugins");
        page.hidden("mark").to_owned()
    }

    /// Sends a form to where `what` says, as in `POST /policy`.
    pub(crate) fn ask(&self, what: &str, form: &str) -> Shown {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let (cookie, length) = (&self.cookie, form.len());
        let request = format!(
            "{what} HTTP/1.1\r\nhost: koalr\r\ncookie: {cookie}\r\naccept: text/html\r\n\
             sec-fetch-site: same-origin\r\ncontent-type: application/x-www-form-urlencoded\r\n\
             content-length: {length}\r\nconnection: close\r\n\r\n{form}"
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

/// What somebody was answered.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Shown {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines();
        let mut pairs = lines.filter_map(|line| line.split_once(": "));
        pairs.find(|(one, _)| *one == name).map(|(_, value)| value)
    }

    /// What the page's forms carry under this name; empty if none does.
    pub(crate) fn hidden(&self, name: &str) -> &str {
        let field = format!("name=\"{name}\" value=\"");
        let value = self.body.split_once(&field);
        value.map_or("", |(_, rest)| rest.split('"').next().unwrap())
    }

    /// A page that says all of this.
    #[track_caller]
    pub(crate) fn says(&self, words: &[&str]) {
        for word in words {
            assert!(self.body.contains(word), "{word} in {self:?}");
        }
    }
}

//! The pages of correlation and of findings, with the real server and a cookie, against what the command line prints.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Stdio};

use koalr_upstream::{Upstream, sample};
use serde_json::Value;

use crate::support::{Koalr, serve};

/// A server, and somebody who is signed in.
struct Visit {
    koalr: Koalr,
    child: Child,
    address: String,
    cookie: String,
    _upstream: Upstream,
}

impl Visit {
    /// Ninety days of a sample team, which ended before today.
    fn new() -> Self {
        let history = sample::history(7, NOW);
        let upstream = serve(history.organization());
        let koalr = Koalr::new();
        koalr.write("history.json", history.document().to_string());
        assert_eq!(koalr.connect(&upstream, &["--now", NOW_TEXT]).code, 0);
        for words in [
            &["sync", "snyk"][..],
            &["import", "history.json"],
            &["reconstruct"],
        ] {
            let ran = koalr.run(&[words, &["--now", NOW_TEXT]].concat());
            assert_eq!(ran.code, 0, "{words:?}: {}", ran.err);
        }
        let mut command = koalr.command(&["serve", "--listen", "127.0.0.1:0", "--now", NOW_TEXT]);
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let address = line.split("http://").nth(1).unwrap();
        let mut visit = Self {
            address: address.split([';', '\n']).next().unwrap().trim().to_owned(),
            koalr,
            child,
            cookie: String::new(),
            _upstream: upstream,
        };
        visit.sign_in();
        visit
    }

    fn sign_in(&mut self) {
        let ran = self
            .koalr
            .run(&["sign-in", "--as", "ines", "--now", NOW_TEXT]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let path = ran.out.trim().split_once("/sign-in/").unwrap().1;
        let head = self.ask("POST", &format!("/sign-in/{path}")).0;
        let cookie = head
            .lines()
            .find_map(|line| line.strip_prefix("set-cookie: "));
        cookie
            .unwrap()
            .split(';')
            .next()
            .unwrap()
            .clone_into(&mut self.cookie);
    }

    fn ask(&self, method: &str, path: &str) -> (String, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: koalr\r\ncookie: {}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
            self.cookie
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.to_owned(), body.to_owned())
    }

    #[track_caller]
    fn get(&self, path: &str) -> String {
        let (head, body) = self.ask("GET", path);
        assert!(head.starts_with("HTTP/1.1 200"), "{path}: {head}\n{body}");
        body
    }

    fn json(&self, words: &[&str]) -> Value {
        let more = ["--now", NOW_TEXT, "--format", "json"];
        let ran = self.koalr.run(&[words, &more].concat());
        assert_eq!(ran.code, 0, "{words:?}: {}", ran.err);
        ran.json()
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_page_of_correlation_shows_what_the_command_line_prints() {
    let visit = Visit::new();
    let end = format!("?from=2026-06-23T14:13:20Z&to={NOW_TEXT}");
    for window in ["4h", "14d"] {
        let page = visit.get(&format!(
            "/correlation{end}&window={window}&repository=&service="
        ));
        let report = visit.json(&["report", "correlation", "--window", window]);
        let headline = &report["reconstructed"]["headline"];
        for arm in ["exposed-share", "others-share"] {
            let share = &headline[arm];
            let counts = format!(">{} of {}</a>", share["count"], share["of"]);
            assert!(page.contains(&counts), "{window} {arm} {counts}: {page}");
        }
        for (arm, figure) in [("exposed-share", "exposed"), ("others-share", "others")] {
            let link = page
                .split(&format!("href=\"/dashboard/rows/{figure}?"))
                .nth(1);
            let query = link.unwrap().split('"').next().unwrap();
            let query = query.replace("&amp;", "&");
            let rows = visit.get(&format!("/dashboard/rows/{figure}?{query}"));
            let title = rows.split("<h1").nth(1).unwrap().split(['>', '<']).nth(1);
            let told = title.unwrap().split(' ').next().unwrap();
            assert!(
                told.parse::<u64>().unwrap() >= headline[arm]["of"].as_u64().unwrap(),
                "{query}"
            );
        }
        let sentence = headline["sentence"].as_str().unwrap();
        assert!(page.contains(sentence), "{sentence}: {page}");
    }
}

#[test]
fn the_pages_of_findings_hold_as_many_open_ones_as_the_status_says() {
    let visit = Visit::new();
    let mut path = "/findings?repository=&severity=&class=&state=open".to_owned();
    let (mut rows, mut pages) = (0, BTreeSet::new());
    loop {
        let page = visit.get(&path);
        let body = page.split("<tbody>").nth(1).unwrap();
        rows += body.matches("<tr>").count();
        assert!(pages.insert(path));
        let next = page.split("class=\"button\" href=\"").nth(1);
        match next {
            Some(next) => path = next.split('"').next().unwrap().replace("&amp;", "&"),
            None => break,
        }
    }
    assert_eq!(visit.json(&["status", "snyk"])["open"], rows);
    assert!(rows > 0);
}

#[test]
fn a_finding_leads_to_the_timeline_of_its_vulnerability() {
    let visit = Visit::new();
    let page = visit.get("/findings?state=all");
    let path = page.split("href=\"/findings/").nth(1).unwrap();
    let path = path.split('"').next().unwrap();
    let timeline = visit.get(&format!("/findings/{path}"));
    assert!(timeline.contains("</time> introduced") && timeline.contains("</time> first seen"));
    let (head, _) = visit.ask("GET", "/findings/nothing");
    assert!(head.starts_with("HTTP/1.1 404"), "{head}");
}

/// When the ninety days end, in milliseconds since 1970, and the same for people.
const NOW: i64 = 1_790_000_000_000;
const NOW_TEXT: &str = "2026-09-21T14:13:20Z";

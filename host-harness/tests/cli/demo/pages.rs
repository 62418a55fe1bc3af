//! The demo as pages, until somebody ends it.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::support::{Koalr, finish};

/// A demo that has printed its link.
struct Demo {
    koalr: Koalr,
    child: Child,
    /// Where its pages are.
    address: String,
    /// What its link signs in with.
    link: String,
    /// Arguments of the commands that it suggests.
    suggested: Vec<Vec<String>>,
    /// Where it may write.
    temporary: PathBuf,
    // What it prints later has somewhere to go.
    _out: BufReader<ChildStdout>,
}

impl Demo {
    fn start() -> Self {
        let koalr = Koalr::new();
        let temporary = koalr.path("tmp");
        fs::create_dir(&temporary).unwrap();
        let mut command = koalr.bare(&["demo"]);
        command.stdout(Stdio::piped()).env("TMPDIR", &temporary);
        let mut child = command.spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut suggested = Vec::new();
        let (address, link) = loop {
            let mut said = String::new();
            assert!(out.read_line(&mut said).unwrap() > 0, "no link was printed");
            if let Some((_, args)) = said.split_once("koalr --data ") {
                let args = ["--data"].into_iter().chain(args.split_whitespace());
                suggested.push(args.map(|arg| arg.replace('\'', "")).collect());
            } else if let Some(link) = said.trim().strip_prefix("http://") {
                let (address, link) = link.split_once("/sign-in/").unwrap();
                break (address.to_owned(), link.to_owned());
            }
        };
        Self {
            koalr,
            child,
            address,
            link,
            suggested,
            temporary,
            _out: out,
        }
    }

    /// Uses a link up; the cookie.
    fn sign_in(&self, link: &str) -> String {
        let begun = self.ask(&format!("POST /sign-in/{link}"), "", "");
        assert!(begun.starts_with("HTTP/1.1 303 "), "{begun}");
        let (_, cookie) = begun.split_once("set-cookie: ").unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }

    /// A page that is there.
    #[track_caller]
    fn page(&self, path: &str, cookie: &str) -> String {
        let shown = self.ask(&format!("GET {path}"), cookie, "");
        assert!(shown.starts_with("HTTP/1.1 200 "), "{path}: {shown}");
        shown
    }

    fn ask(&self, what: &str, cookie: &str, form: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let length = form.len();
        let request = format!(
            "{what} HTTP/1.1\r\nhost: koalr\r\ncookie: {cookie}\r\nsec-fetch-site: same-origin\r\n\
             content-type: application/x-www-form-urlencoded\r\n\
             content-length: {length}\r\nconnection: close\r\n\r\n{form}"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_link_of_the_demo_leads_to_pages_that_have_something_to_show() {
    let demo = Demo::start();
    let asked = demo.page(&format!("/sign-in/{}", demo.link), "");
    assert!(asked.contains("Sign in as sam"), "{asked}");
    let cookie = demo.sign_in(&demo.link);
    let home = demo.page("/", &cookie);
    let (_, places) = home.split_once("<nav aria-label=\"Pages\">").unwrap();
    let (places, _) = places.split_once("</nav>").unwrap();
    let paths = places.split("href=\"").skip(1);
    let paths: Vec<_> = paths.map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(paths.len() >= 6, "{places}");
    for path in paths {
        let page = demo.page(path, &cookie);
        assert!(!page.contains("class=\"empty\""), "{path}: {page}");
    }
    let changes = demo.page("/changes?state=open&decision=block", &cookie);
    assert!(changes.contains("acme/checkout-api#77"), "{changes}");
    let (_, mark) = home.split_once("name=\"mark\" value=\"").unwrap();
    let form = format!("mark={}", mark.split('"').next().unwrap());
    let synced = demo.ask("POST /settings/integrations/snyk/sync", &cookie, &form);
    assert!(synced.starts_with("HTTP/1.1 303 "), "{synced}");
}

#[test]
fn what_the_demo_suggests_works_until_ctrl_c_ends_it_and_leaves_nothing() {
    let mut demo = Demo::start();
    let ran = demo.suggested.iter().map(|command| {
        let args: Vec<&str> = command.iter().map(String::as_str).collect();
        finish(&mut demo.koalr.bare(&args))
    });
    let [gate, link] = ran.collect::<Vec<_>>().try_into().unwrap();
    assert_eq!((gate.code, gate.err.as_str()), (1, ""));
    assert_eq!(gate.json()["decision"], "block");
    assert_eq!((link.code, link.err.as_str()), (0, ""));
    let (address, link) = link.out.trim().split_once("/sign-in/").unwrap();
    assert_eq!(address, format!("http://{}", demo.address));
    demo.sign_in(link);

    let interrupt = format!("kill -INT {}", demo.child.id());
    let sent = Command::new("sh").args(["-c", &interrupt]).status();
    assert!(sent.unwrap().success());
    assert!(demo.child.wait().unwrap().success());
    assert_eq!(fs::read_dir(&demo.temporary).unwrap().count(), 0);
}

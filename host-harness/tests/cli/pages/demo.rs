//! The demo as pages, until somebody ends it.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{ChildStdout, Command, Stdio};

use super::Visit;
use crate::support::{Koalr, finish};

/// A demo that has printed its link.
struct Demo {
    visit: Visit,
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
        let cookie = String::new();
        let visit = Visit {
            koalr,
            child,
            address,
            cookie,
        };
        Self {
            visit,
            link,
            suggested,
            temporary,
            _out: out,
        }
    }

    fn sign_in(&mut self) {
        let begun = self.visit.ask(&format!("POST /sign-in/{}", self.link), "");
        assert_eq!(begun.status, 303, "{begun:?}");
        let cookie = begun.header("set-cookie").unwrap();
        self.visit.cookie = cookie.split(';').next().unwrap().to_owned();
    }
}

#[test]
fn the_link_of_the_demo_leads_to_pages_that_have_something_to_show() {
    let mut demo = Demo::start();
    let asked = demo.visit.get(&format!("/sign-in/{}", demo.link));
    asked.says(&["Sign in as sam"]);
    demo.sign_in();
    let home = demo.visit.get("/");
    let (_, places) = home.body.split_once("<nav aria-label=\"Pages\">").unwrap();
    let (places, _) = places.split_once("</nav>").unwrap();
    let paths = places.split("href=\"").skip(1);
    let paths: Vec<_> = paths.map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(paths.len() >= 6, "{places}");
    for path in paths {
        let page = demo.visit.get(path);
        assert_eq!(page.status, 200, "{path}");
        assert!(!page.body.contains("class=\"empty\""), "{path}: {page:?}");
    }
    let integration = "/settings/integrations/snyk";
    let synced = demo.visit.post(&format!("{integration}/sync"), &[]);
    assert_eq!(synced.status, 200, "{synced:?}");
}

#[test]
fn what_the_demo_suggests_works_until_ctrl_c_ends_it_and_leaves_nothing() {
    let mut demo = Demo::start();
    let ran = demo.suggested.iter().map(|command| {
        let args: Vec<&str> = command.iter().map(String::as_str).collect();
        finish(&mut demo.visit.koalr.bare(&args))
    });
    let [gate, link] = ran.collect::<Vec<_>>().try_into().unwrap();
    assert_eq!((gate.code, gate.err.as_str()), (1, ""));
    assert_eq!(gate.json()["decision"], "block");
    assert_eq!((link.code, link.err.as_str()), (0, ""));
    let (address, secret) = link.out.trim().split_once("/sign-in/").unwrap();
    assert_eq!(address, format!("http://{}", demo.visit.address));
    demo.link = secret.to_owned();
    demo.sign_in();

    let interrupt = format!("kill -INT {}", demo.visit.child.id());
    let sent = Command::new("sh").args(["-c", &interrupt]).status();
    assert!(sent.unwrap().success());
    assert!(demo.visit.child.wait().unwrap().success());
    assert_eq!(fs::read_dir(&demo.temporary).unwrap().count(), 0);
}

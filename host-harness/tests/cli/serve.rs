//! The server: webhooks in, check runs out.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStderr, ChildStdout, Stdio};

use koalr_upstream::Upstream;
use koalr_upstream::github::{
    Delivery, GitHub, GitHubUpstream, PullRequest, Repository, check_run_action,
};
use serde_json::{Value, json};

use crate::support::{Koalr, acme, serve};

/// A server with a connected and synced tenant, and everything around it.
pub(crate) struct Served {
    pub(crate) koalr: Koalr,
    pub(crate) github: GitHubUpstream,
    pub(crate) child: Child,
    out: BufReader<ChildStdout>,
    log: BufReader<ChildStderr>,
    pub(crate) address: String,
    _upstream: Upstream,
}

impl Served {
    pub(crate) fn new() -> Self {
        Self::with(&[])
    }

    /// With these variables of the environment.
    pub(crate) fn with(variables: &[(&str, &str)]) -> Self {
        let upstream = serve(acme());
        let koalr = Koalr::synced(&upstream);
        let github = GitHub::from(Repository::sample()).token(TOKEN);
        let github = GitHubUpstream::start_blocking(github).unwrap();
        koalr.write("secret", SECRET);
        koalr.write("token", TOKEN);
        let ran = koalr.run(&[
            "hook",
            "github",
            "--secret-file",
            "secret",
            "--token-file",
            "token",
            "--api",
            github.base_url(),
            "--allow-loopback",
        ]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let (child, out, log, address) = start(&koalr, variables);
        Self {
            koalr,
            github,
            child,
            out,
            log,
            address,
            _upstream: upstream,
        }
    }

    /// Sends a delivery; the status and the body of the answer.
    pub(crate) fn send(&self, delivery: &Delivery) -> (u16, Value) {
        let sent = delivery.send(&self.address, "/webhooks/default/github");
        let (status, body) = sent.unwrap();
        (status, serde_json::from_str(&body).unwrap_or(Value::Null))
    }

    /// Waits until the log has a line with this.
    pub(crate) fn until(&mut self, what: &str) -> String {
        for line in self.log.by_ref().lines() {
            let line = line.unwrap();
            if line.contains(what) {
                return line;
            }
        }
        panic!("the server ended before it said `{what}`");
    }

    /// Starts it again on the same data, once it has ended.
    pub(crate) fn restart(&mut self) {
        (self.child, self.out, self.log, self.address) = start(&self.koalr, &[]);
    }

    /// Waits for its end: the exit code, and what it printed since it began to listen.
    pub(crate) fn ended(&mut self) -> (Option<i32>, String) {
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).unwrap();
        (self.child.wait().unwrap().code(), rest)
    }

    /// The only check run of the pull request.
    pub(crate) fn check(&self) -> koalr_upstream::github::CheckRun {
        let mut runs = self.github.check_runs();
        assert_eq!(runs.len(), 1);
        runs.remove(0)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn start(
    koalr: &Koalr,
    variables: &[(&str, &str)],
) -> (
    Child,
    BufReader<ChildStdout>,
    BufReader<ChildStderr>,
    String,
) {
    let mut command = koalr.command(&["serve", "--listen", "127.0.0.1:0", "-v"]);
    command.envs(variables.iter().copied());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    for _ in 0..2 {
        out.read_line(&mut line).unwrap();
    }
    let address = line.split("http://").nth(1).unwrap();
    let address = address.split(';').next().unwrap().to_owned();
    let log = BufReader::new(child.stderr.take().unwrap());
    (child, out, log, address)
}

/// The sample's pull request that brings a critical vulnerability.
pub(crate) fn blocked() -> PullRequest {
    PullRequest::new(
        "acme/checkout-api",
        77,
        "0f6b92d4e7318ca5b0d47f8e29c1a6533de8740b",
        "c83f5d1e6b7092a4d80e3f196a5bc74721d9e06f",
        1_769_904_000_000,
    )
}

#[test]
fn a_push_is_answered_in_progress_first_and_then_with_the_verdict() {
    let mut served = Served::new();
    let (status, body) = served.send(&blocked().opened().deliver(SECRET));
    assert_eq!((status, &body["duplicate"]), (202, &json!(false)));
    served.until("change judged");
    let run = served.check();
    assert!(run.first("in_progress").unwrap() < run.first("completed").unwrap());
    assert_eq!(run.conclusion.as_deref(), Some("action_required"));
    assert_eq!(run.details_url, None, "nobody said where the pages are");
    let list = served
        .koalr
        .run(&["gate", "acme/checkout-api#77", "--format", "json"]);
    let sources = &list.json()["evidence"]["dependencies"];
    assert!(!sources.as_array().unwrap().is_empty());
}

#[test]
fn a_check_run_leads_to_the_page_of_the_change_where_the_pages_are_known() {
    let origin = "https://koalr.example.com";
    let mut served = Served::with(&[("KOALR_SERVER_PUBLIC_URL", origin)]);
    served.send(&blocked().opened().deliver(SECRET));
    served.until("change judged");
    let page = format!("{origin}/changes/acme%2Fcheckout-api%2377");
    assert_eq!(served.check().details_url.as_deref(), Some(&*page));
    served.koalr.write(
        "public.toml",
        format!("[server]\npublic-url = \"{origin}\"\n"),
    );
    let invited = ["sign-in", "--as", "ines", "--config", "public.toml"];
    let invited = |more: &[&str]| served.koalr.run(&[&invited, more].concat()).out;
    assert!(invited(&[]).starts_with(&format!("{origin}/sign-in/")));
    let other = invited(&["--url", "http://127.0.0.1:9/"]);
    assert!(other.starts_with("http://127.0.0.1:9/sign-in/"), "{other}");
}

#[test]
fn a_delivery_that_comes_twice_is_taken_once() {
    let mut served = Served::new();
    let delivery = blocked().opened().deliver(SECRET);
    served.send(&delivery);
    served.until("change judged");
    let (status, body) = served.send(&delivery);
    assert_eq!((status, &body["duplicate"]), (202, &json!(true)));
}

#[test]
fn a_forged_delivery_changes_nothing() {
    let served = Served::new();
    let (status, _) = served.send(&blocked().opened().deliver(SECRET).forged());
    assert_eq!(status, 401);
    let ran = served.koalr.run(&["gate", "acme/checkout-api#77"]);
    assert!(ran.failure().contains("neither a stored change"), "{ran:?}");
    assert!(served.github.check_runs().is_empty());
}

#[test]
fn an_override_by_a_lead_lifts_the_check_of_this_commit() {
    let mut served = Served::new();
    let ran = served.koalr.run(&["team", "add", "ines", "--role", "lead"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    served.send(&blocked().opened().deliver(SECRET));
    served.until("change judged");
    let pressed = check_run_action(&served.check(), "override", "ines");
    let (status, _) = served.send(&pressed.deliver(SECRET));
    assert_eq!(status, 202);
    served.until("change judged");
    assert_eq!(served.check().conclusion.as_deref(), Some("neutral"));
}

#[test]
fn somebody_without_a_role_overrides_nothing() {
    let mut served = Served::new();
    served.send(&blocked().opened().deliver(SECRET));
    served.until("change judged");
    let pressed = check_run_action(&served.check(), "override", "mallory");
    served.send(&pressed.deliver(SECRET));
    served.until("a button was refused");
    assert_eq!(
        served.check().conclusion.as_deref(),
        Some("action_required")
    );
}

#[test]
fn a_waiver_pressed_by_a_lead_lifts_the_check_for_a_week() {
    let mut served = Served::new();
    let ran = served.koalr.run(&["team", "add", "ines", "--role", "lead"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    served.send(&blocked().opened().deliver(SECRET));
    served.until("change judged");
    for _ in 0..2 {
        let pressed = check_run_action(&served.check(), "waive", "ines");
        served.send(&pressed.deliver(SECRET));
        served.until("change judged");
        assert_eq!(served.check().conclusion.as_deref(), Some("neutral"));
    }
    let stored = served.koalr.run(&["waiver", "list", "--format", "json"]);
    let stored = stored.json();
    assert_eq!(stored.as_array().unwrap().len(), 1, "{stored}");
    let lasts = |key: &str| stored[0][key].as_i64().unwrap();
    assert_eq!(lasts("expires") - lasts("created"), 7 * 86_400_000);
    let log = served.koalr.run(&["audit", "list"]).out;
    assert_eq!(log.matches("waived").count(), 1, "{log}");
}

#[test]
fn a_job_that_was_killed_runs_with_the_next_start() {
    let mut served = Served::new();
    served.github.fault(
        "/repos/acme/checkout-api",
        koalr_upstream::Occurrence::Every,
        koalr_upstream::Fault::Status(503, None),
    );
    served.send(&blocked().opened().deliver(SECRET));
    served.child.kill().unwrap();
    served.child.wait().unwrap();
    served.github.heal();
    served.restart();
    served.until("change judged");
    assert_eq!(
        served.check().conclusion.as_deref(),
        Some("action_required")
    );
}

/// What GitHub signs with.
pub(crate) const SECRET: &str = "a webhook's secret";

/// What GitHub lets in.
const TOKEN: &str = "ghs_0123456789abcdef0123456789abcdef0123";

//! A running server, whose tenants other processes suspend, damage, restore and delete.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, ChildStderr, Stdio};

use koalr_upstream::github::{Delivery, GitHub, GitHubUpstream, PullRequest, Repository};
use koalr_upstream::{Fault, Occurrence};
use serde_json::{Value, json};

use super::{damage, done, synced};
use crate::support::Koalr;

struct Served<'a> {
    koalr: &'a Koalr,
    child: Child,
    log: BufReader<ChildStderr>,
    address: String,
}

impl<'a> Served<'a> {
    fn new(koalr: &'a Koalr) -> Self {
        let mut command = koalr.command(&["serve", "--listen", "127.0.0.1:0", "-v"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        let address = line.split("http://").nth(1).unwrap();
        Self {
            koalr,
            address: address.split(';').next().unwrap().to_owned(),
            log: BufReader::new(child.stderr.take().unwrap()),
            child,
        }
    }

    fn get(&self, path: &str, key: &str) -> (u16, Value) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: koalr\r\nauthorization: Bearer {key}\r\nconnection: close\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, serde_json::from_str(body).unwrap_or(Value::Null))
    }

    fn deliver(&self, tenant: &str, delivery: &Delivery) -> (u16, Value) {
        let sent = delivery.send(&self.address, &format!("/webhooks/{tenant}/github"));
        let (status, body) = sent.unwrap();
        (status, serde_json::from_str(&body).unwrap_or(Value::Null))
    }

    /// Waits until the log has a line with this.
    fn until(&mut self, what: &str) {
        for line in self.log.by_ref().lines() {
            if line.unwrap().contains(what) {
                return;
            }
        }
        panic!("the server ended before it said `{what}`");
    }

    fn key(&self, tenant: &str) -> String {
        let args = [
            "key", "create", "--name", "ci", "--scope", "read", "--tenant", tenant,
        ];
        let told = done(self.koalr, &args);
        told.lines().next().unwrap().to_owned()
    }
}

impl Drop for Served<'_> {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// GitHub, and a tenant `default` that is set up with it.
fn hooked(koalr: &Koalr) -> GitHubUpstream {
    let github = GitHub::from(Repository::sample()).token(TOKEN);
    let github = GitHubUpstream::start_blocking(github).unwrap();
    koalr.write("secret", SECRET);
    koalr.write("token", TOKEN);
    let args = [
        "hook",
        "github",
        "--secret-file",
        "secret",
        "--token-file",
        "token",
    ];
    let api = ["--api", github.base_url(), "--allow-loopback"];
    done(koalr, &[&args[..], &api].concat());
    github
}

fn opened() -> Delivery {
    let request = PullRequest::new(
        "acme/checkout-api",
        77,
        "0f6b92d4e7318ca5b0d47f8e29c1a6533de8740b",
        "c83f5d1e6b7092a4d80e3f196a5bc74721d9e06f",
        1_769_904_000_000,
    );
    request.opened().deliver(SECRET)
}

#[test]
fn a_suspended_tenants_key_is_told_so_and_works_again_when_it_is_resumed() {
    let (_upstream, koalr) = synced();
    let served = Served::new(&koalr);
    let key = served.key("default");
    done(&koalr, &["tenant", "suspend", "default"]);
    let (status, problem) = served.get("/api/v1/changes", &key);
    assert_eq!(status, 403, "{problem}");
    assert_eq!(
        problem["detail"],
        "tenant `default` is suspended; `koalr tenant resume default` brings it back"
    );
    done(&koalr, &["tenant", "resume", "default"]);
    assert_eq!(served.get("/api/v1/changes", &key).0, 200);
}

#[test]
fn a_webhook_of_a_suspended_tenant_is_answered_as_for_one_whom_nobody_knows() {
    let (_upstream, koalr) = synced();
    let _github = hooked(&koalr);
    let served = Served::new(&koalr);
    done(&koalr, &["tenant", "suspend", "default"]);
    let refused = served.deliver("default", &opened());
    assert_eq!(refused.0, 401);
    assert_eq!(refused, served.deliver("nobody", &opened()));
    done(&koalr, &["tenant", "resume", "default"]);
    assert_eq!(served.deliver("default", &opened()).0, 202);
}

#[test]
fn a_suspended_tenants_job_waits_and_goes_on_when_it_is_resumed() {
    let (_upstream, koalr) = synced();
    let github = hooked(&koalr);
    let every = Occurrence::Every;
    github.fault("/repos/acme/checkout-api", every, Fault::Status(503, None));
    let mut served = Served::new(&koalr);
    assert_eq!(served.deliver("default", &opened()).0, 202);
    served.until("will be tried again");
    done(&koalr, &["tenant", "suspend", "default"]);
    served.until("its jobs are let go");
    github.heal();
    assert!(github.check_runs().is_empty());
    done(&koalr, &["tenant", "resume", "default"]);
    served.until("change judged");
    assert_eq!(github.check_runs().len(), 1);
}

#[test]
fn a_damaged_tenant_is_told_so_without_a_path_and_the_others_are_served() {
    let (_upstream, koalr) = synced();
    done(&koalr, &["tenant", "create", "rival"]);
    done(&koalr, &["backup", "good"]);
    let served = Served::new(&koalr);
    let (key, rivals) = (served.key("default"), served.key("rival"));
    drop(served);
    damage(&koalr.path("data/tenants/default.db"));
    let served = Served::new(&koalr);
    let (status, problem) = served.get("/api/v1/changes", &key);
    assert_eq!(
        (status, &problem["detail"]),
        (
            503,
            &json!(
                "the stored data cannot be read; ask whoever runs this server to restore it from a backup"
            )
        )
    );
    assert_eq!(served.get("/api/v1/changes", &rivals).0, 200);
    assert_eq!(served.get("/readyz", "").0, 200);
    done(
        &koalr,
        &["tenant", "restore", "default", "good/tenants/default.db"],
    );
    assert_eq!(served.get("/api/v1/changes", &key).0, 200);
}

#[test]
fn a_tenant_restored_under_a_running_server_is_synced_again() {
    let (_upstream, koalr) = synced();
    done(&koalr, &["backup", "good"]);
    let mut served = Served::new(&koalr);
    served.until("batch committed");
    done(
        &koalr,
        &["tenant", "restore", "default", "good/tenants/default.db"],
    );
    served.until("its jobs are let go");
    served.until("batch committed");
}

#[test]
fn a_tenant_deleted_under_a_running_server_is_unknown_at_once() {
    let (_upstream, koalr) = synced();
    let mut served = Served::new(&koalr);
    let key = served.key("default");
    served.until("batch committed");
    done(&koalr, &["tenant", "delete", "default", "--yes"]);
    assert_eq!(served.get("/api/v1/changes", &key).0, 401);
    served.until("its jobs are let go");
    let left = std::fs::read_dir(koalr.path("data/tenants")).unwrap();
    assert_eq!(left.count(), 0);
}

/// What GitHub signs with.
const SECRET: &str = "a webhook's secret";

/// What GitHub lets in.
const TOKEN: &str = "ghs_0123456789abcdef0123456789abcdef0123";

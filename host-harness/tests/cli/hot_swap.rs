//! Versions take each other's place under a server that runs.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStderr};

use serde_json::Value;

use crate::serve::{SECRET, Served, blocked, start};
use crate::support::Koalr;

#[track_caller]
fn ran(koalr: &Koalr, args: &[&str]) -> String {
    let ran = koalr.run(args);
    assert_eq!(ran.code, 0, "{args:?}: {}", ran.err);
    ran.out
}

/// Makes sure that the check run was written with the work of this version.
#[track_caller]
fn assert_judged_by(served: &Served, version: &str) {
    let text = served.check().text.unwrap();
    assert!(text.contains(&format!("`snyk` `{version}`")), "{text}");
}

#[test]
fn a_server_follows_a_swap_and_a_rollback_without_a_restart() {
    let mut served = Served::new();
    let component = std::fs::read(koalr_host::component_path().unwrap()).unwrap();
    let other = koalr_guests::with_version(&component, "0.2.0");
    served.koalr.write("other.wasm", other);
    served.send(&blocked().opened().deliver(SECRET));
    served.until("change judged");
    assert_judged_by(&served, "0.1.0");
    ran(&served.koalr, &["plugin", "install", "other.wasm"]);
    ran(&served.koalr, &["plugin", "swap", "snyk", "0.2.0"]);
    served.until("version=\"0.2.0\"");
    served.send(&blocked().reopened(1_769_904_001_000).deliver(SECRET));
    served.until("change judged");
    assert_judged_by(&served, "0.2.0");
    ran(&served.koalr, &["plugin", "rollback", "snyk"]);
    served.until("version=\"0.1.0\"");
    served.send(&blocked().reopened(1_769_904_002_000).deliver(SECRET));
    served.until("change judged");
    assert_judged_by(&served, "0.1.0");
}

#[test]
fn a_paused_integration_is_asked_nothing_and_what_came_meanwhile_is_judged_after() {
    let mut served = Served::new();
    ran(
        &served.koalr,
        &["plugin", "pause", "snyk", "--why", "the upstream is down"],
    );
    served.until("the integration is paused");
    let (status, _) = served.send(&blocked().opened().deliver(SECRET));
    assert_eq!(status, 202);
    assert_eq!(served.github.check_runs(), []);
    ran(&served.koalr, &["plugin", "resume", "snyk"]);
    served.until("change judged");
    assert_eq!(
        served.check().conclusion.as_deref(),
        Some("action_required")
    );
}

#[test]
fn a_version_that_fails_gives_way_to_the_one_before_and_no_job_is_lost() {
    let koalr = Koalr::new();
    koalr.write("sound.wasm", koalr_guests::LOGS_HUGELY.wasm());
    let failing = koalr_guests::with_version(&koalr_guests::PANICS.wasm(), "0.2.0");
    koalr.write("failing.wasm", failing);
    koalr.write("token", "a-token");
    koalr.write(
        "koalr.toml",
        "[plugin]\nfile = \"sound.wasm\"\n[plugins]\nrollback-faults = 2\n",
    );
    let with = |args: &[&str]| ran(&koalr, &[args, &["--config", "koalr.toml"]].concat());
    with(&[
        "connect",
        "hostile",
        "--token-file",
        "token",
        "--upstream",
        "http://127.0.0.1:9",
        "--allow-loopback",
    ]);
    with(&["plugin", "install", "failing.wasm"]);
    with(&["plugin", "swap", "hostile", "0.2.0"]);
    let mut running = Running::start(&koalr, &[("KOALR_CONFIG", "koalr.toml")]);
    running.until("2 of the newest 100 calls of hostile 0.2.0 failed");
    running.until("version=\"0.1.0\"");
    // The sync that failed twice is tried again, by the version before.
    running.until("done=true");
    let history = with(&["plugin", "history", "hostile", "--format", "json"]);
    let history: Value = serde_json::from_str(&history).unwrap();
    assert_eq!(history[0]["action"], "rolled-back");
    assert_eq!(history[0]["actor"], "koalr");
}

/// A server on whatever is stored.
struct Running {
    child: Child,
    log: BufReader<ChildStderr>,
}

impl Running {
    fn start(koalr: &Koalr, variables: &[(&str, &str)]) -> Self {
        let (child, _, log, _) = start(koalr, variables);
        Self { child, log }
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
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

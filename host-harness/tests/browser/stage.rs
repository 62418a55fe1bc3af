//! The real server with a mock upstream, and people who may sign in.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use koalr_upstream::{Upstream, World, sample};
use serde_json::json;
use tempfile::TempDir;

use crate::browser::Browser;

/// A server of a team with `ines`, who may do everything, and `mo`, who may nothing but look.
pub(crate) struct Stage {
    pub(crate) browser: Browser,
    pub(crate) upstream: Upstream,
    directory: TempDir,
    server: Child,
    // Kept open, so that what it prints later has somewhere to go.
    _out: BufReader<ChildStdout>,
    address: String,
    // Where time stands still.
    now: Option<&'static str>,
}

impl Stage {
    /// Nothing is connected yet.
    pub(crate) fn new() -> Self {
        Self::of(sample::organization(now()))
    }

    /// The same with another upstream than the sample.
    pub(crate) fn of(world: impl Into<World>) -> Self {
        Self::after(world, |_, _| ())
    }

    /// Connected and synced, with changes that were judged.
    pub(crate) fn filled() -> Self {
        Self::after(sample::organization(now()), |directory, upstream| {
            let token = [("TOKEN", TOKEN)];
            let base = upstream.base_url();
            let connect = [
                "connect",
                "snyk",
                "--token-env",
                "TOKEN",
                "--allow-loopback",
            ];
            let connect = [&connect[..], &["--upstream", base]].concat();
            koalr(directory, &connect, &token);
            koalr(directory, &["sync", "snyk", "--enrichment", "off"], &[]);
            // What a team did in 90 days.
            let mut history = sample::history(7, now()).document();
            let changes = history["changes"].as_array_mut().unwrap();
            changes.extend(sample::changes().into_iter().map(|change| {
                json!({
                    "id": format!("{}#{}", change.repository, change.number),
                    "repository": change.repository,
                    "number": change.number,
                    "title": change.title,
                    "author": "priya",
                    "head-sha": change.head_sha,
                    "state": "open",
                    "opened-at": now() - 3_600_000,
                })
            }));
            std::fs::write(directory.path().join("history.json"), history.to_string()).unwrap();
            koalr(directory, &["import", "history.json"], &[]);
            koalr(directory, &["reconstruct"], &[]);
            for change in sample::changes() {
                let dependencies = change.dependencies.iter().map(|one| {
                    json!({
                        "ecosystem": one.ecosystem,
                        "name": one.name,
                        "before": one.before,
                        "after": one.after,
                        "direct": one.direct,
                    })
                });
                let file = json!({
                    "change": {
                        "id": format!("{}#{}", change.repository, change.number),
                        "repository": change.repository,
                        "head-sha": change.head_sha,
                    },
                    "author": "priya",
                    "base-score": change.base_score,
                    "dependencies": dependencies.collect::<Vec<_>>(),
                });
                std::fs::write(directory.path().join("change.json"), file.to_string()).unwrap();
                // Its exit code is the verdict.
                run(directory, &["gate", "change.json"], &[]);
            }
        })
    }

    /// Ninety days of a team that end at [`TEAM_NOW`], with deployments and incidents, where it is always that time.
    pub(crate) fn team() -> Self {
        let history = sample::history(7, TEAM_NOW_MS);
        let document = history.document().to_string();
        Self::at(
            history.organization(),
            Some(TEAM_NOW),
            |directory, upstream| {
                std::fs::write(directory.path().join("history.json"), document).unwrap();
                let base = upstream.base_url();
                let connect = [
                    "connect",
                    "snyk",
                    "--token-env",
                    "TOKEN",
                    "--upstream",
                    base,
                ];
                for words in [
                    &[&connect[..], &["--allow-loopback"]].concat()[..],
                    &["sync", "snyk"],
                    &["import", "history.json"],
                    &["reconstruct"],
                ] {
                    let words = [words, &["--now", TEAM_NOW]].concat();
                    koalr(directory, &words, &[("TOKEN", TOKEN)]);
                }
            },
        )
    }

    fn after(world: impl Into<World>, prepare: impl FnOnce(&TempDir, &Upstream)) -> Self {
        Self::at(world, None, prepare)
    }

    /// At a time that stands still; at the clock's without one.
    fn at(
        world: impl Into<World>,
        now: Option<&'static str>,
        prepare: impl FnOnce(&TempDir, &Upstream),
    ) -> Self {
        let upstream = Upstream::start_blocking(world).unwrap();
        let directory = tempfile::tempdir().unwrap();
        let roles = ["--role", "lead", "--role", "security", "--role", "operator"];
        koalr(
            &directory,
            &[&["team", "add", "ines"][..], &roles].concat(),
            &[],
        );
        koalr(&directory, &["team", "add", "mo", "--role", "member"], &[]);
        prepare(&directory, &upstream);
        let mut command = command(&directory, &["serve", "--listen", "127.0.0.1:0"]);
        command.arg("--allow-loopback").stderr(Stdio::null());
        command.args(now.map(|now| ["--now", now]).into_iter().flatten());
        let mut server = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut out = BufReader::new(server.stdout.take().unwrap());
        let mut line = String::new();
        let address = loop {
            line.clear();
            assert!(out.read_line(&mut line).unwrap() > 0, "the server ended");
            if let Some((_, rest)) = line.split_once("http://") {
                break format!("http://{}", rest.split(';').next().unwrap());
            }
        };
        Self {
            browser: Browser::start(),
            upstream,
            directory,
            server,
            _out: out,
            address,
            now,
        }
    }

    /// Runs a command, which works.
    #[track_caller]
    pub(crate) fn koalr(&self, args: &[&str]) -> String {
        koalr(&self.directory, args, &[])
    }

    /// Writes a file for a command.
    pub(crate) fn write(&self, name: &str, content: &str) {
        std::fs::write(self.directory.path().join(name), content).unwrap();
    }

    /// A link that signs somebody in.
    pub(crate) fn link(&self, login: &str) -> String {
        let now = self.now.map(|now| ["--now", now]);
        let link = ["sign-in", "--as", login, "--url", &self.address];
        let made = self.koalr(&[&link[..], now.as_ref().map_or(&[], |now| now)].concat());
        made.trim().to_owned()
    }

    /// Signs somebody in.
    pub(crate) fn sign_in(&self, login: &str) {
        self.browser.open(&self.link(login));
        self.browser.follow("main button");
    }

    /// Goes to a page.
    pub(crate) fn open(&self, path: &str) {
        self.browser.open(&format!("{}{path}", self.address));
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Runs a command, which works; what it printed.
#[track_caller]
fn koalr(directory: &TempDir, args: &[&str], variables: &[(&str, &str)]) -> String {
    let ran = run(directory, args, variables);
    let err = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{args:?}: {err}");
    String::from_utf8(ran.stdout).unwrap()
}

fn run(directory: &TempDir, args: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = command(directory, args);
    command.envs(variables.iter().copied()).output().unwrap()
}

/// A command without anything of this process's environment.
fn command(directory: &TempDir, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_koalr"));
    command.env_clear().current_dir(directory.path());
    command.args(args).args(["--data", "data"]);
    command.stdin(Stdio::null());
    command
}

/// In milliseconds since 1970.
pub(crate) fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(now.as_millis()).unwrap()
}

/// A token in the form of an API key.
pub(crate) const TOKEN: &str = "6f0c1a52-3b7e-4d19-9a84-c0ffee15c001";

/// When the team's ninety days end, and the same in milliseconds since 1970.
pub(crate) const TEAM_NOW: &str = "2026-09-21T14:13:20Z";
const TEAM_NOW_MS: i64 = 1_790_000_000_000;

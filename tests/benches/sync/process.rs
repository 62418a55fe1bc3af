//! The processes of a round: this program again, in another role.

use std::io::{BufReader, Read as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use koalr_upstream::{Generated, Upstream, World};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tempfile::TempDir;

use super::Set;
use super::unpaced::Tally;
use crate::{procfs, role, runtime};

/// What one run cost.
pub(crate) struct Run {
    pub(crate) watched: Watched,
    /// Issues it says it has; none for the floor, which keeps nothing.
    pub(crate) issues: Option<u64>,
    pub(crate) served: Served,
}

/// What a process used.
#[derive(Default)]
pub(crate) struct Watched {
    pub(crate) wall: Duration,
    pub(crate) cpu_seconds: f64,
    pub(crate) peak_bytes: f64,
}

/// What the upstream saw.
#[derive(Serialize, Deserialize)]
pub(crate) struct Served {
    /// Requests of projects and issues.
    pub(crate) listings: u32,
    /// Most requests within one second.
    pub(crate) busiest: u32,
    /// Requests that came too fast.
    pub(crate) refused: u32,
}

/// A running upstream.
pub(crate) struct Server {
    child: Child,
    base: String,
}

impl Server {
    pub(crate) fn start(set: &Set) -> Self {
        let numbers = [set.organizations, set.projects, set.issues];
        let mut command = role("upstream");
        command.args(numbers.map(|number| number.to_string()));
        command.arg(set.latency.as_millis().to_string());
        command.arg(u8::from(set.is_paced).to_string());
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut base = String::new();
        let stdout = child.stdout.as_mut().unwrap();
        // Byte by byte: what follows the first line is read when it ends.
        while !base.ends_with('\n') {
            let mut byte = [0];
            stdout.read_exact(&mut byte).unwrap();
            base.push(char::from(byte[0]));
        }
        let base = base.trim_end().to_owned();
        Self { child, base }
    }

    fn stop(mut self) -> Served {
        drop(self.child.stdin.take());
        let mut text = String::new();
        let mut stdout = self.child.stdout.take().unwrap();
        stdout.read_to_string(&mut text).unwrap();
        self.child.wait().unwrap();
        serde_json::from_str(&text).unwrap()
    }
}

/// The role of the upstream: serves until its standard input ends, then says what it saw.
pub(crate) fn upstream() {
    let numbers: Vec<u32> = std::env::args()
        .skip(1)
        .map(|text| text.parse().unwrap())
        .collect();
    let world = World::generated(Generated {
        organizations: numbers[0],
        projects: numbers[1],
        issues: numbers[2],
        seed: 7,
        now: NOW,
    })
    .with_latency(Duration::from_millis(numbers[3].into()));
    let world = if numbers[4] == 1 {
        world.with_limit(160, 1_620)
    } else {
        world
    };
    let upstream = Upstream::start_blocking(world).unwrap();
    let mut out = std::io::stdout();
    writeln!(out, "{}", upstream.base_url()).unwrap();
    out.flush().unwrap();
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink()).unwrap();
    let listings = upstream
        .requests()
        .iter()
        .filter(|request| {
            let path = &request.path;
            // Connecting probes shorter pages, and is not part of the run.
            (path.ends_with("/projects") || path.ends_with("/issues"))
                && request.query.contains("limit=100")
        })
        .count();
    let served = Served {
        listings: small(listings),
        busiest: small(upstream.requests_in_busiest(Duration::from_secs(1))),
        refused: small(upstream.refused_requests()),
    };
    writeln!(out, "{}", serde_json::to_string(&served).unwrap()).unwrap();
}

fn small(count: usize) -> u32 {
    u32::try_from(count).unwrap()
}

/// The role of `koalr` itself.
pub(crate) fn koalr() {
    if let Err(error) = runtime().block_on(koalr_host::cli::run()) {
        panic!("{error}");
    }
}

/// Runs the floor on a fresh upstream.
pub(crate) fn floor(server: Server) -> Run {
    let mut command = role("floor");
    command.arg(&server.base);
    let (watched, _) = watch(&mut command);
    Run {
        watched,
        issues: None,
        served: server.stop(),
    }
}

/// Connects and syncs on a fresh upstream. Only the sync counts.
pub(crate) fn sync(server: Server) -> Run {
    let directory = connect(&server);
    // Its requests are another process's, and Snyk counts those of the last second together.
    std::thread::sleep(Duration::from_millis(1_100));
    let sync = [
        "sync",
        "snyk",
        "--format",
        "json",
        "--window",
        "all",
        "--enrichment",
        "off",
        "--rate-share",
        "100",
    ];
    let (watched, output) = watch(&mut koalr_on(&directory, &sync));
    let report: Value = serde_json::from_str(output.lines().last().unwrap()).unwrap();
    assert_eq!(report["outcome"], "ok", "{output}");
    Run {
        watched,
        issues: report["issues"].as_u64(),
        served: server.stop(),
    }
}

/// Syncs in a role that gets the data and the upstream, and tells what it did. Only that counts.
pub(crate) fn pull(name: &str, server: Server) -> (Run, Tally) {
    let directory = connect(&server);
    let mut command = role(name);
    command.arg(directory.path()).arg(&server.base);
    let (watched, output) = watch(&mut command);
    let tally: Tally = serde_json::from_str(&output).unwrap();
    let run = Run {
        watched,
        issues: Some(tally.issues),
        served: server.stop(),
    };
    (run, tally)
}

/// A data directory with a connection to this upstream.
fn connect(server: &Server) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    let connect = [
        "connect",
        "snyk",
        "--allow-loopback",
        "--token-env",
        "TOKEN",
        "--upstream",
        &server.base,
    ];
    watch(&mut koalr_on(&directory, &connect));
    directory
}

fn koalr_on(directory: &TempDir, args: &[&str]) -> Command {
    let mut command = role("koalr");
    command
        .args(args)
        .arg("--data")
        .arg(directory.path())
        .env("TOKEN", TOKEN);
    command
}

/// Runs a process to its end, looking at it all the time.
fn watch(command: &mut Command) -> (Watched, String) {
    let start = Instant::now();
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let stdout = child.stdout.take().unwrap();
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        BufReader::new(stdout).read_to_string(&mut text).unwrap();
        text
    });
    let mut watched = Watched::default();
    // What a process used is gone with it, so the last look before its end counts.
    while child.try_wait().unwrap().is_none() {
        if let Some(used) = procfs::cpu_seconds(child.id()) {
            watched.cpu_seconds = used;
        }
        if let Some(peak) = procfs::peak_bytes(child.id()) {
            watched.peak_bytes = peak;
        }
        std::thread::sleep(LOOK);
    }
    watched.wall = start.elapsed();
    assert!(child.wait().unwrap().success());
    (watched, reader.join().unwrap())
}

/// A token in the form of an API key.
const TOKEN: &str = "00000000-0000-4000-8000-000000000000";

/// When the generated data was true.
pub(super) const NOW: i64 = 1_790_000_000_000;

/// Time between two looks at a process.
const LOOK: Duration = Duration::from_millis(2);

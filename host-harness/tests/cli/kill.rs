//! Syncs that are killed and go on end in the same state as one that nobody disturbed.

use std::process::Stdio;

use koalr_store::{DataDir, TenantId};
use koalr_upstream::{Generated, Upstream, World};

use crate::support::{Koalr, serve};

/// Enough requests for several batches, and few issues, so that a run is short.
fn world() -> World {
    World::generated(Generated {
        organizations: ORGANIZATIONS,
        projects: ORGANIZATIONS,
        issues: 2 * ORGANIZATIONS,
        seed: 3,
        now: NOW_MS,
    })
    .with_date(NOW_MS)
}

fn connected(upstream: &Upstream) -> Koalr {
    let koalr = Koalr::new();
    let ran = koalr.connect(upstream, &["--now", NOW]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    koalr
}

/// Everything that is stored, once a walk has ended. One that ended just before it was killed is not walked once more.
fn ended(koalr: &Koalr) -> String {
    let stored = dump(koalr);
    let mut states = stored
        .lines()
        .filter(|line| line.starts_with("sync_states"));
    if states.any(|state| state.contains(" done_at=")) {
        return stored;
    }
    let ran = koalr.run(&SYNC);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    dump(koalr)
}

fn dump(koalr: &Koalr) -> String {
    let data = DataDir::open(koalr.path("data")).unwrap();
    let tenant = TenantId::parse("default").unwrap();
    data.tenant(&tenant, false).unwrap().dump().unwrap()
}

/// Runs a sync until the upstream has been asked so often, and kills it.
fn killed_after_requests(koalr: &Koalr, upstream: &Upstream, requests: usize) {
    let begun = upstream.requests().len();
    let mut command = koalr.command(&SYNC);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    while upstream.requests().len() < begun + requests && child.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    child.kill().unwrap();
    assert!(!child.wait().unwrap().success(), "it had not ended before");
}

/// The first place where two texts differ, since the whole is long.
#[track_caller]
fn assert_same(one: &str, other: &str, what: &str) {
    let differing = one.lines().zip(other.lines()).find(|(a, b)| a != b);
    assert_eq!(differing, None, "{what}");
    assert_eq!(one.lines().count(), other.lines().count(), "{what}");
}

#[test]
fn a_sync_that_is_killed_after_any_batch_ends_in_the_same_state() {
    let upstream = serve(world());
    let undisturbed = ended(&connected(&upstream));
    for batches in 1..BATCHES {
        let koalr = connected(&upstream);
        assert!(koalr.killed_after_commit(batches, &SYNC), "{batches}");
        assert_same(&ended(&koalr), &undisturbed, &format!("{batches} batches"));
    }
}

#[test]
fn a_sync_that_is_killed_at_any_moment_ends_in_the_same_state() {
    let upstream = serve(world());
    let undisturbed = ended(&connected(&upstream));
    for requests in [1, 40, 71, 129, 150] {
        let koalr = connected(&upstream);
        killed_after_requests(&koalr, &upstream, requests);
        assert_same(
            &ended(&koalr),
            &undisturbed,
            &format!("{requests} requests"),
        );
    }
}

#[test]
fn a_sync_that_is_killed_again_and_again_ends_in_the_same_state() {
    let upstream = serve(world());
    let undisturbed = ended(&connected(&upstream));
    let koalr = connected(&upstream);
    for _ in 1..BATCHES {
        if !koalr.killed_after_commit(1, &SYNC) {
            break;
        }
    }
    assert_same(&ended(&koalr), &undisturbed, "killed after each batch");
}

/// At least one request for projects and one for issues each; a batch has 32.
const ORGANIZATIONS: u32 = 80;

/// Batches of a run, at least.
const BATCHES: usize = 5;

const SYNC: [&str; 8] = [
    "sync",
    "snyk",
    "--window",
    "all",
    "--rate-share",
    "100",
    "--now",
    NOW,
];
const NOW: &str = "2026-01-15T09:30:00Z";
const NOW_MS: i64 = 1_768_469_400_000;

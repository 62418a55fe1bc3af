//! Syncs, the first one and those after it.

use std::process::Stdio;

use koalr_upstream::{Generated, Organization, Severity, State, Upstream, World, sample};

use super::{NOW, NOW_MS, Witnesses, assert_same, assert_survives, dump};
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

/// Runs a sync until the upstream has been asked so often, and kills it.
fn killed_after_requests(koalr: &Koalr, upstream: &Upstream, requests: usize) {
    let begun = upstream.request_count();
    let mut command = koalr.command(&SYNC);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    while upstream.request_count() < begun + requests && child.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    child.kill().unwrap();
    assert!(!child.wait().unwrap().success(), "it had not ended before");
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
fn a_sync_that_is_killed_after_any_request_ends_in_the_same_state() {
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

#[test]
fn a_backfill_that_is_killed_at_any_moment_ends_in_the_same_state() {
    let upstream = serve(world());
    let witnesses = Witnesses {
        snyk: Some(&upstream),
        github: None,
    };
    let sync = |koalr: &Koalr| koalr.command(&SYNC);
    assert_survives("backfill", &connected(&upstream), witnesses, sync, dump);
}

/// Of each organization one issue was fixed, one is more severe, one is new, one is gone with its project.
fn a_day_later(organizations: &mut [Organization]) {
    for organization in organizations {
        let mut fresh = organization.issues[0].clone();
        fresh.id.replace_range(..1, "f");
        (fresh.created_at, fresh.updated_at) = (LATER_MS - 60_000, LATER_MS - 60_000);
        let [first, second, ..] = &mut organization.issues[..] else {
            panic!("it has two issues");
        };
        first.state = State::Resolved(LATER_MS - 50_000);
        second.severity = Severity::Critical;
        (first.updated_at, second.updated_at) = (LATER_MS - 50_000, LATER_MS - 40_000);
        organization.issues.push(fresh);
        let gone = organization.projects.pop().unwrap().id;
        organization.issues.retain(|issue| issue.project != gone);
    }
}

#[test]
fn an_increment_that_is_killed_at_any_moment_ends_in_the_same_state() {
    let organizations = (0..MANY).map(|number| {
        let mut organization = sample::organization(NOW_MS);
        organization.id = format!("{number:08x}-0000-4000-8000-000000000000");
        organization.slug = format!("acme-{number}");
        organization
    });
    let organizations: Vec<Organization> = organizations.collect();
    let upstream = serve(World::from(organizations).with_date(NOW_MS));
    let koalr = connected(&upstream);
    ended(&koalr);
    upstream
        .change(|organizations| a_day_later(organizations))
        .unwrap();
    let witnesses = Witnesses {
        snyk: Some(&upstream),
        github: None,
    };
    let sync = |koalr: &Koalr| koalr.command(&LATER);
    assert_survives("increment", &koalr, witnesses, sync, dump);
}

/// At least one request for projects and one for issues each; a batch has 32.
const ORGANIZATIONS: u32 = 80;
/// Likewise.
const MANY: u32 = 40;

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
const LATER: [&str; 8] = [
    "sync",
    "snyk",
    "--window",
    "all",
    "--rate-share",
    "100",
    "--now",
    "2026-01-16T09:30:00Z",
];
const LATER_MS: i64 = NOW_MS + 86_400_000;

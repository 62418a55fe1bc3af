//! What a whole sync costs: fetched, parsed in the sandbox, normalised and stored, beside a native client that only
//! fetches the same pages at the same pace.
//!
//! Upstream, floor and `koalr` are processes of their own, so that memory and computing time are each one's own; every
//! round runs the floor and the sync, one after the other, each on a fresh upstream. The pace is Snyk's whole quota: 160
//! requests a second, 1,620 a minute. The window is everything, and enrichment is off.
//!
//! Without a pace, the floor is the plugin's own code compiled for this machine, over the same HTTP into the same store.

mod floor;
mod native;
mod process;
mod unpaced;

use std::time::Duration;

pub(crate) use floor::run as floor;
use process::{Run, Server};
pub(crate) use process::{koalr, upstream};
pub(crate) use unpaced::{native, sandboxed};

use crate::sheet::{Sheet, Unit};

pub(crate) fn run(sheet: &mut Sheet) {
    let sets = if sheet.is_short() { &SETS[..1] } else { SETS };
    for set in sets {
        measure(set, sheet);
    }
    unpaced::measure(sheet);
}

/// A set of data and how it is served.
struct Set {
    organizations: u32,
    projects: u32,
    issues: u32,
    latency: Duration,
    is_paced: bool,
    rounds: usize,
}

fn measure(set: &Set, sheet: &mut Sheet) {
    let (mut floors, mut syncs) = (Vec::new(), Vec::new());
    for _ in 0..sheet.rounds(set.rounds) {
        floors.push(process::floor(Server::start(set)));
        let sync = process::sync(Server::start(set));
        assert_eq!(
            sync.issues,
            Some(set.issues.into()),
            "every issue is stored"
        );
        syncs.push(sync);
    }
    let of = |runs: &[Run], figure: fn(&Run) -> f64| runs.iter().map(figure).collect::<Vec<f64>>();
    let wall = |run: &Run| run.watched.wall.as_secs_f64();
    let latency = set.latency.as_millis();
    let served = &syncs[0].served;
    let row = sheet.row(
        format!("whole sync, {latency} ms a request"),
        Unit::Seconds,
        of(&syncs, wall),
    );
    row.size(set.issues)
        .over("paced client", &of(&floors, wall))
        .ratio_at_most(1.3);
    row.note(format!(
        "{} listing requests, {} in the busiest second, {} refused; {:.1} s of computing",
        served.listings, served.busiest, served.refused, syncs[0].watched.cpu_seconds
    ));
    let row = sheet.row(
        format!("peak memory, {latency} ms a request"),
        Unit::Bytes,
        of(&syncs, |run| run.watched.peak_bytes),
    );
    row.size(set.issues);
}

const SETS: &[Set] = &[
    Set {
        organizations: 4,
        projects: 200,
        issues: 20_000,
        latency: Duration::from_millis(20),
        is_paced: true,
        rounds: 5,
    },
    Set {
        organizations: 4,
        projects: 1_000,
        issues: 100_000,
        latency: Duration::from_millis(20),
        is_paced: true,
        rounds: 3,
    },
    Set {
        organizations: 4,
        projects: 1_000,
        issues: 100_000,
        latency: Duration::ZERO,
        is_paced: true,
        rounds: 3,
    },
    Set {
        organizations: 4,
        projects: 1_000,
        issues: 100_000,
        latency: Duration::from_millis(100),
        is_paced: true,
        rounds: 1,
    },
];

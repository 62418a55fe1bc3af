//! What a whole sync costs: fetched, parsed in the sandbox, normalised and stored, beside a native client that only
//! fetches the same pages at the same pace.
//!
//! Run by `cargo bench -p koalr-tests --bench sync`. Upstream, floor and `koalr` are processes of their own, so that
//! memory and computing time are each one's own; every round runs the floor and the sync, one after the other, each on a
//! fresh upstream. Ratios are the medians of the rounds' own ratios.

mod floor;
mod process;

use std::time::Duration;

use process::{Run, Server};

fn main() {
    match std::env::var(process::ROLE).as_deref() {
        Ok("koalr") => process::koalr(),
        Ok("upstream") => process::upstream(),
        Ok("floor") => floor::run(),
        _ => bench(),
    }
}

/// A set of data and how it is served.
struct Set {
    organizations: u32,
    projects: u32,
    issues: u32,
    latency: Duration,
    rounds: usize,
}

fn bench() {
    // `cargo test --benches` passes no such flag: then one small round proves that the bench still runs.
    let sets = if std::env::args().any(|argument| argument == "--bench") {
        SETS
    } else {
        &SETS[..1]
    };
    println!("rate share 100 %: 160 requests/s, 1,620 requests/min; window all; enrichment off\n");
    for set in sets {
        measure(set);
    }
}

fn measure(set: &Set) {
    println!(
        "{} issues in {} organizations and {} projects, {} ms a request ({} rounds)",
        set.issues,
        set.organizations,
        set.projects,
        set.latency.as_millis(),
        set.rounds
    );
    let mut floors = Vec::new();
    let mut syncs = Vec::new();
    for _ in 0..set.rounds {
        floors.push(process::floor(Server::start(set)));
        let sync = process::sync(Server::start(set));
        assert_eq!(
            sync.issues,
            Some(set.issues.into()),
            "every issue is stored"
        );
        syncs.push(sync);
    }
    let ratios = syncs
        .iter()
        .zip(&floors)
        .map(|(sync, floor)| sync.watched.wall.as_secs_f64() / floor.watched.wall.as_secs_f64());
    let ratio = median(ratios.collect());
    row("floor, fetch only", 1.0, &floors);
    row("koalr sync", ratio, &syncs);
    println!();
}

fn row(name: &str, ratio: f64, runs: &[Run]) {
    let of = |figure: fn(&Run) -> f64| median(runs.iter().map(figure).collect());
    let walls = runs.iter().map(|run| run.watched.wall.as_secs_f64());
    println!(
        "  {name:<18} x{ratio:<5.2} wall {:>6.2} s ({:.2}–{:.2})  cpu {:>6.2} s  peak {:>4.0} MB  listing requests {:>5.0}  \
         in a second {:>3.0}  in five {:>3.0}/s  refused {:.0}",
        of(|run| run.watched.wall.as_secs_f64()),
        walls.clone().fold(f64::MAX, f64::min),
        walls.fold(0.0, f64::max),
        of(|run| run.watched.cpu.as_secs_f64()),
        of(|run| f64::from(run.watched.peak_kib) * 1.024 / 1e3),
        of(|run| f64::from(run.served.listings)),
        of(|run| f64::from(run.served.busiest)),
        of(|run| f64::from(run.served.steady)),
        of(|run| f64::from(run.served.refused)),
    );
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

const SETS: &[Set] = &[
    Set {
        organizations: 4,
        projects: 200,
        issues: 20_000,
        latency: Duration::from_millis(20),
        rounds: 5,
    },
    Set {
        organizations: 4,
        projects: 1_000,
        issues: 100_000,
        latency: Duration::from_millis(20),
        rounds: 3,
    },
    Set {
        organizations: 4,
        projects: 1_000,
        issues: 100_000,
        latency: Duration::ZERO,
        rounds: 3,
    },
    Set {
        organizations: 4,
        projects: 1_000,
        issues: 100_000,
        latency: Duration::from_millis(100),
        rounds: 1,
    },
];

//! The server under mixed traffic: 64 connections that are kept ask what platforms ask, about twenty tenants, as fast as
//! they are answered; alone, and beside 200 clients that send a byte a second.
//!
//! Run by `cargo bench -p koalr-tests --bench load`. Client and server are one process on loopback and share its cores, and
//! the jobs that are asked for run beside: the rates are what such a machine bears, not what the server alone would.

mod client;
mod company;
mod slow;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use koalr_host::queue::WallClock;
use koalr_host::serve::{ServeSettings, Server};
use koalr_host::web::Limits;
use tokio::task::JoinSet;

use client::{Client, Dice};
use slow::Slow;

fn main() {
    // `cargo test --benches` passes no such flag: then a moment proves that the bench still runs.
    let is_bench = std::env::args().any(|argument| argument == "--bench");
    let (tenants, stretch) = if is_bench {
        (20, STRETCH)
    } else {
        (2, Duration::from_millis(200))
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .event_interval(1)
        .build()
        .unwrap();
    runtime.block_on(measure(tenants, stretch));
}

async fn measure(tenants: usize, stretch: Duration) {
    let directory = tempfile::tempdir().unwrap();
    let (company, host, data) = company::company(directory.path(), tenants).await;
    let settings = ServeSettings {
        limits: Limits {
            requests_per_minute: u32::MAX,
            burst: u32::MAX,
            ..Limits::default()
        },
        ..ServeSettings::on_loopback(Arc::new(WallClock(company::now))).unwrap()
    };
    let server = Server::start(host, data, settings).await.unwrap();
    let company = Arc::new(company.read_document(server.address()).await);
    let mut clients = (0..CLIENTS)
        .map(|number| Client::new(server.address(), Dice(number), Arc::clone(&company)))
        .collect();
    // Not counted: it opens files, compiles statements and fills the caches.
    run(&mut clients, stretch / 2).await;
    let (began, used) = (Instant::now(), processor_seconds());
    let (mut alone, mut beside) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        alone.push(run(&mut clients, stretch).await);
        let slow = Slow::start(server.address(), SLOW_CLIENTS).await;
        beside.push(run(&mut clients, stretch).await);
        slow.stop();
    }
    let cores = (processor_seconds() - used) / began.elapsed().as_secs_f64();
    println!(
        "{tenants} tenants, {CLIENTS} connections, {ROUNDS} × {} s; client, server and jobs had {cores:.2} cores",
        stretch.as_secs_f64()
    );
    let seconds = stretch.as_secs_f64() * f64::from(ROUNDS);
    print(&join(&alone), seconds);
    compare(&alone, &beside);
    server.stop().await;
}

/// How long each request took, by operation; none where it failed.
type Times = BTreeMap<&'static str, Vec<Option<Duration>>>;

/// All clients ask for a while.
async fn run(clients: &mut Vec<Client>, stretch: Duration) -> Times {
    let end = Instant::now() + stretch;
    let mut running = JoinSet::new();
    for mut client in clients.drain(..) {
        running.spawn(async move {
            let mut times = Times::new();
            while Instant::now() < end {
                let (operation, time) = client.ask().await;
                times.entry(operation).or_default().push(time);
            }
            (client, times)
        });
    }
    let mut all = Times::new();
    while let Some(done) = running.join_next().await {
        let (client, times) = done.unwrap();
        clients.push(client);
        for (operation, times) in times {
            all.entry(operation).or_default().extend(times);
        }
    }
    all
}

fn join(rounds: &[Times]) -> Times {
    let mut all = Times::new();
    for (operation, times) in rounds.iter().flatten() {
        all.entry(operation).or_default().extend(times);
    }
    all
}

fn print(all: &Times, seconds: f64) {
    println!(
        "{:<34} {:>9} {:>8} {:>8} {:>8} {:>8} {:>8} {:>7}",
        "operation", "requests", "per s", "p50 ms", "p95 ms", "p99 ms", "max ms", "errors"
    );
    let whole: Vec<Option<Duration>> = all.values().flatten().copied().collect();
    let rows = all.iter().map(|(name, times)| (*name, times));
    for (name, times) in rows.chain([("all", &whole)]) {
        let [p50, p95, p99, most] = [50, 95, 99, 100].map(|share| quantile(times, share));
        let rate = count(times.len()) / seconds;
        let errors = times.iter().filter(|time| time.is_none()).count();
        println!(
            "{name:<34} {:>9} {rate:>8.0} {p50:>8.2} {p95:>8.2} {p99:>8.2} {most:>8.2} {errors:>7}",
            times.len()
        );
    }
}

/// What the slow clients cost the others, beside what one stretch differs from the next without them.
fn compare(alone: &[Times], beside: &[Times]) {
    let p95 = |rounds: &[Times]| -> Vec<f64> {
        let whole = |times: &Times| times.values().flatten().copied().collect::<Vec<_>>();
        rounds
            .iter()
            .map(|times| quantile(&whole(times), 95))
            .collect()
    };
    let (alone, beside) = (p95(alone), p95(beside));
    let ratio = mean(&beside) / mean(&alone);
    let most = alone.iter().copied().fold(0.0, f64::max);
    let least = alone.iter().copied().fold(f64::MAX, f64::min);
    println!(
        "beside {SLOW_CLIENTS} slow clients: p95 {:.2} ms, x{ratio:.2} of alone; stretches alone differ by x{:.2}",
        mean(&beside),
        most / least
    );
}

/// In milliseconds, of those that did not fail; 0 if all did.
fn quantile(times: &[Option<Duration>], share: usize) -> f64 {
    let mut times: Vec<Duration> = times.iter().flatten().copied().collect();
    times.sort_unstable();
    let place = (times.len() * share).div_ceil(100).max(1) - 1;
    times
        .get(place)
        .map_or(0.0, |time| time.as_secs_f64() * 1e3)
}

/// What this process has used, in seconds of one core; 0 where the system does not tell.
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // SOURCE: proc_pid_stat(5): `utime` and `stime`, in hundredths of a second, are 14th and 15th; a name in brackets is 2nd.
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2);
    ticks
        .filter_map(|ticks| ticks.parse::<f64>().ok())
        .sum::<f64>()
        / 100.0
}

fn mean(figures: &[f64]) -> f64 {
    figures.iter().sum::<f64>() / count(figures.len())
}

fn count(items: usize) -> f64 {
    u32::try_from(items).map_or(f64::MAX, f64::from)
}

/// Connections that are kept, each with one request at a time.
const CLIENTS: u64 = 64;
/// Clients that send a byte a second.
const SLOW_CLIENTS: usize = 200;
/// How long they ask at a stretch.
const STRETCH: Duration = Duration::from_secs(4);
/// Stretches alone, and as many beside the slow clients.
const ROUNDS: u32 = 3;

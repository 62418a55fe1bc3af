//! The server under mixed traffic: 64 connections that are kept ask what platforms ask, about twenty tenants, as fast as
//! they are answered; alone, and beside 200 clients that send a byte a second.
//!
//! Client and server are one process on loopback and share its cores, and
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
use koalr_upstream::Dice;
use tokio::task::JoinSet;

use client::Client;
use slow::Slow;

use crate::sheet::{Sheet, Unit, figure, quantile, seconds};
use crate::{now, procfs, runtime};

pub(crate) fn run(sheet: &mut Sheet) {
    let (tenants, stretch) = if sheet.is_short() {
        (2, Duration::from_millis(200))
    } else {
        (20, STRETCH)
    };
    runtime().block_on(measure(tenants, stretch, sheet));
}

async fn measure(tenants: usize, stretch: Duration, sheet: &mut Sheet) {
    let directory = tempfile::tempdir().unwrap();
    let (company, host, data) = company::company(directory.path(), tenants).await;
    let settings = ServeSettings {
        limits: Limits {
            requests_per_minute: u32::MAX,
            burst: u32::MAX,
            ..Limits::default()
        },
        ..ServeSettings::on_loopback(Arc::new(WallClock(now))).unwrap()
    };
    let server = Server::start(host, data, settings).await.unwrap();
    let company = Arc::new(company.read_document(server.address()).await);
    let mut clients = (0..CLIENTS)
        .map(|number| Client::new(server.address(), Dice::new(number), Arc::clone(&company)))
        .collect();
    // Not counted: it opens files, compiles statements and fills the caches.
    ask(&mut clients, stretch / 2).await;
    let used = || procfs::cpu_seconds(std::process::id()).unwrap_or_default();
    let (began, before) = (Instant::now(), used());
    let (mut alone, mut beside) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        alone.push(ask(&mut clients, stretch).await);
        let slow = Slow::start(server.address(), SLOW_CLIENTS).await;
        beside.push(ask(&mut clients, stretch).await);
        slow.stop();
    }
    let cores = (used() - before) / began.elapsed().as_secs_f64();
    let all = join(&alone);
    let whole: Vec<Option<Duration>> = all.values().flatten().copied().collect();
    for (operation, times) in all
        .iter()
        .map(|(name, times)| (*name, times))
        .chain([("all requests", &whole)])
    {
        let rate = figure(times.len()) / stretch.as_secs_f64() / f64::from(ROUNDS);
        let errors = times.iter().filter(|time| time.is_none()).count();
        let good = seconds(times.iter().flatten());
        let p99 = quantile(&good, 99) * 1e3;
        let row = sheet.row(operation, Unit::Seconds, good);
        row.note(format!(
            "{rate:.0} a second, p99 {p99:.1} ms, {errors} errors"
        ));
    }
    let p95 = |rounds: &[Times]| -> Vec<f64> {
        let whole = rounds
            .iter()
            .map(|times| seconds(times.values().flatten().flatten()));
        whole.map(|times| quantile(&times, 95)).collect()
    };
    let row = sheet.row(
        format!("all requests beside {SLOW_CLIENTS} slow clients, p95"),
        Unit::Seconds,
        p95(&beside),
    );
    row.over("alone", &p95(&alone))
        .note(format!("client, server and jobs had {cores:.2} cores"));
    server.stop().await;
}

/// How long each request took, by operation; none where it failed.
type Times = BTreeMap<&'static str, Vec<Option<Duration>>>;

/// All clients ask for a while.
async fn ask(clients: &mut Vec<Client>, stretch: Duration) -> Times {
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

/// Connections that are kept, each with one request at a time.
const CLIENTS: u64 = 64;
/// Clients that send a byte a second.
const SLOW_CLIENTS: usize = 200;
/// How long they ask at a stretch.
const STRETCH: Duration = Duration::from_secs(4);
/// Stretches alone, and as many beside the slow clients.
const ROUNDS: u32 = 3;

//! What thousands of tenants cost: to open one that nobody has opened yet, and to keep a server with all of them idle.
//! `KOALR_TENANTS` says how many; each has a connection, some findings and a sync that waits for its time.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use koalr_host::queue::WallClock;
use koalr_host::serve::{ServeSettings, Server};
use koalr_host::{Host, HostSettings};
use koalr_platform::model::record::{Entry, Finding};
use koalr_platform::model::walk::Scope;
use koalr_store::{Class, DataDir, TenantId};

use crate::sheet::{Sheet, Unit, seconds};
use crate::{procfs, runtime, stored};

pub(crate) fn run(sheet: &mut Sheet) {
    let is_bench = !sheet.is_short();
    let tenants = match std::env::var("KOALR_TENANTS") {
        Ok(tenants) => tenants.parse().expect("it is a number of tenants"),
        Err(_) if is_bench => 2_000,
        Err(_) => 20,
    };
    let directory = tempfile::tempdir().unwrap();
    let began = Instant::now();
    let data = DataDir::open(directory.path()).unwrap();
    for number in 0..tenants {
        fill(&data, &name(number), SMALL);
    }
    let made = began.elapsed();
    let large = TenantId::parse("large").unwrap();
    fill(&data, &large, if is_bench { LARGE } else { SMALL });
    println!(
        "{tenants} tenants made in {:.1} s, {:.0} kB each; one of {:.0} MB\n",
        made.as_secs_f64(),
        size(directory.path(), "t00000.db") / 1e3,
        size(directory.path(), "large.db") / 1e6,
    );
    drop(data);

    let data = DataDir::open(directory.path()).unwrap();
    let names: Vec<TenantId> = (0..tenants).map(name).collect();
    let opened: Vec<Duration> = names.iter().map(|name| open(&data, name)).collect();
    sheet.row("open a tenant, each once", Unit::Seconds, seconds(&opened));
    let again: Vec<Duration> = (0..200).map(|_| open(&data, &large)).collect();
    sheet.row("open a large tenant again", Unit::Seconds, seconds(&again));
    let side_by_side = thread::scope(|scope| {
        let threads: Vec<_> = names
            .chunks(names.len().div_ceil(THREADS))
            .map(|names| scope.spawn(|| names.iter().map(|name| open(&data, name)).collect()))
            .collect();
        let done = threads.into_iter().map(|one| one.join().unwrap());
        done.collect::<Vec<Vec<Duration>>>().concat()
    });
    let row = sheet.row(
        "open a tenant, by 4 threads",
        Unit::Seconds,
        seconds(&side_by_side),
    );
    row.over("by one", &seconds(&opened));
    runtime().block_on(idle(data, tenants, sheet));
}

/// Starts a server with all of them, and tells what that takes.
async fn idle(data: DataDir, tenants: usize, sheet: &mut Sheet) {
    let host = Host::open(HostSettings::default()).await.unwrap();
    let resident = || procfs::resident_bytes(std::process::id()).unwrap();
    let before = resident();
    let settings = ServeSettings::on_loopback(Arc::new(WallClock(|| NOW))).unwrap();
    let began = Instant::now();
    let server = Server::start(host, data, settings).await.unwrap();
    let waiting = || -> usize { server.queue().counts().iter().map(|one| one.delayed).sum() };
    while waiting() <= tenants {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let began = began.elapsed();
    let after = resident();
    let row = sheet.row(
        "start a server with all of them",
        Unit::Seconds,
        seconds(&[began]),
    );
    row.size(tenants as u64);
    let each = (after - before) / f64::from(u32::try_from(tenants).unwrap());
    let row = sheet.row("memory of an idle tenant", Unit::Bytes, vec![each]);
    row.size(tenants as u64);
    server.stop().await;
}

/// How long it takes until the connection of a tenant is known, from nothing.
fn open(data: &DataDir, name: &TenantId) -> Duration {
    let began = Instant::now();
    let tenant = data.tenant(name, false).unwrap();
    assert!(tenant.connection(INTEGRATION).unwrap().is_some());
    began.elapsed()
}

fn name(number: usize) -> TenantId {
    TenantId::parse(&format!("t{number:05}")).unwrap()
}

/// A tenant with so many findings.
fn fill(data: &DataDir, id: &TenantId, findings: u64) {
    data.create_tenant(id, NOW).unwrap();
    let mut tenant = data.tenant(id, false).unwrap();
    let connection = stored::connection(INTEGRATION, NOW);
    let connection = tenant.save_connection(&connection, "a token").unwrap();
    let scope = Scope::Organizations(vec!["o1".to_owned()]);
    let mut numbers = 0..findings;
    while !numbers.is_empty() {
        let records = numbers.by_ref().take(10_000);
        let records = records.map(|number| Entry::Finding(finding(number)));
        let batch = stored::batch(records.collect());
        tenant
            .apply_batch(&connection, &scope, &batch, NOW)
            .unwrap();
    }
    let task = r#"{"task":"increment"}"#;
    let later = NOW + 900_000;
    let stored = tenant.enqueue("sync", Class::Increment, "increment", task, later, NOW);
    stored.unwrap();
}

fn finding(number: u64) -> Finding {
    Finding {
        id: format!("f{number:09}"),
        key: format!("k{number:09}"),
        organization: "o1".to_owned(),
        project: format!("p{}", number % 20),
        vulnerability: format!("V-{}", number % 5_000),
        ..stored::finding(NOW)
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "files have less than 2^53 bytes"
)]
fn size(data: &Path, file: &str) -> f64 {
    fs::metadata(data.join("tenants").join(file)).unwrap().len() as f64
}

/// Another than the server's: a bench has no upstream that could be synced.
const INTEGRATION: &str = "another";

const NOW: i64 = 1_768_435_200_000;
const SMALL: u64 = 20;
const LARGE: u64 = 100_000;
const THREADS: usize = 4;

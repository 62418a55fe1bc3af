//! What the sandbox costs: loading, instantiating and calling a component, beside the same functions native.
//!
//! Run by `cargo bench -p koalr-tests --bench sandbox`. Every round measures each row once, so that the machine's mood hits
//! all rows alike; a row prints its median and its range. Ratios are the medians of the rounds' own ratios.

mod table;

use std::path::Path;
use std::time::{Duration, Instant};

use koalr_runtime::{Egress, Engine, EngineSettings, Limits, Plugin, Session};
use koalr_tests::facts;
use table::Table;

fn main() {
    // `cargo test --benches` passes this flag: then one round proves that the bench still runs.
    let rounds = if std::env::args().any(|argument| argument == "--bench") {
        ROUNDS
    } else {
        1
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .event_interval(1)
        .build()
        .unwrap();
    runtime.block_on(bench(rounds));
}

async fn bench(rounds: usize) {
    let component = koalr_host::component_path().unwrap();
    println!(
        "component: {} bytes\n",
        std::fs::metadata(&component).unwrap().len()
    );
    load(&component, rounds.min(LOAD_ROUNDS));
    let directory = tempfile::tempdir().unwrap();
    let engine = engine(Some(&directory.path().join("artifacts")));
    let plugin = engine.load(&component).unwrap();
    instantiate(&plugin, rounds).await;
    for count in [10, 1_000, 10_000] {
        gate(&plugin, count, rounds).await;
    }
}

fn load(component: &Path, rounds: usize) {
    let mut table = Table::new("load", &["cached artifact", "fresh compile"]);
    let directory = tempfile::tempdir().unwrap();
    let cache = directory.path().join("artifacts");
    engine(Some(&cache)).load(component).unwrap();
    for _ in 0..rounds {
        let warm = engine(Some(&cache));
        let cold = engine(None);
        table.round([
            timed(|| warm.load(component).unwrap()),
            timed(|| cold.load(component).unwrap()),
        ]);
    }
    table.print();
}

async fn instantiate(plugin: &Plugin, rounds: usize) {
    let mut table = Table::new("instantiate", &["session"]);
    for _ in 0..rounds {
        let start = Instant::now();
        let session = plugin.open_session(Egress::closed()).await.unwrap();
        let elapsed = start.elapsed();
        drop(session);
        table.round([elapsed]);
    }
    table.print();
}

/// One gate call on evidence with `count` findings: native, on a warm instance, and on a fresh one that is dropped.
async fn gate(plugin: &Plugin, count: u32, rounds: usize) {
    let mut table = Table::new(
        &format!("gate, {count} facts"),
        &["native", "warm instance", "fresh instance"],
    );
    let native = facts::native(count);
    let request = facts::wire(plugin, count).await;
    let mut warm: Session = plugin.open_session(Egress::closed()).await.unwrap();
    warm.gate(&request).await.unwrap().unwrap();
    for _ in 0..rounds {
        let in_native = timed(|| koalr_integration_kit::gate::gate(&native).unwrap());
        let start = Instant::now();
        warm.gate(&request).await.unwrap().unwrap();
        let on_warm = start.elapsed();
        let start = Instant::now();
        let mut fresh = plugin.open_session(Egress::closed()).await.unwrap();
        fresh.gate(&request).await.unwrap().unwrap();
        drop(fresh);
        table.round([in_native, on_warm, start.elapsed()]);
    }
    table.print();
}

fn engine(artifact_dir: Option<&Path>) -> Engine {
    let artifact_dir = artifact_dir.map(Path::to_path_buf);
    Engine::new(EngineSettings {
        artifact_dir,
        limits: Limits::default(),
    })
    .unwrap()
}

fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    let result = work();
    let elapsed = start.elapsed();
    drop(std::hint::black_box(result));
    elapsed
}

/// Rounds of a call that takes microseconds.
const ROUNDS: usize = 301;

/// Rounds of a load, which compiles for a fifth of a second.
const LOAD_ROUNDS: usize = 11;

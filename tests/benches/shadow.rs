//! What it costs to let a version judge again what was judged, beside the one that serves.
//!
//! Run by `cargo bench -p koalr-tests --bench shadow`. Both versions are the same code, so that their ratios show how much
//! of a difference is chance.

use std::time::Instant;

use koalr_guests::with_version;
use koalr_host::jobs::shadow;
use koalr_tests::component;
use koalr_tests::shadowed::{NOW, Past};

fn main() {
    // `cargo test --benches` passes no such flag: then a few changes prove that the bench still runs.
    let is_bench = std::env::args().any(|argument| argument == "--bench");
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .event_interval(1)
        .build()
        .unwrap();
    runtime.block_on(bench(if is_bench { 10_000 } else { 20 }));
}

async fn bench(changes: u32) {
    let past = Past::of(changes).await;
    let other = with_version(&component::bytes(), "0.2.0");
    let candidate = past.host.load("variant", other).await.unwrap();
    let sides = (&past.host, &candidate);
    let before = resident_kib();
    let began = Instant::now();
    let report = shadow(&past.data, sides, &past.tenants(), 30, NOW).await;
    let took = began.elapsed();
    let report = report.unwrap();
    assert_eq!(report.changes.same, changes);
    println!(
        "{changes} changes: {:.2} s, {} KiB more than before",
        took.as_secs_f64(),
        resident_kib().saturating_sub(before)
    );
    println!("{:#?}", report.cost.unwrap());
}

/// Largest memory of this process so far.
fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next());
    kib.and_then(|kib| kib.parse().ok()).unwrap_or_default()
}

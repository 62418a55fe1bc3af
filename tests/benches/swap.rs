//! What it costs that versions take each other's place while they are called: the same load with and without.
//!
//! Run by `cargo bench -p koalr-tests --bench swap`. Four workers decide, each on a fresh instance of whatever version
//! serves, and a fifth syncs again and again; meanwhile two versions of the component are loaded and take each other's
//! place, one after the other. Loads with and without swaps alternate, with equally many decisions.

use std::sync::Arc;
use std::time::{Duration, Instant};

use koalr_tests::swaps::{Load, Stage};

fn main() {
    // `cargo test --benches` passes no such flag: then a few swaps prove that the bench still runs.
    let is_bench = std::env::args().any(|argument| argument == "--bench");
    let (rounds, swaps) = if is_bench { (3, 1_000) } else { (1, 10) };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .event_interval(1)
        .build()
        .unwrap();
    runtime.block_on(bench(rounds, swaps));
}

async fn bench(rounds: u32, swaps: u32) {
    let stage = Arc::new(Stage::new().await);
    println!(
        "{:<10} {:>6} {:>10} {:>6} {:>7} {:>11} {:>9} {:>9} {:>9} {:>9} {:>9}",
        "",
        "swaps",
        "decisions",
        "syncs",
        "failed",
        "on retired",
        "p50 ms",
        "p99 ms",
        "most ms",
        "a second",
        "swap ms"
    );
    for _ in 0..rounds {
        let began = Instant::now();
        let with = stage.load(swaps, 0).await;
        row("swapping", &with, began.elapsed());
        let began = Instant::now();
        let without = stage.load(0, with.decisions.len() as u64).await;
        row("as it is", &without, began.elapsed());
        let ratio = |percent| {
            quantile(&with.decisions, percent).as_secs_f64()
                / quantile(&without.decisions, percent).as_secs_f64()
        };
        println!(
            "{:<10} p50 x{:.2}, p99 x{:.2}\n",
            "ratio",
            ratio(50),
            ratio(99)
        );
        for load in [&with, &without] {
            assert_eq!(load.failed, [""; 0]);
        }
    }
}

fn row(name: &str, load: &Load, took: Duration) {
    let ms = |duration: Duration| duration.as_secs_f64() * 1e3;
    let swap = if load.swaps.is_empty() {
        "-".to_owned()
    } else {
        format!("{:.2}", ms(quantile(&load.swaps, 50)))
    };
    println!(
        "{name:<10} {:>6} {:>10} {:>6} {:>7} {:>11} {:>9.2} {:>9.2} {:>9.2} {:>9.0} {swap:>9}",
        load.swaps.len(),
        load.decisions.len(),
        load.syncs,
        load.failed.len(),
        load.on_retired,
        ms(quantile(&load.decisions, 50)),
        ms(quantile(&load.decisions, 99)),
        ms(quantile(&load.decisions, 100)),
        f64::from(u32::try_from(load.decisions.len()).unwrap()) / took.as_secs_f64(),
    );
}

fn quantile(durations: &[Duration], percent: usize) -> Duration {
    let mut sorted = durations.to_vec();
    sorted.sort_unstable();
    sorted[(sorted.len() - 1) * percent / 100]
}

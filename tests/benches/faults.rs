//! The table of faults: what a sync makes of each, on 5,000 issues with a fault on every eighth request.
//!
//! Run by `cargo bench -p koalr-tests --bench faults`. It ends with 1 if a fault is met in another way than it must be.

use std::process::ExitCode;
use std::time::Duration;

use koalr_tests::faults::{Set, cases, meet};
use koalr_upstream::Occurrence;

fn main() -> ExitCode {
    // `cargo test --benches` passes no such flag: the suites meet every fault anyway.
    if !std::env::args().any(|argument| argument == "--bench") {
        return ExitCode::SUCCESS;
    }
    let set = Set {
        organizations: 4,
        projects: 100,
        issues: 5_000,
        latency: Duration::from_millis(20),
        in_order: false,
        occurrence: Occurrence::EveryNth(8),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .event_interval(1)
        .build()
        .unwrap();
    let mut complaints = 0;
    println!("| fault | koalr |\n|---|---|");
    for case in cases() {
        let met = runtime.block_on(meet(&case, set));
        println!("| {} | {met} |", case.name);
        if let Some(complaint) = met.complaint(case.must, set) {
            complaints += 1;
            println!("| | **{complaint}** |");
        }
    }
    ExitCode::from(u8::from(complaints > 0))
}

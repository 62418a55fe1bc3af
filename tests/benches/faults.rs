//! The table of faults: what a sync makes of each, on 5,000 issues with a fault on every eighth request.

use std::time::{Duration, Instant};

use koalr_tests::faults::{Set, cases, meet};
use koalr_upstream::Occurrence;

use crate::runtime;
use crate::sheet::{Sheet, Unit};

pub(crate) fn run(sheet: &mut Sheet) {
    // The suites meet every fault anyway.
    if sheet.is_short() {
        return;
    }
    let set = Set {
        organizations: 4,
        projects: 100,
        issues: 5_000,
        latency: Duration::from_millis(20),
        in_order: false,
        occurrence: Occurrence::EveryNth(8),
    };
    let runtime = runtime();
    let (mut complaints, mut times) = (0, Vec::new());
    println!("| fault | koalr |\n|---|---|");
    for case in cases() {
        let began = Instant::now();
        let met = runtime.block_on(meet(&case, set));
        times.push(began.elapsed().as_secs_f64());
        println!("| {} | {met} |", case.name);
        if let Some(complaint) = met.complaint(case.must, set) {
            complaints += 1;
            println!("| | **{complaint}** |");
        }
    }
    println!();
    let faults = times.len();
    let row = sheet.row("a sync with faults", Unit::Seconds, times);
    row.note(format!(
        "{faults} faults, one figure each; waits that are asked for count"
    ));
    let row = sheet.count("faults met in another way than they must be", complaints);
    row.at_most(0.0);
}

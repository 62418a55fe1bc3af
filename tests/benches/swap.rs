//! What it costs that versions take each other's place while they are called: the same load with and without.
//!
//! Four workers decide, each on a fresh instance of whatever version
//! serves, and a fifth syncs again and again; meanwhile two versions of the component are loaded and take each other's
//! place, one after the other. Loads with and without swaps alternate, with equally many decisions.

use std::sync::Arc;

use koalr_tests::swaps::Stage;

use crate::runtime;
use crate::sheet::{Sheet, Unit, quantile, seconds};

pub(crate) fn run(sheet: &mut Sheet) {
    runtime().block_on(bench(sheet));
}

async fn bench(sheet: &mut Sheet) {
    let swaps = if sheet.is_short() { 10 } else { 1_000 };
    let stage = Arc::new(Stage::new().await);
    let (mut counted, mut failed) = ([0; 3], 0);
    let (mut swap, mut with_p50, mut with_p99) = (Vec::new(), Vec::new(), Vec::new());
    let (mut without_p50, mut without_p99) = (Vec::new(), Vec::new());
    for _ in 0..sheet.rounds(3) {
        let with = stage.load(swaps, 0).await;
        let without = stage.load(0, with.decisions.len() as u64).await;
        for load in [&with, &without] {
            assert_eq!(load.failed, [""; 0]);
        }
        let decisions = [&with, &without].map(|load| seconds(&load.decisions));
        with_p50.push(quantile(&decisions[0], 50));
        with_p99.push(quantile(&decisions[0], 99));
        without_p50.push(quantile(&decisions[1], 50));
        without_p99.push(quantile(&decisions[1], 99));
        swap.extend(seconds(&with.swaps));
        failed += with.failed.len();
        let one = [with.decisions.len() as u64, with.syncs, with.on_retired];
        counted = std::array::from_fn(|place| counted[place] + one[place]);
    }
    let [decisions, syncs, on_retired] = counted;
    let row = sheet.row(
        "a decision while versions swap, p50",
        Unit::Seconds,
        with_p50,
    );
    row.over("undisturbed", &without_p50);
    let row = sheet.row(
        "a decision while versions swap, p99",
        Unit::Seconds,
        with_p99,
    );
    row.over("undisturbed", &without_p99);
    let all = swap.len();
    sheet.row("a swap", Unit::Seconds, swap).note(format!(
        "{all} swaps, {decisions} decisions, {syncs} syncs, {on_retired} ended on a retired version"
    ));
    let row = sheet.count("calls that failed while versions swap", failed);
    row.at_most(0.0);
}

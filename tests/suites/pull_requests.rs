//! Pull requests with a known truth, judged by the real component before a mock upstream.
//!
//! `KOALR_SEED` makes others, and `KOALR_PULL_REQUEST` judges one of them alone.

mod dice;
mod generate;
mod model;
mod stage;
mod table;
mod truth;
mod vectors;
mod world;

use std::env;

use generate::pull_request;
use stage::Stage;
use table::{Outcome, Table};
use truth::truth;

#[test]
fn no_pull_request_is_blocked_or_let_pass_against_the_truth() {
    let seed = number("KOALR_SEED").unwrap_or(SEED);
    let only = number("KOALR_PULL_REQUEST").map(|only| u32::try_from(only).unwrap());
    let numbers = only.map_or(0..PULL_REQUESTS, |only| only..only + 1);
    let requests: Vec<_> = numbers.map(|number| pull_request(seed, number)).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .event_interval(1)
        .build();
    let table = runtime.unwrap().block_on(async {
        let mut stage = Stage::open(&requests).await;
        let mut table = Table::new(seed);
        for request in &requests {
            let report = stage.judge(request).await;
            if only.is_some() {
                println!("{request:#?}\n{:#?}\n{}", truth(request), report.summary);
            }
            table.add(request, Outcome::of(&truth(request), &report));
        }
        table
    });
    println!("{table}");
    assert_eq!(table.mismatches(), [""; 0]);
    if only.is_none() && seed == SEED {
        table.assert_telling();
    }
}

fn number(variable: &str) -> Option<u64> {
    let text = env::var(variable).ok()?;
    let number = text.parse();
    Some(number.unwrap_or_else(|_| panic!("`{variable}` is `{text}`; expected a number")))
}

/// Any would do.
const SEED: u64 = 7;

const PULL_REQUESTS: u32 = 240;

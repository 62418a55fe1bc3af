//! What reports cost over what is stored, and how that grows with it: warm, as the first one after the store was opened,
//! and after something changed.
//!
//! Run by `cargo bench -p koalr-tests --bench reports`. `KOALR_REPORTS_FINDINGS` bounds the largest tenant: 10000 takes
//! seconds.

mod company;

use std::time::{Duration, Instant};

use company::{Company, NOW, YEARS};
use koalr_host::jobs::{InsightAsked, calibration, correlation, debt, dora};
use koalr_platform::correlation::CorrelationSettings;
use koalr_platform::debt::DebtSettings;
use koalr_platform::dora::DoraSettings;
use koalr_platform::ledger::Scope;
use koalr_platform::merge::Bands;
use koalr_store::{DataDir, Tenant};

fn main() {
    // `cargo test --benches` passes no such flag: then one small round proves that the bench still runs.
    let is_bench = std::env::args().any(|argument| argument == "--bench");
    let largest = match std::env::var("KOALR_REPORTS_FINDINGS") {
        Ok(largest) => largest.parse().expect("it is a number of findings"),
        Err(_) if is_bench => u64::MAX,
        Err(_) => 1_000,
    };
    let rounds = if is_bench { ROUNDS } else { 1 };
    let sizes = [1_000, 10_000, 100_000, 1_000_000];
    let smallest = usize::from(largest >= sizes[1]);
    let sizes = sizes[smallest..].iter().filter(|size| **size <= largest);
    println!(
        "{:<12} {:>9}  {:>9}  {:>9}  {:>9}  {:>6}  {:>10}  {:>10}  {:>10}",
        "report",
        "findings",
        "counts",
        "median ms",
        "p95 ms",
        "growth",
        "opened ms",
        "after 1 ms",
        "after 1000"
    );
    let mut former: Vec<f64> = Vec::new();
    for size in sizes {
        let directory = tempfile::tempdir().unwrap();
        let data = DataDir::open(directory.path()).unwrap();
        let began = Instant::now();
        let company = Company::new(data, *size);
        let made = began.elapsed();
        former = measure(company, *size, rounds, &former);
        println!("  (stored in {:.1} s)", made.as_secs_f64());
    }
}

/// Prints a row for each report, and gives the medians.
fn measure(mut company: Company, size: u64, rounds: usize, former: &[f64]) -> Vec<f64> {
    let began = Instant::now();
    let counted = REPORTS.map(|(_, report)| report(&mut company.tenant));
    println!(
        "  (first reports in {:.1} s)",
        began.elapsed().as_secs_f64()
    );
    let mut medians = Vec::new();
    for (place, (name, report)) in REPORTS.iter().enumerate() {
        company = company.reopen();
        let opened = timed(&mut company, *report);
        let mut warm: Vec<f64> = (0..rounds).map(|_| timed(&mut company, *report)).collect();
        warm.sort_by(f64::total_cmp);
        let at = |percent: usize| warm[(warm.len() * percent).div_ceil(100).max(1) - 1];
        let after = |company: &mut Company, findings| {
            if *name == "debt" {
                company.change(findings);
            } else {
                company.deploy();
            }
            timed(company, *report)
        };
        let one = after(&mut company, 1);
        let thousand = if *name == "debt" {
            format!("{:.1}", after(&mut company, 1_000))
        } else {
            "–".to_owned()
        };
        let growth = former.get(place).map_or("–".to_owned(), |former| {
            format!("x{:.1}", at(50) / former)
        });
        println!(
            "{name:<12} {size:>9}  {:>9}  {:>9.2}  {:>9.2}  {growth:>6}  {opened:>10.1}  {one:>10.1}  {thousand:>10}",
            counted[place],
            at(50),
            at(95),
        );
        medians.push(at(50));
    }
    medians
}

/// How long a report takes, in milliseconds.
fn timed(company: &mut Company, report: fn(&mut Tenant) -> u32) -> f64 {
    let began = Instant::now();
    assert!(report(&mut company.tenant) > 0, "it counts something");
    millis(began.elapsed())
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn asked(scope: &Scope) -> InsightAsked<'_> {
    InsightAsked {
        scope,
        from: NOW - YEARS,
        as_of: NOW,
    }
}

/// Its name, and how it is made: it gives the rows that it counts.
type Report = (&'static str, fn(&mut Tenant) -> u32);

const REPORTS: [Report; 4] = [
    ("dora", |tenant| {
        let scope = Scope::default();
        let report = dora(tenant, &DoraSettings::default(), asked(&scope));
        report.unwrap().frequency.deployments
    }),
    ("debt", |tenant| {
        let scope = Scope::default();
        let report = debt(tenant, "snyk", &DebtSettings::default(), asked(&scope));
        report.unwrap().debt.counted
    }),
    ("correlation", |tenant| {
        let scope = Scope::default();
        let report = correlation(tenant, &CorrelationSettings::default(), asked(&scope));
        let observed = report.unwrap().observed;
        let table = observed.headline.table;
        let arms = [table.exposed().of, table.unexposed().of];
        assert!(arms.iter().all(|arm| *arm > 0), "it compares something");
        observed.deployments
    }),
    ("calibration", |tenant| {
        let scope = Scope::default();
        let report = calibration(tenant, Bands::default(), asked(&scope));
        report.unwrap().observed.changes.of
    }),
];

const ROUNDS: usize = 25;

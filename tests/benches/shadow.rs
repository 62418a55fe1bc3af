//! What it costs to judge again what was judged: by another policy, and by another version beside the one that serves;
//! beside what it takes to read the decisions.

use std::time::Instant;

use koalr_guests::with_version;
use koalr_host::jobs::{JudgeOptions, backtest, shadow};
use koalr_store::{DecisionFilter, StoreError, Tenant};
use koalr_tests::component;
use koalr_tests::shadowed::{NOW, Past};

use crate::procfs;
use crate::runtime;
use crate::sheet::{Sheet, Unit, timed};

pub(crate) fn run(sheet: &mut Sheet) {
    let sizes: &[u32] = if sheet.is_short() {
        &[20]
    } else {
        &[1_000, 10_000]
    };
    for size in sizes {
        runtime().block_on(bench(*size, sheet));
    }
}

async fn bench(changes: u32, sheet: &mut Sheet) {
    let past = Past::of(changes).await;
    let other = with_version(&component::bytes(), "0.2.0");
    let candidate = past.host.load("variant", other).await.unwrap();
    let sides = (&past.host, &candidate);
    let peak = || procfs::peak_bytes(std::process::id()).unwrap_or_default();
    let before = peak();
    let tenants = past.tenants();
    let tenant = past.data.tenant(&tenants[0], false).unwrap();
    let (mut read, mut policy, mut versions) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..sheet.rounds(ROUNDS) {
        read.push(timed(|| assert_eq!(decisions(&tenant), changes)));
        let began = Instant::now();
        let options = JudgeOptions::default();
        let report = backtest(&past.host, &tenant, &options, 30, NOW).await;
        policy.push(began.elapsed().as_secs_f64());
        assert_eq!(report.unwrap().observed.group.decisions, changes);
        let began = Instant::now();
        let report = shadow(&past.data, sides, &tenants, 30, NOW).await;
        versions.push(began.elapsed().as_secs_f64());
        assert_eq!(report.unwrap().changes.same, changes);
    }
    for (what, took) in [
        ("judge again by a policy", policy),
        ("judge again by two versions", versions),
    ] {
        let row = sheet.row(what, Unit::Seconds, took);
        row.size(changes)
            .over("reading the decisions", &read)
            .at_most(2.0);
        row.note(format!(
            "{:.0} KiB more than before",
            (peak() - before) / 1024.0
        ));
    }
}

fn decisions(tenant: &Tenant) -> u32 {
    let filter = DecisionFilter {
        integration: "snyk".to_owned(),
        observation: None,
        from: None,
        to: None,
    };
    let mut count = 0;
    let read = tenant.decisions::<StoreError>(&filter, &mut |_| {
        count += 1;
        Ok(())
    });
    read.unwrap();
    count
}

const ROUNDS: usize = 3;

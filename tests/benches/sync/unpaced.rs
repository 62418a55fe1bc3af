//! The same sync where nobody paces it: what is left is what it computes.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use koalr_host::jobs::{SyncEvent, SyncOptions, sync};
use koalr_host::{Host, HostSettings};
use koalr_platform::model::walk::Batch;
use koalr_store::{DataDir, Tenant, TenantId};
use serde::{Deserialize, Serialize};

use super::Set;
use super::process::{NOW, Run, Server, pull};
use crate::runtime;
use crate::sheet::{Sheet, Unit};

pub(super) fn measure(sheet: &mut Sheet) {
    let sizes = if sheet.is_short() { &SIZES[..1] } else { SIZES };
    for (issues, rounds) in sizes {
        let set = Set {
            organizations: 4,
            projects: (issues / 100).max(4),
            issues: *issues,
            latency: Duration::ZERO,
            is_paced: false,
            rounds: *rounds,
        };
        compare(&set, sheet);
    }
}

fn compare(set: &Set, sheet: &mut Sheet) {
    let (mut natives, mut syncs) = (Vec::new(), Vec::new());
    let (mut tally, mut bytes) = (Tally::default(), None);
    for _ in 0..sheet.rounds(set.rounds) {
        if set.issues < ONCE {
            let (native, tally) = pull("native", Server::start(set));
            assert_eq!(native.issues, Some(set.issues.into()), "the same is stored");
            bytes = Some(tally.bytes);
            natives.push(native);
        }
        let (sync, of_sync) = pull("sandboxed", Server::start(set));
        assert_eq!(
            sync.issues,
            Some(set.issues.into()),
            "every issue is stored"
        );
        tally = of_sync;
        syncs.push(sync);
    }
    let tally = Tally {
        bytes: bytes.unwrap_or(0),
        ..tally
    };
    let mut row = |what, unit, figure: fn(&Run) -> f64, most| {
        let of = |runs: &[Run]| runs.iter().map(figure).collect::<Vec<f64>>();
        let row = sheet.row(what, unit, of(&syncs));
        row.size(set.issues).note(tally.to_string());
        if !natives.is_empty() {
            row.over("native", &of(&natives));
        }
        match (unit, natives.is_empty()) {
            (Unit::Bytes, _) => row.at_most(most),
            (_, false) => row.ratio_at_most(most),
            _ => row,
        };
    };
    let wall = |run: &Run| run.watched.wall.as_secs_f64();
    row("unpaced sync", Unit::Seconds, wall, 1.3);
    let cpu = |run: &Run| run.watched.cpu_seconds;
    row("unpaced sync, computing", Unit::Seconds, cpu, 1.3);
    let peak = |run: &Run| run.watched.peak_bytes;
    row("unpaced sync, peak memory", Unit::Bytes, peak, MEMORY_BYTES);
}

/// What a sync did.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Tally {
    pub(super) requests: u64,
    pub(super) batches: u64,
    pub(super) records: u64,
    /// Bytes of all bodies; 0 where they were not counted.
    pub(super) bytes: u64,
    /// Findings that are stored.
    pub(super) issues: u64,
}

impl Tally {
    pub(super) fn add(&mut self, batch: &Batch) {
        self.requests += u64::from(batch.requests);
        self.batches += 1;
        self.records += batch.records.len() as u64;
    }

    fn tell(&self) {
        println!("{}", serde_json::to_string(self).unwrap());
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            requests,
            batches,
            records,
            bytes,
            ..
        } = self;
        write!(
            f,
            "{requests} requests, {batches} batches, {records} records"
        )?;
        match bytes / 1_000_000 {
            0 => Ok(()),
            megabytes => write!(f, ", {megabytes} MB"),
        }
    }
}

/// The role of a native sync.
pub(crate) fn native() {
    let [data, base] = arguments();
    let tally = runtime().block_on(super::native::run(&base, Path::new(&data)));
    tally.tell();
}

/// The role of the real one: that of `koalr sync`, without quotas.
pub(crate) fn sandboxed() {
    let [data, _] = arguments();
    let data = Path::new(&data);
    runtime().block_on(async {
        let settings = HostSettings {
            artifact_dir: Some(data.join("artifacts")),
            ..HostSettings::default()
        };
        let host = Host::open(settings).await.unwrap().with_quotas(Vec::new());
        let options = SyncOptions {
            window_days: None,
            full: false,
        };
        let mut tenant = tenant(data);
        let mut batches = 0;
        let tell = |event: &_| batches += u64::from(matches!(event, SyncEvent::Committed));
        let report = sync(&host, &mut tenant, options, NOW, tell).await.unwrap();
        let tally = Tally {
            requests: report.requests,
            batches,
            records: report.records,
            bytes: 0,
            issues: report.issues,
        };
        tally.tell();
    });
}

pub(super) fn tenant(data: &Path) -> Tenant {
    let data = DataDir::open(data).unwrap();
    data.tenant(&TenantId::parse("default").unwrap(), false)
        .unwrap()
}

fn arguments() -> [String; 2] {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    arguments.try_into().unwrap()
}

/// From so many issues on a sync is only measured for its growth, without its peer.
const ONCE: u32 = 1_000_000;
/// What a sync of any size takes at most.
const MEMORY_BYTES: f64 = 128.0 * 1024.0 * 1024.0;
/// How many issues, and how often.
const SIZES: &[(u32, usize)] = &[(10_000, 5), (100_000, 3), (1_000_000, 1)];

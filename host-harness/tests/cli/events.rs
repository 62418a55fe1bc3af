//! What a sync tells while it runs, to a program that uses the host as a library.

use koalr_host::jobs::{SyncEvent, SyncOptions, SyncReport, sync};
use koalr_host::{Host, HostSettings};
use koalr_store::{DataDir, Tenant, TenantId};
use koalr_upstream::{Generated, World};

use crate::support::{Koalr, serve};

async fn events(host: &Host, tenant: &mut Tenant) -> (Vec<SyncEvent>, SyncReport) {
    let mut events = Vec::new();
    let tell = |event: &SyncEvent| events.push(event.clone());
    let report = sync(host, tenant, SyncOptions::default(), NOW_MS, tell).await;
    (events, report.unwrap())
}

#[test]
fn a_backfill_is_estimated_once_and_told_batch_by_batch_and_an_increment_is_not_estimated() {
    let upstream = serve(World::generated(Generated {
        organizations: 4,
        projects: 8,
        issues: 5_000,
        seed: 3,
        now: NOW_MS,
    }));
    let koalr = Koalr::connected(&upstream);
    let data = DataDir::open(koalr.path("data")).unwrap();
    let id = TenantId::parse("default").unwrap();
    let mut tenant = data.tenant(&id, false).unwrap();
    let run = async {
        let settings = HostSettings {
            artifact_dir: Some(koalr.path("data/artifacts")),
            ..HostSettings::default()
        };
        let host = Host::open(settings).await.unwrap();
        let first = events(&host, &mut tenant).await;
        (first, events(&host, &mut tenant).await)
    };
    let executor = tokio::runtime::Runtime::new().unwrap();
    let ((first, report), (second, _)) = executor.block_on(run);

    let estimate = report.estimate.expect("its pages were counted");
    assert!(
        estimate.requests.abs_diff(report.requests) <= 40,
        "{report:?}"
    );
    let estimated = first
        .iter()
        .position(|event| matches!(event, SyncEvent::Estimated(_)));
    let last = first
        .iter()
        .rposition(|event| matches!(event, SyncEvent::Progress { .. }));
    assert!(estimated.unwrap() < last.unwrap(), "before it is over");
    let told: Vec<&SyncEvent> = first
        .iter()
        .filter(|event| !matches!(event, SyncEvent::Estimated(_)))
        .collect();
    assert!(told.len() >= 6, "{told:?}");
    for pair in told.chunks(2) {
        assert!(
            matches!(pair, [SyncEvent::Progress { .. }, SyncEvent::Committed]),
            "{pair:?}"
        );
    }
    let count = |events: &[SyncEvent]| {
        let is_one = |event: &&SyncEvent| matches!(event, SyncEvent::Estimated(_));
        events.iter().filter(is_one).count()
    };
    assert_eq!((count(&first), count(&second)), (1, 0));
}

const NOW_MS: i64 = 1_768_469_400_000;

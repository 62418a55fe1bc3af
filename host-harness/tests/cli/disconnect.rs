//! A connection is taken away, and comes back.

use koalr_host::jobs::{SyncEvent, SyncOptions, disconnect, sync};
use koalr_host::{Host, HostSettings};
use koalr_store::{DataDir, TenantId};
use koalr_upstream::{Generated, World};

use crate::support::{Koalr, acme, serve};

#[test]
fn what_was_synced_stays_and_a_later_connection_goes_on_there() {
    let upstream = serve(acme());
    let koalr = Koalr::synced(&upstream);
    let debt = |koalr: &Koalr| {
        let mut report = koalr
            .run(&["report", "debt", "--now", NOW, "--format", "json"])
            .json();
        report["debt"].take()
    };
    let before = debt(&koalr);
    let ran = koalr.run(&["disconnect", "snyk", "--format", "json"]);
    let report = serde_json::json!({ "integration": "snyk", "upstream": upstream.base_url() });
    assert_eq!((ran.code, ran.json()), (0, report), "{}", ran.err);
    assert_eq!(debt(&koalr), before);
    let sentence = "`snyk` is not connected for tenant `default`; run `koalr connect snyk` first";
    for args in [["sync", "snyk"], ["disconnect", "snyk"]] {
        assert_eq!(koalr.run(&args).failure(), sentence);
    }
    let log = koalr.run(&["audit", "list"]).out;
    assert!(log.contains(" koalr disconnect: disconnected "), "{log}");
    assert_eq!(koalr.connect(&upstream, &[]).code, 0);
    let again = koalr.run(&["sync", "snyk", "--format", "json"]).json();
    assert_eq!(again["increment"], true, "{again}");
}

#[test]
fn only_an_operator_disconnects_in_their_own_name() {
    let koalr = Koalr::connected(&serve(acme()));
    koalr.run(&["team", "add", "ines", "--role", "lead"]);
    koalr.run(&["team", "add", "omar", "--role", "operator"]);
    let disconnect = |login| koalr.run(&["disconnect", "snyk", "--as", login]);
    assert_eq!(
        disconnect("mallory").failure(),
        "`mallory` is not in the team; an operator of this machine adds them with `koalr team add mallory --role ROLE`"
    );
    let refused = disconnect("ines");
    assert!(
        refused.failure().starts_with("`ines` may not connect"),
        "{}",
        refused.err
    );
    assert_eq!(disconnect("omar").code, 0);
    let log = koalr.run(&["audit", "list"]).out;
    assert_eq!(log.matches(" omar: disconnected ").count(), 1, "{log}");
}

#[test]
fn a_sync_that_runs_ends_before_its_next_batch_is_stored() {
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
    let mut committed = 0;
    let tell = |event: &SyncEvent| {
        if *event == SyncEvent::Committed {
            committed += 1;
            let mut other = data.tenant(&id, false).unwrap();
            disconnect(&mut other, "snyk", "omar", NOW_MS).unwrap();
        }
    };
    let run = async {
        let settings = HostSettings {
            artifact_dir: Some(koalr.path("data/artifacts")),
            ..HostSettings::default()
        };
        let host = Host::open(settings).await.unwrap();
        sync(&host, &mut tenant, SyncOptions::default(), NOW_MS, tell).await
    };
    let executor = tokio::runtime::Runtime::new().unwrap();
    let ended = executor.block_on(run).unwrap_err().to_string();
    assert!(ended.starts_with("`snyk` is not connected"), "{ended}");
    assert_eq!(committed, 1);
}

const NOW: &str = "2026-01-15T09:30:00Z";
const NOW_MS: i64 = 1_768_469_400_000;

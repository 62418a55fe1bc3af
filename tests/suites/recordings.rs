//! Calls of the real component, recorded from an upstream and made again when it is gone.

use std::fs;
use std::path::Path;

use koalr_host::jobs::{ConnectOptions, SyncOptions, connect, enrich, sync};
use koalr_host::recording::{Recording, Recordings, Replayed, read_all, replay};
use koalr_host::{Host, HostSettings};
use koalr_runtime::{CameTo, Content, Ending, Recorded, Secret};
use koalr_store::{DataDir, TenantId};
use koalr_tests::component;
use koalr_upstream::{Fault, Generated, Hint, Occurrence, Upstream, World, sample};

async fn host() -> Host {
    Host::open(HostSettings {
        artifact_dir: Some(component::folder().join("artifacts")),
        ..HostSettings::default()
    })
    .await
    .unwrap()
}

/// Two organizations with three pages of issues each.
fn world() -> World {
    World::generated(Generated {
        organizations: 2,
        projects: 4,
        issues: 600,
        seed: 7,
        now: NOW,
    })
}

/// Everything that is recorded while an upstream with this fault is connected, synced and, if files are permitted, asked
/// for fixes. Then it is gone.
async fn recorded(world: World, fault: Option<Fault>, downloads: &[&str]) -> Vec<Recording> {
    let upstream = Upstream::start(world).await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let recordings = directory.path().join("recordings");
    let data = DataDir::open(directory.path().join("data")).unwrap();
    let mut tenant = data.tenant(&TenantId::parse("t").unwrap(), true).unwrap();
    let host = host().await;
    let host = host.recorded(Recordings::all(recordings.clone()).unwrap());
    let options = ConnectOptions {
        upstream: Some(upstream.base_url().to_owned()),
        allow_loopback: true,
        secret: Secret::parse(TOKEN).unwrap(),
        organizations: Vec::new(),
        roots: None,
        downloads: downloads.iter().map(|&one| one.to_owned()).collect(),
    };
    let connected = connect(&host, &mut tenant, options, NOW).await.unwrap();
    if let Some(fault) = fault {
        let organization = &connected.connection.organizations[0].id;
        let issues = format!("/rest/orgs/{organization}/issues");
        upstream.fault(&issues, Occurrence::Nth(2), fault);
    }
    let options = SyncOptions {
        window_days: None,
        full: false,
    };
    sync(&host, &mut tenant, options, NOW, |_| {})
        .await
        .unwrap();
    if !downloads.is_empty() {
        let report = enrich(&host, &mut tenant, None, NOW, |_| {}).await.unwrap();
        assert!(report.fixes > 0, "{report:?}");
    }
    assert_sealed(&recordings);
    let all = read_all(&recordings).unwrap();
    all.into_iter().map(|(_, one)| one.unwrap()).collect()
}

/// Neither the token nor the signature of a file is in any recording.
#[track_caller]
fn assert_sealed(recordings: &Path) {
    for entry in fs::read_dir(recordings).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        for secret in [TOKEN, "signature=", "authorization"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
}

#[track_caller]
fn assert_same(recording: &Recording, replayed: &Replayed) {
    assert!(replayed.is_same(), "{replayed:?}");
    assert_eq!(replayed.outcome, recording.outcome);
    assert_eq!(replayed.requests as usize, recording.exchanges.len());
    assert!(replayed.otherwise.is_empty(), "{:?}", replayed.otherwise);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recorded_batch_is_reproduced_exactly_without_network() {
    let host = host().await;
    let faults = [
        None,
        Some(Fault::Limited(Hint::Seconds(1))),
        Some(Fault::Status(503, Some("1".to_owned()))),
        Some(Fault::Status(302, None)),
        Some(Fault::CutConnection),
        Some(Fault::ClosedConnection),
        Some(Fault::Truncated),
        Some(Fault::RepeatingCursor),
    ];
    for fault in faults {
        let recordings = recorded(world(), fault, &[]).await;
        assert!(recordings.len() > 1);
        for recording in &recordings {
            let replayed = replay(&host, recording).await.unwrap();
            assert_same(recording, &replayed);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn downloaded_files_are_fetched_again_from_the_recording() {
    let world = World::from(sample::organization(NOW)).with_export_polls(0);
    let recordings = recorded(world, None, &["127.0.0.1"]).await;
    let downloads = |one: &&Recorded| one.url.contains("?redacted-");
    let exchanges = recordings.iter().flat_map(|one| &one.exchanges);
    assert!(exchanges.filter(downloads).count() > 0);
    let host = host().await;
    for recording in &recordings {
        let replayed = replay(&host, recording).await.unwrap();
        assert_same(recording, &replayed);
    }
}

/// The recorded batch with the most exchanges.
async fn batch() -> Recording {
    let recordings = recorded(world(), None, &[]).await;
    let most = |one: &Recording| one.exchanges.len();
    recordings.into_iter().max_by_key(most).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn another_answer_comes_to_another_outcome_at_a_place() {
    let mut recording = batch().await;
    for exchange in &mut recording.exchanges {
        if let CameTo::Answered { body, .. } = &mut exchange.came_to
            && let Content::Text(text) = body
        {
            *text = text.replace(
                "\"effective_severity_level\":\"high\"",
                "\"effective_severity_level\":\"low\"",
            );
        }
    }
    let replayed = replay(&host().await, &recording).await.unwrap();
    let paths = replayed.differences.iter().map(|found| &found.path);
    let severity =
        |path: &&String| path.starts_with("records[") && path.ends_with("].finding.severity");
    assert!(paths.clone().any(|path| severity(&path)), "{replayed:?}");
    assert!(replayed.not_made.is_empty() && replayed.unanswered.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_the_recording_does_not_know_is_named() {
    let mut recording = batch().await;
    let gone = recording.exchanges.remove(0);
    let replayed = replay(&host().await, &recording).await.unwrap();
    let asked = format!("{} {}", gone.method, gone.url);
    assert!(replayed.unanswered.contains(&asked), "{replayed:?}");
    assert!(!replayed.is_same());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recorded_request_that_nobody_makes_any_more_is_named() {
    let mut recording = batch().await;
    let mut more = recording.exchanges[0].clone();
    more.occurrence = 7;
    more.came_to = CameTo::Answered {
        by: koalr_runtime::Giver::Upstream,
        status: 200,
        headers: Vec::new(),
        body: Content::default(),
        ending: Ending::Complete,
    };
    let named = format!("{} {} (number 8)", more.method, more.url);
    recording.exchanges.push(more);
    let replayed = replay(&host().await, &recording).await.unwrap();
    assert_eq!(replayed.not_made, [named]);
    assert!(replayed.differences.is_empty());
}

/// When the data was true.
const NOW: i64 = 1_790_000_000_000;

const TOKEN: &str = "00000000-0000-4000-8000-00000000c0de";

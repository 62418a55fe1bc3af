//! Two versions of the component that take each other's place while they are called.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use koalr_host::jobs::{ConnectOptions, Outcome, SyncOptions, connect, sync};
use koalr_host::{Host, HostSettings, Versions};
use koalr_platform::rollout::{ContentHash, Release, Rollout};
use koalr_runtime::contract::gate;
use koalr_runtime::{Egress, Secret};
use koalr_store::{DataDir, Tenant, TenantId};
use koalr_upstream::{Generated, Upstream, World};
use tempfile::TempDir;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::{component, facts};

/// A host, both versions, and an upstream to sync from.
pub struct Stage {
    /// It serves the first version until it is told otherwise.
    pub host: Host,
    /// Both, ready to be loaded.
    pub versions: [(Release, Vec<u8>); 2],
    /// What is synced.
    pub upstream: Upstream,
    data: DataDir,
    _directory: TempDir,
}

/// What a load came to.
#[derive(Debug, Default)]
pub struct Load {
    /// Decisions that were made, each a score and a gate on a fresh instance.
    pub decisions: Vec<Duration>,
    /// Syncs that were complete.
    pub syncs: u64,
    /// What failed, as sentences.
    pub failed: Vec<String>,
    /// Decisions that ended on a version that no longer served.
    pub on_retired: u64,
    /// How long each swap took: load, describe and take the place.
    pub swaps: Vec<Duration>,
}

impl Stage {
    /// Both versions compiled, nothing swapped.
    pub async fn new() -> Self {
        let world = World::generated(Generated {
            organizations: 1,
            projects: 20,
            issues: ISSUES,
            seed: 7,
            now: NOW,
        })
        .with_date(NOW);
        let upstream = Upstream::start(world).await.unwrap();
        let directory = tempfile::tempdir().unwrap();
        let data = DataDir::open(directory.path().join("data")).unwrap();
        let host = Host::open(HostSettings {
            artifact_dir: Some(component::folder().join("artifacts")),
            rate_share: koalr_host::RateShare::percent(100).unwrap(),
            ..HostSettings::default()
        })
        .await
        .unwrap();
        let own = component::bytes();
        let versions = [
            (env!("CARGO_PKG_VERSION"), own.clone()),
            (OTHER, koalr_guests::with_version(&own, OTHER)),
        ]
        .map(|(version, bytes)| {
            let release = Release {
                version: version.to_owned(),
                hash: ContentHash::of(&bytes),
            };
            (release, bytes)
        });
        let stage = Self {
            host,
            versions,
            upstream,
            data,
            _directory: directory,
        };
        stage.swap(1).await;
        stage.swap(0).await;
        stage
    }

    /// Loads one of the versions and lets it serve everybody.
    pub async fn swap(&self, to: usize) {
        let (release, bytes) = &self.versions[to];
        let version = self.host.load("variant", bytes.clone()).await.unwrap();
        assert_eq!(version.manifest().version, release.version);
        let rollout = Rollout::first(&version.manifest().id, release.clone());
        let versions = Versions::from([(release.hash.clone(), version)]);
        self.host.serve(rollout, &versions);
    }

    /// A fresh tenant that is connected to the upstream.
    pub async fn tenant(&self, name: &str) -> Tenant {
        let mut tenant = self
            .data
            .tenant(&TenantId::parse(name).unwrap(), true)
            .unwrap();
        let options = ConnectOptions {
            upstream: Some(self.upstream.base_url().to_owned()),
            allow_loopback: true,
            secret: Secret::parse("00000000-0000-4000-8000-000000000000").unwrap(),
            organizations: Vec::new(),
            roots: None,
            downloads: Vec::new(),
        };
        connect(&self.host, &mut tenant, options, NOW)
            .await
            .unwrap();
        tenant
    }

    /// Syncs everything.
    ///
    /// # Errors
    /// - the sync failed, or did not bring everything
    pub async fn sync(&self, tenant: &mut Tenant) -> Result<(), String> {
        let options = SyncOptions {
            window_days: None,
            full: true,
        };
        let host = self.host.serving(tenant.id());
        match sync(&host, tenant, options, NOW, |_| {}).await {
            Ok(report) if report.outcome == Outcome::Ok && report.issues == u64::from(ISSUES) => {
                Ok(())
            }
            Ok(report) => Err(format!(
                "sync: {:?}, {} issues",
                report.outcome, report.issues
            )),
            Err(error) => Err(format!("sync: {error}")),
        }
    }

    /// Scores and judges on a fresh instance of whatever version serves.
    async fn decide(&self, question: &gate::Request, expected: &str) -> Result<bool, String> {
        let tenant = TenantId::parse("gates").unwrap();
        let version = self.host.serving(&tenant);
        let mut session = version
            .plugin()
            .open_session(Egress::closed())
            .await
            .map_err(|error| error.to_string())?;
        let verdict = session.gate(question).await;
        let verdict = verdict.map_err(|error| error.to_string())?;
        let verdict = format!("{verdict:?}");
        if verdict != expected {
            return Err(format!("another verdict: {verdict}"));
        }
        let now = self.host.serving(&tenant);
        Ok(now.manifest().version != version.manifest().version)
    }

    /// Decisions and syncs side by side, while the versions take each other's place so many times. With none, as many
    /// decisions as given.
    pub async fn load(self: &Arc<Self>, swaps: u32, decisions: u64) -> Load {
        let question = Arc::new(facts::wire(self.host.plugin(), FACTS).await);
        let mut warm = self
            .host
            .plugin()
            .open_session(Egress::closed())
            .await
            .unwrap();
        let expected = Arc::new(format!("{:?}", warm.gate(&question).await.unwrap()));
        drop(warm);
        let done = Arc::new(Progress::default());
        let mut workers = JoinSet::new();
        for _ in 0..DECIDERS {
            let (stage, done) = (Arc::clone(self), Arc::clone(&done));
            let (question, expected) = (Arc::clone(&question), Arc::clone(&expected));
            workers.spawn(async move {
                let mut load = Load::default();
                while !done.ended.load(Ordering::Relaxed) {
                    let began = Instant::now();
                    match stage.decide(&question, &expected).await {
                        Ok(on_retired) => load.on_retired += u64::from(on_retired),
                        Err(error) => load.failed.push(error),
                    }
                    load.decisions.push(began.elapsed());
                    done.decisions.fetch_add(1, Ordering::Relaxed);
                    done.decided.notify_one();
                }
                load
            });
        }
        let (stage, ends) = (Arc::clone(self), Arc::clone(&done));
        let mut tenant = self.tenant("syncs").await;
        workers.spawn(async move {
            let mut load = Load::default();
            while !ends.ended.load(Ordering::Relaxed) {
                match stage.sync(&mut tenant).await {
                    Ok(()) => load.syncs += 1,
                    Err(error) => load.failed.push(error),
                }
            }
            load
        });
        let mut all = Load::default();
        for swap in 0..swaps as usize {
            // At least one decision is made between two swaps.
            done.decided.notified().await;
            let began = Instant::now();
            self.swap((swap + 1) % 2).await;
            all.swaps.push(began.elapsed());
        }
        while done.decisions.load(Ordering::Relaxed) < decisions {
            done.decided.notified().await;
        }
        done.ended.store(true, Ordering::Relaxed);
        while let Some(load) = workers.join_next().await {
            let load = load.unwrap();
            all.decisions.extend(load.decisions);
            all.failed.extend(load.failed);
            all.on_retired += load.on_retired;
            all.syncs += load.syncs;
        }
        all
    }
}

#[derive(Default)]
struct Progress {
    decisions: AtomicU64,
    decided: Notify,
    ended: AtomicBool,
}

/// The other version.
const OTHER: &str = "0.2.0";
/// Enough for several batches.
const ISSUES: u32 = 4_000;
/// Findings of each decision.
const FACTS: u32 = 10;
/// Decisions that are made side by side.
const DECIDERS: usize = 4;
/// When the generated data was true.
const NOW: i64 = 1_790_000_000_000;

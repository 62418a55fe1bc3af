//! A tenant with everything that the real component brought from a mock upstream.

use std::path::Path;

use koalr_guests::Guest;
use koalr_host::jobs::{ConnectOptions, Outcome, SyncOptions, connect, sync};
use koalr_host::recording::Recordings;
use koalr_host::{Host, HostError, HostSettings};
use koalr_runtime::Secret;
use koalr_store::{DataDir, FindingFilter, Tenant, TenantId};
use koalr_upstream::{Generated, Upstream, World};
use tempfile::TempDir;

use crate::component;

/// A tenant with everything that the real component brought.
pub struct Stage {
    /// The real component.
    pub host: Host,
    /// The tenant.
    pub tenant: Tenant,
    /// What it is connected to.
    pub upstream: Upstream,
    /// Findings that were brought.
    issues: u64,
    _directory: TempDir,
}

impl Stage {
    /// With twenty findings.
    pub async fn set() -> Self {
        Self::of(20).await
    }

    /// With so many findings in one organization.
    pub async fn of(issues: u32) -> Self {
        let world = World::generated(Generated {
            organizations: 1,
            projects: 2,
            issues,
            seed: 7,
            now: NOW,
        });
        let upstream = Upstream::start(world).await.unwrap();
        let directory = tempfile::tempdir().unwrap();
        let data = DataDir::open(directory.path().join("data")).unwrap();
        let mut tenant = data.tenant(&TenantId::parse("t").unwrap(), true).unwrap();
        let host = Host::open(HostSettings {
            artifact_dir: Some(component::folder().join("artifacts")),
            ..HostSettings::default()
        })
        .await
        .unwrap();
        connect(&host, &mut tenant, options(&upstream), NOW)
            .await
            .unwrap();
        let everything = SyncOptions::default();
        let report = sync(&host, &mut tenant, everything, NOW, |_| {})
            .await
            .unwrap();
        assert_eq!(report.outcome, Outcome::Ok);
        Self {
            issues: report.issues,
            host,
            tenant,
            upstream,
            _directory: directory,
        }
    }

    /// Loads a guest beside the real component.
    ///
    /// # Errors
    ///
    /// It is refused.
    pub async fn load(&self, guest: Guest) -> Result<Host, HostError> {
        self.host.load(guest.name, guest.wasm()).await
    }

    /// Id of its one organization.
    #[must_use]
    pub fn organization(&self) -> String {
        let connection = self.tenant.connection("snyk").unwrap().unwrap();
        connection.record.connection.organizations[0].id.clone()
    }

    /// Reads everything again with a guest, and says why that failed.
    pub async fn synced_by(&mut self, guest: Guest) -> String {
        let hostile = self.load(guest).await.unwrap();
        let synced = sync(&hostile, &mut self.tenant, AGAIN, NOW + 1, |_| {}).await;
        synced.unwrap_err().to_string()
    }

    /// Everything about every finding that is stored.
    #[must_use]
    pub fn stored(&self) -> Vec<String> {
        let connection = self.tenant.connection("snyk").unwrap().unwrap();
        let found = self.tenant.findings(&connection, FindingFilter::default());
        let found = found.unwrap().into_iter();
        found.map(|one| format!("{one:?}")).collect()
    }

    /// Records a whole sync of the real component, one file a call.
    pub async fn record(mut self, folder: &Path) {
        let recordings = Recordings::all(folder.to_path_buf()).unwrap();
        let host = self.host.clone().recorded(recordings);
        let synced = sync(&host, &mut self.tenant, AGAIN, NOW + 1, |_| {}).await;
        assert_eq!(synced.unwrap().outcome, Outcome::Ok);
    }

    /// Reads everything again with the real component.
    pub async fn goes_on_with_the_real_one(&mut self) {
        let synced = sync(&self.host, &mut self.tenant, AGAIN, NOW + 2, |_| {}).await;
        let report = synced.unwrap();
        assert_eq!(report.outcome, Outcome::Ok, "{report:#?}");
        assert!(report.issues >= self.issues);
    }
}

/// How to connect to it.
#[must_use]
pub fn options(upstream: &Upstream) -> ConnectOptions {
    ConnectOptions {
        upstream: Some(upstream.base_url().to_owned()),
        allow_loopback: true,
        secret: Secret::parse("00000000-0000-4000-8000-000000000000").unwrap(),
        organizations: Vec::new(),
        roots: None,
        downloads: Vec::new(),
    }
}

/// When the generated data was true.
pub const NOW: i64 = 1_790_000_000_000;

/// Everything once more.
const AGAIN: SyncOptions = SyncOptions {
    window_days: None,
    full: true,
};

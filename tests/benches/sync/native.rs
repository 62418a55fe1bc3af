//! Native: the same plugin code, compiled for this machine, over the same HTTP and into the same store.
//!
//! As `koalr` does, it fetches one batch while it stores the one before; what it has not is a sandbox and its rules.

mod http;
mod mirror;

use std::path::Path;
use std::sync::atomic::Ordering::Relaxed;

use koalr_host::jobs::keep_reports;
use koalr_integration_kit::model::common::Endpoint;
use koalr_integration_kit::model::walk::{Batch, Cursor, Scope, SyncRequest};
use koalr_platform::model::walk as platform;
use koalr_snyk_plugin::sync::sync;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use super::process::NOW;
use super::unpaced::Tally;
use http::{Http, READ_BYTES};
use mirror::Mirror as _;

/// The role: syncs what a tenant is connected to, and tells what it did.
pub(crate) async fn run(base: &str, data: &Path) -> Tally {
    let mut tenant = super::unpaced::tenant(data);
    let connection = tenant.connection("snyk").unwrap().unwrap();
    let organizations = connection.record.connection.organizations.iter();
    let organizations: Vec<_> = organizations.map(|one| one.id.clone()).collect();
    let native = Native {
        base: base.to_owned(),
        organizations: organizations.clone(),
    };
    let scope = platform::Scope::Organizations(organizations);
    let mut tally = Tally::default();
    let mut fetched = Some(native.fetch(None));
    while let Some(batch) = fetched {
        let batch = batch.await.unwrap();
        fetched = (!batch.done).then(|| native.fetch(batch.cursor.clone()));
        tokio::task::block_in_place(|| {
            let batch: platform::Batch = batch.mirror();
            tally.add(&batch);
            let stored = tenant.apply_batch(&connection, &scope, &batch, NOW);
            stored.unwrap();
        });
    }
    keep_reports(&mut tenant, NOW, || false).unwrap();
    tally.bytes = READ_BYTES.load(Relaxed);
    tally.issues = tenant.counts(&connection).unwrap().findings;
    tally
}

struct Native {
    base: String,
    organizations: Vec<String>,
}

impl Native {
    fn fetch(&self, cursor: Option<Cursor>) -> JoinHandle<Batch> {
        let request = SyncRequest {
            endpoint: Endpoint {
                origin: "native".to_owned(),
                base: self.base.clone(),
            },
            scope: Scope::Organizations(self.organizations.clone()),
            since: None,
            cursor,
            settings: Vec::new(),
            request_budget: REQUESTS_A_CALL,
            as_of: NOW,
        };
        let runtime = Handle::current();
        tokio::task::spawn_blocking(move || {
            let mut http = Http::new(&request.endpoint.base, runtime);
            sync(&request, &mut http).unwrap()
        })
    }
}

/// As many as `koalr` lets one call send.
const REQUESTS_A_CALL: u32 = 32;

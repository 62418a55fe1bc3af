//! One tenant that is connected to a mock Snyk and synced, with one stored change.

use std::path::Path;
use std::sync::Mutex;

use koalr_host::jobs::{
    Compare, CompareError, Compared, Comparison, ConnectOptions, Loop, SyncOptions, connect,
    judge_change, sync,
};
use koalr_host::{Host, HostSettings};
use koalr_platform::model::common::{Change, DependencyChange, Timestamp};
use koalr_runtime::Secret;
use koalr_store::{
    ChangeRecord, ChangeState, DataDir, DependencyList, StoreError, Tenant, TenantId,
};
use koalr_upstream::{Upstream, sample};
use tokio::runtime::Runtime;

use crate::support::{Koalr, TOKEN, serve};

/// 2026-01-15T09:30:00Z in milliseconds since 1970.
pub(crate) const AS_OF: Timestamp = 1_768_469_400_000;

pub(crate) struct Stage {
    pub(crate) upstream: Upstream,
    pub(crate) tenant: Tenant,
    pub(crate) change: Change,
    runtime: Runtime,
    koalr: Koalr,
}

impl Stage {
    /// With one of the demo's changes, written by `ada`, and nothing known of its dependencies.
    pub(crate) fn without_list(name: &str) -> Self {
        let upstream = serve(sample::organization(AS_OF));
        let koalr = Koalr::new();
        let data = DataDir::open(koalr.path("data")).unwrap();
        let mut tenant = data.tenant(&TenantId::parse("t").unwrap(), true).unwrap();
        let runtime = Runtime::new().unwrap();
        let options = ConnectOptions {
            upstream: Some(upstream.base_url().to_owned()),
            allow_loopback: true,
            secret: Secret::parse(TOKEN).unwrap(),
            organizations: Vec::new(),
            roots: None,
            downloads: Vec::new(),
        };
        runtime.block_on(async {
            let host = host(&koalr).await;
            connect(&host, &mut tenant, options, AS_OF).await.unwrap();
            let options = SyncOptions::default();
            sync(&host, &mut tenant, options, AS_OF, |_| {})
                .await
                .unwrap();
        });
        let change = change(name);
        let mut stage = Self {
            upstream,
            tenant,
            change,
            runtime,
            koalr,
        };
        stage.push("a1b2c3", AS_OF);
        stage
    }

    /// The same with its dependencies stored.
    pub(crate) fn with_list(name: &str) -> Self {
        let mut stage = Self::without_list(name);
        stage.save_list(name);
        stage
    }

    /// Stores the dependencies of the demo's change for the present head.
    pub(crate) fn save_list(&mut self, name: &str) {
        let list = DependencyList {
            source: "list".to_owned(),
            base_sha: None,
            complete: true,
            detail: String::new(),
            changes: dependencies(name),
        };
        let (id, head) = (&self.change.id, &self.change.head_sha);
        self.tenant
            .save_dependencies(id, head, &list, AS_OF)
            .unwrap();
    }

    /// A new head.
    pub(crate) fn push(&mut self, head: &str, at: Timestamp) {
        head.clone_into(&mut self.change.head_sha);
        let record = ChangeRecord {
            change: self.change.clone(),
            title: String::new(),
            author: Some("ada".to_owned()),
            opened_at: Some(AS_OF),
            state: ChangeState::Open,
            merged_at: None,
            merge_sha: None,
            base_score: None,
            updated_at: at,
            source: "github".to_owned(),
        };
        assert!(self.tenant.save_change(&record).unwrap());
    }

    /// Judges it without waiting, in a new process: quotas are paced by the clock, and a pause would last.
    pub(crate) fn judge(&mut self, github: Option<&GitHub>, as_of: Timestamp) -> Loop {
        let github = github.map(|github| github as &dyn Compare);
        self.runtime.block_on(async {
            let host = host(&self.koalr).await;
            judge_change(&host, &mut self.tenant, github, &self.change.id, as_of, 0)
                .await
                .unwrap()
        })
    }

    /// The stored list of the present head.
    pub(crate) fn list(&self) -> Option<DependencyList> {
        let (id, head) = (&self.change.id, &self.change.head_sha);
        self.tenant.dependencies(id, head).unwrap()
    }

    /// Words of what was audited, in order.
    pub(crate) fn audited(&self) -> Vec<&'static str> {
        let mut words = Vec::new();
        self.tenant
            .audit(&mut |entry| {
                words.push(entry.act.word());
                Ok::<_, StoreError>(())
            })
            .unwrap();
        words
    }

    /// Path of the lookups of an npm package, as it is sent.
    pub(crate) fn packages_path(name: &str) -> String {
        let organization = sample::organization(AS_OF).id;
        format!("/rest/orgs/{organization}/packages/pkg%3Anpm%2F{name}")
    }
}

/// A GitHub that says these things, one after another.
pub(crate) struct GitHub {
    answers: Mutex<Vec<Result<Comparison, CompareError>>>,
    all: usize,
}

impl GitHub {
    pub(crate) fn saying<const N: usize>(answers: [Result<Comparison, CompareError>; N]) -> Self {
        Self {
            answers: Mutex::new(answers.into_iter().rev().collect()),
            all: N,
        }
    }

    /// How often it was asked.
    pub(crate) fn asked(&self) -> usize {
        self.all - self.answers.lock().unwrap().len()
    }
}

/// All rows there are, on one page.
pub(crate) fn page(rows: &[u8]) -> Comparison {
    Comparison {
        pages: vec![rows.to_vec()],
        warning: None,
    }
}

impl Compare for GitHub {
    fn compare<'a>(&'a self, _: &'a str, _: &'a str, _: &'a str) -> Compared<'a> {
        let answer = self.answers.lock().unwrap().pop();
        Box::pin(async { answer.expect("it was asked more often than expected") })
    }
}

async fn host(koalr: &Koalr) -> Host {
    let program = Path::new(env!("CARGO_BIN_EXE_koalr"));
    Host::open(HostSettings {
        plugin: Some(program.with_file_name("koalr-snyk-plugin.wasm")),
        artifact_dir: Some(koalr.path("data/artifacts")),
        ..HostSettings::default()
    })
    .await
    .unwrap()
}

fn found(name: &str) -> sample::SampleChange {
    let mut changes = sample::changes().into_iter();
    changes.find(|change| change.name == name).unwrap()
}

fn change(name: &str) -> Change {
    let change = found(name);
    Change {
        id: format!("{}#{}", change.repository, change.number),
        repository: change.repository.to_owned(),
        number: Some(change.number),
        head_sha: String::new(),
        base_sha: Some(change.base_sha.to_owned()),
        source_branch: None,
        target_branch: Some(change.target_branch.to_owned()),
    }
}

fn dependencies(name: &str) -> Vec<DependencyChange> {
    let rows = found(name).dependencies.into_iter();
    rows.map(|one| DependencyChange {
        ecosystem: one.ecosystem.to_owned(),
        name: one.name.to_owned(),
        before: one.before.map(str::to_owned),
        after: one.after.map(str::to_owned),
        direct: Some(one.direct),
        manifest: None,
    })
    .collect()
}

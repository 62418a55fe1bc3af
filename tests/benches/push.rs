//! From a push to a verdict: a signed webhook in, `in_progress` and then the conclusion on the pull request, with 20
//! changed packages and an upstream that takes 200 ms a request; alone, and while another tenant's first sync of a
//! million issues runs. Everything is in this process and on loopback. The number of pushes is
//! what Snyk's quota of package lookups lets through in a minute.

use std::sync::Arc;
use std::time::{Duration, Instant};

use koalr_host::jobs::{ConnectOptions, SyncOptions, connect, sync};
use koalr_host::queue::WallClock;
use koalr_host::serve::{GITHUB, GitHubHook, ServeSettings, Server};
use koalr_host::{Host, HostSettings, RateShare};
use koalr_runtime::Secret;
use koalr_store::{DataDir, Tenant, TenantId};
use koalr_upstream::github::{Component, GitHub, GitHubUpstream, PullRequest, Repository};
use koalr_upstream::{Generated, Upstream, World, sample};
use tokio::task::block_in_place;

use crate::sheet::{Sheet, Unit, quantile, seconds};
use crate::{now, runtime};

pub(crate) fn run(sheet: &mut Sheet) {
    let (pushes, issues) = if sheet.is_short() {
        (1, 1_000)
    } else {
        (PUSHES, 1_000_000)
    };
    let runtime = runtime();
    let alone = runtime.block_on(measure(pushes, None));
    let beside = runtime.block_on(measure(pushes, Some(issues)));
    let times: [(&str, Time, f64, Option<f64>); 2] = [
        ("in_progress", |push| push.in_progress, 1.0, None),
        ("verdict", |push| push.verdict, 5.0, Some(1.2)),
    ];
    for (what, of, most, ratio) in times {
        let [alone, beside] =
            [&alone, &beside].map(|pushes| seconds(&pushes.iter().map(of).collect::<Vec<_>>()));
        let p95 = [&alone, &beside].map(|times| vec![quantile(times, 95)]);
        sheet.row(format!("push → {what}"), Unit::Seconds, alone);
        sheet
            .row(format!("push → {what}, p95"), Unit::Seconds, p95[0].clone())
            .at_most(most);
        sheet.row(
            format!("push → {what} beside a backfill"),
            Unit::Seconds,
            beside,
        );
        let row = sheet.row(
            format!("push → {what} beside a backfill, p95"),
            Unit::Seconds,
            p95[1].clone(),
        );
        row.over("alone", &p95[0]).at_most(most);
        if let Some(ratio) = ratio {
            row.ratio_at_most(ratio);
        }
    }
}

type Time = fn(&Push) -> Duration;

/// Times from one push.
struct Push {
    in_progress: Duration,
    verdict: Duration,
}

async fn measure(pushes: u64, backfill: Option<u32>) -> Vec<Push> {
    let directory = tempfile::tempdir().unwrap();
    let data = DataDir::open(directory.path()).unwrap();
    let host = host(directory.path()).await;
    let now = now();
    let snyk = World::from(sample::organization(now)).with_latency(LATENCY);
    let snyk = Upstream::start(snyk).await.unwrap();
    let github = GitHub::from(repository(pushes)).token(TOKEN);
    let github = GitHubUpstream::start(github).await.unwrap();
    let mut tenant = tenant(&data, "acme");
    line(&host, &mut tenant, &snyk).await;
    let options = SyncOptions {
        window_days: Some(90),
        full: false,
    };
    sync(&host, &mut tenant, options, now, |_| {})
        .await
        .unwrap();
    let hook = GitHubHook {
        secret: SECRET.to_owned(),
        token: Some(TOKEN.to_owned()),
        api: Some(github.base_url().to_owned()),
        allow_loopback: true,
    };
    let hook = serde_json::to_vec(&hook).unwrap();
    tenant.save_secret(GITHUB, &hook).unwrap();
    let other = match backfill {
        Some(issues) => {
            let world = World::generated(Generated {
                organizations: 4,
                projects: 2_000,
                issues,
                seed: 7,
                now,
            });
            let upstream = Upstream::start(world).await.unwrap();
            line(&host, &mut self::tenant(&data, "umbrella"), &upstream).await;
            Some(upstream)
        }
        None => None,
    };
    let settings = ServeSettings {
        allow_loopback: true,
        every: Duration::from_hours(1),
        ..ServeSettings::on_loopback(Arc::new(WallClock(self::now))).unwrap()
    };
    let server = Server::start(host, data, settings).await.unwrap();
    let mut measured = Vec::new();
    for number in 1..=pushes {
        measured.push(push(&server, &github, number).await);
    }
    server.stop().await;
    drop(other);
    measured
}

/// Sends one push and waits for its conclusion.
async fn push(server: &Server, github: &GitHubUpstream, number: u64) -> Push {
    let head = sha(number);
    let pull = PullRequest::new(REPOSITORY, number, &sha(0), &head, now());
    let began = Instant::now();
    let delivery = pull.opened().deliver(SECRET);
    let sent = block_in_place(|| delivery.send(server.address(), "/webhooks/acme/github"));
    assert_eq!(sent.unwrap().0, 202);
    loop {
        let runs = github.check_runs();
        let run = runs.iter().find(|run| run.head_sha == head);
        if let Some(done) =
            run.and_then(|run| Some((run.first("in_progress")?, run.first("completed")?)))
        {
            assert_eq!(run.unwrap().conclusion.as_deref(), Some("success"));
            return Push {
                in_progress: done.0 - began,
                verdict: done.1 - began,
            };
        }
        assert!(began.elapsed() < LONGEST, "no verdict came");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn host(directory: &std::path::Path) -> Host {
    let settings = HostSettings {
        artifact_dir: Some(directory.join("artifacts")),
        rate_share: RateShare::percent(100).unwrap(),
        ..HostSettings::default()
    };
    Host::open(settings).await.unwrap()
}

fn tenant(data: &DataDir, name: &str) -> Tenant {
    data.tenant(&TenantId::parse(name).unwrap(), true).unwrap()
}

async fn line(host: &Host, tenant: &mut Tenant, upstream: &Upstream) {
    let options = ConnectOptions {
        upstream: Some(upstream.base_url().to_owned()),
        allow_loopback: true,
        secret: Secret::parse("00000000-0000-4000-8000-000000000000").unwrap(),
        organizations: Vec::new(),
        roots: None,
        downloads: Vec::new(),
    };
    connect(host, tenant, options, now()).await.unwrap();
}

/// A repository in which every push moves twenty packages of its own.
fn repository(pushes: u64) -> Repository {
    let components = |push: u64| {
        let one = |package| {
            let name = format!("package-{push}-{package}");
            Component::new("package-lock.json", "npm", &name, "1.0.0")
        };
        (0..PACKAGES).map(one).collect()
    };
    let base = GitHub::repository(REPOSITORY).commit(&sha(0), Vec::new());
    (1..=pushes).fold(base, |repository, push| {
        repository.commit(&sha(push), components(push))
    })
}

fn sha(number: u64) -> String {
    format!("{number:040x}")
}

/// Pushes of one run: eight of twenty packages are 160 lookups, and Snyk lets 180 a minute through.
const PUSHES: u64 = 8;
const PACKAGES: u64 = 20;
const LATENCY: Duration = Duration::from_millis(200);
/// A push that takes longer failed.
const LONGEST: Duration = Duration::from_mins(1);
const REPOSITORY: &str = "acme/checkout-api";
const SECRET: &str = "a webhook's secret";
const TOKEN: &str = "ghs_0123456789abcdef0123456789abcdef0123";

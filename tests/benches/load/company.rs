//! Whom the traffic is about, and what is asked.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;

use koalr_host::jobs::{ConnectOptions, NewKey, SyncOptions, connect, create_key, import, sync};
use koalr_host::serve::{GITHUB, GitHubHook};
use koalr_host::{Host, HostSettings, RateShare};
use koalr_platform::access::Scope;
use koalr_runtime::Secret;
use koalr_store::{DataDir, TenantId};
use koalr_upstream::github::PullRequest;
use koalr_upstream::{Dice, Upstream, World, sample};
use serde_json::{Value, json};
use tokio::io::BufReader;
use tokio::net::TcpStream;

use super::client::exchange;
use crate::now;

pub(super) struct Company {
    tenants: Vec<Tenant>,
    /// Addresses of lists, of those that the server has.
    lists: Vec<&'static str>,
    _upstream: Upstream,
}

struct Tenant {
    name: String,
    key: String,
}

/// A request as it is sent.
pub(super) struct Asked {
    pub(super) operation: &'static str,
    pub(super) bytes: Vec<u8>,
}

/// Tenants that are connected and synced, each with changes, a webhook and a key.
pub(super) async fn company(directory: &Path, tenants: usize) -> (Company, Host, DataDir) {
    let data = DataDir::open(directory).unwrap();
    let settings = HostSettings {
        artifact_dir: Some(directory.join("artifacts")),
        rate_share: RateShare::percent(100).unwrap(),
        ..HostSettings::default()
    };
    let host = Host::open(settings).await.unwrap();
    let upstream = Upstream::start(World::from(sample::organization(now())))
        .await
        .unwrap();
    let mut all = Vec::new();
    for number in 0..tenants {
        let name = format!("tenant-{number}");
        let mut tenant = data.tenant(&TenantId::parse(&name).unwrap(), true).unwrap();
        let options = ConnectOptions {
            upstream: Some(upstream.base_url().to_owned()),
            allow_loopback: true,
            secret: Secret::parse("00000000-0000-4000-8000-000000000000").unwrap(),
            organizations: Vec::new(),
            roots: None,
            downloads: Vec::new(),
        };
        connect(&host, &mut tenant, options, now()).await.unwrap();
        let options = SyncOptions {
            window_days: Some(90),
            full: false,
        };
        sync(&host, &mut tenant, options, now(), |_| {})
            .await
            .unwrap();
        import(&mut tenant, "history", &history().to_string(), now()).unwrap();
        let hook = GitHubHook {
            secret: SECRET.to_owned(),
            token: None,
            api: None,
            allow_loopback: false,
        };
        tenant
            .save_secret(GITHUB, &serde_json::to_vec(&hook).unwrap())
            .unwrap();
        let wanted = NewKey {
            name: "bench",
            scopes: &[Scope::Read, Scope::Import, Scope::Gate].into(),
            login: None,
        };
        let (key, _) = create_key(&data, &mut tenant, wanted, now()).unwrap();
        let key = key.reveal().to_owned();
        all.push(Tenant { name, key });
    }
    let company = Company {
        tenants: all,
        lists: Vec::new(),
        _upstream: upstream,
    };
    (company, host, data)
}

impl Company {
    /// Looks which lists the server has.
    pub(super) async fn read_document(mut self, address: SocketAddr) -> Self {
        let mut stream = BufReader::new(TcpStream::connect(address).await.unwrap());
        let request = b"GET /api/v1/openapi.json HTTP/1.1\r\nhost: koalr\r\n\r\n";
        let (_, body) = exchange(&mut stream, request).await.unwrap();
        let document: Value = serde_json::from_slice(&body).unwrap();
        let is_there = |target: &str| {
            let path = target.split('?').next().unwrap();
            !document["paths"][path]["get"].is_null()
        };
        self.lists = LISTS
            .into_iter()
            .filter(|target| is_there(target))
            .collect();
        self
    }

    /// What comes next: reads of changes mostly, as a dashboard or a pipeline does.
    pub(super) fn request(&self, dice: &mut Dice) -> Asked {
        let tenant = &self.tenants[dice.place(self.tenants.len())];
        let change = format!("/api/v1/changes/acme%2Fshop%23{}", dice.place(CHANGES));
        let asked = |operation, method: &str, target: &str, body: &str| {
            let authorization = format!("authorization: Bearer {}\r\n", tenant.key);
            let bytes = request(method, target, &authorization, body.as_bytes());
            Asked { operation, bytes }
        };
        match dice.below(100) {
            0..60 => asked("read a change", "GET", &change, ""),
            60..80 => {
                let list = self.lists[dice.place(self.lists.len())];
                asked(list, "GET", list, "")
            }
            80..90 => {
                let number = 1_000 + dice.below(50);
                let head = format!("{:040x}", dice.below(1 << 30));
                let pull = PullRequest::new("acme/shop", number, &"0".repeat(40), &head, now());
                let delivery = pull.opened().deliver(SECRET);
                let mut headers = String::new();
                for (name, value) in &delivery.headers {
                    let _ = write!(headers, "{name}: {value}\r\n");
                }
                let target = format!("/webhooks/{}/github", tenant.name);
                let bytes = request("POST", &target, &headers, &delivery.body);
                let operation = "take a webhook";
                Asked { operation, bytes }
            }
            90..95 => {
                let list = json!({ "list": dependencies(dice.place(1_000)) }).to_string();
                let target = format!("{change}/dependencies");
                asked("hand in dependencies", "PUT", &target, &list)
            }
            _ => asked("judge a change", "POST", &format!("{change}/judge"), ""),
        }
    }
}

fn request(method: &str, target: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "{method} {target} HTTP/1.1\r\nhost: koalr\r\n{headers}content-length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

/// Open changes that are never merged.
fn history() -> Value {
    let changes = (0..CHANGES).map(|number| {
        json!({
            "id": format!("acme/shop#{number}"), "repository": "acme/shop", "number": number,
            "title": format!("Change {number}"), "author": format!("author-{}", number % 17),
            "head-sha": format!("{number:040x}"), "state": "open", "base-score": number % 100,
            "opened-at": "2026-01-08T09:00:00Z", "dependencies": dependencies(number),
        })
    });
    let changes: Vec<Value> = changes.collect();
    json!({
        "services": [{ "name": "shop", "repositories": ["acme/shop"] }],
        "changes": changes,
    })
}

/// A few packages, by turns those of the sample.
fn dependencies(turn: usize) -> Value {
    let changes = sample::changes();
    let change = &changes[turn % changes.len()];
    let rows = change.dependencies.iter().map(|one| {
        json!({
            "ecosystem": one.ecosystem, "name": one.name, "before": one.before, "after": one.after, "direct": one.direct,
        })
    });
    rows.collect::<Vec<_>>().into()
}

/// Lists and states, of which those are asked for that the server's document names.
const LISTS: [&str; 6] = [
    "/api/v1/changes?limit=50",
    "/api/v1/connections",
    "/api/v1/integrations",
    "/api/v1/pull-requests?limit=50",
    "/api/v1/deployments?limit=50",
    "/api/v1/audit?limit=50",
];

/// Changes of a tenant.
const CHANGES: usize = 200;

const SECRET: &str = "a webhook's secret";

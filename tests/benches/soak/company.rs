//! Who is there: tenants, each with a Snyk of its own, and one GitHub for all.

use std::path::{Path, PathBuf};
use std::time::Duration;

use koalr_host::jobs::{ConnectOptions, NewKey, connect, create_key};
use koalr_host::serve::{GITHUB, GitHubHook, PAGER_DUTY, PagerDutyHook};
use koalr_host::{Host, HostSettings};
use koalr_platform::access::Scope;
use koalr_platform::delivery::Service;
use koalr_runtime::Secret;
use koalr_store::{DataDir, TenantId};
use koalr_upstream::github::{Component, GitHub, GitHubUpstream, Repository};
use koalr_upstream::{Dice, Organization, Upstream, World, sample};

use crate::now;

/// All tenants, what they are connected to, and where their data is.
pub(super) struct Company {
    pub(super) tenants: Vec<Tenant>,
    pub(super) github: GitHubUpstream,
    pub(super) data: PathBuf,
}

/// A tenant, as the outside knows it.
pub(super) struct Tenant {
    pub(super) name: String,
    pub(super) repository: String,
    pub(super) snyk: Upstream,
    pub(super) key: String,
}

impl Company {
    /// Connects them; nothing is synced yet.
    pub(super) async fn found(directory: &Path, tenants: usize) -> Self {
        let data_path = directory.join("data");
        let data = DataDir::open(&data_path).unwrap();
        let settings = HostSettings {
            artifact_dir: Some(data_path.join("artifacts")),
            ..HostSettings::default()
        };
        let host = Host::open(settings).await.unwrap();
        let repositories = (0..tenants).map(|number| {
            let repository = Repository::new(&repository(number));
            repository.commit(&sha(0), packages(|before, _| before))
        });
        let github = GitHub::from(repositories.collect::<Vec<_>>());
        let github = github.token(GITHUB_TOKEN).with_limit(u32::MAX);
        let github = GitHubUpstream::start(github.with_latency(LATENCY))
            .await
            .unwrap();
        let mut all = Vec::new();
        for number in 0..tenants {
            all.push(tenant(&host, &data, &github, number).await);
        }
        Self {
            tenants: all,
            github,
            data: data_path,
        }
    }
}

async fn tenant(host: &Host, data: &DataDir, github: &GitHubUpstream, number: usize) -> Tenant {
    let name = format!("tenant-{number}");
    let token = format!("{CANARY}{number:012x}");
    let world = World::from(organizations(number)).token(&token);
    let snyk = Upstream::start(world.with_latency(LATENCY)).await.unwrap();
    let mut tenant = data.tenant(&TenantId::parse(&name).unwrap(), true).unwrap();
    let options = ConnectOptions {
        upstream: Some(snyk.base_url().to_owned()),
        allow_loopback: true,
        secret: Secret::parse(&token).unwrap(),
        organizations: Vec::new(),
        roots: None,
        downloads: Vec::new(),
    };
    connect(host, &mut tenant, options, now()).await.unwrap();
    let hook = GitHubHook {
        secret: HOOK_SECRET.to_owned(),
        token: Some(GITHUB_TOKEN.to_owned()),
        api: Some(github.base_url().to_owned()),
        allow_loopback: true,
    };
    let pager_duty = PagerDutyHook {
        secret: HOOK_SECRET.to_owned(),
    };
    let sealed = [
        (GITHUB, serde_json::to_vec(&hook).unwrap()),
        (PAGER_DUTY, serde_json::to_vec(&pager_duty).unwrap()),
    ];
    for (hook, secret) in sealed {
        tenant.save_secret(hook, &secret).unwrap();
    }
    let repository = repository(number);
    let service = Service {
        name: SERVICE.to_owned(),
        aliases: Vec::new(),
        repositories: vec![repository.clone()],
    };
    tenant.save_service(&service).unwrap();
    let wanted = NewKey {
        name: "soak",
        scopes: &[Scope::Read].into(),
        login: None,
    };
    let (key, _) = create_key(data, &mut tenant, wanted, now()).unwrap();
    Tenant {
        name,
        repository,
        snyk,
        key: key.reveal().to_owned(),
    }
}

/// Two small organizations, and one whose issues take several pages.
fn organizations(tenant: usize) -> Vec<Organization> {
    let mut dice = Dice::new(tenant as u64);
    let organizations = (0..3).map(|number| {
        let mut organization = sample::organization(now());
        organization.id = format!("{tenant:08x}-{number:04x}-4000-8000-000000000000");
        organization.slug = format!("acme-{tenant}-{number}");
        if number == 2 {
            let own = organization.issues.clone();
            while organization.issues.len() < LARGE {
                let issue = own[dice.place(own.len())].clone();
                organization.issues.push(issue);
            }
        }
        for (place, issue) in organization.issues.iter_mut().enumerate() {
            issue.id = issue_id(number, place);
        }
        organization
    });
    organizations.collect()
}

/// Id of an issue by its organization and its place there.
pub(super) fn issue_id(organization: usize, place: usize) -> String {
    format!("{organization:04x}{place:04x}-1111-4000-8000-000000000000")
}

/// A commit by its number in its repository.
pub(super) fn sha(number: usize) -> String {
    format!("{number:040x}")
}

/// What a commit has: all packages of the demo as they are before its pull requests, or after one of them.
pub(super) fn packages(
    version: impl Fn(Option<&'static str>, Option<&'static str>) -> Option<&'static str>,
) -> Vec<Component> {
    let changes = sample::changes().into_iter();
    let packages = changes.flat_map(|change| change.dependencies);
    let packages = packages.filter_map(|one| {
        let version = version(one.before, one.after)?;
        let manifest = "package-lock.json";
        Some(Component::new(manifest, one.ecosystem, one.name, version))
    });
    packages.collect()
}

fn repository(tenant: usize) -> String {
    format!("tenant-{tenant}/shop")
}

/// The one service of each tenant.
pub(super) const SERVICE: &str = "shop";

/// Begins each tenant's token for Snyk.
pub(super) const CANARY: &str = "c0ffee5e-1234-4abc-8def-";
/// What GitHub lets in.
pub(super) const GITHUB_TOKEN: &str = "ghs_c0ffee5ec0ffee5ec0ffee5ec0ffee5ec0ff";
/// What webhooks are signed with.
pub(super) const HOOK_SECRET: &str = "c0ffee5e, a webhook's secret";

/// Of every answer.
const LATENCY: Duration = Duration::from_millis(2);
/// Issues of an organization of several pages.
const LARGE: usize = 250;

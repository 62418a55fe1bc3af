//! `koalr demo`: the whole path on a sample organization, without a token or a network, and then as pages.

mod pages;
mod team;

use std::process::ExitCode;

use koalr_platform::model::common::{Change, DependencyChange, Timestamp};
use koalr_runtime::Secret;
use koalr_store::Tenant;
use koalr_upstream::Upstream;
use koalr_upstream::sample::{self, History, SampleChange};

use super::args::{Common, Demo, Format};
use super::serve::Signals;
use super::{create_tenant, now, open_host, print};
use crate::jobs::{ChangeFile, ConnectOptions, JudgeOptions, SyncOptions, connect, judge, sync};
use crate::report::{connect_text, gate_text, sync_text};
use crate::{Host, HostError};
use pages::Served;

pub(super) async fn run(common: &Common, options: Demo) -> Result<ExitCode, HostError> {
    let mut signals = Signals::listen().map_err(HostError::Serve)?;
    // Dropped last, however it ends.
    let directory = tempfile::tempdir().map_err(|error| HostError::Sample(error.to_string()))?;
    let mut common = common.clone();
    common
        .data
        .get_or_insert_with(|| directory.path().join("data"));
    let served = tokio::select! {
        shown = show(&common, options) => shown?,
        () = signals.ended(None) => None,
    };
    if let Some(served) = served {
        signals.ended(None).await;
        tokio::select! {
            () = served.end() => {}
            () = signals.ended(None) => {}
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Shows it; what goes on afterwards, if anything does.
async fn show(common: &Common, options: Demo) -> Result<Option<Served>, HostError> {
    let as_of = now(common);
    let format = options.format;
    // Pages without a past would be empty.
    let team = (options.team || !options.once).then(|| sample::history(SEED, as_of));
    let organization = team.as_ref().map(History::organization);
    let organization = organization.unwrap_or_else(|| sample::organization(as_of));
    let upstream = Upstream::start(organization)
        .await
        .map_err(|error| HostError::Sample(error.to_string()))?;
    let mut tenant = create_tenant(common)?;
    let host = open_host(common, common.settings.rate_share).await?;

    title(
        format,
        "A sample Snyk on this machine; nothing here leaves it.",
    )?;
    line(&host, &mut tenant, &upstream, format, as_of).await?;
    if let Some(team) = &team {
        let told = options.team.then_some(format);
        team::remember(&host, &mut tenant, team, (told, as_of)).await?;
        if options.team {
            team::look_back(&host, &mut tenant, (format, as_of)).await?;
        }
    }
    let mut last = String::new();
    for change in sample::changes() {
        last = change_id(&change);
        title(format, &format!("$ koalr gate {last}"))?;
        let file = describe(change);
        let report = judge(&host, &mut tenant, file, &JudgeOptions::default(), as_of).await?;
        print(format, &report, |report| gate_text(report, false))?;
    }
    if options.once {
        return Ok(None);
    }
    let served = Served::start(common, host, tenant, upstream).await?;
    if format == Format::Text {
        let hint = served.hint(common, &last)?;
        print(format, &hint, Clone::clone)?;
    }
    Ok(Some(served))
}

/// Connects and backfills.
async fn line(
    host: &Host,
    tenant: &mut Tenant,
    upstream: &Upstream,
    format: Format,
    as_of: Timestamp,
) -> Result<(), HostError> {
    let integration = &host.manifest().id;
    title(
        format,
        &format!(
            "$ koalr connect {integration} --upstream {} --allow-loopback",
            upstream.base_url()
        ),
    )?;
    let secret = Secret::parse(TOKEN).map_err(|error| HostError::Sample(error.to_string()))?;
    let options = ConnectOptions {
        upstream: Some(upstream.base_url().to_owned()),
        allow_loopback: true,
        secret,
        organizations: Vec::new(),
        roots: None,
        downloads: Vec::new(),
    };
    print(
        format,
        &connect(host, tenant, options, as_of).await?,
        connect_text,
    )?;
    title(format, &format!("$ koalr sync {integration}"))?;
    let options = SyncOptions {
        window_days: Some(90),
        full: false,
    };
    let report = sync(host, tenant, options, as_of, |_| {}).await?;
    print(format, &report, sync_text)
}

fn describe(change: SampleChange) -> ChangeFile {
    ChangeFile {
        change: Change {
            id: change_id(&change),
            repository: change.repository.to_owned(),
            number: Some(change.number),
            head_sha: change.head_sha.to_owned(),
            base_sha: Some(change.base_sha.to_owned()),
            source_branch: None,
            target_branch: Some(change.target_branch.to_owned()),
        },
        title: change.title.to_owned(),
        author: Some(change.author.to_owned()),
        opened_at: None,
        base_score: Some(f64::from(change.base_score)),
        dependencies: Some(
            change
                .dependencies
                .into_iter()
                .map(|dependency| DependencyChange {
                    ecosystem: dependency.ecosystem.to_owned(),
                    name: dependency.name.to_owned(),
                    before: dependency.before.map(str::to_owned),
                    after: dependency.after.map(str::to_owned),
                    direct: Some(dependency.direct),
                    manifest: None,
                })
                .collect(),
        ),
        evidence: None,
    }
}

fn change_id(change: &SampleChange) -> String {
    format!("{}#{}", change.repository, change.number)
}

/// What stands between reports for people; programs get the reports alone.
fn title(format: Format, text: &str) -> Result<(), HostError> {
    match format {
        Format::Text => print(format, &text, |text| format!("\n── {text}\n\n")),
        Format::Json => Ok(()),
    }
}

/// Which of all made-up teams it is.
const SEED: u64 = 7;

/// The sample upstream takes any token; this one has the form of an API key.
const TOKEN: &str = "00000000-0000-4000-8000-000000000000";

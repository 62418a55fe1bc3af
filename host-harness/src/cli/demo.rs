//! `koalr demo`: the whole path on a sample organization, without a token or a network.

use std::process::ExitCode;

use koalr_platform::correlation::CorrelationSettings;
use koalr_platform::debt::DebtSettings;
use koalr_platform::dora::DoraSettings;
use koalr_platform::ledger::Scope;
use koalr_platform::model::common::{Change, DependencyChange, Timestamp};
use koalr_platform::policy::Policy;
use koalr_runtime::Secret;
use koalr_store::Tenant;
use koalr_upstream::Upstream;
use koalr_upstream::sample::{self, History, SampleChange};

use super::args::{Common, Demo, Format};
use super::{create_tenant, now, open_host, print};
use crate::jobs::{
    ChangeFile, ConnectOptions, InsightAsked, JudgeOptions, ReconstructOptions, SyncOptions,
    backtest, calibration, connect, correlation, debt, dora, import, judge, override_change,
    reconstruct, sync,
};
use crate::report::{
    backtest_text, calibration_text, connect_text, correlation_text, debt_text, dora_text,
    gate_text, import_text, override_text, reconstruct_text, sync_text,
};
use crate::{Host, HostError};

pub(super) async fn run(common: &Common, options: Demo) -> Result<ExitCode, HostError> {
    let sample_failed = |reason: String| HostError::Sample(reason);
    let directory = tempfile::tempdir().map_err(|error| sample_failed(error.to_string()))?;
    let mut common = common.clone();
    let data = common
        .data
        .get_or_insert_with(|| directory.path().join("data"))
        .clone();
    let as_of = now(&common);
    let team = options.team.then(|| sample::history(SEED, as_of));
    let organization = team.as_ref().map(History::organization);
    let organization = organization.unwrap_or_else(|| sample::organization(as_of));
    let upstream = Upstream::start(organization)
        .await
        .map_err(|error| sample_failed(error.to_string()))?;
    let mut tenant = create_tenant(&common)?;
    let host = open_host(&common, common.settings.rate_share).await?;

    let format = options.format;
    title(
        format,
        "A sample Snyk on this machine; nothing here leaves it.",
    )?;
    line(&host, &mut tenant, &upstream, format, as_of).await?;
    if let Some(team) = &team {
        look_back(&host, &mut tenant, team, (format, as_of)).await?;
    }
    let mut last = String::new();
    for change in sample::changes() {
        last = change_id(&change);
        title(format, &format!("$ koalr gate {last}"))?;
        let file = describe(change);
        let report = judge(&host, &mut tenant, file, &JudgeOptions::default(), as_of).await?;
        print(format, &report, |report| gate_text(report, false))?;
    }
    if !options.once {
        stay(&upstream, format, &data, &last).await?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Imports what a made-up team did, and judges it in hindsight.
async fn look_back(
    host: &Host,
    tenant: &mut Tenant,
    team: &History,
    (format, as_of): (Format, Timestamp),
) -> Result<(), HostError> {
    title(format, "$ koalr import sample.json")?;
    let document = team.document().to_string();
    let report = import(tenant, "sample.json", &document, as_of)?;
    print(format, &report, import_text)?;
    for one in &team.overrides {
        title(
            format,
            &format!(
                "$ koalr override '{}' --as {} --reason '{}'",
                one.change, one.actor, one.reason
            ),
        )?;
        let head = (one.change.as_str(), Some(one.head_sha.as_str()));
        let lifted = override_change(tenant, head, (one.actor, one.reason), one.at)?;
        print(format, &lifted, override_text)?;
    }
    title(format, "$ koalr reconstruct")?;
    let options = ReconstructOptions {
        days: DAYS,
        again: false,
        policy: Policy::default(),
    };
    let report = reconstruct(host, tenant, &options, as_of).await?;
    print(format, &report, reconstruct_text)?;
    title(format, "$ koalr gate backtest --policy policy.toml")?;
    let report = backtest(host, tenant, &JudgeOptions::default(), DAYS, as_of).await?;
    print(format, &report, backtest_text)?;
    let scope = Scope::default();
    let asked = InsightAsked {
        scope: &scope,
        from: as_of.saturating_sub(Timestamp::from(DAYS) * MILLIS_PER_DAY),
        as_of,
    };
    title(format, "$ koalr report dora")?;
    let report = dora(tenant, &DoraSettings::default(), asked)?;
    print(format, &report, dora_text)?;
    title(format, "$ koalr report debt")?;
    let integration = host.manifest().id.clone();
    let report = debt(tenant, &integration, &DebtSettings::default(), asked)?;
    print(format, &report, debt_text)?;
    title(format, "$ koalr report correlation")?;
    let report = correlation(tenant, &CorrelationSettings::default(), asked)?;
    print(format, &report, correlation_text)?;
    title(format, "$ koalr report calibration")?;
    let report = calibration(tenant, Policy::default().bands, asked)?;
    print(format, &report, calibration_text)
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

/// Keeps the sample upstream for the person who wants to try more.
async fn stay(
    upstream: &Upstream,
    format: Format,
    data: &std::path::Path,
    change: &str,
) -> Result<(), HostError> {
    if format == Format::Text {
        let hint = format!(
            "\nThe sample Snyk keeps running at {}; press Ctrl-C to end it.\n\
             In another terminal:\n\n  koalr --data {} gate {change} --format json\n",
            upstream.base_url(),
            data.display()
        );
        print(format, &hint, Clone::clone)?;
    }
    tokio::signal::ctrl_c()
        .await
        .map_err(|error| HostError::Sample(error.to_string()))
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

const MILLIS_PER_DAY: Timestamp = 86_400_000;

/// Days of its history.
const DAYS: u32 = 90;

/// The sample upstream takes any token; this one has the form of an API key.
const TOKEN: &str = "00000000-0000-4000-8000-000000000000";

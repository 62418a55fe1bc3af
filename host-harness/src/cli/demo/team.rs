//! The past of a made-up team.

use koalr_platform::correlation::CorrelationSettings;
use koalr_platform::debt::DebtSettings;
use koalr_platform::dora::DoraSettings;
use koalr_platform::ledger::Scope;
use koalr_platform::model::common::Timestamp;
use koalr_platform::policy::Policy;
use koalr_store::Tenant;
use koalr_upstream::sample::{self, History};
use serde::Serialize;
use serde_json::{Value, json};

use super::super::args::Format;
use super::super::print;
use super::{change_id, title};
use crate::jobs::{
    InsightAsked, JudgeOptions, ReconstructOptions, backtest, calibration, correlation, debt, dora,
    import, override_change, reconstruct,
};
use crate::report::{
    backtest_text, calibration_text, correlation_text, debt_text, dora_text, import_text,
    override_text, reconstruct_text,
};
use crate::{Host, HostError};

/// Imports what a made-up team did, and judges it in hindsight; without a format nothing is told of it.
pub(super) async fn remember(
    host: &Host,
    tenant: &mut Tenant,
    team: &History,
    (told, as_of): (Option<Format>, Timestamp),
) -> Result<(), HostError> {
    let mut document = team.document();
    if let Some(Value::Array(changes)) = document.get_mut("changes") {
        changes.extend(open_changes(as_of));
    }
    let report = import(tenant, "sample.json", &document.to_string(), as_of)?;
    tell(told, "$ koalr import sample.json", &report, import_text)?;
    for one in &team.overrides {
        let command = format!(
            "$ koalr override '{}' --as {} --reason '{}'",
            one.change, one.actor, one.reason
        );
        let head = (one.change.as_str(), Some(one.head_sha.as_str()));
        let lifted = override_change(tenant, head, (one.actor, one.reason), one.at)?;
        tell(told, &command, &lifted, override_text)?;
    }
    let options = ReconstructOptions {
        days: DAYS,
        again: false,
        policy: Policy::default(),
    };
    let report = reconstruct(host, tenant, &options, as_of).await?;
    tell(told, "$ koalr reconstruct", &report, reconstruct_text)
}

/// What nobody judged yet: without it, nobody would know when they were opened, and the pages had them last.
fn open_changes(as_of: Timestamp) -> impl Iterator<Item = Value> {
    let ages = (1..).map(|hours| hours * MILLIS_PER_HOUR);
    sample::changes()
        .into_iter()
        .zip(ages)
        .map(move |(change, age)| {
            json!({
                "id": change_id(&change),
                "repository": change.repository,
                "number": change.number,
                "title": change.title,
                "author": change.author,
                "head-sha": change.head_sha,
                "base-sha": change.base_sha,
                "target-branch": change.target_branch,
                "state": "open",
                "opened-at": as_of.saturating_sub(age),
            })
        })
}

/// What the past tells.
pub(super) async fn look_back(
    host: &Host,
    tenant: &mut Tenant,
    (format, as_of): (Format, Timestamp),
) -> Result<(), HostError> {
    let told = Some(format);
    let report = backtest(host, tenant, &JudgeOptions::default(), DAYS, as_of).await?;
    let command = "$ koalr gate backtest --policy policy.toml";
    tell(told, command, &report, backtest_text)?;
    let scope = Scope::default();
    let asked = InsightAsked {
        scope: &scope,
        from: as_of.saturating_sub(Timestamp::from(DAYS) * MILLIS_PER_DAY),
        as_of,
    };
    let report = dora(tenant, &DoraSettings::default(), asked)?;
    tell(told, "$ koalr report dora", &report, dora_text)?;
    let integration = host.manifest().id.clone();
    let report = debt(tenant, &integration, &DebtSettings::default(), asked)?;
    tell(told, "$ koalr report debt", &report, debt_text)?;
    let report = correlation(tenant, &CorrelationSettings::default(), asked)?;
    tell(
        told,
        "$ koalr report correlation",
        &report,
        correlation_text,
    )?;
    let report = calibration(tenant, Policy::default().bands, asked)?;
    tell(
        told,
        "$ koalr report calibration",
        &report,
        calibration_text,
    )
}

fn tell<T: Serialize>(
    told: Option<Format>,
    command: &str,
    report: &T,
    text: impl FnOnce(&T) -> String,
) -> Result<(), HostError> {
    let Some(format) = told else {
        return Ok(());
    };
    title(format, command)?;
    print(format, report, text)
}

const MILLIS_PER_HOUR: Timestamp = 3_600_000;

const MILLIS_PER_DAY: Timestamp = 24 * MILLIS_PER_HOUR;

/// Days of its history.
const DAYS: u32 = 90;

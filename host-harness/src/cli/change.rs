//! `koalr score` and `koalr gate`.

use std::io::Read as _;
use std::process::ExitCode;

use koalr_platform::decision::Decision;
use koalr_platform::policy::Policy;
use koalr_platform::waiver::WaiverFile;
use koalr_store::Tenant;

use super::args::{Common, Format, Gate, GateCommand, GateFormat, Judge, Score};
use super::{backtest, policy};
use super::{create_tenant, find_tenant, not_connected, now, open_host, print};
use crate::jobs::{ChangeFile, JudgeOptions, judge};
use crate::report::{ChangeReport, CheckRun, gate_text, score_text};
use crate::{Host, HostError, RateShare};

pub(super) async fn score(common: &Common, options: Score) -> Result<ExitCode, HostError> {
    let report = run(common, &options.judge).await?;
    print(options.format, &report, |report| {
        score_text(report, options.judge.explain)
    })?;
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn gate(common: &Common, options: Gate) -> Result<ExitCode, HostError> {
    let judge = match (options.command, options.judge) {
        (Some(GateCommand::Backtest(options)), _) => return backtest::run(common, options).await,
        (None, Some(judge)) => judge,
        (None, None) => return Err(HostError::Change("name the change to judge".to_owned())),
    };
    let report = run(common, &judge).await?;
    let text = |report: &ChangeReport| gate_text(report, judge.explain);
    match options.format {
        GateFormat::Text => print(Format::Text, &report, text)?,
        GateFormat::Json => print(Format::Json, &report, text)?,
        GateFormat::CheckRun => print(Format::Json, &CheckRun::of(&report), |run| {
            run.output.summary.clone()
        })?,
    }
    Ok(match report.settled.decision {
        Decision::Pass | Decision::Warn => ExitCode::SUCCESS,
        Decision::Block => ExitCode::from(BLOCKED),
        Decision::Pending | Decision::Inconclusive => ExitCode::from(CANNOT_TELL),
    })
}

async fn run(common: &Common, options: &Judge) -> Result<ChangeReport, HostError> {
    let tenant = find_tenant(common)?;
    let file = read(&options.change, tenant.as_ref())?;
    file.check()?;
    let host = open_host(common, RateShare::default()).await?;
    host.check_integration(&options.integration)?;
    let terms = terms(&host, options)?;
    let mut tenant = match tenant {
        Some(tenant) => tenant,
        // Ready evidence needs no connection, only a place for the decision.
        None if file.evidence.is_some() => create_tenant(common)?,
        None => return Err(not_connected(common, &options.integration)),
    };
    judge(&host, &mut tenant, file, &terms, now(common)).await
}

/// The policy and the waivers to judge by.
fn terms(host: &Host, options: &Judge) -> Result<JudgeOptions, HostError> {
    let mut policy = match &options.policy {
        Some(path) => policy::read(path, host.manifest())?,
        None => Policy::default(),
    };
    if let Some(mode) = options.mode {
        policy.mode = mode.into();
    }
    let waivers = match &options.waivers {
        Some(path) => policy::read_waivers(path, &policy)?,
        None => WaiverFile::default(),
    };
    Ok(JudgeOptions { policy, waivers })
}

/// A stored change by its id, or else a file.
fn read(change: &str, tenant: Option<&Tenant>) -> Result<ChangeFile, HostError> {
    if change == "-" {
        let mut text = String::new();
        std::io::stdin()
            .take(LARGEST_FILE)
            .read_to_string(&mut text)
            .map_err(|error| HostError::File {
                path: "-".into(),
                reason: error.to_string(),
            })?;
        return parse(change, &text);
    }
    if let Some(tenant) = tenant
        && let Some(stored) = ChangeFile::stored(tenant, change)?
    {
        return Ok(stored);
    }
    match std::fs::File::open(change) {
        Ok(file) => {
            let mut text = String::new();
            file.take(LARGEST_FILE)
                .read_to_string(&mut text)
                .map_err(|error| HostError::File {
                    path: change.into(),
                    reason: error.to_string(),
                })?;
            parse(change, &text)
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(HostError::Change(format!(
                "`{change}` is neither a stored change nor a file; give a file that describes the change (README has one)"
            )))
        }
        Err(error) => Err(HostError::File {
            path: change.into(),
            reason: error.to_string(),
        }),
    }
}

fn parse(name: &str, text: &str) -> Result<ChangeFile, HostError> {
    serde_json::from_str(text).map_err(|error| {
        HostError::Change(format!(
            "reading the change in `{name}`: {error}; README shows what such a file holds"
        ))
    })
}

/// Exit code of a change that must not pass.
const BLOCKED: u8 = 1;

/// Exit code of a change about which it cannot be told, or not yet.
const CANNOT_TELL: u8 = 3;

/// Largest file of a change, in bytes: a hundred thousand findings take about 50 MB.
const LARGEST_FILE: u64 = 256 << 20;

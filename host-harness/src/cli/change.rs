//! `koalr score` and `koalr gate`.

use std::io::Read as _;
use std::process::ExitCode;

use koalr_platform::decision::Decision;
use koalr_store::Tenant;

use super::args::{Common, Format, Gate, GateCommand, GateFormat, Judge, Score};
use super::{backtest, policy};
use super::{create_tenant, find_tenant, not_connected, now, open_host, print};
use crate::jobs::{ChangeFile, JudgeOptions, LONGEST_WAIT_SECS, judge, judge_stored};
use crate::report::{ChangeReport, CheckRun, gate_text, score_text};
use crate::{Host, HostError};

pub(super) async fn score(common: &Common, options: Score) -> Result<ExitCode, HostError> {
    let report = run(common, &options.change, &options.judge).await?;
    print(options.format, &report, |report| {
        score_text(report, options.judge.explain)
    })?;
    Ok(ExitCode::SUCCESS)
}

pub(super) async fn gate(common: &Common, options: Gate) -> Result<ExitCode, HostError> {
    if let Some(GateCommand::Backtest(options)) = options.command {
        return backtest::run(common, options).await;
    }
    if options.format == GateFormat::Github {
        return Err(HostError::NotPossible(
            "`--format github` is about a deployment; use `--format check-run` for a change"
                .to_owned(),
        ));
    }
    let change = options.change.as_deref().unwrap_or_default();
    let report = run(common, change, &options.judge).await?;
    let text = |report: &ChangeReport| gate_text(report, options.judge.explain);
    match options.format {
        GateFormat::Text => print(Format::Text, &report, text)?,
        GateFormat::Json => print(Format::Json, &report, text)?,
        GateFormat::CheckRun | GateFormat::Github => {
            let public_url = common.settings.public_url.as_deref();
            let run = CheckRun::of(&report).linked(public_url, &report.change.id);
            print(Format::Json, &run, |run| run.output.summary.clone())?;
        }
    }
    Ok(exit_code(report.settled.decision))
}

/// How a gate ends.
pub(super) fn exit_code(decision: Decision) -> ExitCode {
    match decision {
        Decision::Pass | Decision::Warn => ExitCode::SUCCESS,
        Decision::Block => ExitCode::from(BLOCKED),
        Decision::Pending | Decision::Inconclusive => ExitCode::from(CANNOT_TELL),
    }
}

async fn run(common: &Common, change: &str, options: &Judge) -> Result<ChangeReport, HostError> {
    let tenant = find_tenant(common)?;
    let subject = read(change, tenant.as_ref())?;
    if let Subject::File(file) = &subject {
        file.check()?;
    }
    let host = open_host(common, common.settings.rate_share).await?;
    let integration = judges(&host, options)?;
    let terms = terms(&host, tenant.as_ref(), options)?;
    let mut tenant = match (tenant, &subject) {
        (Some(tenant), _) => tenant,
        // Ready evidence needs no connection, only a place for the decision.
        (None, Subject::File(file)) if file.evidence.is_some() => create_tenant(common)?,
        (None, _) => return Err(not_connected(common, integration)),
    };
    let as_of = now(common);
    match subject {
        Subject::File(file) => judge(&host, &mut tenant, *file, &terms, as_of).await,
        Subject::Stored(id) => {
            let when = (as_of, LONGEST_WAIT_SECS);
            let judged = judge_stored(&host, &mut tenant, None, &id, &terms, when).await?;
            Ok(judged.report)
        }
    }
}

/// The integration that judges: the loaded one, if no other was asked for.
pub(super) fn judges<'a>(host: &'a Host, options: &Judge) -> Result<&'a str, HostError> {
    if let Some(asked) = &options.integration {
        host.check_integration(asked)?;
    }
    Ok(&host.manifest().id)
}

/// The policy and the waivers to judge by: those that are stored, where no file is named.
pub(super) fn terms(
    host: &Host,
    tenant: Option<&Tenant>,
    options: &Judge,
) -> Result<JudgeOptions, HostError> {
    let mut terms = JudgeOptions::default();
    if let Some(tenant) = tenant {
        terms.waivers = JudgeOptions::stored_waivers(tenant)?;
        if options.policy.is_none() {
            terms.policy = JudgeOptions::stored_policy(host, tenant)?;
        }
    }
    if let Some(path) = &options.policy {
        terms.policy = policy::read(path, host.manifest())?;
    }
    if let Some(mode) = options.mode {
        terms.policy.mode = mode.into();
    }
    if let Some(path) = &options.waivers {
        terms.waivers = policy::read_waivers(path, &terms.policy)?;
    }
    Ok(terms)
}

/// What is judged.
enum Subject {
    /// A stored change by its id.
    Stored(String),
    /// A change as it is described.
    File(Box<ChangeFile>),
}

/// A stored change by its id, or else a file.
fn read(change: &str, tenant: Option<&Tenant>) -> Result<Subject, HostError> {
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
        && tenant.change(change)?.is_some()
    {
        return Ok(Subject::Stored(change.to_owned()));
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

fn parse(name: &str, text: &str) -> Result<Subject, HostError> {
    let file = serde_json::from_str(text).map_err(|error| {
        HostError::Change(format!(
            "reading the change in `{name}`: {error}; README shows what such a file holds"
        ))
    })?;
    Ok(Subject::File(Box::new(file)))
}

/// Exit code of a change that must not pass.
const BLOCKED: u8 = 1;

/// Exit code of a change about which it cannot be told, or not yet.
const CANNOT_TELL: u8 = 3;

/// Largest file of a change, in bytes: a hundred thousand findings take about 50 MB.
const LARGEST_FILE: u64 = 256 << 20;

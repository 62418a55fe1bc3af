//! `koalr gate --deployment`.

use std::process::ExitCode;

use super::args::{Common, Format, Gate, GateFormat};
use super::change::{exit_code, judges, terms};
use super::{create_tenant, now, open_host, print};
use crate::HostError;
use crate::jobs::{DeploymentOptions, gate_deployment};
use crate::report::{ProtectionAnswer, deployment_text};

pub(super) async fn run(common: &Common, options: Gate) -> Result<ExitCode, HostError> {
    if options.format == GateFormat::CheckRun {
        return Err(HostError::NotPossible(
            "`--format check-run` is about a change; use `--format github` for a deployment"
                .to_owned(),
        ));
    }
    let host = open_host(common, common.settings.rate_share).await?;
    judges(&host, &options.judge)?;
    let mut tenant = create_tenant(common)?;
    let asked = DeploymentOptions {
        terms: terms(&host, Some(&tenant), &options.judge)?,
        sha: options.deployment.unwrap_or_default(),
        service: options.service.unwrap_or_default(),
        environment: options.environment,
    };
    let report = gate_deployment(&host, &mut tenant, &asked, now(common)).await?;
    match options.format {
        GateFormat::Text => print(Format::Text, &report, deployment_text)?,
        GateFormat::Json => print(Format::Json, &report, deployment_text)?,
        GateFormat::Github | GateFormat::CheckRun => {
            let answer = ProtectionAnswer::of(&report);
            print(Format::Json, &answer, |answer| answer.comment.clone())?;
        }
    }
    Ok(exit_code(report.verdict.decision))
}

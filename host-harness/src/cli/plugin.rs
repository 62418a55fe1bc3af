//! `koalr plugin`.

use std::path::PathBuf;
use std::process::ExitCode;

use super::args::{Common, Format, PluginCommand};
use super::{print, shadow};
use crate::check::{CheckOptions, check_component};
use crate::jobs::inspect;
use crate::report::{check_text, inspect_text};
use crate::{Host, HostError, HostSettings};

pub(super) async fn run(common: &Common, command: PluginCommand) -> Result<ExitCode, HostError> {
    match command {
        PluginCommand::Inspect { file, format } => inspect_file(file, format).await,
        PluginCommand::Check {
            file,
            recordings,
            format,
        } => check(&CheckOptions { file, recordings }, format).await,
        PluginCommand::Shadow(options) => shadow::run(common, options).await,
    }
}

async fn inspect_file(file: PathBuf, format: Format) -> Result<ExitCode, HostError> {
    let host = Host::open(HostSettings {
        plugin: Some(file),
        ..HostSettings::default()
    })
    .await?;
    print(format, &inspect(&host), inspect_text)?;
    Ok(ExitCode::SUCCESS)
}

async fn check(options: &CheckOptions, format: Format) -> Result<ExitCode, HostError> {
    let report = check_component(options).await?;
    print(format, &report, check_text)?;
    Ok(if report.failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

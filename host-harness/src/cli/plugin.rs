//! `koalr plugin`.

use std::process::ExitCode;

use super::args::PluginCommand;
use super::print;
use crate::jobs::inspect;
use crate::report::inspect_text;
use crate::{Host, HostError, HostSettings};

pub(super) async fn run(command: PluginCommand) -> Result<ExitCode, HostError> {
    let PluginCommand::Inspect { file, format } = command;
    let host = Host::open(HostSettings {
        plugin: Some(file),
        ..HostSettings::default()
    })
    .await?;
    print(format, &inspect(&host), inspect_text)?;
    Ok(ExitCode::SUCCESS)
}

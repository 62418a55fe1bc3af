//! `koalr plugin`.

use std::process::ExitCode;

use super::args::{Common, PluginCommand};
use super::{print, shadow};
use crate::jobs::inspect;
use crate::report::inspect_text;
use crate::{Host, HostError, HostSettings};

pub(super) async fn run(common: &Common, command: PluginCommand) -> Result<ExitCode, HostError> {
    let (file, format) = match command {
        PluginCommand::Inspect { file, format } => (file, format),
        PluginCommand::Shadow(options) => return shadow::run(common, options).await,
    };
    let host = Host::open(HostSettings {
        plugin: Some(file),
        ..HostSettings::default()
    })
    .await?;
    print(format, &inspect(&host), inspect_text)?;
    Ok(ExitCode::SUCCESS)
}

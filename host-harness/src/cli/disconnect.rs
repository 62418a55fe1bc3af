//! `koalr disconnect`.

use std::process::ExitCode;

use super::args::{Common, Disconnect};
use super::{connected_tenant, now, print};
use crate::HostError;
use crate::jobs::{disconnect, disconnect_as};
use crate::report::disconnect_text;

pub(super) fn run(common: &Common, options: &Disconnect) -> Result<ExitCode, HostError> {
    let integration = &options.integration;
    let mut tenant = connected_tenant(common, integration)?;
    let report = match &options.login {
        Some(login) => disconnect_as(&mut tenant, integration, login, now(common))?,
        None => disconnect(&mut tenant, integration, COMMAND, now(common))?,
    };
    print(options.format, &report, disconnect_text)?;
    Ok(ExitCode::SUCCESS)
}

/// Who disconnects, in the audit log, where nobody says so: whoever has the data directory.
const COMMAND: &str = "koalr disconnect";

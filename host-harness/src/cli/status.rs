//! `koalr status`.

use std::process::ExitCode;

use super::args::{Common, Status};
use super::{connected_tenant, print};
use crate::HostError;
use crate::jobs::status;
use crate::report::status_text;

pub(super) fn run(common: &Common, options: &Status) -> Result<ExitCode, HostError> {
    let tenant = connected_tenant(common, &options.integration)?;
    let report = status(&tenant, &options.integration)?;
    print(options.format, &report, status_text)?;
    Ok(ExitCode::SUCCESS)
}

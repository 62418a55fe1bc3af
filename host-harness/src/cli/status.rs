//! `koalr status`.

use std::process::ExitCode;

use super::args::{Common, Status};
use super::{connected_tenant, find_data, print};
use crate::HostError;
use crate::jobs::status;
use crate::registry::Served;
use crate::report::served_text;

pub(super) fn run(common: &Common, options: &Status) -> Result<ExitCode, HostError> {
    let tenant = connected_tenant(common, &options.integration)?;
    let report = status(&tenant, &options.integration)?;
    let served = Served::of(&find_data(common)?, report)?;
    print(options.format, &served, served_text)?;
    Ok(ExitCode::SUCCESS)
}

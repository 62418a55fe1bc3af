//! `koalr backup`.

use std::process::ExitCode;

use super::args::{Backup, Common};
use super::{find_data, now, print};
use crate::HostError;
use crate::jobs::backup;
use crate::report::backup_text;

pub(super) fn run(common: &Common, options: &Backup) -> Result<ExitCode, HostError> {
    let data = find_data(common)?;
    let report = backup(&data, &options.directory, options.with_key, now(common))?;
    print(options.format, &report, |report| {
        backup_text(report, data.path(), &options.directory)
    })?;
    let is_whole = report.unsaved.is_empty() && report.unsaved_components.is_empty();
    Ok(if is_whole {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(PARTIAL)
    })
}

/// Exit code of a backup that lacks a tenant or a component.
const PARTIAL: u8 = 1;

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
    Ok(if report.unsaved.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(PARTIAL)
    })
}

/// Exit code of a backup without all tenants.
const PARTIAL: u8 = 1;

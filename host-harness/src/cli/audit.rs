//! `koalr audit`.

use std::process::ExitCode;

use super::args::{AuditCommand, Common};
use super::{create_tenant, print};
use crate::HostError;
use crate::jobs::{audit_entries, verify_audit};
use crate::report::{audit_text, verified_text};

pub(super) fn run(common: &Common, command: AuditCommand) -> Result<ExitCode, HostError> {
    let tenant = create_tenant(common)?;
    match command {
        AuditCommand::List { format } => {
            print(format, &audit_entries(&tenant)?, |entries| {
                audit_text(entries)
            })?;
        }
        AuditCommand::Verify { tip, format } => {
            let report = verify_audit(&tenant, tip.as_ref())?;
            print(format, &report, verified_text)?;
            if report.broken.is_some() {
                return Ok(ExitCode::from(BROKEN));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Exit code of a log that is not as it was written.
const BROKEN: u8 = 1;

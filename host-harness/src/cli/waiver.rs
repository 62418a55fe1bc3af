//! `koalr waiver`.

use std::process::ExitCode;

use koalr_platform::waiver::{WaiverFile, Waivers};

use super::args::{Common, Format, WaiverCommand};
use super::policy::{read_waivers, stored};
use super::{create_tenant, find_tenant, now, open_host, print};
use crate::HostError;
use crate::jobs::{add_waivers, revoke_waiver};
use crate::report::waivers_text;

pub(super) async fn run(common: &Common, command: WaiverCommand) -> Result<ExitCode, HostError> {
    match command {
        WaiverCommand::Add { file, login } => {
            let host = open_host(common, common.settings.rate_share).await?;
            let mut tenant = create_tenant(common)?;
            let policy = stored(Some(&tenant), host.manifest())?;
            let WaiverFile {
                waivers,
                complaints,
            } = read_waivers(&file, &policy)?;
            if !complaints.is_empty() {
                return Err(HostError::Complaints {
                    path: file,
                    complaints,
                });
            }
            let added = add_waivers(&mut tenant, &waivers, &login, now(common))?;
            let all = waivers.all().len();
            print(Format::Text, &added, |added| {
                format!("{added} of {all} stored, the rest was known.\n")
            })?;
        }
        WaiverCommand::List { format } => {
            let stored = match find_tenant(common)? {
                Some(tenant) => tenant.waivers()?,
                None => Waivers::default(),
            };
            print(format, &stored.all(), |all| waivers_text(all, now(common)))?;
        }
        WaiverCommand::Revoke { id, login } => {
            let mut tenant = create_tenant(common)?;
            revoke_waiver(&mut tenant, &id, &login, now(common))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

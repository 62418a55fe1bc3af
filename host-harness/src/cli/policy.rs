//! `koalr policy`, and the files of policies and waivers.

use std::path::Path;
use std::process::ExitCode;

use koalr_platform::model::manifest::Manifest;
use koalr_platform::policy::Policy;
use koalr_platform::waiver::{WaiverFile, Waivers};
use koalr_store::Tenant;

use super::args::{Common, Format, PolicyCommand};
use super::{create_tenant, find_tenant, now, open_host, print};
use crate::HostError;
use crate::jobs::set_policy;

pub(super) async fn run(common: &Common, command: PolicyCommand) -> Result<ExitCode, HostError> {
    let host = open_host(common, common.settings.rate_share).await?;
    let manifest = host.manifest();
    match command {
        PolicyCommand::Show { file } => {
            let policy = match file {
                Some(path) => read(&path, manifest)?,
                None => stored(find_tenant(common)?.as_ref(), manifest)?,
            };
            print(Format::Text, &(), |()| policy.spelled_out(&manifest.rules))?;
        }
        PolicyCommand::Check { file, waivers } => {
            let policy = read(&file, manifest)?;
            if let Some(path) = waivers {
                let WaiverFile { complaints, .. } = read_waivers(&path, &policy)?;
                if !complaints.is_empty() {
                    return Err(HostError::Complaints { path, complaints });
                }
            }
        }
        PolicyCommand::Set { file, login } => {
            let written = text(&file)?;
            let policy = parse(&file, &written, manifest)?;
            let mut tenant = create_tenant(common)?;
            let version = set_policy(&mut tenant, (&written, &policy), &login, now(common))?;
            print(Format::Text, &version, |version| {
                format!(
                    "Version {version} of the policy applies from now on, wherever no `--policy` is given.\n"
                )
            })?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The policy that is set; an empty one if none is.
pub(super) fn stored(tenant: Option<&Tenant>, manifest: &Manifest) -> Result<Policy, HostError> {
    match tenant.map(Tenant::policy).transpose()?.flatten() {
        Some(stored) => {
            let name = format!("version {} of the policy", stored.version);
            parse(Path::new(&name), &stored.text, manifest)
        }
        None => Ok(Policy::default()),
    }
}

/// A policy file, with nothing wrong in it.
pub(super) fn read(path: &Path, manifest: &Manifest) -> Result<Policy, HostError> {
    parse(path, &text(path)?, manifest)
}

fn parse(path: &Path, text: &str, manifest: &Manifest) -> Result<Policy, HostError> {
    Policy::parse(text, manifest).map_err(|complaints| HostError::Complaints {
        path: path.to_owned(),
        complaints,
    })
}

/// A waiver file with what is wrong in it.
pub(super) fn read_waivers(path: &Path, policy: &Policy) -> Result<WaiverFile, HostError> {
    Ok(Waivers::parse(&text(path)?, policy))
}

fn text(path: &Path) -> Result<String, HostError> {
    std::fs::read_to_string(path).map_err(|error| HostError::File {
        path: path.to_owned(),
        reason: error.to_string(),
    })
}

//! `koalr policy`, and the files of policies and waivers.

use std::path::Path;
use std::process::ExitCode;

use koalr_platform::model::manifest::Manifest;
use koalr_platform::policy::Policy;
use koalr_platform::waiver::{WaiverFile, Waivers};

use super::args::{Common, Format, PolicyCommand};
use super::{open_host, print};
use crate::{HostError, RateShare};

pub(super) async fn run(common: &Common, command: PolicyCommand) -> Result<ExitCode, HostError> {
    let host = open_host(common, RateShare::default()).await?;
    let manifest = host.manifest();
    match command {
        PolicyCommand::Show { file } => {
            let policy = match file {
                Some(path) => read(&path, manifest)?,
                None => Policy::default(),
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
    }
    Ok(ExitCode::SUCCESS)
}

/// A policy file, with nothing wrong in it.
pub(super) fn read(path: &Path, manifest: &Manifest) -> Result<Policy, HostError> {
    Policy::parse(&text(path)?, manifest).map_err(|complaints| HostError::Complaints {
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

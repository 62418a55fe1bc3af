//! `koalr hook` and `koalr jobs`: what `koalr serve` is set up with, and what it gave up.

use std::path::Path;
use std::process::ExitCode;

use koalr_store::JobRecord;
use zeroize::Zeroizing;

use super::args::{Common, HookCommand, JobsCommand};
use super::{create_tenant, find_tenant, now, print};
use crate::HostError;
use crate::report::jobs_text;
use crate::serve::{GITHUB, GitHubHook, PAGER_DUTY, PagerDutyHook, to_be_sealed};

pub(super) fn run(common: &Common, command: HookCommand) -> Result<ExitCode, HostError> {
    let mut tenant = create_tenant(common)?;
    let (name, sealed) = match command {
        HookCommand::Github {
            secret_file,
            token_file,
            api,
            allow_loopback,
        } => {
            let hook = GitHubHook {
                secret: read(&secret_file)?,
                token: token_file.map(|path| read(&path)).transpose()?,
                api,
                allow_loopback,
            };
            (GITHUB, to_be_sealed(&hook))
        }
        HookCommand::Pagerduty { secret_file } => {
            let hook = PagerDutyHook {
                secret: read(&secret_file)?,
            };
            (PAGER_DUTY, to_be_sealed(&hook))
        }
    };
    tenant.save_secret(name, &sealed.map_err(HostError::Json)?)?;
    tenant.shred()?;
    Ok(ExitCode::SUCCESS)
}

pub(super) fn jobs(common: &Common, command: &JobsCommand) -> Result<ExitCode, HostError> {
    let Some(mut tenant) = find_tenant(common)? else {
        return Err(HostError::NotPossible(format!(
            "there is no tenant `{}`",
            common.tenant
        )));
    };
    match *command {
        JobsCommand::List { format } => {
            let mut jobs: Vec<JobRecord> = tenant.dead_jobs()?;
            jobs.extend(tenant.waiting_jobs()?);
            print(format, &jobs, |jobs| jobs_text(jobs))?;
        }
        JobsCommand::Replay { id } => {
            if !tenant.replay_job(id, now(common))? {
                return Err(HostError::NotPossible(format!(
                    "no job {id} was given up; `koalr jobs list` shows those that were"
                )));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The one line of a file.
fn read(path: &Path) -> Result<String, HostError> {
    let file = |reason: String| HostError::File {
        path: path.to_owned(),
        reason,
    };
    let text = std::fs::read_to_string(path).map_err(|error| file(error.to_string()))?;
    let text = Zeroizing::new(text);
    let line = text.trim_end_matches(['\r', '\n']);
    if line.is_empty() || line.contains('\n') {
        return Err(file("it must hold one line".to_owned()));
    }
    Ok(line.to_owned())
}

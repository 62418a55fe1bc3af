//! `koalr connect`.

use std::process::ExitCode;

use super::args::{Common, Connect};
use super::{ARTIFACTS, create_tenant, data_path, now, open_host, print, token};
use crate::HostError;
use crate::jobs::{ConnectOptions, connect};
use crate::report::connect_text;

pub(super) async fn run(common: &Common, options: Connect) -> Result<ExitCode, HostError> {
    let artifacts = data_path(common)?.join(ARTIFACTS);
    let is_kept = artifacts.is_dir();
    let host = open_host(common, common.settings.rate_share).await?;
    host.check_integration(&options.integration)?;
    let roots = options.ca_file.map(|path| {
        std::fs::read_to_string(&path).map_err(|error| HostError::File {
            path,
            reason: error.to_string(),
        })
    });
    let settings = ConnectOptions {
        upstream: options.upstream,
        allow_loopback: options.allow_loopback,
        secret: token::read(options.token_env.as_deref(), options.token_file.as_deref())?,
        organizations: options.organizations,
        roots: roots.transpose()?,
        downloads: options.downloads,
    };
    let mut tenant = create_tenant(common)?;
    let report = connect(&host, &mut tenant, settings, now(common)).await?;
    if !is_kept {
        // There was no directory to keep it in when it was compiled.
        host.plugin().keep(&artifacts)?;
    }
    print(options.format, &report, connect_text)?;
    Ok(ExitCode::SUCCESS)
}

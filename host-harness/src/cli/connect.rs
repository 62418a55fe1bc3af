//! `koalr connect`.

use std::process::ExitCode;

use super::args::{Common, Connect};
use super::{now, open_host, open_tenant, print, token};
use crate::HostError;
use crate::jobs::{ConnectOptions, connect};
use crate::report::connect_text;

pub(super) async fn run(common: &Common, options: Connect) -> Result<ExitCode, HostError> {
    let (data, mut tenant) = open_tenant(common, true)?;
    let host = open_host(common, &data).await?;
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
    };
    let report = connect(&host, &mut tenant, settings, now()).await?;
    print(options.format, &report, connect_text)?;
    Ok(ExitCode::SUCCESS)
}

//! `koalr reconstruct`.

use std::process::ExitCode;

use super::args::{Common, Reconstruct};
use super::{connected_tenant, now, open_host, policy, print};
use crate::HostError;
use crate::jobs::{ReconstructOptions, reconstruct};
use crate::report::reconstruct_text;

pub(super) async fn run(common: &Common, options: Reconstruct) -> Result<ExitCode, HostError> {
    let mut tenant = connected_tenant(common, &options.integration)?;
    let host = open_host(common, common.settings.rate_share).await?;
    host.check_integration(&options.integration)?;
    let terms = ReconstructOptions {
        days: options.days,
        again: options.again,
        policy: match &options.policy {
            Some(path) => policy::read(path, host.manifest())?,
            None => policy::stored(Some(&tenant), host.manifest())?,
        },
    };
    let report = reconstruct(&host, &mut tenant, &terms, now(common)).await?;
    print(options.format, &report, reconstruct_text)?;
    Ok(ExitCode::SUCCESS)
}

//! `koalr gate backtest`.

use std::process::ExitCode;

use koalr_platform::waiver::WaiverFile;

use super::args::{Backtest, Common};
use super::{connected_tenant, now, open_host, policy, print};
use crate::HostError;
use crate::jobs::{JudgeOptions, backtest};
use crate::report::backtest_text;

pub(super) async fn run(common: &Common, options: Backtest) -> Result<ExitCode, HostError> {
    let tenant = connected_tenant(common, &options.integration)?;
    let host = open_host(common, common.settings.rate_share).await?;
    host.check_integration(&options.integration)?;
    let policy = policy::read(&options.policy, host.manifest())?;
    let waivers = match &options.waivers {
        Some(path) => policy::read_waivers(path, &policy)?,
        None => WaiverFile::default(),
    };
    let terms = JudgeOptions { policy, waivers };
    let report = backtest(&host, &tenant, &terms, options.days, now(common)).await?;
    print(options.format, &report, backtest_text)?;
    Ok(ExitCode::SUCCESS)
}

//! `koalr plugin shadow`.

use std::process::ExitCode;

use koalr_platform::rollout::{ContentHash, Release};
use koalr_store::{DataDir, StoreError, TenantId};

use super::args::{Common, Shadow};
use super::{find_data, now, open_host, print};
use crate::jobs::{Conclusion, shadow};
use crate::report::shadow_text;
use crate::{Host, HostError};

pub(super) async fn run(common: &Common, options: Shadow) -> Result<ExitCode, HostError> {
    let data = find_data(common)?;
    let base = open_host(common, common.settings.rate_share).await?;
    let integration = &options.integration;
    let serving = match data.rollout(integration)? {
        Some(rollout) => load(&base, &data, integration, &rollout.current).await?,
        None => base.clone(),
    };
    serving.check_integration(integration)?;
    let wanted = installed(&data, integration, &options.version)?;
    let candidate = load(&base, &data, integration, &wanted).await?;
    let tenants = if options.all {
        data.tenants()?
    } else {
        vec![TenantId::parse(&common.tenant)?]
    };
    let sides = (&serving, &candidate);
    let report = shadow(&data, sides, &tenants, options.days, now(common)).await?;
    print(options.format, &report, shadow_text)?;
    Ok(match report.conclusion {
        Conclusion::Same => ExitCode::SUCCESS,
        Conclusion::Otherwise => ExitCode::from(OTHERWISE),
        Conclusion::Unknown => ExitCode::from(UNKNOWN),
    })
}

/// An installed version by its version or hash.
fn installed(data: &DataDir, integration: &str, wanted: &str) -> Result<Release, HostError> {
    let found = match ContentHash::try_from(wanted.to_owned()) {
        Ok(hash) => data.installed_version(&hash)?,
        Err(_) => data.installed_as(integration, wanted)?,
    };
    let found = found.filter(|found| found.manifest.id == integration);
    let found = found.ok_or_else(|| StoreError::NotInstalled {
        integration: integration.to_owned(),
        version: wanted.to_owned(),
    })?;
    Ok(found.release)
}

async fn load(
    base: &Host,
    data: &DataDir,
    integration: &str,
    release: &Release,
) -> Result<Host, HostError> {
    let name = format!("{integration} {}", release.version);
    base.load(&name, data.component(&release.hash)?).await
}

/// Exit code where a verdict is another one.
const OTHERWISE: u8 = 1;
/// Exit code where nothing could be compared.
const UNKNOWN: u8 = 3;

//! `koalr plugin shadow`, and what a swap asks of it.

use std::process::ExitCode;

use koalr_platform::rollout::Release;
use koalr_store::TenantId;

use super::args::{Common, Shadow};
use super::plugin::Desk;
use super::{now, print};
use crate::jobs::{Conclusion, SHADOW_DAYS, ShadowReport, shadow};
use crate::registry::{find, load};
use crate::report::{shadow_sentence, shadow_text};
use crate::{Host, HostError};

pub(super) async fn run(common: &Common, options: Shadow) -> Result<ExitCode, HostError> {
    let desk = Desk::open(common).await?;
    let integration = &options.aimed.id;
    let installed = desk.data.installed()?;
    let wanted = &find(&installed, integration, &options.aimed.version)?.release;
    let tenants = if common.names_tenant {
        vec![TenantId::parse(&common.tenant)?]
    } else {
        desk.data.tenants()?
    };
    let serving = serving(&desk, integration).await?;
    serving.check_integration(integration)?;
    let sides = (&serving, wanted);
    let report = compare(common, &desk, sides, &tenants, options.days).await?;
    print(options.format, &report, shadow_text)?;
    Ok(match report.conclusion {
        Conclusion::Same => ExitCode::SUCCESS,
        Conclusion::Otherwise => ExitCode::from(OTHERWISE),
        Conclusion::Unknown => ExitCode::from(UNKNOWN),
    })
}

/// Makes sure that a version may come to serve: the one that is wanted, or else the one that is being tried. Says what the
/// history is to keep of that; nothing where verdict changes are allowed.
pub(super) async fn agreed(
    common: &Common,
    desk: &Desk,
    (integration, wanted): (&str, Option<&str>),
    accept: bool,
) -> Result<String, HostError> {
    if !common.settings.refuse_verdict_changes {
        return Ok(String::new());
    }
    let rollout = desk.data.rollout(integration)?;
    let wanted = if let Some(wanted) = wanted {
        let installed = desk.data.installed()?;
        Some(find(&installed, integration, wanted)?.release.clone())
    } else {
        let candidate = rollout.as_ref().and_then(|one| one.candidate.as_ref());
        candidate.map(|candidate| candidate.release.clone())
    };
    let serving = serving(desk, integration).await?;
    // Without a version before it there is no verdict to change, and without a candidate nothing to promote.
    let (Some(wanted), true) = (wanted, serving.manifest().id == integration) else {
        return Ok(String::new());
    };
    // Who is pinned is served by no other version.
    let is_pinned = |tenant: &TenantId| {
        let mut pins = rollout.iter().map(|rollout| &rollout.pins);
        pins.any(|pins| pins.contains_key(tenant.as_str()))
    };
    let mut tenants = desk.data.tenants()?;
    tenants.retain(|tenant| !is_pinned(tenant));
    let report = compare(common, desk, (&serving, &wanted), &tenants, SHADOW_DAYS).await?;
    let said = shadow_sentence(&report);
    match report.conclusion {
        Conclusion::Same => Ok(said),
        Conclusion::Otherwise | Conclusion::Unknown if accept => Ok(format!("Accepted: {said}")),
        Conclusion::Otherwise | Conclusion::Unknown => Err(HostError::NotPossible(format!(
            "{said} `plugins.verdict-changes` is `refused`, so nothing was changed; look at `koalr plugin shadow {integration} {}`, and agree with `--accept-verdict-changes`",
            wanted.version
        ))),
    }
}

/// The version that serves everybody without a pin.
async fn serving(desk: &Desk, integration: &str) -> Result<Host, HostError> {
    match desk.data.rollout(integration)? {
        Some(rollout) => load(&desk.base, &desk.data, &rollout.current, &desk.signers).await,
        None => Ok(desk.base.clone()),
    }
}

async fn compare(
    common: &Common,
    desk: &Desk,
    (serving, wanted): (&Host, &Release),
    tenants: &[TenantId],
    days: u32,
) -> Result<ShadowReport, HostError> {
    let candidate = load(&desk.base, &desk.data, wanted, &desk.signers).await?;
    let sides = (serving, &candidate);
    shadow(&desk.data, sides, tenants, days, now(common)).await
}

/// Exit code where a verdict is another one.
const OTHERWISE: u8 = 1;
/// Exit code where nothing could be compared.
const UNKNOWN: u8 = 3;

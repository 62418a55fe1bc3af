//! Which version of the integration a command uses.

use std::path::{Path, PathBuf};

use koalr_runtime::Proxy;
use koalr_store::DataDir;

use super::args::Common;
use super::{ARTIFACTS, data_path};
use crate::recording::Recordings;
use crate::registry::{Reference, load, open, refuse_paused};
use crate::{Host, HostError, HostSettings, RateShare, component_path};

/// The version that is named, or else the one that serves the tenant, unless it is paused.
pub(super) async fn open_host(common: &Common, rate_share: RateShare) -> Result<Host, HostError> {
    let host = serving(common, rate_share).await?;
    Ok(match &common.record {
        Some(directory) => host.recorded(Recordings::all(directory.clone())?),
        None => host,
    })
}

async fn serving(common: &Common, rate_share: RateShare) -> Result<Host, HostError> {
    let host = open_named(common, rate_share).await?;
    let Some(data) = stored(common)? else {
        return Ok(host);
    };
    let integration = host.manifest().id.clone();
    refuse_paused(&data, &integration)?;
    if common.plugin.is_some() {
        return Ok(host);
    }
    match data.rollout(&integration)? {
        Some(rollout) => {
            let signers = common.settings.signatures.read()?;
            load(&host, &data, rollout.resolve(&common.tenant), &signers).await
        }
        None => Ok(host),
    }
}

/// The version that is named, or else the component that serves where nothing was swapped in, paused or not.
pub(super) async fn open_named(common: &Common, rate_share: RateShare) -> Result<Host, HostError> {
    let settings = HostSettings {
        rate_share,
        ..settings(common)?
    };
    let Some(reference) = common.plugin.as_deref().and_then(reference) else {
        return Host::open(settings).await;
    };
    let Some(data) = stored(common)? else {
        return Err(HostError::NotPossible(format!(
            "there is no file `{0}`, and nothing is installed; `koalr plugin install FILE` does that",
            reference.integration
        )));
    };
    let version = reference.find(&data, &common.tenant)?;
    let signers = common.settings.signatures.read()?;
    open(&data, &version, &signers, settings).await
}

/// The component that serves where nothing was swapped in, whatever `--plugin` names.
pub(super) async fn base(common: &Common) -> Result<Host, HostError> {
    Host::open(HostSettings {
        plugin: Some(base_file(common)?),
        ..settings(common)?
    })
    .await
}

/// Its file.
pub(super) fn base_file(common: &Common) -> Result<PathBuf, HostError> {
    match &common.settings.plugin {
        Some(file) if common.plugin.is_none() => Ok(file.clone()),
        _ => component_path().map_err(HostError::NoComponent),
    }
}

/// What hosts of this command have in common, with the file that is named or set.
pub(super) fn settings(common: &Common) -> Result<HostSettings, HostError> {
    let data = data_path(common)?;
    Ok(HostSettings {
        plugin: common.plugin.clone().or(common.settings.plugin.clone()),
        artifact_dir: data.is_dir().then(|| data.join(ARTIFACTS)),
        rate_share: common.settings.rate_share,
        proxy: Proxy::from_environment()?,
        limits: common.settings.sandbox.clone(),
    })
}

/// An installed version that is named where a file could be; none if there is such a file, or it must be one.
pub(super) fn reference(named: &Path) -> Option<Reference> {
    if named.exists() {
        return None;
    }
    Reference::parse(named.to_str()?)
}

/// What is stored; none if nothing is. Makes nothing.
pub(super) fn stored(common: &Common) -> Result<Option<DataDir>, HostError> {
    let path = data_path(common)?;
    Ok(if DataDir::is_at(&path) {
        Some(DataDir::open(path)?)
    } else {
        None
    })
}

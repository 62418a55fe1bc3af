//! A component from a file is checked, and then stored.

use std::path::Path;

use koalr_platform::rollout::{ContentHash, Release};
use koalr_platform::widening::{Widening, widened};
use koalr_store::{DataDir, Installed, Signed};
use schemars::JsonSchema;
use serde::Serialize;

use super::{By, Signers, canary, release_of};
use crate::{Host, HostError, HostSettings};

/// A component that keeps the contract, as far as a canary instance can show, and is signed as it must be.
pub struct Package {
    pub(super) host: Host,
    pub(super) bytes: Vec<u8>,
    file: String,
    signed: Option<Signed>,
}

/// What was installed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct InstallReport {
    /// The integration, by its id.
    pub integration: String,
    /// Its version and hash.
    pub release: Release,
    /// Size of its component, in bytes.
    pub size_bytes: u32,
    /// Id of the key that signed it, which is SHA-256 of its DER form; none if nobody did.
    pub signed_by: Option<String>,
    /// Whether it was stored now; else these bytes were installed already.
    pub is_new: bool,
    /// The version that serves now; none if none does.
    pub serving: Option<Release>,
    /// Where it goes beyond that version. Empty if it does not, or none serves.
    pub beyond: Vec<Widening>,
}

impl Package {
    /// Reads a component, checks its signature, and then lets it show in a canary instance that it keeps the contract.
    /// Stores nothing, its machine code neither.
    ///
    /// # Errors
    /// - a file cannot be read, or the signature is not accepted; then nothing of it was run
    /// - the component is refused, or does not keep the contract
    pub async fn read(
        path: &Path,
        signature: Option<&Path>,
        signers: &Signers,
        settings: HostSettings,
    ) -> Result<Self, HostError> {
        let bytes = std::fs::read(path).map_err(|cause| koalr_runtime::LoadError::Read {
            path: path.to_owned(),
            cause,
        })?;
        let signed = signers.check(&bytes, signature)?;
        let package = Self::open(path, bytes, signed, settings).await?;
        canary::check(&package.host).await?;
        Ok(package)
    }

    /// The component that comes with the program, which is trusted as the program is.
    pub(super) async fn own(host: &Host, path: &Path) -> Result<Self, HostError> {
        let settings = HostSettings {
            limits: host.plugin().limits().clone(),
            ..HostSettings::default()
        };
        let bytes = std::fs::read(path).map_err(|error| file_error(path, &error.to_string()))?;
        Self::open(path, bytes, None, settings).await
    }

    async fn open(
        path: &Path,
        bytes: Vec<u8>,
        signed: Option<Signed>,
        settings: HostSettings,
    ) -> Result<Self, HostError> {
        let host = Host::open(HostSettings {
            plugin: Some(path.to_owned()),
            artifact_dir: None,
            ..settings
        })
        .await?;
        if host.plugin().content_hash() != ContentHash::of(&bytes).as_str() {
            return Err(file_error(path, "it changed while it was read; try again"));
        }
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        Ok(Self {
            host,
            bytes,
            file: file.into_owned(),
            signed,
        })
    }

    /// Its version and hash.
    #[must_use]
    pub fn release(&self) -> Release {
        Release {
            version: self.host.manifest().version.clone(),
            hash: ContentHash::of(&self.bytes),
        }
    }

    /// The component, loaded.
    #[must_use]
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// Stores it; says whether it was not.
    pub(super) fn store(&self, data: &DataDir, by: By<'_>) -> Result<bool, HostError> {
        let version = Installed {
            release: self.release(),
            bytes: u32::try_from(self.bytes.len()).unwrap_or(u32::MAX),
            manifest: self.host.manifest().clone(),
            installed_at: by.at,
            installed_by: by.actor.to_owned(),
            file: self.file.clone(),
            signed: self.signed.clone(),
        };
        Ok(data.install_version(&version, &self.bytes)?)
    }
}

/// Stores a package. It serves nobody until it is swapped in. `base` is the component that serves where nothing was.
///
/// # Errors
/// - other bytes have its version
/// - the store failed
pub fn install(
    data: &DataDir,
    package: &Package,
    base: Option<&Host>,
    by: By<'_>,
) -> Result<InstallReport, HostError> {
    let is_new = package.store(data, by)?;
    let manifest = package.host.manifest();
    let rollout = data.rollout(&manifest.id)?;
    let current = rollout.map(|rollout| rollout.current);
    let served = match &current {
        Some(current) => data
            .installed_version(&current.hash)?
            .map(|one| one.manifest),
        None => None,
    };
    let base = base.filter(|base| current.is_none() && base.manifest().id == manifest.id);
    let served = served.or_else(|| base.map(|base| base.manifest().clone()));
    Ok(InstallReport {
        integration: manifest.id.clone(),
        release: package.release(),
        size_bytes: u32::try_from(package.bytes.len()).unwrap_or(u32::MAX),
        signed_by: package.signed.as_ref().map(|signed| signed.key.clone()),
        is_new,
        serving: current.or_else(|| base.and_then(release_of)),
        beyond: served.map_or_else(Vec::new, |served| widened(&served, manifest)),
    })
}

fn file_error(path: &Path, reason: &str) -> HostError {
    HostError::File {
        path: path.to_owned(),
        reason: reason.to_owned(),
    }
}

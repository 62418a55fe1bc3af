//! A stored version is run only as it was installed: its bytes, its signature and what it says of itself are looked at
//! again.

use koalr_platform::rollout::{ContentHash, Release};
use koalr_store::{DataDir, Installed};

use super::{Signers, find};
use crate::{Host, HostError, HostSettings};

/// An installed integration as a person names it: `ID` or `ID@VERSION`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The integration.
    pub integration: String,
    /// Its version or the beginning of its hash; none means the one that serves.
    pub version: Option<String>,
}

impl Reference {
    /// Reads one; none for a text that must be the path of a file.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (integration, version) = match text.split_once('@') {
            Some((integration, version)) => (integration, Some(version.to_owned())),
            None => (text, None),
        };
        let is_id = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let is_one = !integration.is_empty()
            && integration.bytes().all(is_id)
            && version
                .as_ref()
                .is_none_or(|version| !version.contains('/'));
        is_one.then(|| Self {
            integration: integration.to_owned(),
            version,
        })
    }

    /// The version that is meant, for a tenant.
    ///
    /// # Errors
    /// - it is not installed, or none serves and several are
    /// - the store failed
    pub fn find(&self, data: &DataDir, tenant: &str) -> Result<Installed, HostError> {
        let installed = data.installed()?;
        let Self {
            integration,
            version,
        } = self;
        if let Some(version) = version {
            return Ok(find(&installed, integration, version)?.clone());
        }
        if let Some(release) = serving(data, integration, tenant)? {
            return Ok(find(&installed, integration, release.hash.as_str())?.clone());
        }
        let mut of_it = installed
            .iter()
            .filter(|one| one.manifest.id == *integration);
        match (of_it.next(), of_it.next()) {
            (Some(version), None) => Ok(version.clone()),
            (None, _) => Err(HostError::NotPossible(format!(
                "there is no file `{integration}`, and no version of such an integration is installed; \
                 `koalr plugin install FILE` does that"
            ))),
            (Some(_), Some(_)) => Err(HostError::NotPossible(format!(
                "several versions of `{integration}` are installed, and none serves; name one as `{integration}@VERSION`"
            ))),
        }
    }
}

/// The version that serves a tenant by anybody's decision; none if nothing was ever swapped in.
///
/// # Errors
/// - the store failed
pub fn serving(
    data: &DataDir,
    integration: &str,
    tenant: &str,
) -> Result<Option<Release>, HostError> {
    let rollout = data.rollout(integration)?;
    Ok(rollout.map(|rollout| rollout.resolve(tenant).clone()))
}

/// Loads an installed version beside `host`, which is given again if it is that version: what comes with the program
/// needs no signature.
///
/// # Errors
/// - the version is not installed, or its bytes are not what was installed
/// - its signature is not accepted
/// - it is refused, or says something else of itself than when it was installed
pub async fn load(
    host: &Host,
    data: &DataDir,
    release: &Release,
    signers: &Signers,
) -> Result<Host, HostError> {
    if host.plugin().content_hash() == release.hash.as_str() {
        return Ok(host.clone());
    }
    let (version, bytes) = stored(data, &release.hash, signers)?;
    let loaded = host.load(&named(&version), bytes).await?;
    as_installed(loaded, &version)
}

/// The same in an engine of its own.
///
/// # Errors
///
/// As [`load`].
pub async fn open(
    data: &DataDir,
    version: &Installed,
    signers: &Signers,
    settings: HostSettings,
) -> Result<Host, HostError> {
    let hash = &version.release.hash;
    let (version, _) = stored(data, hash, signers)?;
    let path = data.component_path(hash);
    let opened = Host::open(HostSettings {
        plugin: Some(path.clone()),
        ..settings
    })
    .await?;
    if opened.plugin().content_hash() != hash.as_str() {
        return Err(koalr_store::StoreError::ComponentDamaged { path }.into());
    }
    as_installed(opened, &version)
}

fn stored(
    data: &DataDir,
    hash: &ContentHash,
    signers: &Signers,
) -> Result<(Installed, Vec<u8>), HostError> {
    let Some(version) = data.installed_version(hash)? else {
        return Err(HostError::NotPossible(format!(
            "no version with the hash {hash} is installed; `koalr plugin list` shows those that are"
        )));
    };
    let bytes = data.component(hash)?;
    signers.check_installed(&version, &bytes)?;
    Ok((version, bytes))
}

/// A component is held to the manifest that somebody looked at.
fn as_installed(host: Host, version: &Installed) -> Result<Host, HostError> {
    if *host.manifest() == version.manifest {
        return Ok(host);
    }
    Err(HostError::Manifest(format!(
        "{} says something else of itself than when it was installed; remove it, and let its author mend that",
        named(version)
    )))
}

fn named(version: &Installed) -> String {
    format!("{} {}", version.manifest.id, version.release.version)
}

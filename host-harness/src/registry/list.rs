//! What is installed, and what serves whom.

use std::collections::BTreeMap;

use koalr_platform::model::common::Timestamp;
use koalr_platform::rollout::{Paused, Release, Rollout};
use koalr_store::{DataDir, Installed};
use schemars::JsonSchema;
use serde::Serialize;

use crate::HostError;
use crate::jobs::StatusReport;

/// An integration with its installed versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ListedPlugin {
    /// The integration, by its id.
    pub integration: String,
    /// What serves whom; none if nothing was ever swapped in.
    pub rollout: Option<Rollout>,
    /// Its versions, the one that was installed last at the end. Not empty.
    pub versions: Vec<ListedVersion>,
}

/// An installed version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ListedVersion {
    /// Its version and hash.
    pub release: Release,
    /// Size of its component, in bytes.
    pub size_bytes: u32,
    /// When it was installed.
    pub installed_at: Timestamp,
    /// Who installed it.
    pub installed_by: String,
    /// Name of the file that it came from.
    pub file: String,
    /// Id of the key that signed it; none if nobody did.
    pub signed_by: Option<String>,
    /// What it is for, each as a sentence. Empty if it may be removed.
    pub uses: Vec<String>,
}

/// A connection's status, with the version that serves it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Served {
    /// The status.
    #[serde(flatten)]
    pub status: StatusReport,
    /// The version that serves the tenant; none if nothing was swapped in, and the component beside the program serves.
    pub release: Option<Release>,
    /// Why nothing is asked of the integration for now; none if it works.
    pub paused: Option<Paused>,
}

impl Served {
    /// Looks up what serves.
    ///
    /// # Errors
    /// - the store failed
    pub fn of(data: &DataDir, status: StatusReport) -> Result<Self, HostError> {
        let connection = &status.connection;
        let rollout = data.rollout(&connection.integration)?;
        let release = rollout.as_ref().map(|one| one.resolve(&connection.tenant));
        Ok(Self {
            release: release.cloned(),
            paused: rollout.and_then(|rollout| rollout.paused),
            status,
        })
    }
}

/// Everything that is installed, in alphabetical order of integrations.
///
/// # Errors
/// - the store failed
pub fn plugins(data: &DataDir) -> Result<Vec<ListedPlugin>, HostError> {
    let mut of: BTreeMap<String, Vec<Installed>> = BTreeMap::new();
    for version in data.installed()? {
        of.entry(version.manifest.id.clone())
            .or_default()
            .push(version);
    }
    let listed = of.into_iter().map(|(integration, versions)| {
        let rollout = data.rollout(&integration)?;
        let versions = versions.into_iter();
        Ok(ListedPlugin {
            versions: versions.map(|one| listed(one, rollout.as_ref())).collect(),
            integration,
            rollout,
        })
    });
    listed.collect()
}

fn listed(version: Installed, rollout: Option<&Rollout>) -> ListedVersion {
    let uses = rollout.map(|rollout| rollout.uses(&version.release.hash));
    let uses = uses.unwrap_or_default();
    ListedVersion {
        release: version.release,
        size_bytes: version.bytes,
        installed_at: version.installed_at,
        installed_by: version.installed_by,
        file: version.file,
        signed_by: version.signed.map(|signed| signed.key),
        uses: uses.iter().map(ToString::to_string).collect(),
    }
}

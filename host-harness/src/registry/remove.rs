//! A version that nothing needs is deleted, with its machine code.

use std::path::Path;

use koalr_platform::rollout::Release;
use koalr_runtime::forget_artifacts;
use koalr_store::DataDir;
use schemars::JsonSchema;
use serde::Serialize;

use super::{By, find};
use crate::HostError;

/// What was removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Removed {
    /// The integration, by its id.
    pub integration: String,
    /// The version.
    pub release: Release,
    /// Files of its machine code that went with it.
    pub compiled: usize,
}

/// Deletes a version that serves nobody, that is not pinned, and that no rollback goes back to.
///
/// # Errors
/// - it is not installed, or in use
/// - the store failed, or a file cannot be removed
pub fn remove(
    data: &DataDir,
    artifacts: &Path,
    (integration, wanted): (&str, &str),
    by: By<'_>,
) -> Result<Removed, HostError> {
    let versions = data.installed()?;
    let release = find(&versions, integration, wanted)?.release.clone();
    data.remove_version(integration, &release, by.at, by.actor)?;
    let forgotten = forget_artifacts(artifacts, release.hash.as_str());
    let compiled = forgotten.map_err(|error| HostError::File {
        path: artifacts.to_owned(),
        reason: format!("removing machine code of {}: {error}", release.version),
    })?;
    Ok(Removed {
        integration: integration.to_owned(),
        release,
        compiled,
    })
}

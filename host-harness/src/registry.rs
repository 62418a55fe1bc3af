//! Versions of integrations as an operator handles them: installed after a check, swapped in with consent, rolled back.
//!
//! `koalr_platform::rollout` says which version serves whom, and `koalr_store` keeps that with the components. Here is what
//! needs a sandbox or a key: [`install`] lets a component show in a canary instance that it keeps the contract,
//! [`Registry`] changes what serves, and [`load`] opens a stored version after looking at its bytes, its signature and its
//! manifest again.

mod canary;
mod change;
mod find;
mod install;
mod list;
mod load;
mod remove;
mod signature;

use koalr_platform::model::common::Timestamp;
use koalr_platform::rollout::{ContentHash, Release, Rollout};
use koalr_store::DataDir;

use crate::{Host, HostError};

pub use change::{Changed, Registry, Wish};
pub use find::find;
pub use install::{InstallReport, Package, install};
pub use list::{ListedPlugin, ListedVersion, Served, plugins};
pub use load::{Reference, load, open, serving};
pub use remove::{Removed, remove};
pub use signature::{SignatureError, SignaturePolicy, Signers};

/// Who changes something, and when.
#[derive(Debug, Clone, Copy)]
pub struct By<'a> {
    /// A login, or what acts by itself.
    pub actor: &'a str,
    /// When.
    pub at: Timestamp,
}

/// The version and hash of a loaded component; none if a hash were not what it always is.
#[must_use]
pub fn release_of(host: &Host) -> Option<Release> {
    let hash = host.plugin().content_hash().to_owned();
    Some(Release {
        version: host.manifest().version.clone(),
        hash: ContentHash::try_from(hash).ok()?,
    })
}

/// Makes sure that an integration may be asked for something now.
///
/// # Errors
/// - [`HostError::Paused`]
/// - the store failed
pub fn refuse_paused(data: &DataDir, integration: &str) -> Result<(), HostError> {
    match data.rollout(integration)? {
        Some(rollout) => refuse_pause(&rollout),
        None => Ok(()),
    }
}

/// The same of a rollout that was read.
///
/// # Errors
/// - [`HostError::Paused`]
pub fn refuse_pause(rollout: &Rollout) -> Result<(), HostError> {
    match &rollout.paused {
        None => Ok(()),
        Some(paused) => Err(HostError::Paused {
            integration: rollout.integration.clone(),
            why: paused.why.clone(),
            since: paused.since,
        }),
    }
}

//! Everything that is stored, copied into a directory, with a list of what it holds.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use koalr_platform::model::common::Timestamp;
use koalr_store::{DataDir, TenantId};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::HostError;

/// What a backup holds; also its list, `manifest.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct BackupReport {
    /// When it was made.
    pub made_at: Timestamp,
    /// Version of the program that made it.
    pub program: &'static str,
    /// Whether the key file is in it.
    pub with_key: bool,
    /// Its files: first the control database, then the tenants in alphabetical order, then installed components.
    pub files: Vec<BackupFile>,
    /// Tenants that are in it, in alphabetical order.
    pub tenants: Vec<TenantId>,
    /// Tenants that could not be read and are not in it. Empty if the backup is complete.
    pub unsaved: Vec<UnsavedTenant>,
    /// Why installed components are not in it, each with the way out. Empty if all are.
    pub unsaved_components: Vec<String>,
}

/// A file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct BackupFile {
    /// Where it is, inside the backup.
    pub path: PathBuf,
    /// Its size, in bytes.
    pub bytes: u64,
    /// SHA-256 of what it holds, as 64 lower-case hexadecimal digits.
    pub sha256: String,
}

/// A tenant that is not in a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct UnsavedTenant {
    /// The tenant.
    pub tenant: TenantId,
    /// Why, and the way out.
    pub reason: String,
}

impl BackupReport {
    /// Size of all its files, in bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }
}

/// Copies everything into a new directory while it is in use, and writes the list of it beside the copies.
///
/// # Errors
/// - the directory holds something, or cannot be written
/// - the control database cannot be read
pub fn backup(
    data: &DataDir,
    to: &Path,
    with_key: bool,
    now: Timestamp,
) -> Result<BackupReport, HostError> {
    let backup = data.backup(to, with_key)?;
    let unsaved = backup.unsaved.into_iter().map(|one| UnsavedTenant {
        tenant: one.tenant,
        reason: one.error.to_string(),
    });
    let components = backup.unsaved_components.iter();
    let file = |path: PathBuf| {
        let (bytes, sha256) = digest(&to.join(&path)).map_err(|error| file_error(&path, &error))?;
        Ok(BackupFile {
            path,
            bytes,
            sha256,
        })
    };
    let report = BackupReport {
        made_at: now,
        program: env!("CARGO_PKG_VERSION"),
        with_key,
        files: backup
            .files
            .into_iter()
            .map(file)
            .collect::<Result<_, HostError>>()?,
        tenants: backup.tenants,
        unsaved: unsaved.collect(),
        unsaved_components: components.map(ToString::to_string).collect(),
    };
    let manifest = to.join(MANIFEST);
    let text = serde_json::to_string_pretty(&report).map_err(HostError::Json)?;
    fs::write(&manifest, text + "\n").map_err(|error| file_error(&manifest, &error))?;
    Ok(report)
}

fn digest(path: &Path) -> io::Result<(u64, String)> {
    let mut file = File::open(path)?;
    let (mut hasher, mut bytes) = (Sha256::new(), 0);
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok((bytes, hex::encode(hasher.finalize())));
        }
        hasher.update(buffer.get(..read).unwrap_or_default());
        bytes += read as u64;
    }
}

fn file_error(path: &Path, error: &io::Error) -> HostError {
    HostError::File {
        path: path.to_owned(),
        reason: error.to_string(),
    }
}

/// Name of the list.
const MANIFEST: &str = "manifest.json";

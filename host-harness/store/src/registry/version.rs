//! Versions that were installed.

use koalr_platform::model::common::Timestamp;
use koalr_platform::model::manifest::Manifest;
use koalr_platform::rollout::{Action, ContentHash, Moved, Release};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::{append, component, select_rollout, swap};
use crate::data_dir::DataDir;
use crate::database::turn;
use crate::error::{Fault, StoreError};
use crate::file;

/// A version that was installed, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    /// Its version and the hash of its bytes.
    pub release: Release,
    /// Size of its component, in bytes.
    pub bytes: u32,
    /// What it said of itself when it was installed. Its id is the integration's.
    pub manifest: Manifest,
    /// When it was installed first.
    pub installed_at: Timestamp,
    /// Who installed it.
    pub installed_by: String,
    /// Name of the file that it came from, without its directory.
    pub file: String,
    /// Who signed it; none if nobody did, as far as anybody knew.
    pub signed: Option<Signed>,
}

/// A signature that was checked when the version was installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// Id of the key.
    pub key: String,
    /// The signature over the component's bytes.
    pub signature: Vec<u8>,
}

impl DataDir {
    /// Stores a version; says whether it was not. The bytes are on the disk before anything names them. Stored again, the
    /// same bytes mend their file, and what is new of a signature is kept; nothing else changes.
    ///
    /// # Errors
    /// - [`StoreError::VersionTaken`]: other bytes have the version
    /// - [`StoreError::ComponentDamaged`]: the bytes do not have the hash
    /// - a file cannot be written, or the control database is busy, full or cannot be written
    pub fn install_version(&self, version: &Installed, bytes: &[u8]) -> Result<bool, StoreError> {
        let hash = &version.release.hash;
        let path = self.component_path(hash);
        if ContentHash::of(bytes) != *hash {
            return Err(StoreError::ComponentDamaged { path });
        }
        let _turn = turn(&self.made_plugins()?)?;
        let integration = &version.manifest.id;
        if let Some(other) = self.installed_as(integration, &version.release.version)?
            && other.release != version.release
        {
            return Err(StoreError::VersionTaken {
                integration: integration.clone(),
                version: version.release.version.clone(),
                stored: other.release.hash.to_string(),
                given: hash.to_string(),
            });
        }
        component::put(&path, bytes)?;
        self.control()?.write(|transaction| {
            let (key, signature) = match &version.signed {
                Some(signed) => (Some(&signed.key), Some(&signed.signature)),
                None => (None, None),
            };
            let known = select(transaction, "hash = ?1", &[&hash.as_str()])?.is_some();
            if known {
                let update = "UPDATE plugin_versions SET signer = ?2, signature = ?3
                              WHERE hash = ?1 AND ?2 IS NOT NULL";
                transaction.execute(update, params![hash.as_str(), key, signature])?;
                return Ok(false);
            }
            transaction.execute(
                "INSERT INTO plugin_versions (hash, integration, version, bytes, manifest,
                                              installed_at, installed_by, file, signer, signature)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                params![
                    hash.as_str(),
                    integration,
                    version.release.version,
                    version.bytes,
                    serde_json::to_string(&version.manifest)?,
                    version.installed_at,
                    version.installed_by,
                    version.file,
                    key,
                    signature,
                ],
            )?;
            let moved = Moved {
                note: version.file.clone(),
                ..Moved::between(Action::Installed, None, Some(version.release.clone()))
            };
            let (at, actor) = (version.installed_at, &version.installed_by);
            append(transaction, &swap(integration, at, actor, moved))?;
            Ok(true)
        })
    }

    /// Every installed version, by integration, the one that was installed last at the end.
    ///
    /// # Errors
    /// - the control database cannot be read
    pub fn installed(&self) -> Result<Vec<Installed>, StoreError> {
        self.control()?.read(|connection| {
            let order = "ORDER BY integration, installed_at, rowid";
            let query = format!("{SELECT} {order}");
            let mut statement = connection.prepare(&query)?;
            let mut rows = statement.query([])?;
            let mut all = Vec::new();
            while let Some(row) = rows.next()? {
                all.push(installed(row)?);
            }
            Ok(all)
        })
    }

    /// The installed version with this hash; none if there is none.
    ///
    /// # Errors
    /// - the control database cannot be read
    pub fn installed_version(&self, hash: &ContentHash) -> Result<Option<Installed>, StoreError> {
        self.control()?
            .read(|connection| select(connection, "hash = ?1", &[&hash.as_str()]))
    }

    /// The installed version of an integration with this name; none if there is none.
    ///
    /// # Errors
    /// - the control database cannot be read
    pub fn installed_as(
        &self,
        integration: &str,
        version: &str,
    ) -> Result<Option<Installed>, StoreError> {
        self.control()?.read(|connection| {
            let condition = "integration = ?1 AND version = ?2";
            select(connection, condition, &[&integration, &version])
        })
    }

    /// Deletes a version that nothing needs, with its bytes. The history keeps what it was.
    ///
    /// # Errors
    /// - [`StoreError::Refused`]: it is in use
    /// - [`StoreError::NotInstalled`]
    /// - the control database is busy, full or cannot be written; then nothing was deleted
    /// - the file cannot be removed; then nothing names it any more
    pub fn remove_version(
        &self,
        integration: &str,
        release: &Release,
        at: Timestamp,
        actor: &str,
    ) -> Result<(), StoreError> {
        let _turn = turn(&self.made_plugins()?)?;
        self.control()?.write(|transaction| {
            if let Some(rollout) = select_rollout(transaction, integration)? {
                rollout.refuse_used(release).map_err(StoreError::from)?;
            }
            let delete = "DELETE FROM plugin_versions WHERE hash = ?1 AND integration = ?2";
            if transaction.execute(delete, [release.hash.as_str(), integration])? == 0 {
                return Err(StoreError::NotInstalled {
                    integration: integration.to_owned(),
                    version: release.version.clone(),
                }
                .into());
            }
            let moved = Moved::between(Action::Removed, Some(release.clone()), None);
            append(transaction, &swap(integration, at, actor, moved))
        })?;
        file::remove_all(&self.component_path(&release.hash))?;
        Ok(())
    }
}

fn select(
    connection: &Connection,
    condition: &str,
    arguments: &[&dyn rusqlite::ToSql],
) -> Result<Option<Installed>, Fault> {
    let query = format!("{SELECT} WHERE {condition}");
    let found = connection
        .query_row(&query, arguments, |row| Ok(installed(row)))
        .optional()?;
    found.transpose()
}

fn installed(row: &Row<'_>) -> Result<Installed, Fault> {
    let hash: String = row.get(0)?;
    let hash =
        ContentHash::try_from(hash).map_err(<serde_json::Error as serde::de::Error>::custom)?;
    let manifest: String = row.get(3)?;
    let (key, signature): (Option<String>, Option<Vec<u8>>) = (row.get(7)?, row.get(8)?);
    Ok(Installed {
        release: Release {
            version: row.get(1)?,
            hash,
        },
        bytes: row.get(2)?,
        manifest: serde_json::from_str(&manifest)?,
        installed_at: row.get(4)?,
        installed_by: row.get(5)?,
        file: row.get(6)?,
        signed: key
            .zip(signature)
            .map(|(key, signature)| Signed { key, signature }),
    })
}

const SELECT: &str = "SELECT hash, version, bytes, manifest, installed_at, installed_by, file,
                             signer, signature
                      FROM plugin_versions";

//! The vault key, and the tenants' data keys that it wraps.
//!
//! The control database says which key it is: its id, and an empty text sealed with it. A new key is complete in a file
//! beside the key file before the data keys are wrapped with it in one transaction, and takes the old one's place after
//! that. Whoever finds that another key is meant than the one in memory reads the files again.

mod file;

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use rusqlite::{Connection, OptionalExtension, params};

use crate::database::{Database, Transaction};
use crate::error::{Fault, StoreError};
use crate::key::{Key, fill};

/// The opened vault. Another process may rotate its key at any time.
pub(crate) struct Vault {
    path: PathBuf,
    key: RwLock<Arc<VaultKey>>,
}

/// A key that wraps data keys.
struct VaultKey {
    id: String,
    key: Key,
}

/// What the control database keeps to recognise the vault key.
struct Seal {
    key_id: String,
    check: Vec<u8>,
}

/// A tenant's data key as it is stored, and the id of the vault key that wraps it.
struct Wrapped {
    data_key: Vec<u8>,
    key_id: String,
}

impl Vault {
    /// Opens the key file and compares it with the control database; creates both where neither is there.
    pub(crate) fn open(control: &mut Database, path: &Path) -> Result<Self, StoreError> {
        let seal = control.read(stored_seal)?;
        let key = match seal.map(|seal| opened(path, &seal)) {
            Some(Ok(key)) => key,
            // In a transaction no other process creates a key file, or puts another one in its place.
            _ => control.write(|transaction| match stored_seal(transaction)? {
                Some(seal) => Ok(settle(path, &seal)?),
                None => create(transaction, path),
            })?,
        };
        Ok(Self {
            path: path.to_owned(),
            key: RwLock::new(Arc::new(key)),
        })
    }

    /// The data key of a tenant; none if the control database does not know the tenant.
    ///
    /// # Errors
    /// - [`StoreError::DataKey`]: it was wrapped for another tenant, or was changed
    /// - the vault key is not to be had any more
    pub(crate) fn data_key(
        &self,
        control: &mut Database,
        tenant: &str,
    ) -> Result<Option<Key>, StoreError> {
        let Some(wrapped) = control.read(|connection| stored_key(connection, tenant))? else {
            return Ok(None);
        };
        let key = self.current();
        if key.id == wrapped.key_id {
            return Ok(Some(self.unwrapped(&key, tenant, &wrapped.data_key)?));
        }
        control.write(|transaction| self.data_key_in(transaction, tenant))
    }

    /// The same, in a transaction that writes.
    pub(crate) fn data_key_in(
        &self,
        transaction: &Transaction<'_>,
        tenant: &str,
    ) -> Result<Option<Key>, Fault> {
        let Some(wrapped) = stored_key(transaction, tenant)? else {
            return Ok(None);
        };
        let key = self.key_in(transaction)?;
        Ok(Some(self.unwrapped(&key, tenant, &wrapped.data_key)?))
    }

    /// A tenant's data key as it is stored in this transaction. Wrapped before it, it could be lost to a rotation.
    pub(crate) fn wrap(
        &self,
        transaction: &Transaction<'_>,
        tenant: &str,
        data_key: &Key,
    ) -> Result<Vec<u8>, Fault> {
        Ok(self.key_in(transaction)?.wrap(tenant, data_key)?)
    }

    /// Makes a new vault key and wraps every data key with it. The old one opens nothing after that. The number of data
    /// keys is returned.
    ///
    /// # Errors
    /// - [`StoreError::DataKey`]: a data key was changed; nothing was done
    /// - [`StoreError::LogHeld`]: it is done, but the log still has the data keys as the old key wrapped them
    /// - a file cannot be written, or the control database is busy: doing it again does no harm
    pub(crate) fn rotate(&self, control: &mut Database) -> Result<usize, StoreError> {
        let count = control.write_secret(|transaction| self.rewrap(transaction))?;
        // If the process ends before this, the next one to open the vault does it.
        control.write(|transaction| self.key_in(transaction).map(drop))?;
        control.truncate_log()?;
        Ok(count)
    }

    /// Puts the key in place that the control database means, if a rotation was interrupted before it did.
    pub(crate) fn settle(&self, transaction: &Transaction<'_>) -> Result<(), Fault> {
        self.key_in(transaction).map(drop)
    }

    /// All of a rotation but the new key's last step. Whatever fails, the file beside the key file stays: nobody knows
    /// whether a commit that failed is on the disk.
    fn rewrap(&self, transaction: &Transaction<'_>) -> Result<usize, Fault> {
        // Not the one in memory: a rotation that was interrupted is finished before its file is overwritten.
        let Some(seal) = stored_seal(transaction)? else {
            return Ok(0);
        };
        let old = settle(&self.path, &seal)?;
        let new = VaultKey {
            id: random_id()?,
            key: file::write_beside(&self.path)?,
        };
        let mut statement = transaction.prepare("SELECT id, data_key FROM tenants")?;
        let tenants = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let tenants: Vec<(String, Vec<u8>)> = tenants.collect::<Result<_, _>>()?;
        for (tenant, wrapped) in &tenants {
            let data_key = self.unwrapped(&old, tenant, wrapped)?;
            transaction.execute(
                "UPDATE tenants SET data_key = ?2 WHERE id = ?1",
                params![tenant, new.wrap(tenant, &data_key)?],
            )?;
        }
        transaction.execute(
            "UPDATE vault SET key_id = ?1, key_check = ?2",
            params![new.id, new.check()?],
        )?;
        Ok(tenants.len())
    }

    /// The key that the control database means now.
    fn key_in(&self, transaction: &Transaction<'_>) -> Result<Arc<VaultKey>, Fault> {
        let key = self.current();
        let Some(seal) = stored_seal(transaction)? else {
            return Ok(key);
        };
        if seal.key_id == key.id {
            return Ok(key);
        }
        let key = Arc::new(settle(&self.path, &seal)?);
        *self.key.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&key);
        Ok(key)
    }

    fn current(&self) -> Arc<VaultKey> {
        Arc::clone(&self.key.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn unwrapped(&self, key: &VaultKey, tenant: &str, wrapped: &[u8]) -> Result<Key, StoreError> {
        key.unwrap(tenant, wrapped)
            .ok_or_else(|| StoreError::DataKey {
                tenant: tenant.to_owned(),
                path: self.path.with_file_name("control.db"),
            })
    }
}

impl VaultKey {
    fn wrap(&self, tenant: &str, data_key: &Key) -> Result<Vec<u8>, StoreError> {
        self.key.seal(&self.context(tenant), data_key.bytes())
    }

    /// None if it was wrapped by another key or for another tenant, or was changed.
    fn unwrap(&self, tenant: &str, wrapped: &[u8]) -> Option<Key> {
        let bytes = self.key.open(&self.context(tenant), wrapped)?;
        Key::from_bytes(bytes)
    }

    fn context<'a>(&'a self, tenant: &'a str) -> [&'a str; 3] {
        ["data key", tenant, &self.id]
    }

    fn check(&self) -> Result<Vec<u8>, StoreError> {
        self.key.seal(&["vault key", &self.id], b"")
    }
}

impl Seal {
    /// This key, if it is the one that is meant.
    fn of(&self, key: Key) -> Option<VaultKey> {
        key.open(&["vault key", &self.key_id], &self.check)?;
        let id = self.key_id.clone();
        Some(VaultKey { id, key })
    }
}

/// The key file's key, if it is the one that is meant.
fn opened(path: &Path, seal: &Seal) -> Result<VaultKey, StoreError> {
    let path_of = || path.to_owned();
    let key = file::read(path)?.ok_or_else(|| StoreError::KeyMissing { path: path_of() })?;
    seal.of(key)
        .ok_or_else(|| StoreError::KeyWrong { path: path_of() })
}

/// The same. If a rotation ended before its key was in its place, it is put there.
fn settle(path: &Path, seal: &Seal) -> Result<VaultKey, StoreError> {
    let opened = opened(path, seal);
    if opened.is_err()
        && let Ok(Some(key)) = file::read(&file::beside(path))
        && let Some(key) = seal.of(key)
    {
        file::put_in_place(path)?;
        return Ok(key);
    }
    opened
}

/// The first key of a data directory.
fn create(transaction: &Transaction<'_>, path: &Path) -> Result<VaultKey, Fault> {
    // One is there if a crash came between the key file and the commit.
    let key = if let Some(key) = file::read(path)? {
        key
    } else {
        let key = file::write_beside(path)?;
        file::put_in_place(path)?;
        key
    };
    let id = random_id()?;
    let key = VaultKey { id, key };
    transaction.execute(
        "INSERT INTO vault (one, key_id, key_check) VALUES (1, ?1, ?2)",
        params![key.id, key.check()?],
    )?;
    Ok(key)
}

fn stored_seal(connection: &Connection) -> Result<Option<Seal>, Fault> {
    let seal = connection
        .query_row("SELECT key_id, key_check FROM vault", [], |row| {
            Ok(Seal {
                key_id: row.get(0)?,
                check: row.get(1)?,
            })
        })
        .optional()?;
    Ok(seal)
}

fn stored_key(connection: &Connection, tenant: &str) -> Result<Option<Wrapped>, Fault> {
    let select = "SELECT data_key, key_id FROM tenants, vault WHERE id = ?1";
    let wrapped = connection
        .query_row(select, [tenant], |row| {
            Ok(Wrapped {
                data_key: row.get(0)?,
                key_id: row.get(1)?,
            })
        })
        .optional()?;
    Ok(wrapped)
}

fn random_id() -> Result<String, StoreError> {
    let mut bytes = [0; 16];
    fill(&mut bytes)?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}

#[cfg(test)]
mod tests;

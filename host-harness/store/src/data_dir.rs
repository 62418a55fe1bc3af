//! The data directory: its layout, and the way to a tenant.

mod backup;
mod check;
mod lifecycle;
mod restore;

use std::fmt;
use std::fs::{DirBuilder, File};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use koalr_platform::model::common::Timestamp;
use rusqlite::{OptionalExtension, params};

use crate::database::{CONTROL, Database, turn};
use crate::error::StoreError;
use crate::file;
use crate::key::Key;
use crate::tenant::{Tenant, TenantId};
use crate::vault::Vault;

pub use backup::{Backup, Unsaved};
pub use check::TenantCheck;
pub use lifecycle::{TenantRecord, TenantState};
pub use restore::Restored;

/// An opened data directory.
pub struct DataDir {
    path: PathBuf,
    vault: Vault,
    /// Kept open, because every tenant's opening reads it.
    control: Mutex<Database>,
    busy_timeout: Duration,
}

/// What the control database has of a tenant.
struct Row {
    suspended_at: Option<Timestamp>,
}

impl DataDir {
    /// Opens a data directory, and creates what is missing of it.
    ///
    /// # Errors
    /// - [`StoreError::Newer`]: a newer program wrote it; nothing was touched
    /// - the key file is missing although something is sealed, or is another one, too short, or open to others
    /// - a directory or file cannot be created or used
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let path = path.into();
        create_directory(&path)?;
        let mut control = open_control(&path, BUSY_TIMEOUT)?;
        create_directory(&path.join("tenants"))?;
        let vault = Vault::open(&mut control, &path.join("vault.key"))?;
        Ok(Self {
            path,
            vault,
            control: Mutex::new(control),
            busy_timeout: BUSY_TIMEOUT,
        })
    }

    /// Whether there is one at this path. Makes nothing.
    #[must_use]
    pub fn is_at(path: &Path) -> bool {
        path.join("control.db").is_file()
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Every tenant that the control database knows, in alphabetical order.
    ///
    /// # Errors
    /// - the control database cannot be read, or names something that is no tenant
    pub fn tenants(&self) -> Result<Vec<TenantId>, StoreError> {
        let control = self.control()?;
        let names: Vec<String> = control.read(|connection| {
            let mut statement = connection.prepare("SELECT id FROM tenants ORDER BY id")?;
            let names = statement.query_map([], |row| row.get(0))?;
            Ok(names.collect::<Result<_, _>>()?)
        })?;
        names.iter().map(|name| TenantId::parse(name)).collect()
    }

    /// Opens the database of a tenant that the control database knows; with `create`, makes both known and existent.
    ///
    /// # Errors
    /// - [`StoreError::TenantUnknown`], [`StoreError::TenantMissing`]: only without `create`
    /// - [`StoreError::TenantLeftOver`]: only with `create`
    /// - [`StoreError::TenantSuspended`]: it is to be left alone until it is resumed
    /// - [`StoreError::TenantSwapped`]: the file belongs to another tenant
    /// - [`StoreError::TenantDamaged`]: the file is no database
    /// - [`StoreError::Newer`]: a newer program wrote the file; it was not touched
    /// - [`StoreError::DataKey`]: the tenant's wrapped key was changed
    pub fn tenant(&self, id: &TenantId, create: bool) -> Result<Tenant, StoreError> {
        let turn = self.turn()?;
        let row = match self.row(id)? {
            Some(row) => row,
            None if create => self.admit(id, None)?,
            None => return Err(self.unknown(id)),
        };
        row.refuse_suspended(id)?;
        let data_key = self.data_key(id)?;
        let path = self.file_of(id);
        file::settle(&path)?;
        if !create && !file::exists(&path)? {
            return Err(StoreError::TenantMissing {
                tenant: id.to_string(),
                path,
            });
        }
        let database = Database::open_tenant(path, id, self.busy_timeout, &turn)?;
        Tenant::claim(id.clone(), database, data_key)
    }

    /// Whether a handle is the one that [`tenant`](Self::tenant) would open now: its tenant was neither restored nor made
    /// anew since. Cheaper than opening another one.
    ///
    /// # Errors
    /// - [`StoreError::TenantUnknown`], [`StoreError::TenantSuspended`]
    /// - the control database cannot be read
    pub fn is_current(&self, tenant: &Tenant) -> Result<bool, StoreError> {
        let id = tenant.id();
        self.known(id)?.refuse_suspended(id)?;
        Ok(tenant.database.is_in_place()? && !file::is_replaced(tenant.database.path())?)
    }

    /// Makes a new vault key, while tenants are in use here and in other processes. The old one opens nothing after that:
    /// neither a copy of its file nor what is left in the control database's own file helps. The number of data keys that
    /// were wrapped anew is returned.
    ///
    /// # Errors
    /// - [`StoreError::DataKey`]: a tenant's wrapped key was changed; nothing was done
    /// - [`StoreError::LogHeld`]: it is done, but the log still has the data keys as the old key wrapped them
    /// - a file cannot be written, or the control database is busy; doing it again does no harm
    pub fn rotate_vault_key(&self) -> Result<usize, StoreError> {
        self.vault.rotate(&mut *self.control()?)
    }

    /// The control database. It is held while it is in use: nothing that uses it may be called then.
    pub(crate) fn control(&self) -> Result<MutexGuard<'_, Database>, StoreError> {
        let mut control = self.control.lock().unwrap_or_else(PoisonError::into_inner);
        if !control.is_in_place()? {
            *control = open_control(&self.path, self.busy_timeout)?;
        }
        Ok(control)
    }

    /// Our turn to open, replace or remove tenants' files, until it is dropped.
    fn turn(&self) -> Result<File, StoreError> {
        turn(&self.path.join("tenants"))
    }

    /// Where a tenant's file is, or would be.
    fn file_of(&self, id: &TenantId) -> PathBuf {
        self.path.join("tenants").join(format!("{id}.db"))
    }

    fn row(&self, id: &TenantId) -> Result<Option<Row>, StoreError> {
        self.control()?.read(|connection| {
            let query = "SELECT suspended_at FROM tenants WHERE id = ?1";
            let row = connection.query_row(query, [id.as_str()], |row| {
                let suspended_at = row.get(0)?;
                Ok(Row { suspended_at })
            });
            Ok(row.optional()?)
        })
    }

    /// The same of a tenant that must be known.
    fn known(&self, id: &TenantId) -> Result<Row, StoreError> {
        self.row(id)?.ok_or_else(|| self.unknown(id))
    }

    /// Makes an unknown tenant known, with a data key of its own. In our turn.
    fn admit(&self, id: &TenantId, created_at: Option<Timestamp>) -> Result<Row, StoreError> {
        let path = self.file_of(id);
        if file::exists(&path)? {
            // Whose key is gone shall not come back with a fresh one.
            let tenant = id.to_string();
            return Err(StoreError::TenantLeftOver { tenant, path });
        }
        self.insert(id, &Key::random()?, created_at)?;
        Ok(Row { suspended_at: None })
    }

    /// Makes a tenant known by its data key, wrapped with the vault key of this moment.
    fn insert(
        &self,
        id: &TenantId,
        data_key: &Key,
        created_at: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        self.control()?.write(|transaction| {
            let wrapped = self.vault.wrap(transaction, id.as_str(), data_key)?;
            transaction.execute(
                "INSERT INTO tenants (id, data_key, created_at) VALUES (?1, ?2, ?3)",
                params![id.as_str(), wrapped, created_at],
            )?;
            Ok(())
        })
    }

    fn data_key(&self, id: &TenantId) -> Result<Key, StoreError> {
        let key = self.vault.data_key(&mut *self.control()?, id.as_str())?;
        key.ok_or_else(|| self.unknown(id))
    }

    fn unknown(&self, id: &TenantId) -> StoreError {
        StoreError::TenantUnknown {
            tenant: id.to_string(),
            data: self.path.clone(),
        }
    }
}

impl Row {
    fn refuse_suspended(&self, id: &TenantId) -> Result<(), StoreError> {
        if self.suspended_at.is_none() {
            return Ok(());
        }
        let tenant = id.to_string();
        Err(StoreError::TenantSuspended { tenant })
    }
}

impl fmt::Debug for DataDir {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("DataDir").field(&self.path).finish()
    }
}

fn open_control(data: &Path, busy_timeout: Duration) -> Result<Database, StoreError> {
    Database::open(data.join("control.db"), CONTROL, busy_timeout)
}

pub(crate) fn create_directory(path: &Path) -> Result<(), StoreError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(StoreError::io("creating directory", path))
}

/// How long a writer waits for another one. A batch is stored in well under a second.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests;

//! Copies of what is stored, made while it is in use: one tenant to hand over, or everything.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use zeroize::Zeroizing;

use super::{DataDir, create_directory};
use crate::database::{Database, TENANT};
use crate::error::{Fault, StoreError};
use crate::file::{self, Part};
use crate::registry::put_component;
use crate::tenant::TenantId;

/// What a backup holds.
#[derive(Debug)]
pub struct Backup {
    /// Its files, by their paths inside of it: first the control database, then the tenants in alphabetical order, then
    /// installed components.
    pub files: Vec<PathBuf>,
    /// Tenants that are in it.
    pub tenants: Vec<TenantId>,
    /// Tenants that are not in it although they are known, and why.
    pub unsaved: Vec<Unsaved>,
    /// Why installed components are not in it. Empty if all are.
    pub unsaved_components: Vec<StoreError>,
}

/// A tenant that could not be backed up.
#[derive(Debug)]
pub struct Unsaved {
    /// Which one.
    pub tenant: TenantId,
    /// Why.
    pub error: StoreError,
}

impl DataDir {
    /// Writes all of a tenant into one new file, as it is at this moment, whoever writes meanwhile; a suspended one too.
    /// Credentials and secrets are left out: elsewhere nothing could open them. Says whether there were any.
    ///
    /// # Errors
    /// - [`StoreError::TenantUnknown`], [`StoreError::TenantMissing`], [`StoreError::TenantDamaged`]
    /// - [`StoreError::Exists`]: there is a file of that name
    /// - the file cannot be written; none is left
    pub fn export(&self, id: &TenantId, to: &Path) -> Result<bool, StoreError> {
        self.known(id)?;
        if file::exists(to)? {
            let path = to.to_owned();
            return Err(StoreError::Exists { path });
        }
        let part = Part::of(to)?;
        self.look(id)?.copy_to(&part.0)?;
        let mut copy = Database::look(part.0.clone(), None, self.busy_timeout)?;
        copy.migrate(TENANT)?;
        let removed = copy.write_secret(|transaction| unseal(transaction))?;
        drop(copy);
        part.finish()?;
        file::rename(&part.0, to)?;
        Ok(removed)
    }

    /// Copies the control database, every tenant and every installed component into a new directory, each as it is at its moment, whoever writes
    /// meanwhile. With the key file beside it, that directory is a data directory. A tenant that cannot be read is left
    /// out, and the others are not.
    ///
    /// # Errors
    /// - [`StoreError::Exists`]: the directory holds something
    /// - the control database cannot be read, or a file cannot be written
    pub fn backup(&self, to: &Path, with_key: bool) -> Result<Backup, StoreError> {
        create_directory(to)?;
        let mut holds = fs::read_dir(to).map_err(StoreError::io("reading directory", to))?;
        if holds.next().is_some() {
            let path = to.to_owned();
            return Err(StoreError::Exists { path });
        }
        create_directory(&to.join("tenants"))?;
        let mut backup = Backup {
            files: Vec::new(),
            tenants: Vec::new(),
            unsaved: Vec::new(),
            unsaved_components: Vec::new(),
        };
        // First, so that every tenant that it knows can be looked for.
        let control = Database::look(self.path.join("control.db"), None, self.busy_timeout)?;
        let target = to.join("control.db");
        let names = if with_key {
            // While we write there, no rotation puts a key in place that does not fit.
            self.control()?.write(|transaction| {
                self.vault.settle(transaction)?;
                copy_key(&self.path.join("vault.key"), &to.join("vault.key"))?;
                Ok(save(&control, &target)?)
            })?
        } else {
            save(&control, &target)?
        };
        backup.files.push("control.db".into());
        for name in names {
            let tenant = TenantId::parse(&name)?;
            let file = Path::new("tenants").join(format!("{tenant}.db"));
            let saved = self
                .look(&tenant)
                .and_then(|database| copy(&database, &to.join(&file)));
            match saved {
                Ok(()) => {
                    backup.files.push(file);
                    backup.tenants.push(tenant);
                }
                Err(error @ StoreError::Full { .. }) => return Err(error),
                Err(error) => backup.unsaved.push(Unsaved { tenant, error }),
            }
        }
        self.copy_components(to, &mut backup)?;
        if with_key {
            backup.files.push("vault.key".into());
        }
        Ok(backup)
    }

    fn copy_components(&self, to: &Path, backup: &mut Backup) -> Result<(), StoreError> {
        for version in self.installed()? {
            let hash = &version.release.hash;
            match self.component(hash) {
                Ok(bytes) => backup.files.push(put_component(to, hash, &bytes)?),
                Err(error) => backup.unsaved_components.push(error),
            }
        }
        Ok(())
    }

    /// A tenant's file as it is.
    pub(super) fn look(&self, id: &TenantId) -> Result<Database, StoreError> {
        let _turn = self.turn()?;
        let path = self.file_of(id);
        file::settle(&path)?;
        if !file::exists(&path)? {
            let tenant = id.to_string();
            return Err(StoreError::TenantMissing { tenant, path });
        }
        Database::look(path, Some(id), self.busy_timeout)
    }
}

/// Removes everything sealed; says whether there was anything.
fn unseal(connection: &Connection) -> Result<bool, Fault> {
    let credentials = connection.execute("DELETE FROM credentials", [])?;
    let secrets = connection.execute("DELETE FROM secrets", [])?;
    Ok(credentials + secrets > 0)
}

fn copy(database: &Database, to: &Path) -> Result<(), StoreError> {
    let part = Part::of(to)?;
    database.copy_to(&part.0)?;
    part.finish()?;
    file::rename(&part.0, to)
}

/// Copies the control database, and gives the tenants that the copy knows.
fn save(control: &Database, to: &Path) -> Result<Vec<String>, StoreError> {
    let part = Part::of(to)?;
    control.copy_to(&part.0)?;
    let copy = Database::look(part.0.clone(), None, std::time::Duration::ZERO)?;
    let names = copy.read(|connection| {
        let mut statement = connection.prepare("SELECT id FROM tenants ORDER BY id")?;
        let names = statement.query_map([], |row| row.get(0))?;
        Ok(names.collect::<Result<_, _>>()?)
    })?;
    drop(copy);
    part.finish()?;
    file::rename(&part.0, to)?;
    Ok(names)
}

fn copy_key(from: &Path, to: &Path) -> Result<(), StoreError> {
    let key = fs::read(from).map_err(StoreError::io("reading key file", from))?;
    let key = Zeroizing::new(key);
    let write = || {
        let mut options = OpenOptions::new();
        let mut file = options.write(true).create_new(true).mode(0o600).open(to)?;
        file.write_all(&key)?;
        file.sync_all()
    };
    write().map_err(StoreError::io("writing key file", to))
}

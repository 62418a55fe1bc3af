//! The data directory: its layout, and the way to a tenant.

use std::fmt;
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::params;

use crate::database::{CONTROL, Database, TENANT};
use crate::error::StoreError;
use crate::tenant::{Tenant, TenantId};
use crate::vault::Vault;

/// An opened data directory.
pub struct DataDir {
    path: PathBuf,
    vault: Vault,
    busy_timeout: Duration,
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
            busy_timeout: BUSY_TIMEOUT,
        })
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
    /// - [`StoreError::TenantSwapped`]: the file belongs to another tenant
    /// - [`StoreError::Newer`]: a newer program wrote the file; it was not touched
    /// - [`StoreError::DataKey`]: the tenant's wrapped key was changed
    pub fn tenant(&self, id: &TenantId, create: bool) -> Result<Tenant, StoreError> {
        let mut control = self.control()?;
        let path = self.path.join("tenants").join(format!("{id}.db"));
        let data_key = match self.vault.data_key(&mut control, id.as_str())? {
            Some(key) => key,
            None if create => control.write(|transaction| {
                if let Some(key) = self.vault.data_key_in(transaction, id.as_str())? {
                    return Ok(key);
                }
                let (key, wrapped) = self.vault.new_data_key(transaction, id.as_str())?;
                transaction.execute(
                    "INSERT INTO tenants (id, data_key) VALUES (?1, ?2)",
                    params![id.as_str(), wrapped],
                )?;
                Ok(key)
            })?,
            None => {
                return Err(StoreError::TenantUnknown {
                    tenant: id.to_string(),
                    data: self.path.clone(),
                });
            }
        };
        let exists = path
            .try_exists()
            .map_err(StoreError::io("looking for", &path))?;
        if !exists && !create {
            return Err(StoreError::TenantMissing {
                tenant: id.to_string(),
                path,
            });
        }
        let database = Database::open(path, TENANT, self.busy_timeout)?;
        Tenant::claim(id.clone(), database, data_key)
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
        self.vault.rotate(&mut self.control()?)
    }

    /// The control database.
    pub(crate) fn control(&self) -> Result<Database, StoreError> {
        open_control(&self.path, self.busy_timeout)
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

fn create_directory(path: &Path) -> Result<(), StoreError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(StoreError::io("creating directory", path))
}

/// How long a writer waits for another one. A batch is stored in well under a second.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::sync::Barrier;
    use std::thread;

    use rusqlite::Connection;

    use super::*;
    use crate::fixture::{acme, connected, connection, files, open};

    fn text<T>(result: Result<T, StoreError>) -> String {
        result.err().unwrap().to_string()
    }

    #[test]
    fn a_new_data_directory_is_for_its_owner_only() {
        let directory = tempfile::tempdir().unwrap();
        let data = directory.path().join("deep/data");
        drop(open(&data));
        let mode = |name: &str| fs::metadata(data.join(name)).unwrap().permissions().mode();
        for (name, expected) in [
            ("", 0o700),
            ("tenants", 0o700),
            ("control.db", 0o600),
            ("vault.key", 0o600),
            ("tenants/acme.db", 0o600),
        ] {
            assert_eq!(mode(name) & 0o777, expected, "{name}");
        }
        assert_eq!(files(&data).len(), 3);
    }

    #[test]
    fn an_unknown_tenant_is_not_opened_and_leaves_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let data = DataDir::open(directory.path()).unwrap();
        assert_eq!(
            text(data.tenant(&acme(), false)),
            format!(
                "tenant `acme` is not known in `{}`; connect an integration first",
                directory.path().display()
            )
        );
        let tenants = fs::read_dir(directory.path().join("tenants")).unwrap();
        assert_eq!(tenants.count(), 0);
    }

    #[test]
    fn a_tenant_whose_file_was_deleted_begins_anew_only_when_asked() {
        let (directory, tenant, _) = connected();
        drop(tenant);
        let path = directory.path().join("tenants/acme.db");
        fs::remove_file(&path).unwrap();
        let data = DataDir::open(directory.path()).unwrap();
        assert_eq!(
            text(data.tenant(&acme(), false)),
            format!(
                "the database `{}` of tenant `acme` is missing; restore it from a backup, or connect again to begin anew",
                path.display()
            )
        );
        let tenant = data.tenant(&acme(), true).unwrap();
        assert_eq!(tenant.connection("snyk").unwrap(), None);
    }

    #[test]
    fn another_tenants_file_is_refused() {
        let (directory, tenant, _) = connected();
        drop(tenant);
        let tenants = directory.path().join("tenants");
        fs::copy(tenants.join("acme.db"), tenants.join("rival.db")).unwrap();
        let data = DataDir::open(directory.path()).unwrap();
        let rival = TenantId::parse("rival").unwrap();
        assert_eq!(
            text(data.tenant(&rival, true)),
            format!(
                "`{}` belongs to tenant `acme`; restore the right file from a backup",
                tenants.join("rival.db").display()
            )
        );
    }

    #[test]
    fn a_control_database_of_a_newer_version_is_refused_untouched() {
        let (directory, tenant, _) = connected();
        drop(tenant);
        fs::remove_file(directory.path().join("vault.key")).unwrap();
        let path = directory.path().join("control.db");
        newer(&path);
        let before = files(directory.path());
        assert_eq!(
            text(DataDir::open(directory.path())),
            format!(
                "`{}` was written by a newer version (schema 7, this program knows 2); use that version or another --data",
                path.display()
            )
        );
        assert_eq!(files(directory.path()), before);
    }

    #[test]
    fn a_tenant_database_of_a_newer_version_is_refused_untouched() {
        let (directory, tenant, _) = connected();
        drop(tenant);
        let path = directory.path().join("tenants/acme.db");
        newer(&path);
        let before = files(directory.path());
        let data = DataDir::open(directory.path()).unwrap();
        assert_eq!(
            text(data.tenant(&acme(), true)),
            format!(
                "`{}` was written by a newer version (schema 7, this program knows 4); use that version or another --data",
                path.display()
            )
        );
        assert_eq!(files(directory.path()), before);
    }

    #[test]
    fn a_file_that_is_no_database_is_refused_untouched() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("control.db");
        fs::write(
            &path,
            "not a database, although it is long enough to be one",
        )
        .unwrap();
        let before = files(directory.path());
        assert_eq!(
            text(DataDir::open(directory.path())),
            format!(
                "`{}` is not a database or is damaged; restore it from a backup or use another --data",
                path.display()
            )
        );
        assert_eq!(files(directory.path()), before);
    }

    #[test]
    fn a_data_directory_that_is_a_file_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("data");
        fs::write(&path, "").unwrap();
        let error = text(DataDir::open(&path));
        let expected = format!("creating directory `{}`: ", path.display());
        assert!(error.starts_with(&expected), "{error}");
    }

    #[test]
    fn a_second_writer_gives_up_with_the_files_name() {
        let (directory, tenant, _) = connected();
        drop(tenant);
        let mut data = DataDir::open(directory.path()).unwrap();
        data.busy_timeout = Duration::from_millis(20);
        let mut tenant = data.tenant(&acme(), false).unwrap();
        let path = directory.path().join("tenants/acme.db");
        let other = Connection::open(&path).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        assert_eq!(
            text(tenant.save_connection(&connection(), "token")),
            format!(
                "`{}` is being written by another process; try again when it has finished",
                path.display()
            )
        );
        other.execute_batch("ROLLBACK").unwrap();
        tenant.save_connection(&connection(), "token").unwrap();
    }

    #[test]
    fn writers_wait_for_each_other_from_the_first_moment() {
        for _ in 0..10 {
            let directory = tempfile::tempdir().unwrap();
            let barrier = Barrier::new(4);
            thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| {
                        barrier.wait();
                        let mut tenant = open(directory.path());
                        tenant.save_connection(&connection(), "token").unwrap();
                    });
                }
            });
            let tenant = open(directory.path());
            let stored = tenant.connection("snyk").unwrap().unwrap();
            assert_eq!(*tenant.reveal_credential(&stored).unwrap(), "token");
        }
    }

    fn newer(path: &Path) {
        let database = Connection::open(path).unwrap();
        database.pragma_update(None, "user_version", 7).unwrap();
    }
}

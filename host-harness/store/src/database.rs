//! One `SQLite` file, opened with the house's settings and brought to the newest schema.

use std::fs::{self, File, Permissions};
use std::ops::Deref;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use crate::error::{Fault, StoreError};
use crate::file::FileMark;
use crate::tenant::TenantId;

/// Schema of the control database: file *n* leads to schema *n*.
pub(crate) const CONTROL: &[&str] = &[
    include_str!("../migrations/control/0001.sql"),
    include_str!("../migrations/control/0002.sql"),
    include_str!("../migrations/control/0003.sql"),
    include_str!("../migrations/control/0004.sql"),
];

/// Schema of a tenant's database.
pub(crate) const TENANT: &[&str] = &[
    include_str!("../migrations/tenant/0001.sql"),
    include_str!("../migrations/tenant/0002.sql"),
    include_str!("../migrations/tenant/0003.sql"),
    include_str!("../migrations/tenant/0004.sql"),
    include_str!("../migrations/tenant/0005.sql"),
    include_str!("../migrations/tenant/0006.sql"),
    include_str!("../migrations/tenant/0007.sql"),
];

/// Inside a transaction: what is written is stored with the rest of it, or not at all.
pub(crate) struct Transaction<'t>(&'t Connection);

impl Deref for Transaction<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.0
    }
}

/// An open database.
pub(crate) struct Database {
    connection: Connection,
    path: PathBuf,
    /// Which file that was when it was opened.
    file: FileMark,
    /// Whose it is to be; none for the control database.
    tenant: Option<TenantId>,
}

impl Database {
    /// Opens the file, creates it if it is absent, and migrates it in one transaction.
    pub(crate) fn open(
        path: PathBuf,
        migrations: &[&str],
        busy_timeout: Duration,
    ) -> Result<Self, StoreError> {
        let _turn = turn(path.parent().unwrap_or(&path))?;
        Self::with(path, None, WRITE | CREATE, busy_timeout)?.ready(migrations)
    }

    /// The same for a tenant's file, in the turn that the caller has.
    pub(crate) fn open_tenant(
        path: PathBuf,
        tenant: &TenantId,
        busy_timeout: Duration,
        _turn: &File,
    ) -> Result<Self, StoreError> {
        Self::with(path, Some(tenant), WRITE | CREATE, busy_timeout)?.ready(TENANT)
    }

    /// Opens a file that is there as it is, to look at it or to copy it. Its schema may be any.
    pub(crate) fn look(
        path: PathBuf,
        tenant: Option<&TenantId>,
        busy_timeout: Duration,
    ) -> Result<Self, StoreError> {
        Self::with(path, tenant, WRITE, busy_timeout)
    }

    /// The same for a file that is to stay as it is.
    pub(crate) fn read_only(path: PathBuf, busy_timeout: Duration) -> Result<Self, StoreError> {
        Self::with(path, None, OpenFlags::SQLITE_OPEN_READ_ONLY, busy_timeout)
    }

    fn with(
        path: PathBuf,
        tenant: Option<&TenantId>,
        flags: OpenFlags,
        busy_timeout: Duration,
    ) -> Result<Self, StoreError> {
        let known = FileMark::of(&path)?;
        let explain = |fault: Fault| explain(fault, &path, tenant);
        let connection = connect(&path, flags, busy_timeout).map_err(explain)?;
        if known.is_none() {
            // By name: an open file of our own would drop SQLite's locks of this process when it is closed.
            fs::set_permissions(&path, Permissions::from_mode(0o600))
                .map_err(StoreError::io("protecting", &path))?;
        }
        let file = known.map_or_else(|| FileMark::of(&path), |file| Ok(Some(file)))?;
        let Some(file) = file else {
            return Err(StoreError::Replaced { path });
        };
        Ok(Self {
            connection,
            path,
            file,
            tenant: tenant.cloned(),
        })
    }

    /// With its write-ahead log, and at the newest schema.
    fn ready(mut self, migrations: &[&str]) -> Result<Self, StoreError> {
        let found = self.schema()?;
        self.refuse_newer(found, migrations.len())?;
        self.read(|connection| {
            Ok(connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?)
        })?;
        if found < migrations.len() {
            self.migrate(migrations)?;
        }
        Ok(self)
    }

    /// Number of the last migration that was run.
    pub(crate) fn schema(&self) -> Result<usize, StoreError> {
        self.read(|connection| Ok(user_version(connection)?))
    }

    /// Which file it is.
    pub(crate) fn file(&self) -> FileMark {
        self.file
    }

    /// Whether the file still stands at its path.
    pub(crate) fn is_in_place(&self) -> Result<bool, StoreError> {
        Ok(FileMark::of(&self.path)? == Some(self.file))
    }

    /// What is wrong with how the file is built, in `SQLite`'s words; empty if nothing is. Reads all of it.
    pub(crate) fn complaints(&self) -> Result<Vec<String>, StoreError> {
        let found: Vec<String> = self.read(|connection| {
            let mut statement = connection.prepare("PRAGMA integrity_check(10)")?;
            let found = statement.query_map([], |row| row.get(0))?;
            Ok(found.collect::<Result<_, _>>()?)
        })?;
        Ok(found.into_iter().filter(|line| line != "ok").collect())
    }

    /// Writes all that is stored now into a new file, however busy the database is. The file needs no other one, and
    /// does not outlive a power failure yet.
    pub(crate) fn copy_to(&self, target: &Path) -> Result<(), StoreError> {
        let Some(name) = target.to_str() else {
            let reason = std::io::Error::new(std::io::ErrorKind::InvalidInput, "it is not UTF-8");
            return Err(StoreError::io("naming", target)(reason));
        };
        self.read(|connection| {
            connection.execute("VACUUM INTO ?1", [name])?;
            Ok(())
        })
    }

    /// The file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Reads.
    pub(crate) fn read<T>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        read(&self.connection).map_err(|fault| explain(fault, &self.path, self.tenant.as_ref()))
    }

    /// Writes all or nothing. Another writer is waited for, up to the timeout given at opening. A file that was replaced
    /// or removed since is not written: nobody would ever read it. Between [`begin`](Self::begin) and
    /// [`end`](Self::end) it is a part of that.
    pub(crate) fn write<T>(
        &mut self,
        write: impl FnOnce(&Transaction<'_>) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        let (path, file) = (&self.path, self.file);
        let attempt = || {
            if !self.connection.is_autocommit() {
                let part = self.connection.savepoint()?;
                let outcome = write(&Transaction(&part))?;
                part.commit()?;
                return Ok(outcome);
            }
            let transaction = self
                .connection
                .transaction_with_behavior(TransactionBehavior::Immediate)?;
            refuse_replaced(path, file)?;
            let outcome = write(&Transaction(&transaction))?;
            transaction.commit()?;
            Ok(outcome)
        };
        attempt().map_err(|fault: Fault| explain(fault, path, self.tenant.as_ref()))
    }

    /// Begins a transaction of several writes.
    pub(crate) fn begin(&self) -> Result<(), StoreError> {
        self.read(|connection| Ok(connection.execute_batch("BEGIN IMMEDIATE")?))?;
        let in_place = refuse_replaced(&self.path, self.file);
        in_place.map_err(|fault| {
            self.undo();
            explain(fault, &self.path, self.tenant.as_ref())
        })
    }

    /// Stores what was written since [`begin`](Self::begin).
    pub(crate) fn end(&self) -> Result<(), StoreError> {
        self.read(|connection| Ok(connection.execute_batch("COMMIT")?))
    }

    /// Forgets what was written since [`begin`](Self::begin), unless it was stored.
    pub(crate) fn undo(&self) {
        if !self.connection.is_autocommit() {
            // What fails here leaves nothing behind: the file has not been written.
            let _ = self.connection.execute_batch("ROLLBACK");
        }
    }

    /// Writes, and overwrites with zeros what it removes or replaces. The log keeps it until
    /// [`truncate_log`](Self::truncate_log).
    pub(crate) fn write_secret<T>(
        &mut self,
        write: impl FnOnce(&Transaction<'_>) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        let secure = |database: &Self, on: bool| {
            database.read(|one| Ok(one.pragma_update(None, "secure_delete", on)?))
        };
        secure(self, true)?;
        let outcome = self.write(write);
        // Elsewhere it would only cost: pages that are freed would be written once more.
        secure(self, false)?;
        outcome
    }

    /// Writes the log back into the file and empties it. Readers are waited for, up to the timeout given at opening.
    ///
    /// # Errors
    /// - [`StoreError::LogHeld`]: somebody still reads what is only in the log
    pub(crate) fn truncate_log(&self) -> Result<(), StoreError> {
        let checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)";
        let busy: bool = self.read(|one| Ok(one.query_row(checkpoint, [], |row| row.get(0))?))?;
        if busy {
            return Err(StoreError::LogHeld {
                path: self.path.with_extension("db-wal"),
            });
        }
        Ok(())
    }

    pub(crate) fn migrate(&mut self, migrations: &[&str]) -> Result<(), StoreError> {
        self.write(|transaction| {
            // Another process may have migrated since we looked.
            let done = user_version(transaction)?;
            for migration in migrations.iter().skip(done) {
                transaction.execute_batch(migration)?;
            }
            let schema = i64::try_from(migrations.len().max(done)).unwrap_or(i64::MAX);
            transaction.pragma_update(None, "user_version", schema)?;
            Ok(())
        })
    }

    pub(crate) fn refuse_newer(&self, found: usize, known: usize) -> Result<(), StoreError> {
        if found > known {
            return Err(StoreError::Newer {
                path: self.path.clone(),
                found,
                known,
            });
        }
        Ok(())
    }
}

/// Our turn to open a database of this directory, until it is dropped.
///
/// `SQLite` does not wait for another opener while one of them switches a new file to its write-ahead log.
pub(crate) fn turn(directory: &Path) -> Result<File, StoreError> {
    File::open(directory)
        .and_then(|file| file.lock().map(|()| file))
        .map_err(StoreError::io("locking directory", directory))
}

fn refuse_replaced(path: &Path, file: FileMark) -> Result<(), Fault> {
    if FileMark::of(path)? == Some(file) {
        return Ok(());
    }
    let path = path.to_owned();
    Err(StoreError::Replaced { path }.into())
}

/// What a fault means, and the way out: a tenant can be restored alone.
fn explain(fault: Fault, path: &Path, tenant: Option<&TenantId>) -> StoreError {
    match (fault.at(path), tenant) {
        (StoreError::NotADatabase { path }, Some(tenant)) => StoreError::TenantDamaged {
            tenant: tenant.to_string(),
            path,
        },
        (error, _) => error,
    }
}

fn connect(path: &Path, flags: OpenFlags, busy_timeout: Duration) -> Result<Connection, Fault> {
    let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(busy_timeout)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cache_size", CACHE)?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    Ok(connection)
}

const WRITE: OpenFlags = OpenFlags::SQLITE_OPEN_READ_WRITE;
const CREATE: OpenFlags = OpenFlags::SQLITE_OPEN_CREATE;

/// Pages of a large tenant's indices that are held while findings with random ids are stored; negative means KiB.
const CACHE: i64 = -16 << 10;

/// Pages, of 4 KiB, after which the log is written back. A full batch of findings changes as many in a large file.
const CHECKPOINT_PAGES: i64 = 4_000;

/// Number of the last migration that was run. `SQLite` keeps it as a signed number; a negative one is nobody's.
pub(crate) fn user_version(connection: &Connection) -> rusqlite::Result<usize> {
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    Ok(usize::try_from(version).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlite_is_compiled_as_the_workspace_asks() {
        let connection = Connection::open_in_memory().unwrap();
        let mut statement = connection.prepare("PRAGMA compile_options").unwrap();
        let options = statement.query_map([], |row| row.get(0)).unwrap();
        let options: Vec<String> = options.map(Result::unwrap).collect();
        for asked in ["DEFAULT_MEMSTATUS=0", "STMTJRNL_SPILL=127100"] {
            assert!(options.iter().any(|one| one == asked), "{asked} is absent");
        }
        assert!(!options.iter().any(|one| one == "ENABLE_API_ARMOR"));
    }
}

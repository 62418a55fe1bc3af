//! One `SQLite` file, opened with the house's settings and brought to the newest schema.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use crate::error::{Fault, StoreError};

/// Schema of the control database: file *n* leads to schema *n*.
pub(crate) const CONTROL: &[&str] = &[
    include_str!("../migrations/control/0001.sql"),
    include_str!("../migrations/control/0002.sql"),
];

/// Schema of a tenant's database.
pub(crate) const TENANT: &[&str] = &[
    include_str!("../migrations/tenant/0001.sql"),
    include_str!("../migrations/tenant/0002.sql"),
    include_str!("../migrations/tenant/0003.sql"),
    include_str!("../migrations/tenant/0004.sql"),
];

/// An open database.
pub(crate) struct Database {
    connection: Connection,
    path: PathBuf,
}

impl Database {
    /// Opens the file, creates it if it is absent, and migrates it in one transaction.
    pub(crate) fn open(
        path: PathBuf,
        migrations: &[&str],
        busy_timeout: Duration,
    ) -> Result<Self, StoreError> {
        let _turn = turn(&path)?;
        let absent = !path
            .try_exists()
            .map_err(StoreError::io("looking for", &path))?;
        let connection = connect(&path, busy_timeout).map_err(|fault| fault.at(&path))?;
        if absent {
            // By name: an open file of our own would drop SQLite's locks of this process when it is closed.
            fs::set_permissions(&path, Permissions::from_mode(0o600))
                .map_err(StoreError::io("protecting", &path))?;
        }
        let mut database = Self { connection, path };
        let found = database.read(|connection| Ok(user_version(connection)?))?;
        database.refuse_newer(found, migrations.len())?;
        database.read(|connection| {
            Ok(connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?)
        })?;
        if found < migrations.len() {
            database.migrate(migrations)?;
        }
        Ok(database)
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
        read(&self.connection).map_err(|fault| fault.at(&self.path))
    }

    /// Writes all or nothing. Another writer is waited for, up to the timeout given at opening.
    pub(crate) fn write<T>(
        &mut self,
        write: impl FnOnce(&Transaction<'_>) -> Result<T, Fault>,
    ) -> Result<T, StoreError> {
        let attempt = || {
            let transaction = self
                .connection
                .transaction_with_behavior(TransactionBehavior::Immediate)?;
            let outcome = write(&transaction)?;
            transaction.commit()?;
            Ok(outcome)
        };
        attempt().map_err(|fault: Fault| fault.at(&self.path))
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

    fn migrate(&mut self, migrations: &[&str]) -> Result<(), StoreError> {
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

    fn refuse_newer(&self, found: usize, known: usize) -> Result<(), StoreError> {
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
fn turn(path: &Path) -> Result<File, StoreError> {
    let directory = path.parent().unwrap_or(path);
    File::open(directory)
        .and_then(|file| file.lock().map(|()| file))
        .map_err(StoreError::io("locking directory", directory))
}

fn connect(path: &Path, busy_timeout: Duration) -> Result<Connection, Fault> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(busy_timeout)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cache_size", CACHE)?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    Ok(connection)
}

/// Pages of a large tenant's indices that are held while findings with random ids are stored; negative means KiB.
const CACHE: i64 = -8 << 10;

/// Pages, of 4 KiB, after which the log is written back. A batch of findings changes about a thousand.
const CHECKPOINT_PAGES: i64 = 4_000;

/// Number of the last migration that was run. `SQLite` keeps it as a signed number; a negative one is nobody's.
fn user_version(connection: &Connection) -> rusqlite::Result<usize> {
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    Ok(usize::try_from(version).unwrap_or(usize::MAX))
}

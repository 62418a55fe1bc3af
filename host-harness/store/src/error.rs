//! What can go wrong with stored data, each with the way out.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// Why something could not be stored or read. The text names the file and says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The text cannot name a tenant.
    #[error("`{name}` is not a tenant name; use 1 to 63 lower-case letters, digits and `-`")]
    TenantName {
        /// What was given.
        name: String,
    },
    /// The control database does not know the tenant.
    #[error("tenant `{tenant}` is not known in `{}`; connect an integration first", data.display())]
    TenantUnknown {
        /// The tenant.
        tenant: String,
        /// The data directory.
        data: PathBuf,
    },
    /// There is such a tenant already.
    #[error("there is a tenant `{tenant}` already")]
    TenantKnown {
        /// The tenant.
        tenant: String,
    },
    /// Nothing is done for the tenant until it is resumed.
    #[error("tenant `{tenant}` is suspended; `koalr tenant resume {tenant}` brings it back")]
    TenantSuspended {
        /// The tenant.
        tenant: String,
    },
    /// The control database does not know the tenant, but there is a file of it.
    #[error(
        "`{}` is left of a tenant `{tenant}` that was deleted; `koalr tenant delete {tenant}` removes it",
        path.display()
    )]
    TenantLeftOver {
        /// The tenant.
        tenant: String,
        /// Its file.
        path: PathBuf,
    },
    /// The tenant's file is no database, or a damaged one. Other tenants are not touched by it.
    #[error(
        "`{}` of tenant `{tenant}` is damaged; `koalr tenant restore {tenant} FILE` puts a backup in its place, and \
         `koalr tenant check {tenant}` says more",
        path.display()
    )]
    TenantDamaged {
        /// The tenant.
        tenant: String,
        /// Its file.
        path: PathBuf,
    },
    /// The file was replaced or removed while it was open. Nothing was written.
    #[error("`{}` was replaced or removed while it was in use, and nothing was written; try again", path.display())]
    Replaced {
        /// The file.
        path: PathBuf,
    },
    /// The file to restore is another tenant's.
    #[error("`{}` was tenant `{owner}`'s; with `--rename` it becomes tenant `{tenant}`'s", path.display())]
    RestoreOther {
        /// The file.
        path: PathBuf,
        /// The tenant it was of.
        owner: String,
        /// The tenant it was to become.
        tenant: String,
    },
    /// The file to restore cannot be a tenant's database, or is damaged.
    #[error("`{}` cannot be restored: {reason}; take another backup", path.display())]
    NotRestorable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// What is to be written is there already.
    #[error("`{}` is there already, and nothing was written; name another", path.display())]
    Exists {
        /// The file or directory.
        path: PathBuf,
    },
    /// The tenant is known, but its file is not there.
    #[error(
        "the database `{}` of tenant `{tenant}` is missing; restore it from a backup, or connect again to begin anew",
        path.display()
    )]
    TenantMissing {
        /// The tenant.
        tenant: String,
        /// Where its file should be.
        path: PathBuf,
    },
    /// The file is another tenant's.
    #[error("`{}` belongs to tenant `{owner}`; restore the right file from a backup", path.display())]
    TenantSwapped {
        /// The file.
        path: PathBuf,
        /// The tenant it belongs to.
        owner: String,
    },
    /// A newer program wrote the database. Nothing was touched.
    #[error(
        "`{}` was written by a newer version (schema {found}, this program knows {known}); use that version or another --data",
        path.display()
    )]
    Newer {
        /// The database.
        path: PathBuf,
        /// Schema number in the file.
        found: usize,
        /// Newest schema number this program knows.
        known: usize,
    },
    /// The file is no database, or a damaged one.
    #[error("`{}` is not a database or is damaged; restore it from a backup or use another --data", path.display())]
    NotADatabase {
        /// The file.
        path: PathBuf,
    },
    /// Another process held the database for too long.
    #[error("`{}` is being written by another process; try again when it has finished", path.display())]
    Busy {
        /// The file.
        path: PathBuf,
    },
    /// The disk is full.
    #[error("there is no space left to write `{}`; free some and try again: what was stored before is intact", path.display())]
    Full {
        /// The file.
        path: PathBuf,
    },
    /// Any other failure of `SQLite`.
    #[error("using database `{}`: {source}", path.display())]
    Database {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: rusqlite::Error,
    },
    /// A file or directory could not be used.
    #[error("{doing} `{}`: {source}", path.display())]
    Io {
        /// What was being done, for example `creating directory`.
        doing: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// A record of a batch does not fit. Nothing of the batch was stored.
    #[error("storing record {index} of the batch ({kind}) in `{}`: {reason}; nothing of the batch was stored", path.display())]
    Record {
        /// The file.
        path: PathBuf,
        /// Place in the batch, counted from 0.
        index: usize,
        /// Table it belongs to.
        kind: &'static str,
        /// The cause.
        reason: String,
    },
    /// Stored data cannot be read back.
    #[error("reading `{}`: {reason}; restore it from a backup", path.display())]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// The cause.
        reason: String,
    },
    /// The key file is gone although something is sealed with it.
    #[error(
        "key file `{}` is missing, and the stored credentials cannot be opened without it; restore it from a backup, or use another --data and connect again",
        path.display()
    )]
    KeyMissing {
        /// Where it should be.
        path: PathBuf,
    },
    /// The key file is readable or writable by others.
    #[error("key file `{0}` is open to other users (mode {mode:04o}); run `chmod 600 {0}`", path.display())]
    KeyMode {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The key file has the wrong length.
    #[error("key file `{}` holds {length} bytes instead of 32; restore it from a backup", path.display())]
    KeyLength {
        /// The file.
        path: PathBuf,
        /// Its length in bytes.
        length: u64,
    },
    /// The key file is a different one.
    #[error("key file `{}` is not the one this data directory was sealed with; restore the right one from a backup", path.display())]
    KeyWrong {
        /// The file.
        path: PathBuf,
    },
    /// The tenant's data key does not open.
    #[error("the data key of tenant `{tenant}` in `{}` was changed; restore that file from a backup", path.display())]
    DataKey {
        /// The tenant.
        tenant: String,
        /// The control database.
        path: PathBuf,
    },
    /// A secret was removed, but the log cannot be emptied of it.
    #[error(
        "what was removed is still in `{}`, sealed, because another process reads there; run the same command again when it has finished",
        path.display()
    )]
    LogHeld {
        /// The log.
        path: PathBuf,
    },
    /// A sealed credential does not open.
    #[error("the stored credential of `{integration}` in `{}` cannot be opened; connect again", path.display())]
    Credential {
        /// The integration.
        integration: String,
        /// The tenant's file.
        path: PathBuf,
    },
    /// A sealed secret does not open.
    #[error("the stored secret `{name}` in `{}` cannot be opened; set it again", path.display())]
    Secret {
        /// Its name.
        name: String,
        /// The tenant's file.
        path: PathBuf,
    },
    /// Something was named that is not there.
    #[error("no {what} `{name}` is stored in `{}`; begin at the first page again", path.display())]
    NotStored {
        /// What it would be.
        what: &'static str,
        /// Its id.
        name: String,
        /// The tenant's file.
        path: PathBuf,
    },
    /// Another waiver has the id.
    #[error("waiver `{id}` is stored in `{}` already, with other words or revoked; give the new one another id", path.display())]
    WaiverTaken {
        /// The id.
        id: String,
        /// The tenant's file.
        path: PathBuf,
    },
    /// Two services claim one name, or one has none.
    #[error("the services in `{}` cannot be told apart: {reason}", path.display())]
    Services {
        /// The tenant's file.
        path: PathBuf,
        /// All that is wrong with them, each with the way out.
        reason: String,
    },
    /// Other bytes have the version.
    #[error(
        "{version} of `{integration}` is installed with other bytes: stored {stored}, given {given}; give the new \
         component another version, or remove the stored one"
    )]
    VersionTaken {
        /// The integration.
        integration: String,
        /// The version that both claim.
        version: String,
        /// SHA-256 of the stored one.
        stored: String,
        /// SHA-256 of the other.
        given: String,
    },
    /// The version is not installed.
    #[error("{version} of `{integration}` is not installed; `koalr plugin install FILE` does that")]
    NotInstalled {
        /// The integration.
        integration: String,
        /// The version.
        version: String,
    },
    /// No version of the integration serves by anybody's decision.
    #[error(
        "no version of `{integration}` was ever swapped in; `koalr plugin swap {integration} VERSION` does that"
    )]
    NoRollout {
        /// The integration.
        integration: String,
    },
    /// Which versions serve whom stays as it is.
    #[error(transparent)]
    Refused(#[from] koalr_platform::rollout::Refused),
    /// An installed component is gone.
    #[error("component `{}` is missing; `koalr plugin install FILE` with the file that was installed puts it back", path.display())]
    ComponentMissing {
        /// Where it should be.
        path: PathBuf,
    },
    /// An installed component is not what was installed.
    #[error(
        "component `{}` is not what was installed, and is not run; `koalr plugin install FILE` with the file that was \
         installed puts it back",
        path.display()
    )]
    ComponentDamaged {
        /// The file.
        path: PathBuf,
    },
    /// A secret could not be sealed.
    #[error("sealing a secret: {reason}")]
    Sealing {
        /// The cause.
        reason: String,
    },
}

impl StoreError {
    /// Whether a file is damaged or missing, so that only a backup helps.
    #[must_use]
    pub fn is_damage(&self) -> bool {
        matches!(
            self,
            Self::TenantDamaged { .. }
                | Self::TenantMissing { .. }
                | Self::TenantSwapped { .. }
                | Self::NotADatabase { .. }
                | Self::Corrupt { .. }
        )
    }

    /// Makes an I/O error say what was done to what.
    pub(crate) fn io(
        doing: &'static str,
        path: &Path,
    ) -> impl FnOnce(std::io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| {
            if source.kind() == std::io::ErrorKind::StorageFull {
                Self::Full { path }
            } else {
                Self::Io {
                    doing,
                    path,
                    source,
                }
            }
        }
    }
}

/// A failure inside a transaction, before the file's name is known.
pub(crate) enum Fault {
    /// `SQLite`'s.
    Sqlite(rusqlite::Error),
    /// Stored JSON, or a row, does not fit the model.
    Json(serde_json::Error),
    /// Complete already.
    Store(StoreError),
}

impl Fault {
    /// The error about the database at `path`.
    pub(crate) fn at(self, path: &Path) -> StoreError {
        let path = path.to_owned();
        let source = match self {
            Self::Sqlite(source) => source,
            Self::Json(error) => {
                let reason = error.to_string();
                return StoreError::Corrupt { path, reason };
            }
            Self::Store(error) => return error,
        };
        match source.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy { path },
            Some(ErrorCode::DiskFull) => StoreError::Full { path },
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
                StoreError::NotADatabase { path }
            }
            _ => StoreError::Database { path, source },
        }
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<serde_json::Error> for Fault {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(error)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

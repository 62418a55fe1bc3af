//! The key file, and the tenants' data keys that it wraps.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, params};
use zeroize::Zeroizing;

use crate::database::Database;
use crate::error::{Fault, StoreError};
use crate::key::{KEY_BYTES, Key, fill};

/// The opened key file.
pub(crate) struct Vault {
    key: Key,
    key_id: String,
}

/// What the control database keeps to recognise the key file.
struct Seal {
    key_id: String,
    check: Vec<u8>,
}

impl Vault {
    /// Opens the key file and compares it with the control database; creates both where neither is there.
    pub(crate) fn open(control: &mut Database, path: &Path) -> Result<Self, StoreError> {
        if let Some(seal) = control.read(stored_seal)? {
            return Self::verified(path, seal);
        }
        // Inside the transaction no other process creates a key file.
        control.write(|transaction| {
            if let Some(seal) = stored_seal(transaction)? {
                return Ok(Self::verified(path, seal)?);
            }
            let key = match read_key(path)? {
                // A crash came between the key file and the commit.
                Some(key) => key,
                None => create_key(path)?,
            };
            let key_id = random_id()?;
            let check = key.seal(&["vault key", &key_id], b"")?;
            transaction.execute(
                "INSERT INTO vault (one, key_id, key_check) VALUES (1, ?1, ?2)",
                params![key_id, check],
            )?;
            Ok(Self { key, key_id })
        })
    }

    /// A fresh data key for a tenant, and the same wrapped.
    pub(crate) fn new_data_key(&self, tenant: &str) -> Result<(Key, Vec<u8>), StoreError> {
        let key = Key::random()?;
        let wrapped = self.key.seal(&self.context(tenant), key.bytes())?;
        Ok((key, wrapped))
    }

    /// A tenant's data key; none if it was wrapped for another tenant or was changed.
    pub(crate) fn data_key(&self, tenant: &str, wrapped: &[u8]) -> Option<Key> {
        let bytes = self.key.open(&self.context(tenant), wrapped)?;
        Key::from_bytes(bytes)
    }

    fn context<'a>(&'a self, tenant: &'a str) -> [&'a str; 3] {
        ["data key", tenant, &self.key_id]
    }

    fn verified(path: &Path, seal: Seal) -> Result<Self, StoreError> {
        let key = read_key(path)?.ok_or_else(|| StoreError::KeyMissing {
            path: path.to_owned(),
        })?;
        if key
            .open(&["vault key", &seal.key_id], &seal.check)
            .is_none()
        {
            return Err(StoreError::KeyWrong {
                path: path.to_owned(),
            });
        }
        Ok(Self {
            key,
            key_id: seal.key_id,
        })
    }
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

/// The key file's key; none if there is no file.
fn read_key(path: &Path) -> Result<Option<Key>, StoreError> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(StoreError::io("reading key file", path)(error)),
    };
    let metadata = file
        .metadata()
        .map_err(StoreError::io("reading key file", path))?;
    let mode = metadata.mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(StoreError::KeyMode {
            path: path.to_owned(),
            mode,
        });
    }
    let mut bytes = Zeroizing::new(vec![0; KEY_BYTES]);
    let length = metadata.len();
    if length != KEY_BYTES as u64 {
        return Err(StoreError::KeyLength {
            path: path.to_owned(),
            length,
        });
    }
    file.read_exact(&mut bytes)
        .map_err(StoreError::io("reading key file", path))?;
    Ok(Key::from_bytes(bytes))
}

/// Writes a fresh key file: complete beside its place first, so that a crash leaves none or a whole one.
fn create_key(path: &Path) -> Result<Key, StoreError> {
    let key = Key::random()?;
    let new = beside(path);
    let write = || -> std::io::Result<()> {
        match fs::remove_file(&new) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&new)?;
        file.write_all(key.bytes())?;
        file.sync_all()?;
        fs::rename(&new, path)?;
        match path.parent() {
            Some(directory) => File::open(directory)?.sync_all(),
            None => Ok(()),
        }
    };
    write().map_err(StoreError::io("creating key file", path))?;
    Ok(key)
}

fn beside(path: &Path) -> PathBuf {
    path.with_extension("key.new")
}

fn random_id() -> Result<String, StoreError> {
    let mut bytes = [0; 16];
    fill(&mut bytes)?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::DataDir;
    use crate::fixture::{CANARY, acme, connected, files};

    /// What opening says after the key file was treated so; nothing may have been written.
    fn opened_after(treat: impl FnOnce(&Path)) -> String {
        let (directory, tenant, _) = connected();
        drop(tenant);
        let path = directory.path().join("vault.key");
        treat(&path);
        let before = files(directory.path());
        let error = DataDir::open(directory.path()).unwrap_err().to_string();
        assert_eq!(files(directory.path()), before);
        error.replace(&path.display().to_string(), "vault.key")
    }

    #[test]
    fn a_missing_key_file_is_never_replaced() {
        assert_eq!(
            opened_after(|path| fs::remove_file(path).unwrap()),
            "key file `vault.key` is missing, and the stored credentials cannot be opened without it; \
             restore it from a backup, or use another --data and connect again"
        );
    }

    #[test]
    fn another_key_file_is_recognised_at_once() {
        assert_eq!(
            opened_after(|path| fs::write(path, [7; KEY_BYTES]).unwrap()),
            "key file `vault.key` is not the one this data directory was sealed with; \
             restore the right one from a backup"
        );
    }

    #[test]
    fn a_key_file_open_to_others_is_refused() {
        assert_eq!(
            opened_after(|path| {
                fs::set_permissions(path, Permissions::from_mode(0o640)).unwrap();
            }),
            "key file `vault.key` is open to other users (mode 0640); run `chmod 600 vault.key`"
        );
    }

    #[test]
    fn a_key_file_of_another_length_is_refused() {
        assert_eq!(
            opened_after(|path| fs::write(path, "short").unwrap()),
            "key file `vault.key` holds 5 bytes instead of 32; restore it from a backup"
        );
    }

    #[test]
    fn a_crash_between_key_file_and_commit_loses_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("vault.key");
        let key = create_key(&path).unwrap();
        fs::write(beside(&path), "half a k").unwrap();
        DataDir::open(directory.path()).unwrap();
        assert_eq!(fs::read(&path).unwrap(), key.bytes());
    }

    #[test]
    fn a_half_written_key_file_of_a_crash_is_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("vault.key");
        fs::write(beside(&path), "half a k").unwrap();
        DataDir::open(directory.path()).unwrap();
        assert!(!beside(&path).exists());
        assert_eq!(fs::read(&path).unwrap().len(), KEY_BYTES);
    }

    #[test]
    fn a_changed_data_key_is_named() {
        let (directory, tenant, _) = connected();
        drop(tenant);
        let path = directory.path().join("control.db");
        let control = Connection::open(&path).unwrap();
        control
            .execute("UPDATE tenants SET data_key = x'00'", [])
            .unwrap();
        let data = DataDir::open(directory.path()).unwrap();
        assert_eq!(
            data.tenant(&acme(), true).unwrap_err().to_string(),
            format!(
                "the data key of tenant `acme` in `{}` was changed; restore that file from a backup",
                path.display()
            )
        );
    }

    #[test]
    fn a_data_key_of_another_tenant_does_not_open() {
        let directory = tempfile::tempdir().unwrap();
        let mut control = Database::open(
            directory.path().join("control.db"),
            crate::database::CONTROL,
            std::time::Duration::ZERO,
        )
        .unwrap();
        let vault = Vault::open(&mut control, &directory.path().join("vault.key")).unwrap();
        let (_, wrapped) = vault.new_data_key("acme").unwrap();
        assert!(vault.data_key("acme", &wrapped).is_some());
        assert!(vault.data_key("rival", &wrapped).is_none());
    }

    #[test]
    fn the_token_and_the_keys_are_in_no_file_of_the_data_directory() {
        let (directory, mut tenant, connection) = connected();
        tenant.save_connection(&connection.record, CANARY).unwrap();
        let files = files(directory.path());
        let names: Vec<&str> = files.keys().map(String::as_str).collect();
        assert!(names.iter().any(|name| name.ends_with("acme.db-wal")));
        let data_key = tenant.data_key.bytes();
        for (name, bytes) in &files {
            let holds = |secret: &[u8]| bytes.windows(secret.len()).any(|part| part == secret);
            assert!(!holds(CANARY.as_bytes()), "{name}");
            assert!(!holds(data_key), "{name}");
            let key_file = fs::read(directory.path().join("vault.key")).unwrap();
            assert_eq!(holds(&key_file), name.ends_with("vault.key"), "{name}");
        }
    }
}

//! Rotation of the vault key: while in use, and interrupted at every point.

use std::sync::mpsc::sync_channel;
use std::thread;

use tempfile::TempDir;

use super::*;
use crate::TenantId;
use crate::fixture::connection;

fn key_file(directory: &TempDir) -> PathBuf {
    directory.path().join("vault.key")
}

fn control(directory: &TempDir) -> Database {
    Database::open(
        directory.path().join("control.db"),
        crate::database::CONTROL,
        std::time::Duration::from_secs(5),
    )
    .unwrap()
}

/// A vault whose rotation ended as a process ends: all is committed that is to be, and its key is not in its place.
fn interrupted(directory: &TempDir) {
    let mut control = control(directory);
    let vault = Vault::open(&mut control, &key_file(directory)).unwrap();
    let count = control.write_secret(|transaction| vault.rewrap(transaction));
    assert_eq!(count.unwrap(), 1);
}

#[track_caller]
fn assert_opens(directory: &TempDir) {
    let data = DataDir::open(directory.path()).unwrap();
    let tenant = data.tenant(&acme(), false).unwrap();
    let stored = tenant.connection("snyk").unwrap().unwrap();
    assert_eq!(*tenant.reveal_credential(&stored).unwrap(), CANARY);
}

#[test]
fn the_old_key_opens_nothing_after_a_rotation_and_nothing_it_wrapped_is_left() {
    let (directory, tenant, _) = connected();
    drop(tenant);
    let old = fs::read(key_file(&directory)).unwrap();
    let wrapped = control(&directory).read(|control| {
        Ok(control.query_row("SELECT data_key FROM tenants", [], |row| row.get(0))?)
    });
    let wrapped: Vec<u8> = wrapped.unwrap();
    let data = DataDir::open(directory.path()).unwrap();
    // Somebody else has the control database open meanwhile.
    let _other = control(&directory);
    assert_eq!(data.rotate_vault_key().unwrap(), 1);
    for (name, bytes) in files(directory.path()) {
        for part in wrapped.chunks_exact(16) {
            assert!(!bytes.windows(16).any(|bytes| bytes == part), "{name}");
        }
    }
    assert_opens(&directory);
    assert_ne!(fs::read(key_file(&directory)).unwrap(), old);
    assert!(!file::beside(&key_file(&directory)).exists());
    fs::write(key_file(&directory), old).unwrap();
    let error = DataDir::open(directory.path()).unwrap_err();
    assert!(matches!(error, StoreError::KeyWrong { .. }), "{error}");
}

#[test]
fn the_new_key_file_is_for_its_owner_only() {
    let (directory, _tenant, _) = connected();
    let data = DataDir::open(directory.path()).unwrap();
    data.rotate_vault_key().unwrap();
    let mode = fs::metadata(key_file(&directory)).unwrap().permissions();
    assert_eq!(mode.mode() & 0o777, 0o600);
}

#[test]
fn a_key_beside_that_was_never_committed_changes_nothing() {
    let (directory, tenant, _) = connected();
    drop(tenant);
    let old = fs::read(key_file(&directory)).unwrap();
    file::write_beside(&key_file(&directory)).unwrap();
    assert_opens(&directory);
    assert_eq!(fs::read(key_file(&directory)).unwrap(), old);
    fs::write(file::beside(&key_file(&directory)), "half a k").unwrap();
    assert_opens(&directory);
    let data = DataDir::open(directory.path()).unwrap();
    data.rotate_vault_key().unwrap();
    assert_opens(&directory);
}

#[test]
fn a_rotation_that_rolls_back_leaves_the_old_key_in_force() {
    let (directory, tenant, _) = connected();
    drop(tenant);
    let mut control = control(&directory);
    let vault = Vault::open(&mut control, &key_file(&directory)).unwrap();
    let failed: Result<(), _> = control.write_secret(|transaction| {
        vault.rewrap(transaction)?;
        Err(rusqlite::Error::QueryReturnedNoRows.into())
    });
    assert!(failed.is_err());
    assert!(file::beside(&key_file(&directory)).exists());
    assert_opens(&directory);
}

#[test]
fn a_committed_key_that_is_not_in_its_place_is_put_there_at_the_next_start() {
    let (directory, tenant, _) = connected();
    drop(tenant);
    let old = fs::read(key_file(&directory)).unwrap();
    interrupted(&directory);
    assert_eq!(fs::read(key_file(&directory)).unwrap(), old);
    assert_opens(&directory);
    assert_ne!(fs::read(key_file(&directory)).unwrap(), old);
    assert!(!file::beside(&key_file(&directory)).exists());
}

#[test]
fn who_has_the_old_key_in_memory_finishes_an_interrupted_rotation() {
    let (directory, tenant, _) = connected();
    drop(tenant);
    let data = DataDir::open(directory.path()).unwrap();
    interrupted(&directory);
    data.tenant(&acme(), false).unwrap();
    assert!(!file::beside(&key_file(&directory)).exists());
    assert_opens(&directory);
}

#[test]
fn a_rotation_after_an_interrupted_one_loses_nothing() {
    let (directory, tenant, _) = connected();
    drop(tenant);
    let data = DataDir::open(directory.path()).unwrap();
    interrupted(&directory);
    assert_eq!(data.rotate_vault_key().unwrap(), 1);
    assert_opens(&directory);
    interrupted(&directory);
    interrupted(&directory);
    assert_opens(&directory);
}

#[test]
fn a_new_tenant_gets_its_data_key_under_the_new_key() {
    let (directory, _tenant, _) = connected();
    let data = DataDir::open(directory.path()).unwrap();
    let other = DataDir::open(directory.path()).unwrap();
    other.rotate_vault_key().unwrap();
    let rival = TenantId::parse("rival").unwrap();
    data.tenant(&rival, true).unwrap();
    other.tenant(&rival, false).unwrap();
}

#[test]
fn a_changed_data_key_stops_a_rotation_before_anything_is_done() {
    let (directory, tenant, _) = connected();
    drop(tenant);
    let data = DataDir::open(directory.path()).unwrap();
    let rival = TenantId::parse("rival").unwrap();
    drop(data.tenant(&rival, true).unwrap());
    let change = "UPDATE tenants SET data_key = x'00' WHERE id = 'rival'";
    control(&directory)
        .write(|transaction| Ok(transaction.execute_batch(change)?))
        .unwrap();
    assert_eq!(
        data.rotate_vault_key().unwrap_err().to_string(),
        format!(
            "the data key of tenant `rival` in `{}` was changed; restore that file from a backup",
            directory.path().join("control.db").display()
        )
    );
    assert_opens(&directory);
}

#[test]
fn a_commit_of_the_control_database_is_on_the_disk() {
    let (directory, _tenant, _) = connected();
    let synchronous: i64 = control(&directory)
        .read(|control| Ok(control.pragma_query_value(None, "synchronous", |row| row.get(0))?))
        .unwrap();
    let full = 2;
    assert_eq!(synchronous, full);
}

/// Rotates, and again while others read the log without a pause: that is what the error asks for.
fn rotate(data: &DataDir) {
    while let Err(error) = data.rotate_vault_key() {
        assert!(matches!(error, StoreError::LogHeld { .. }), "{error}");
    }
}

/// Two processes rotate while a third one works: none of them fails.
#[test]
fn rotating_while_tenants_are_opened_and_credentials_revealed_disturbs_nobody() {
    let (directory, tenant, _) = connected();
    drop(tenant);
    let data = DataDir::open(directory.path()).unwrap();
    thread::scope(|scope| {
        for _ in 0..2 {
            let (worked, works) = sync_channel(0);
            let (data, directory) = (&data, &directory);
            scope.spawn(move || {
                let data = DataDir::open(directory.path()).unwrap();
                for _ in 0..8 {
                    rotate(&data);
                    // The next rotation meets the other thread at work.
                    works.recv().unwrap();
                }
            });
            scope.spawn(move || {
                loop {
                    let mut tenant = data.tenant(&acme(), false).unwrap();
                    let stored = tenant.save_connection(&connection(), CANARY).unwrap();
                    assert_eq!(*tenant.reveal_credential(&stored).unwrap(), CANARY);
                    if worked.send(()).is_err() {
                        break;
                    }
                }
            });
        }
    });
    assert_opens(&directory);
}

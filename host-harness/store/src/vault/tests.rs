use std::fs;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::DataDir;
use crate::fixture::{CANARY, acme, connected, files};
use crate::key::KEY_BYTES;

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
    let key = file::write_beside(&path).unwrap();
    file::put_in_place(&path).unwrap();
    fs::write(file::beside(&path), "half a k").unwrap();
    DataDir::open(directory.path()).unwrap();
    assert_eq!(fs::read(&path).unwrap(), key.bytes());
}

#[test]
fn a_half_written_key_file_of_a_crash_is_replaced() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("vault.key");
    fs::write(file::beside(&path), "half a k").unwrap();
    DataDir::open(directory.path()).unwrap();
    assert!(!file::beside(&path).exists());
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
    let key = VaultKey {
        id: random_id().unwrap(),
        key: Key::random().unwrap(),
    };
    let wrapped = key.wrap("acme", &Key::random().unwrap()).unwrap();
    assert!(key.unwrap("acme", &wrapped).is_some());
    assert!(key.unwrap("rival", &wrapped).is_none());
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

mod rotation;

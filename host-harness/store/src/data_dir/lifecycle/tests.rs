use std::collections::BTreeSet;
use std::fs;

use koalr_platform::access::Scope;
use rusqlite::Connection;

use super::*;
use crate::ApiKeyRecord;
use crate::fixture::{CANARY, acme, connected, connection, files};

fn data(directory: &tempfile::TempDir) -> DataDir {
    DataDir::open(directory.path()).unwrap()
}

fn key(id: &str) -> ApiKeyRecord {
    ApiKeyRecord {
        id: id.to_owned(),
        tenant: acme(),
        name: "ci".to_owned(),
        scopes: BTreeSet::from([Scope::Read]),
        login: None,
        created_at: 5,
        last_used_at: None,
        revoked_at: None,
    }
}

#[test]
fn a_tenant_is_made_once_and_listed_with_its_time_and_size() {
    let directory = tempfile::tempdir().unwrap();
    let data = data(&directory);
    data.create_tenant(&acme(), 7).unwrap();
    let records = data.tenant_records().unwrap();
    assert_eq!(records.len(), 1);
    assert_eq!(
        (records[0].state, records[0].created_at),
        (TenantState::Active, Some(7))
    );
    assert!(records[0].bytes.unwrap() > 0);
    assert_eq!(
        data.create_tenant(&acme(), 8).unwrap_err().to_string(),
        "there is a tenant `acme` already"
    );
}

#[test]
fn a_suspended_tenant_is_opened_by_nobody_until_it_is_resumed() {
    let (directory, tenant, _) = connected();
    drop(tenant);
    let (one, other) = (data(&directory), data(&directory));
    one.suspend(&acme(), 5).unwrap();
    one.suspend(&acme(), 9).unwrap();
    for create in [false, true] {
        assert_eq!(
            other.tenant(&acme(), create).unwrap_err().to_string(),
            "tenant `acme` is suspended; `koalr tenant resume acme` brings it back"
        );
    }
    let record = &other.tenant_records().unwrap()[0];
    assert_eq!(
        (record.state, record.suspended_at),
        (TenantState::Suspended, Some(5))
    );
    one.resume(&acme()).unwrap();
    assert!(other.tenant(&acme(), false).is_ok());
}

#[test]
fn a_tenant_that_nobody_knows_cannot_be_suspended_or_deleted() {
    let directory = tempfile::tempdir().unwrap();
    let data = data(&directory);
    let unknown = format!(
        "tenant `acme` is not known in `{}`; connect an integration first",
        directory.path().display()
    );
    assert_eq!(data.suspend(&acme(), 5).unwrap_err().to_string(), unknown);
    assert_eq!(data.delete(&acme()).unwrap_err().to_string(), unknown);
}

#[test]
fn a_deleted_tenant_leaves_no_file_no_key_and_no_wrapped_data_key() {
    let (directory, tenant, _) = connected();
    let data = data(&directory);
    data.save_api_key(&key("0123456789ab"), &[7; 32]).unwrap();
    let wrapped: Vec<u8> = data
        .control()
        .unwrap()
        .read(|connection| {
            let query = "SELECT data_key FROM tenants";
            Ok(connection.query_row(query, [], |row| row.get(0))?)
        })
        .unwrap();
    let holds = |bytes: &[u8]| bytes.windows(wrapped.len()).any(|part| part == wrapped);
    assert!(files(directory.path()).values().any(|bytes| holds(bytes)));
    data.delete(&acme()).unwrap();
    drop(tenant);
    assert_eq!(data.tenants().unwrap(), []);
    assert_eq!(data.api_key("0123456789ab").unwrap(), None);
    let left = files(directory.path());
    assert!(left.keys().all(|name| !name.contains("acme")), "{left:?}");
    for (name, bytes) in &left {
        assert!(!holds(bytes), "{name}");
    }
}

#[test]
fn a_tenant_made_again_after_its_deletion_begins_empty() {
    let (directory, tenant, _) = connected();
    drop(tenant);
    let data = data(&directory);
    data.delete(&acme()).unwrap();
    let tenant = data.tenant(&acme(), true).unwrap();
    assert_eq!(tenant.connection("snyk").unwrap(), None);
}

/// The control database has committed, and nothing was removed yet.
#[test]
fn a_deletion_that_a_crash_stopped_is_never_undone_and_is_ended_by_the_next() {
    let (directory, tenant, _) = connected();
    drop(tenant);
    let control = Connection::open(directory.path().join("control.db")).unwrap();
    control.execute("DELETE FROM tenants", []).unwrap();
    let data = data(&directory);
    let path = directory.path().join("tenants/acme.db");
    let left = format!(
        "`{}` is left of a tenant `acme` that was deleted; `koalr tenant delete acme` removes it",
        path.display()
    );
    assert_eq!(
        data.create_tenant(&acme(), 5).unwrap_err().to_string(),
        left
    );
    assert_eq!(data.tenant(&acme(), true).unwrap_err().to_string(), left);
    assert_eq!(data.check_tenant(&acme()).unwrap().complaints, [left]);
    data.delete(&acme()).unwrap();
    assert!(!path.exists());
    data.create_tenant(&acme(), 5).unwrap();
}

#[test]
fn a_handle_on_a_deleted_tenant_writes_nothing_more() {
    let (directory, mut tenant, _) = connected();
    data(&directory).delete(&acme()).unwrap();
    assert_eq!(
        tenant
            .save_connection(&connection(), CANARY)
            .unwrap_err()
            .to_string(),
        format!(
            "`{}` was replaced or removed while it was in use, and nothing was written; try again",
            directory.path().join("tenants/acme.db").display()
        )
    );
    drop(tenant);
    assert_eq!(
        fs::read_dir(directory.path().join("tenants"))
            .unwrap()
            .count(),
        0
    );
}

#[test]
fn a_deleted_tenant_leaves_no_recording() {
    let (directory, tenant, _) = connected();
    drop(tenant);
    let recordings = directory.path().join("recordings");
    for tenant in ["acme", "other"] {
        fs::create_dir_all(recordings.join(tenant)).unwrap();
        fs::write(recordings.join(tenant).join("sync-1.jsonl"), "{}").unwrap();
    }
    data(&directory).delete(&acme()).unwrap();
    assert!(!recordings.join("acme").exists());
    assert!(recordings.join("other/sync-1.jsonl").exists());
}

/// What a deleted tenant's last handle does when it is closed must not reach the files of the new one.
#[test]
fn a_handle_on_a_deleted_tenant_does_no_harm_to_the_next_of_that_name() {
    let (directory, old, _) = connected();
    let data = data(&directory);
    data.delete(&acme()).unwrap();
    let mut new = data.tenant(&acme(), true).unwrap();
    let stored = new.save_connection(&connection(), CANARY).unwrap();
    drop(old);
    let reader = data.tenant(&acme(), false).unwrap();
    assert_eq!(reader.connection("snyk").unwrap(), Some(stored));
    new.save_connection(&connection(), "another").unwrap();
}

#[test]
fn a_control_database_that_was_replaced_is_opened_anew() {
    let (directory, tenant, _) = connected();
    drop(tenant);
    let one = data(&directory);
    let copy = tempfile::tempdir().unwrap();
    one.backup(&copy.path().join("backup"), false).unwrap();
    one.create_tenant(&TenantId::parse("later").unwrap(), 5)
        .unwrap();
    fs::rename(
        copy.path().join("backup/control.db"),
        directory.path().join("control.db"),
    )
    .unwrap();
    for name in ["control.db-wal", "control.db-shm"] {
        fs::remove_file(directory.path().join(name)).unwrap();
    }
    assert_eq!(one.tenants().unwrap(), [acme()]);
}

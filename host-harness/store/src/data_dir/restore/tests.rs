use std::fs;
use std::path::PathBuf;

use koalr_platform::model::record::Entry;
use tempfile::TempDir;

use super::*;
use crate::fixture::{CANARY, acme, batch, connected, connection, files, finding, organizations};
use crate::{StoredConnection, TenantState};

fn rival() -> TenantId {
    TenantId::parse("rival").unwrap()
}

/// A connected tenant with one finding, exported; where to.
fn exported() -> (TempDir, DataDir, PathBuf) {
    let (directory, tenant, stored) = connected();
    store(tenant, &stored, &["f1"]);
    let data = DataDir::open(directory.path().join("")).unwrap();
    let file = directory.path().join("acme.export");
    assert!(data.export(&acme(), &file).unwrap());
    (directory, data, file)
}

fn store(mut tenant: Tenant, stored: &StoredConnection, findings: &[&str]) {
    let findings = findings.iter().map(|id| Entry::Finding(finding(id)));
    let batch = batch(findings.collect());
    tenant
        .apply_batch(stored, &organizations(), &batch, 5)
        .unwrap();
}

fn findings(data: &DataDir, id: &TenantId) -> i64 {
    let tenant = data.tenant(id, false).unwrap();
    let count = "SELECT count(*) FROM findings";
    let counted = tenant
        .database
        .read(|connection| Ok(connection.query_row(count, [], |row| row.get(0))?));
    counted.unwrap()
}

#[track_caller]
fn refused(data: &DataDir, from: &Path) -> String {
    let before = data.tenant(&acme(), false).unwrap().dump().unwrap();
    let error = data.restore(&acme(), from, false, 9).unwrap_err();
    let after = data.tenant(&acme(), false).unwrap().dump().unwrap();
    assert_eq!(after, before, "the tenant has what it had");
    let tenants = fs::read_dir(data.path().join("tenants")).unwrap();
    let names = tenants.map(|entry| entry.unwrap().file_name());
    assert!(
        names
            .into_iter()
            .all(|name| !name.to_string_lossy().contains(".part"))
    );
    error
        .to_string()
        .replace(&from.display().to_string(), "FILE")
}

#[test]
fn an_export_brings_back_all_but_what_is_sealed() {
    let (_directory, data, file) = exported();
    let before = data.tenant(&acme(), false).unwrap().dump().unwrap();
    let stored = data.tenant(&acme(), false).unwrap();
    let connection = stored.connection("snyk").unwrap().unwrap();
    store(stored, &connection, &["f1", "f2", "f3"]);
    assert_eq!(findings(&data, &acme()), 3);
    let restored = data.restore(&acme(), &file, false, 9).unwrap();
    assert_eq!(
        (restored.owner.as_str(), restored.schema, restored.created),
        ("acme", TENANT.len(), false)
    );
    assert_eq!(restored.integrations, ["snyk"]);
    assert_eq!(data.tenant(&acme(), false).unwrap().dump().unwrap(), before);
}

#[test]
fn an_export_holds_nothing_sealed_and_one_file_is_all_there_is() {
    let (directory, data, file) = exported();
    let tenant = data.tenant(&acme(), false).unwrap();
    let sealed: Vec<u8> = tenant
        .database
        .read(|connection| {
            Ok(connection.query_row("SELECT sealed FROM credentials", [], |row| row.get(0))?)
        })
        .unwrap();
    let bytes = fs::read(&file).unwrap();
    assert!(!bytes.windows(sealed.len()).any(|part| part == sealed));
    let beside = fs::read_dir(directory.path()).unwrap();
    let beside = beside.map(|entry| entry.unwrap().file_name());
    let beside: Vec<_> = beside
        .filter(|name| name.to_string_lossy().contains("export"))
        .collect();
    assert_eq!(beside, ["acme.export"]);
}

#[test]
fn an_export_overwrites_nothing() {
    let (_directory, data, file) = exported();
    assert_eq!(
        data.export(&acme(), &file).unwrap_err().to_string(),
        format!(
            "`{}` is there already, and nothing was written; name another",
            file.display()
        )
    );
}

#[test]
fn a_tenant_is_exported_while_another_writes_and_while_it_is_suspended() {
    let (directory, data, _) = exported();
    let writer = Connection::open(directory.path().join("tenants/acme.db")).unwrap();
    writer
        .execute_batch("PRAGMA foreign_keys = off; BEGIN IMMEDIATE; DELETE FROM findings")
        .unwrap();
    data.suspend(&acme(), 5).unwrap();
    let file = directory.path().join("second.export");
    data.export(&acme(), &file).unwrap();
    data.restore(&rival(), &file, true, 9).unwrap();
    assert_eq!(findings(&data, &rival()), 1);
}

#[test]
fn an_export_becomes_another_tenant_only_when_that_is_asked_for() {
    let (_directory, data, file) = exported();
    let error = data.restore(&rival(), &file, false, 9).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "`{}` was tenant `acme`'s; with `--rename` it becomes tenant `rival`'s",
            file.display()
        )
    );
    assert_eq!(data.tenants().unwrap(), [acme()]);
    let restored = data.restore(&rival(), &file, true, 9).unwrap();
    assert!(restored.created);
    assert_eq!(findings(&data, &rival()), 1);
    let records = data.tenant_records().unwrap();
    assert_eq!(records[1].created_at, Some(9));
}

#[test]
fn a_backup_beside_its_key_keeps_credentials_and_secrets() {
    let (directory, data, _) = exported();
    data.tenant(&acme(), false)
        .unwrap()
        .save_secret("hook", b"signed")
        .unwrap();
    let to = directory.path().join("backup");
    data.backup(&to, false).unwrap();
    let restored = data
        .restore(&acme(), &to.join("tenants/acme.db"), false, 9)
        .unwrap();
    assert!(restored.integrations.is_empty() && restored.secrets.is_empty());
    let tenant = data.tenant(&acme(), false).unwrap();
    let stored = tenant.connection("snyk").unwrap().unwrap();
    assert_eq!(*tenant.reveal_credential(&stored).unwrap(), CANARY);
    assert_eq!(**tenant.secret("hook").unwrap().unwrap(), *b"signed");
}

#[test]
fn what_a_deleted_tenants_key_sealed_is_taken_out_of_its_backup() {
    let (directory, data, _) = exported();
    data.tenant(&acme(), false)
        .unwrap()
        .save_secret("hook", b"signed")
        .unwrap();
    let to = directory.path().join("backup");
    data.backup(&to, false).unwrap();
    data.delete(&acme()).unwrap();
    let restored = data
        .restore(&acme(), &to.join("tenants/acme.db"), false, 9)
        .unwrap();
    assert_eq!(
        (restored.integrations, restored.secrets),
        (vec!["snyk".to_owned()], vec!["hook".to_owned()])
    );
    let tenant = data.tenant(&acme(), false).unwrap();
    assert_eq!(tenant.secret("hook").unwrap(), None);
    assert_eq!(tenant.connection("snyk").unwrap(), None);
}

#[test]
fn a_handle_on_what_was_replaced_writes_nothing_and_harms_nothing() {
    let (directory, data, file) = exported();
    let server = DataDir::open(directory.path()).unwrap();
    let mut held = server.tenant(&acme(), false).unwrap();
    held.save_secret("hook", b"signed").unwrap();
    data.restore(&acme(), &file, false, 9).unwrap();
    assert!(matches!(
        held.save_secret("late", b"signed"),
        Err(StoreError::Replaced { .. })
    ));
    let mut fresh = server.tenant(&acme(), false).unwrap();
    assert_ne!(fresh.file(), held.file());
    fresh.save_secret("new", b"signed").unwrap();
    drop(held);
    drop(fresh);
    let fresh = data.tenant(&acme(), false).unwrap();
    assert_eq!(fresh.secret("hook").unwrap(), None);
    assert!(fresh.secret("new").unwrap().is_some());
    assert_eq!(fresh.database.complaints().unwrap(), [""; 0]);
}

/// The new file stands beside the old one, which still has its log.
#[test]
fn a_restore_that_a_crash_stopped_half_way_is_ended_by_the_next_who_opens() {
    let (directory, data, file) = exported();
    let writer = data.tenant(&acme(), false).unwrap();
    let connection = writer.connection("snyk").unwrap().unwrap();
    store(writer, &connection, &["f1", "f2"]);
    let held = data.tenant(&acme(), false).unwrap();
    held.audit_tip().unwrap();
    let path = directory.path().join("tenants/acme.db");
    fs::copy(&file, directory.path().join("tenants/acme.db.next")).unwrap();
    assert_eq!(findings(&data, &acme()), 1);
    drop(held);
    assert_eq!(findings(&data, &acme()), 1);
    assert!(path.exists() && !directory.path().join("tenants/acme.db.next").exists());
}

#[test]
fn a_tenant_whose_file_is_damaged_or_missing_is_restored() {
    let (directory, data, file) = exported();
    let path = directory.path().join("tenants/acme.db");
    fs::write(&path, [0xff; 9_000]).unwrap();
    assert_eq!(
        data.tenant(&acme(), false).unwrap_err().to_string(),
        format!(
            "`{}` of tenant `acme` is damaged; `koalr tenant restore acme FILE` puts a backup in its place, and \
             `koalr tenant check acme` says more",
            path.display()
        )
    );
    data.restore(&acme(), &file, false, 9).unwrap();
    assert_eq!(findings(&data, &acme()), 1);
    fs::remove_file(&path).unwrap();
    assert_eq!(
        data.tenant_records().unwrap()[0].state,
        TenantState::Missing
    );
    data.restore(&acme(), &file, false, 9).unwrap();
    assert_eq!(findings(&data, &acme()), 1);
}

#[test]
fn a_file_that_is_no_tenants_database_changes_nothing() {
    let (directory, data, file) = exported();
    let other = directory.path().join("other");
    fs::write(&other, "no database, although it is long enough").unwrap();
    assert_eq!(
        refused(&data, &other),
        "`FILE` cannot be restored: it is no database, or it is damaged; take another backup"
    );
    fs::remove_file(&other).unwrap();
    let connection = Connection::open(&other).unwrap();
    connection.execute_batch("CREATE TABLE a (b)").unwrap();
    assert_eq!(
        refused(&data, &other),
        "`FILE` cannot be restored: it is no database of a tenant; take another backup"
    );
    let mut missing = file;
    missing.set_extension("missing");
    assert!(refused(&data, &missing).starts_with("reading `FILE`: "));
}

#[test]
fn a_damaged_backup_changes_nothing() {
    let (_directory, data, file) = exported();
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle - 8_192..middle + 8_192].fill(0xff);
    fs::write(&file, &bytes).unwrap();
    let error = refused(&data, &file);
    assert!(
        error.starts_with("`FILE` cannot be restored: it is "),
        "{error}"
    );
}

#[test]
fn a_file_without_the_guards_of_the_audit_log_changes_nothing() {
    let (_directory, data, file) = exported();
    let connection = Connection::open(&file).unwrap();
    connection
        .execute_batch("DROP TRIGGER audit_is_not_altered")
        .unwrap();
    assert_eq!(
        refused(&data, &file),
        "`FILE` cannot be restored: it has other tables than schema 7 has; take another backup"
    );
}

#[test]
fn a_file_of_a_newer_version_changes_nothing() {
    let (_directory, data, file) = exported();
    let connection = Connection::open(&file).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    assert_eq!(
        refused(&data, &file),
        "`FILE` was written by a newer version (schema 99, this program knows 7); use that version or another --data"
    );
}

#[test]
fn a_file_of_an_older_version_is_brought_up_to_date() {
    let (directory, data, _) = exported();
    let old = directory.path().join("old");
    let connection = Connection::open(&old).unwrap();
    connection.execute_batch(TENANT[0]).unwrap();
    connection
        .execute("INSERT INTO owner (one, tenant) VALUES (1, 'acme')", [])
        .unwrap();
    connection.pragma_update(None, "user_version", 1).unwrap();
    let before = fs::read(&old).unwrap();
    let restored = data.restore(&acme(), &old, false, 9).unwrap();
    assert_eq!(restored.schema, 1);
    assert_eq!(
        data.check_tenant(&acme()).unwrap().schema,
        Some(TENANT.len())
    );
    assert_eq!(fs::read(&old).unwrap(), before);
}

#[test]
fn a_backup_with_its_key_is_a_data_directory() {
    let (directory, data, _) = exported();
    data.create_tenant(&rival(), 5).unwrap();
    let to = directory.path().join("backup");
    let backup = data.backup(&to, true).unwrap();
    assert_eq!(backup.tenants, [acme(), rival()]);
    assert!(backup.unsaved.is_empty());
    assert_eq!(files(&to).len(), backup.files.len());
    let copy = DataDir::open(&to).unwrap();
    let tenant = copy.tenant(&acme(), false).unwrap();
    let stored = tenant.connection("snyk").unwrap().unwrap();
    assert_eq!(stored.record, connection());
    assert_eq!(*tenant.reveal_credential(&stored).unwrap(), CANARY);
}

#[test]
fn a_backup_leaves_the_key_out_unless_it_is_asked_for() {
    let (directory, data, _) = exported();
    let to = directory.path().join("backup");
    let backup = data.backup(&to, false).unwrap();
    assert!(!to.join("vault.key").exists());
    assert_eq!(
        backup.files,
        [PathBuf::from("control.db"), "tenants/acme.db".into()]
    );
    fs::copy(directory.path().join("vault.key"), to.join("vault.key")).unwrap();
    assert_eq!(findings(&DataDir::open(&to).unwrap(), &acme()), 1);
}

#[test]
fn a_backup_names_a_damaged_tenant_and_holds_the_others() {
    let (directory, data, _) = exported();
    data.create_tenant(&rival(), 5).unwrap();
    let path = directory.path().join("tenants/acme.db");
    let mut bytes = fs::read(&path).unwrap();
    bytes[4_096..60_000].fill(0xff);
    fs::write(&path, &bytes).unwrap();
    let to = directory.path().join("backup");
    let backup = data.backup(&to, false).unwrap();
    assert_eq!(backup.tenants, [rival()]);
    assert_eq!(backup.unsaved.len(), 1);
    assert!(matches!(
        &backup.unsaved[0].error,
        StoreError::TenantDamaged { tenant, .. } if tenant == "acme"
    ));
    assert_eq!(files(&to).len(), 2);
    let complaints = data.check_tenant(&acme()).unwrap().complaints;
    assert!(!complaints.is_empty());
    assert_eq!(data.check_tenant(&rival()).unwrap().complaints, [""; 0]);
}

#[test]
fn a_backup_goes_into_no_directory_that_holds_something() {
    let (directory, data, _) = exported();
    assert!(matches!(
        data.backup(directory.path(), false),
        Err(StoreError::Exists { .. })
    ));
}

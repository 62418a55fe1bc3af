//! The layout of a data directory, and what is refused.

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
    let data = DataDir::open(directory.path()).unwrap();
    let rival = TenantId::parse("rival").unwrap();
    data.create_tenant(&rival, 5).unwrap();
    fs::copy(tenants.join("acme.db"), tenants.join("rival.db")).unwrap();
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
            "`{}` was written by a newer version (schema 9, this program knows 4); use that version or another --data",
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
            "`{}` was written by a newer version (schema 9, this program knows 7); use that version or another --data",
            path.display()
        )
    );
    drop(data);
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
    database.pragma_update(None, "user_version", 9).unwrap();
}

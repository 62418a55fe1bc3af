use std::time::Duration;

use crate::fixture::{CANARY, batch, connected, connection, files, finding, open, organizations};
use crate::{Class, Tenant};
use koalr_platform::model::record::Entry;
use rusqlite::Connection;
use tempfile::TempDir;

/// What is in the table, as it is.
fn sealed(tenant: &Tenant) -> Vec<Vec<u8>> {
    let select = "SELECT sealed FROM credentials UNION ALL SELECT sealed FROM secrets";
    tenant
        .database
        .read(|database| {
            let mut statement = database.prepare(select)?;
            let rows = statement.query_map([], |row| row.get(0))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .unwrap()
}

/// Names of the files that have any piece of it that means something.
fn holders(directory: &TempDir, sealed: &[u8]) -> Vec<String> {
    let holds = |bytes: &[u8]| {
        sealed
            .chunks_exact(16)
            .any(|piece| bytes.windows(16).any(|part| part == piece))
    };
    let mut names = Vec::new();
    for (name, bytes) in files(directory.path()) {
        if holds(&bytes) {
            names.push(name);
        }
    }
    names
}

#[test]
fn nothing_of_a_removed_credential_is_in_any_file_not_even_sealed() {
    let (directory, mut tenant, _) = connected();
    let other = open(directory.path());
    let before = sealed(&tenant);
    assert_eq!(before.len(), 1);
    assert!(!holders(&directory, &before[0]).is_empty());
    let former = tenant.disconnect("snyk", "sync").unwrap().unwrap();
    assert_eq!(former.record, connection());
    tenant.shred().unwrap();
    assert_eq!(holders(&directory, &before[0]), [""; 0]);
    assert!(sealed(&other).is_empty());
    assert_eq!(tenant.connection("snyk").unwrap(), None);
    assert!(tenant.reveal_credential(&former).is_err());
}

#[test]
fn nothing_of_replaced_secrets_is_in_any_file_whatever_was_noted_in_between() {
    let (directory, mut tenant, stored) = connected();
    tenant.save_secret("github", CANARY.as_bytes()).unwrap();
    // Rows of connections are written anew again and again, longer each time.
    for number in 0..40 {
        let organization = format!("o{number}");
        let access = koalr_platform::model::connection::Access::Allowed;
        let detail = "x".repeat(300);
        tenant
            .note_capability(&stored, &organization, "issues", access, &detail)
            .unwrap();
        let batch = batch(vec![Entry::Finding(finding(&organization))]);
        tenant
            .apply_batch(&stored, &organizations(), &batch, number)
            .unwrap();
    }
    let before = sealed(&tenant);
    tenant.save_connection(&connection(), "rotated").unwrap();
    tenant.save_secret("github", b"rotated").unwrap();
    tenant.shred().unwrap();
    assert_eq!(before.len(), 2);
    for one in before {
        assert_eq!(holders(&directory, &one), [""; 0]);
    }
}

#[test]
fn many_long_credentials_are_shredded_from_every_page() {
    let (directory, mut tenant, _) = connected();
    let mut before = Vec::new();
    for number in 0..30 {
        let mut record = connection();
        record.integration = format!("i{number}");
        tenant.save_connection(&record, &"t".repeat(900)).unwrap();
    }
    before.extend(sealed(&tenant));
    for number in 0..30 {
        let name = format!("i{number}");
        tenant.disconnect(&name, "sync").unwrap().unwrap();
    }
    tenant.shred().unwrap();
    before.retain(|one| one.len() > 900);
    assert_eq!(before.len(), 30);
    for one in before {
        assert_eq!(holders(&directory, &one), [""; 0]);
    }
}

#[test]
fn a_reader_that_holds_the_log_is_named_and_shredding_is_done_again() {
    let (directory, mut tenant, _) = connected();
    tenant
        .database
        .read(|database| Ok(database.busy_timeout(Duration::from_millis(20))?))
        .unwrap();
    let before = sealed(&tenant);
    let path = directory.path().join("tenants/acme.db");
    tenant.save_secret("github", b"secret").unwrap();
    let reader = Connection::open(&path).unwrap();
    reader
        .execute_batch("BEGIN; SELECT count(*) FROM jobs")
        .unwrap();
    tenant.disconnect("snyk", "sync").unwrap().unwrap();
    assert_eq!(
        tenant.shred().unwrap_err().to_string(),
        format!(
            "what was removed is still in `{}-wal`, sealed, because another process reads there; run the same command \
             again when it has finished",
            path.display()
        )
    );
    assert_eq!(tenant.connection("snyk").unwrap(), None);
    reader.execute_batch("ROLLBACK").unwrap();
    assert!(tenant.disconnect("snyk", "sync").unwrap().is_some());
    tenant.shred().unwrap();
    assert_eq!(holders(&directory, &before[0]), [""; 0]);
    assert!(tenant.disconnect("snyk", "sync").unwrap().is_none());
}

#[test]
fn what_was_synced_stays_and_goes_on_after_connecting_again() {
    let (_directory, mut tenant, stored) = connected();
    let batch = batch(vec![Entry::Finding(finding("f1"))]);
    tenant
        .apply_batch(&stored, &organizations(), &batch, 5)
        .unwrap();
    assert!(tenant.is_connected(&stored).unwrap());
    tenant.disconnect("snyk", "sync").unwrap().unwrap();
    tenant.shred().unwrap();
    assert!(!tenant.is_connected(&stored).unwrap());
    assert_eq!(tenant.counts(&stored).unwrap().findings, 1);
    let again = tenant.save_connection(&connection(), "another").unwrap();
    assert_eq!(again, stored);
    let state = tenant.sync_state(&again, &organizations()).unwrap();
    assert_eq!(state.unwrap().cursor, batch.cursor);
}

#[test]
fn the_job_of_a_connection_goes_with_it_and_others_stay() {
    let (_directory, mut tenant, _) = connected();
    for (key, class) in [("sync", Class::Increment), ("judge c1", Class::Gate)] {
        tenant.enqueue(key, class, "kind", "{}", 0, 0).unwrap();
    }
    tenant.disconnect("snyk", "sync").unwrap().unwrap();
    let left = tenant.waiting_jobs().unwrap();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].key, "judge c1");
}

use super::*;
use crate::fixture::{CANARY, batch, connected, connection, finding, open, organizations};
use koalr_platform::model::record::Entry;

#[test]
fn a_connection_reads_back_as_it_was_stored() {
    let (directory, tenant, stored) = connected();
    drop(tenant);
    let tenant = open(directory.path());
    assert_eq!(stored.record, connection());
    assert_eq!(tenant.connection("snyk").unwrap(), Some(stored));
    assert_eq!(tenant.connection("sonarqube").unwrap(), None);
}

#[test]
fn a_credential_is_revealed_after_a_restart() {
    let (directory, tenant, stored) = connected();
    drop(tenant);
    let tenant = open(directory.path());
    assert_eq!(*tenant.reveal_credential(&stored).unwrap(), CANARY);
}

#[test]
fn a_credential_moved_to_another_connection_cannot_be_opened() {
    let (directory, mut tenant, stored) = connected();
    let mut other = connection();
    other.integration = "sonarqube".to_owned();
    let other = tenant.save_connection(&other, "another token").unwrap();
    tenant
        .database
        .write(|transaction| {
            transaction.execute(
                "UPDATE credentials SET sealed =
                   (SELECT sealed FROM credentials AS c WHERE c.connection = ?1) WHERE connection = ?2",
                params![stored.id, other.id],
            )?;
            Ok(())
        })
        .unwrap();
    assert_eq!(
        tenant.reveal_credential(&other).unwrap_err().to_string(),
        format!(
            "the stored credential of `sonarqube` in `{}` cannot be opened; connect again",
            directory.path().join("tenants/acme.db").display()
        )
    );
}

#[test]
fn a_capability_noted_later_replaces_what_was_known_of_that_route() {
    let (_directory, mut tenant, stored) = connected();
    let mut note = |route, access, detail| {
        tenant
            .note_capability(&stored, "o1", route, access, detail)
            .unwrap();
    };
    note("pr-checks", Access::Unknown, "not asked");
    note("issues", Access::Allowed, "");
    note("pr-checks", Access::Refused, "no reports on this plan");
    let known = tenant.connection("snyk").unwrap().unwrap().record;
    let known = known.connection.capabilities.into_iter();
    let known: Vec<_> = known
        .map(|one| (one.route, one.access, one.detail))
        .collect();
    assert_eq!(
        known,
        [
            ("issues".to_owned(), Access::Allowed, String::new()),
            (
                "pr-checks".to_owned(),
                Access::Refused,
                "no reports on this plan".to_owned()
            ),
        ]
    );
}

#[test]
fn connecting_again_keeps_what_was_synced() {
    let (_directory, mut tenant, stored) = connected();
    let batch = batch(vec![Entry::Finding(finding("f1"))]);
    tenant
        .apply_batch(&stored, &organizations(), &batch, 5)
        .unwrap();
    let again = tenant.save_connection(&connection(), "rotated").unwrap();
    assert_eq!(again, stored);
    assert_eq!(*tenant.reveal_credential(&again).unwrap(), "rotated");
    assert_eq!(tenant.counts(&again).unwrap().findings, 1);
    let state = tenant.sync_state(&again, &organizations()).unwrap();
    assert_eq!(state.unwrap().cursor, batch.cursor);
}

#[test]
fn another_base_address_mixes_no_data_and_keeps_no_old_credential() {
    let (_directory, mut tenant, first) = connected();
    let batch = batch(vec![Entry::Finding(finding("f1"))]);
    tenant
        .apply_batch(&first, &organizations(), &batch, 5)
        .unwrap();
    let mut record = connection();
    record.endpoint.base = "https://api.us.example.com".to_owned();
    let second = tenant.save_connection(&record, "another token").unwrap();
    assert_eq!(tenant.connection("snyk").unwrap().as_ref(), Some(&second));
    assert_eq!(tenant.counts(&second).unwrap().findings, 0);
    assert_eq!(tenant.sync_state(&second, &organizations()).unwrap(), None);
    assert!(tenant.reveal_credential(&first).is_err());
    let back = tenant.save_connection(&connection(), CANARY).unwrap();
    assert_eq!(tenant.counts(&back).unwrap().findings, 1);
}

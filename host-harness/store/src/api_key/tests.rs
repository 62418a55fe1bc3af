use tempfile::TempDir;

use super::*;
use crate::fixture::{acme, open};

/// A data directory with the tenants `acme` and `rival`.
fn data() -> (TempDir, DataDir) {
    let directory = tempfile::tempdir().unwrap();
    drop(open(directory.path()));
    let data = DataDir::open(directory.path()).unwrap();
    data.tenant(&rival(), true).unwrap();
    (directory, data)
}

fn rival() -> TenantId {
    TenantId::parse("rival").unwrap()
}

fn key(id: &str, tenant: TenantId) -> ApiKeyRecord {
    ApiKeyRecord {
        id: id.to_owned(),
        tenant,
        name: "ci".to_owned(),
        scopes: BTreeSet::from([Scope::Read, Scope::Approve]),
        login: Some("ines".to_owned()),
        created_at: 1_000,
        last_used_at: None,
        revoked_at: None,
    }
}

#[test]
fn a_key_comes_back_as_it_was_stored_with_its_hash() {
    let (_directory, data) = data();
    let stored = key("aa", acme());
    data.save_api_key(&stored, &[7; 32]).unwrap();
    assert_eq!(data.api_key("aa").unwrap(), Some((stored, [7; 32])));
    assert_eq!(data.api_key("ab").unwrap(), None);
}

#[test]
fn an_id_is_never_given_twice_and_a_tenant_must_be_known() {
    let (_directory, data) = data();
    data.save_api_key(&key("aa", acme()), &[7; 32]).unwrap();
    assert!(data.save_api_key(&key("aa", rival()), &[8; 32]).is_err());
    let nobody = TenantId::parse("nobody").unwrap();
    assert!(data.save_api_key(&key("bb", nobody), &[9; 32]).is_err());
}

#[test]
fn a_tenant_lists_and_revokes_its_own_keys_only_and_once() {
    let (_directory, data) = data();
    data.save_api_key(&key("aa", acme()), &[7; 32]).unwrap();
    data.save_api_key(&key("bb", rival()), &[8; 32]).unwrap();
    let ids = |tenant| {
        data.api_keys(&tenant)
            .unwrap()
            .into_iter()
            .map(|one| one.id)
    };
    assert_eq!(ids(acme()).collect::<Vec<_>>(), ["aa"]);
    assert!(!data.revoke_api_key(&acme(), "bb", 2_000).unwrap());
    assert!(data.revoke_api_key(&rival(), "bb", 2_000).unwrap());
    assert!(!data.revoke_api_key(&rival(), "bb", 3_000).unwrap());
    let (revoked, _) = data.api_key("bb").unwrap().unwrap();
    assert_eq!(revoked.revoked_at, Some(2_000));
}

#[test]
fn a_use_is_noted_at_most_once_a_minute() {
    let (_directory, data) = data();
    data.save_api_key(&key("aa", acme()), &[7; 32]).unwrap();
    let use_at = |at| {
        let (record, _) = data.api_key("aa").unwrap().unwrap();
        data.note_api_key_use(&record, at).unwrap();
        data.api_key("aa").unwrap().unwrap().0.last_used_at
    };
    assert_eq!(use_at(100_000), Some(100_000));
    assert_eq!(use_at(159_999), Some(100_000));
    assert_eq!(use_at(160_000), Some(160_000));
    assert_eq!(use_at(50_000), Some(160_000));
}

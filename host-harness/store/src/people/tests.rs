use koalr_platform::team::Role;
use koalr_platform::waiver::Condition;

use super::*;
use crate::fixture::{connected, open};

#[test]
fn somebody_is_found_replaced_and_removed_by_login_in_any_case() {
    let (_directory, mut tenant, _) = connected();
    let mia = |login, role| Actor::new(login, [role]).unwrap();
    tenant.save_actor(&mia("mia", Role::Member)).unwrap();
    tenant.save_actor(&mia("Mia", Role::Lead)).unwrap();
    tenant.save_actor(&mia("bo", Role::Operator)).unwrap();
    let lead = mia("Mia", Role::Lead);
    assert_eq!(tenant.actor("@MIA").unwrap(), Some(lead.clone()));
    assert_eq!(tenant.actors().unwrap(), [mia("bo", Role::Operator), lead]);
    assert!(tenant.remove_actor("@mia").unwrap());
    assert!(!tenant.remove_actor("mia").unwrap());
    assert_eq!(tenant.actor("mia").unwrap(), None);
}

#[test]
fn overrides_of_every_head_of_a_change_come_oldest_first() {
    let (_directory, mut tenant, _) = connected();
    let one = |change: &str, head: &str, at| Override {
        change: change.to_owned(),
        head_sha: head.to_owned(),
        actor: "mia".to_owned(),
        reason: "hotfix".to_owned(),
        at,
    };
    let (later, earlier) = (one("c1", "b", 6), one("c1", "a", 5));
    for one in [&later, &earlier, &later, &one("c2", "a", 4)] {
        tenant.save_override(one).unwrap();
    }
    assert_eq!(tenant.overrides("c1").unwrap(), [earlier, later]);
}

#[test]
fn waivers_come_in_the_order_they_were_stored_in_without_revoked_ones() {
    let (directory, mut tenant, _) = connected();
    for id in ["w2", "w1", "w3"] {
        tenant.save_waiver(&waiver(id)).unwrap();
    }
    assert!(tenant.revoke_waiver("w1", 9).unwrap());
    assert!(!tenant.revoke_waiver("w1", 10).unwrap());
    assert!(!tenant.revoke_waiver("w9", 10).unwrap());
    drop(tenant);
    let waivers = open(directory.path()).waivers().unwrap();
    assert_eq!(waivers.all(), [waiver("w2"), waiver("w3")]);
}

#[test]
fn an_approval_is_never_replaced_nor_revived() {
    let (directory, mut tenant, _) = connected();
    tenant.save_waiver(&waiver("w1")).unwrap();
    tenant.save_waiver(&waiver("w1")).unwrap();
    let mut wider = waiver("w1");
    wider.package = None;
    let taken = format!(
        "waiver `w1` is stored in `{}` already, with other words or revoked; give the new one another id",
        directory.path().join("tenants/acme.db").display()
    );
    let refused = tenant.save_waiver(&wider).unwrap_err().to_string();
    assert_eq!(refused, taken);
    tenant.revoke_waiver("w1", 9).unwrap();
    let refused = tenant.save_waiver(&waiver("w1")).unwrap_err().to_string();
    assert_eq!(refused, taken);
    assert_eq!(tenant.waivers().unwrap(), Waivers::default());
}

#[test]
fn the_policy_that_was_set_last_holds_whatever_its_time() {
    let (_directory, mut tenant, _) = connected();
    assert_eq!(tenant.policy().unwrap(), None);
    assert_eq!(tenant.save_policy("a = 1", "mia", 9).unwrap(), 1);
    assert_eq!(tenant.save_policy("", "bo", 5).unwrap(), 2);
    let expected = StoredPolicy {
        version: 2,
        text: String::new(),
        actor: "bo".to_owned(),
        at: 5,
    };
    assert_eq!(tenant.policy().unwrap(), Some(expected));
}

fn waiver(id: &str) -> Waiver {
    Waiver {
        id: id.to_owned(),
        vulnerability: "CVE-2020-8203".to_owned(),
        package: Some("lodash".to_owned()),
        version: None,
        repository: Some("shop/web".to_owned()),
        reason: "not reachable".to_owned(),
        approver: "bo".to_owned(),
        author: None,
        created: 1,
        expires: 2,
        void_if: vec![Condition::CvssRises(820), Condition::FixAvailable],
    }
}

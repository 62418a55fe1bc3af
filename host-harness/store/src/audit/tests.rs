use koalr_platform::audit::{Broken, verify};

use super::*;
use crate::fixture::{connected, open};

#[test]
fn the_log_is_a_chain_that_goes_on_after_a_restart() {
    let (directory, mut tenant, _) = connected();
    assert_eq!(tenant.audit_tip().unwrap(), Tip::default());
    let first = append(&mut tenant, "a \"quoted\"\nreason");
    drop(tenant);
    let mut tenant = open(directory.path());
    assert_eq!(tenant.audit_tip().unwrap(), first);
    let second = append(&mut tenant, "b");
    assert_eq!(second.seq, 2);
    assert_eq!(verified(&tenant, Some(&first)), Ok(second.clone()));
    assert_eq!(tenant.audit_tip().unwrap(), second);
}

#[test]
fn two_programs_that_append_make_one_chain() {
    let (directory, mut one, _) = connected();
    let mut other = open(directory.path());
    for _ in 0..3 {
        append(&mut one, "one");
        append(&mut other, "other");
    }
    assert_eq!(verified(&one, None).unwrap().seq, 6);
}

#[test]
fn the_database_refuses_to_alter_remove_replace_or_skip_entries() {
    let (directory, mut tenant, _) = connected();
    append(&mut tenant, "a");
    let tip = append(&mut tenant, "b");
    for (statement, refusal) in [
        ("UPDATE audit SET at = 0", "altered"),
        ("DELETE FROM audit WHERE seq = 2", "shortened"),
        ("DELETE FROM audit", "shortened"),
        (
            "INSERT OR REPLACE INTO audit SELECT seq, 0, actor, act, subject, detail, previous, hash FROM audit",
            "only appended to",
        ),
        (
            "INSERT INTO audit SELECT 4, at, actor, act, subject, detail, previous, hash FROM audit LIMIT 1",
            "only appended to",
        ),
    ] {
        let refused = tenant
            .database
            .write(|transaction| Ok(transaction.execute_batch(statement)?))
            .unwrap_err()
            .to_string();
        let path = directory.path().join("tenants/acme.db");
        let begins = format!("using database `{}`: the audit log is ", path.display());
        assert!(refused.starts_with(&begins), "{refused}");
        assert!(refused.contains(refusal), "{refused}");
    }
    assert_eq!(verified(&tenant, Some(&tip)), Ok(tip.clone()));
}

#[test]
fn an_entry_altered_behind_the_databases_back_breaks_the_chain() {
    let (_directory, mut tenant, _) = connected();
    append(&mut tenant, "a");
    append(&mut tenant, "b");
    let alter = "DROP TRIGGER audit_is_not_altered; UPDATE audit SET actor = 'bo' WHERE seq = 1";
    tenant
        .database
        .write(|transaction| Ok(transaction.execute_batch(alter)?))
        .unwrap();
    assert_eq!(verified(&tenant, None).unwrap_err().seq, 1);
}

#[test]
fn whoever_reads_the_log_can_stop() {
    let (_directory, mut tenant, _) = connected();
    append(&mut tenant, "a");
    append(&mut tenant, "b");
    let mut read = 0;
    let stopped = tenant.audit(&mut |entry: Entry| {
        read = entry.seq;
        Err(StoreError::TenantName {
            name: entry.actor.clone(),
        })
    });
    assert!(stopped.is_err());
    assert_eq!(read, 1);
}

fn append(tenant: &mut Tenant, reason: &str) -> Tip {
    let event = Event::Overrode {
        head_sha: "abc".to_owned(),
        reason: reason.to_owned(),
    };
    tenant.append_audit(5, "mia", "c1", &event).unwrap()
}

fn verified(tenant: &Tenant, known: Option<&Tip>) -> Result<Tip, Broken> {
    let mut entries = Vec::new();
    let each = &mut |entry| {
        entries.push(entry);
        Ok::<_, StoreError>(())
    };
    tenant.audit(each).unwrap();
    verify(entries, known)
}

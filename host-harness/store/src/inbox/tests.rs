use crate::fixture::{CANARY, connected, files, open};

#[test]
fn a_delivery_is_taken_once_from_each_source() {
    let (directory, mut tenant, _) = connected();
    assert!(tenant.claim_delivery("github", "1", 5).unwrap());
    assert!(tenant.claim_delivery("pagerduty", "1", 5).unwrap());
    drop(tenant);
    let mut tenant = open(directory.path());
    assert!(!tenant.claim_delivery("github", "1", 9).unwrap());
    assert!(tenant.claim_delivery("github", "2", 9).unwrap());
}

#[test]
fn a_secret_reads_back_and_is_replaced_by_name() {
    let (directory, mut tenant, _) = connected();
    tenant.save_secret("github", b"first").unwrap();
    tenant.save_secret("github", b"\x00second").unwrap();
    drop(tenant);
    let tenant = open(directory.path());
    let secret = tenant.secret("github").unwrap().unwrap();
    assert_eq!(secret.as_slice(), b"\x00second");
    assert!(tenant.secret("pagerduty").unwrap().is_none());
}

#[test]
fn a_secret_is_in_no_file_and_no_dump() {
    let (directory, mut tenant, _) = connected();
    tenant.save_secret("github", CANARY.as_bytes()).unwrap();
    let dump = tenant.dump().unwrap();
    assert!(
        !dump.contains(CANARY) && !dump.contains("secrets"),
        "{dump}"
    );
    drop(tenant);
    for (path, bytes) in files(directory.path()) {
        let shown = bytes
            .windows(CANARY.len())
            .any(|part| part == CANARY.as_bytes());
        assert!(!shown, "{path}");
    }
}

#[test]
fn a_secret_does_not_open_under_another_name() {
    let (directory, mut tenant, _) = connected();
    tenant.save_secret("github", b"secret").unwrap();
    let rename = "UPDATE secrets SET name = 'pagerduty'";
    tenant
        .database
        .write(|transaction| Ok(transaction.execute_batch(rename)?))
        .unwrap();
    assert_eq!(
        tenant.secret("pagerduty").unwrap_err().to_string(),
        format!(
            "the stored secret `pagerduty` in `{}` cannot be opened; set it again",
            directory.path().join("tenants/acme.db").display()
        )
    );
}

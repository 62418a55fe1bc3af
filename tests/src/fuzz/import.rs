//! Bytes: a document to import. Complaints point into it and nothing is stored; what is stored is known when the same
//! document comes again.

use std::cell::RefCell;

use koalr_host::HostError;
use koalr_host::jobs::import;
use koalr_store::{DataDir, Tenant, TenantId};

use super::is_one_line;

pub(super) fn run(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    TENANT.with_borrow_mut(|(_, tenant)| twice(tenant, text));
}

fn twice(tenant: &mut Tenant, text: &str) {
    match import(tenant, "import.json", text, NOW) {
        Ok(_) => {
            let again = import(tenant, "import.json", text, NOW).unwrap();
            for ((one, _), counts) in again.counts() {
                assert_eq!(
                    counts.new + counts.updated,
                    0,
                    "a {one} is new again: {counts:?}"
                );
            }
        }
        Err(HostError::Import { complaints, .. }) => {
            assert!(!complaints.is_empty(), "it is refused without a reason");
            for one in complaints {
                let lines = text.split('\n').count();
                assert!(
                    (1..=lines).contains(&one.line),
                    "line {} of {lines}",
                    one.line
                );
                is_one_line(&one.to_string());
            }
        }
        Err(other) => panic!("the store fails: {other}"),
    }
}

thread_local! {
    /// One file for all inputs: what earlier ones stored must not matter.
    static TENANT: RefCell<(tempfile::TempDir, Tenant)> = RefCell::new(opened());
}

fn opened() -> (tempfile::TempDir, Tenant) {
    let directory = tempfile::tempdir().unwrap();
    let data = DataDir::open(directory.path()).unwrap();
    let tenant = data
        .tenant(&TenantId::parse("acme").unwrap(), true)
        .unwrap();
    (directory, tenant)
}

/// 2026-01-15T00:00:00Z.
const NOW: i64 = 1_768_435_200_000;

//! Bytes: a waiver file. Complaints point into it, and a waiver that holds is flawless, has an id of its own, and is the
//! same when it is stored.

use std::collections::BTreeSet;

use koalr_platform::policy::Policy;
use koalr_platform::waiver::{Waiver, Waivers};

use super::{is_one_line, points_into};

pub(super) fn run(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    let policy = Policy::default();
    let file = Waivers::parse(text, &policy);
    for one in &file.complaints {
        points_into(text, one.line, one.column);
        is_one_line(&one.to_string());
    }
    let mut ids = BTreeSet::new();
    for waiver in file.waivers.all() {
        assert!(ids.insert(&waiver.id), "two waivers `{}` hold", waiver.id);
        assert_eq!(waiver.problems(policy.waiver_max_days), []);
        let named = [
            &waiver.id,
            &waiver.vulnerability,
            &waiver.reason,
            &waiver.approver,
        ];
        assert!(
            named.iter().all(|text| !text.trim().is_empty()),
            "{waiver:?}"
        );
        let stored = serde_json::to_string(waiver).unwrap();
        assert_eq!(&serde_json::from_str::<Waiver>(&stored).unwrap(), waiver);
    }
    let again = Waivers::parse(text, &policy);
    assert_eq!(again, file, "the same file comes to something else");
}

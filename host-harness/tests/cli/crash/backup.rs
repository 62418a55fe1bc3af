//! Copies of everything: a whole one, or none that could be taken for one.

use std::path::Path;

use koalr_store::{DataDir, TenantId};

use super::moment::{Running, Witnesses, dice, runs};
use super::{NOW, assert_same};
use crate::support::{Koalr, acme, serve};

/// Everything that each tenant has; nothing where it cannot be opened.
fn dumps(data: &Path) -> Vec<Option<String>> {
    let data = DataDir::open(data).unwrap();
    let tenants = ["default", "rival"].map(|name| TenantId::parse(name).unwrap());
    let tenants = tenants.map(|id| Some(data.tenant(&id, false).ok()?.dump().unwrap()));
    tenants.into()
}

#[test]
fn a_backup_that_is_killed_at_any_moment_is_whole_or_is_no_data_directory() {
    let upstream = serve(acme());
    let koalr = Koalr::connected(&upstream);
    let synced = koalr.run(&["sync", "snyk"]);
    assert_eq!(synced.code, 0, "{}", synced.err);
    let connect = koalr.connect(&upstream, &["--tenant", "rival", "--now", NOW]);
    assert_eq!(connect.code, 0, "{}", connect.err);
    let expected = dumps(&koalr.path("data"));
    assert!(expected.iter().all(Option::is_some), "both are there");
    let backup = |to: &str| koalr.command(&["backup", to, "--with-key"]);
    let course = Running::start(backup("undisturbed"), Witnesses::default()).finish(|| false);
    assert_eq!(dumps(&koalr.path("undisturbed")), expected);
    let mut dice = dice("backup");
    for run in 0..4 * runs() {
        let moment = course.draw(&mut dice)[0];
        let to = format!("killed-{run}");
        Running::start(backup(&to), Witnesses::default()).kill_at(moment, || false);
        let copy = koalr.path(&to);
        // The key comes with the control database, which knows every tenant, and a tenant's file gets its name last.
        if DataDir::is_at(&copy) && copy.join("vault.key").is_file() {
            for (copied, expected) in dumps(&copy).into_iter().zip(&expected) {
                if let (Some(copied), Some(expected)) = (copied, expected) {
                    assert_same(&copied, expected, &format!("killed at {moment:?}"));
                }
            }
        }
        assert_eq!(dumps(&koalr.path("data")), expected, "{moment:?}");
    }
    let ran = koalr.run(&["backup", "after", "--with-key"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(dumps(&koalr.path("after")), expected);
}

//! The host is killed in the middle of all that it does, again and again; once it is let finish, everything is as if
//! nobody had disturbed it.
//!
//! The moments are drawn from what an undisturbed run lets others see. `KOALR_CRASH_SEED` draws other ones, and
//! `KOALR_CRASH_RUNS` says how often each story is disturbed.

mod backup;
mod connect;
mod moment;
mod plugin;
mod server;
mod sync;

use std::fs;
use std::path::Path;
use std::process::Command;

use koalr_store::{DataDir, TenantId};

use crate::support::{Koalr, finish};
use moment::{Running, Witnesses, dice, runs};

/// Kills a command at drawn moments and then runs it to its end, as often as is asked for. Each time what is stored
/// must be what one undisturbed run of it leaves.
fn assert_survives(
    story: &str,
    ground: &Koalr,
    witnesses: Witnesses<'_>,
    command: impl Fn(&Koalr) -> Command,
    stored: impl Fn(&Koalr) -> String,
) {
    let undisturbed = copy(ground);
    let course = Running::start(command(&undisturbed), witnesses).finish(|| false);
    let expected = stored(&undisturbed);
    assert_ne!(expected, stored(ground), "{story} changes something");
    let mut dice = dice(story);
    for _ in 0..runs() {
        let koalr = copy(ground);
        let moments = course.draw(&mut dice);
        let what = format!("{story}, killed at {moments:?}");
        for moment in moments {
            // What was done is not asked for once more.
            if stored(&koalr) != expected {
                Running::start(command(&koalr), witnesses).kill_at(moment, || false);
            }
        }
        if stored(&koalr) != expected {
            let ran = finish(&mut command(&koalr));
            assert_eq!(ran.code, 0, "{what}: {}", ran.err);
        }
        assert_same(&stored(&koalr), &expected, &what);
    }
}

/// The same data once more, elsewhere.
fn copy(of: &Koalr) -> Koalr {
    let koalr = Koalr::new();
    copy_into(&of.path("data"), &koalr.path("data"));
    for entry in fs::read_dir(of.path(".")).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            let name = entry.file_name();
            fs::copy(entry.path(), koalr.path(name.to_str().unwrap())).unwrap();
        }
    }
    koalr
}

fn copy_into(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            fs::create_dir(&to).unwrap();
            copy_into(&entry.path(), &to);
        } else if kind.is_file() {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// Everything that is stored; nothing before there is a tenant.
fn dump(koalr: &Koalr) -> String {
    let tenant = TenantId::parse("default").unwrap();
    if !koalr.path("data/tenants/default.db").is_file() {
        return String::new();
    }
    let data = DataDir::open(koalr.path("data")).unwrap();
    data.tenant(&tenant, false).unwrap().dump().unwrap()
}

/// The first place where two texts differ, since the whole is long.
#[track_caller]
fn assert_same(one: &str, other: &str, what: &str) {
    let differing = one.lines().zip(other.lines()).find(|(a, b)| a != b);
    assert_eq!(differing, None, "{what}");
    assert_eq!(one.lines().count(), other.lines().count(), "{what}");
}

const NOW: &str = "2026-01-15T09:30:00Z";
const NOW_MS: i64 = 1_768_469_400_000;

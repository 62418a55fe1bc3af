//! Data directories that cannot be used, and that work again once they are put right.

use std::fs::{self, File, Permissions};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::PermissionsExt as _;

use koalr_upstream::Upstream;

use crate::support::{Koalr, TOKEN, acme, finish, sample_change, serve};

/// A data directory that is broken, refused with this sentence, mended, and fine.
#[track_caller]
fn refused_until_mended(
    break_it: impl FnOnce(&Koalr),
    sentence: &str,
    mend_it: impl FnOnce(&Koalr),
) {
    let (_upstream, koalr) = synced();
    let before = koalr.files();
    break_it(&koalr);
    let broken = koalr.files();
    for args in [&["sync", "snyk"][..], &["gate", "acme/shop#1"]] {
        assert_eq!(koalr.run(args).failure(), sentence);
    }
    assert_eq!(koalr.files(), broken, "a refusal leaves nothing");
    mend_it(&koalr);
    assert_eq!(koalr.run(&["sync", "snyk"]).code, 0);
    assert_eq!(koalr.files(), before);
}

fn synced() -> (Upstream, Koalr) {
    let upstream = serve(acme());
    let koalr = Koalr::synced(&upstream);
    (upstream, koalr)
}

/// Sets the number that a database's schema has in its header, as `PRAGMA user_version` does.
fn set_schema(koalr: &Koalr, database: &str, number: u32) {
    let mut options = File::options();
    let mut file = options.write(true).open(koalr.path(database)).unwrap();
    file.seek(SeekFrom::Start(60)).unwrap();
    file.write_all(&number.to_be_bytes()).unwrap();
}

fn set_mode(koalr: &Koalr, mode: u32) {
    fs::set_permissions(koalr.path(KEY), Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_data_directory_from_a_newer_version_is_refused() {
    refused_until_mended(
        |koalr| set_schema(koalr, "data/control.db", 99),
        "`data/control.db` was written by a newer version (schema 99, this program knows 4); use that version or another \
         --data",
        |koalr| set_schema(koalr, "data/control.db", 4),
    );
}

#[test]
fn a_tenants_database_from_a_newer_version_is_refused() {
    refused_until_mended(
        |koalr| set_schema(koalr, "data/tenants/default.db", 99),
        "`data/tenants/default.db` was written by a newer version (schema 99, this program knows 7); use that version or \
         another --data",
        |koalr| set_schema(koalr, "data/tenants/default.db", 7),
    );
}

#[test]
fn a_database_that_is_none_is_refused() {
    refused_until_mended(
        |koalr| {
            fs::rename(koalr.path("data/control.db"), koalr.path("kept.db")).unwrap();
            koalr.write(
                "data/control.db",
                "not a database, but long enough to be one".repeat(99),
            );
        },
        "`data/control.db` is not a database or is damaged; restore it from a backup or use another --data",
        |koalr| fs::rename(koalr.path("kept.db"), koalr.path("data/control.db")).unwrap(),
    );
}

#[test]
fn a_missing_key_file_is_not_replaced() {
    refused_until_mended(
        |koalr| fs::rename(koalr.path(KEY), koalr.path("kept.key")).unwrap(),
        "key file `data/vault.key` is missing, and the stored credentials cannot be opened without it; restore it from a \
         backup, or use another --data and connect again",
        |koalr| fs::rename(koalr.path("kept.key"), koalr.path(KEY)).unwrap(),
    );
}

#[test]
fn another_key_file_is_refused() {
    refused_until_mended(
        |koalr| {
            fs::rename(koalr.path(KEY), koalr.path("kept.key")).unwrap();
            koalr.write(KEY, [7; 32]);
            set_mode(koalr, 0o600);
        },
        "key file `data/vault.key` is not the one this data directory was sealed with; restore the right one from a \
         backup",
        |koalr| fs::rename(koalr.path("kept.key"), koalr.path(KEY)).unwrap(),
    );
}

#[test]
fn a_key_file_of_another_length_is_refused() {
    refused_until_mended(
        |koalr| {
            fs::copy(koalr.path(KEY), koalr.path("kept.key")).unwrap();
            koalr.write(KEY, "");
        },
        "key file `data/vault.key` holds 0 bytes instead of 32; restore it from a backup",
        |koalr| {
            fs::copy(koalr.path("kept.key"), koalr.path(KEY)).unwrap();
        },
    );
}

#[test]
fn a_key_file_that_others_can_read_is_refused() {
    refused_until_mended(
        |koalr| set_mode(koalr, 0o644),
        "key file `data/vault.key` is open to other users (mode 0644); run `chmod 600 data/vault.key`",
        |koalr| set_mode(koalr, 0o600),
    );
}

#[test]
fn a_file_in_the_place_of_a_data_directory_is_named() {
    let koalr = Koalr::new();
    koalr.write("file", "");
    let mut command = koalr.bare(&["--data", "file", "sync", "snyk"]);
    assert_eq!(
        finish(&mut command).failure(),
        "creating directory `file`: File exists (os error 17)"
    );
}

#[test]
fn a_name_that_no_tenant_can_have_is_refused() {
    assert_eq!(
        Koalr::new()
            .run(&["--tenant", "../etc", "sync", "snyk"])
            .failure(),
        "`../etc` is not a tenant name; use 1 to 63 lower-case letters, digits and `-`"
    );
}

#[test]
fn without_a_home_a_data_directory_must_be_named() {
    let ran = finish(&mut Koalr::new().bare(&["sync", "snyk"]));
    assert_eq!(
        ran.failure(),
        "no data directory: `HOME` is not set; name one with `--data DIR`"
    );
}

#[test]
fn without_a_data_directory_named_it_is_the_users_own() {
    let upstream = serve(acme());
    let koalr = Koalr::new();
    let home = koalr.path("home");
    let address = ["--upstream", upstream.base_url(), "--allow-loopback"];
    let mut command =
        koalr.bare(&[&["connect", "snyk", "--token-env", "TOKEN"][..], &address].concat());
    let ran = finish(command.env("HOME", &home).env("TOKEN", TOKEN));
    assert_eq!(ran.code, 0, "{}", ran.err);
    let data = home.join(".local/share/koalr");
    assert!(data.join("control.db").is_file());
}

#[test]
fn a_mistyped_data_directory_is_not_made_by_a_command_that_fails() {
    let koalr = Koalr::new();
    koalr.write("change.json", sample_change("clean").to_string());
    let unconnected =
        "`snyk` is not connected for tenant `default`; run `koalr connect snyk` first";
    for (args, sentence) in [
        (&["sync", "snyk"][..], unconnected),
        (&["status"], unconnected),
        (&["gate", "change.json"], unconnected),
        (&["score", "change.json"], unconnected),
        (
            &["connect", "snyk", "--token-env", "NOWHERE"],
            "reading the token from the environment variable `NOWHERE`: it is not set; set it, or use `--token-file PATH`",
        ),
        (
            &["connect", "nothing", "--token-env", "TOKEN"],
            "no integration `nothing`: the loaded component is `snyk`; use that name, or load another component with \
             `--plugin FILE`",
        ),
    ] {
        let mut command = koalr.bare(&[args, &["--data", "mistyped"]].concat());
        let ran = finish(command.env("TOKEN", TOKEN));
        assert_eq!(ran.failure(), sentence);
        assert!(!koalr.path("mistyped").exists(), "{args:?}");
    }
}

#[test]
fn a_mistyped_tenant_is_not_made_by_a_command_that_fails() {
    let (_upstream, koalr) = synced();
    koalr.write("change.json", sample_change("clean").to_string());
    let before = koalr.files();
    for args in [&["sync", "snyk"][..], &["gate", "change.json"]] {
        let ran = koalr.run(&[&["--tenant", "mistyped"][..], args].concat());
        let sentence =
            "`snyk` is not connected for tenant `mistyped`; run `koalr connect snyk` first";
        assert_eq!(ran.failure(), sentence);
    }
    assert_eq!(koalr.files(), before);
}

const KEY: &str = "data/vault.key";

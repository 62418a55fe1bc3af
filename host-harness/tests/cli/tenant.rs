//! Tenants as wholes: made, suspended, moved, backed up, damaged and deleted.

mod serve;

use std::fs;
use std::path::Path;

use koalr_upstream::Upstream;
use serde_json::{Value, json};

use crate::support::{Koalr, TOKEN, acme, finish, serve as serve_world};

/// A connected and synced tenant `default`.
fn synced() -> (Upstream, Koalr) {
    let upstream = serve_world(acme());
    let koalr = Koalr::synced(&upstream);
    (upstream, koalr)
}

#[track_caller]
fn done(koalr: &Koalr, args: &[&str]) -> String {
    let ran = koalr.run(args);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{args:?}");
    ran.out
}

/// What `koalr status` says of a tenant, without its name.
#[track_caller]
fn status(koalr: &Koalr, tenant: &str, more: &[&str]) -> Value {
    let args = ["status", "snyk", "--format", "json", "--tenant", tenant];
    let ran = koalr.run(&[&args, more].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
    let mut status = ran.json();
    status["tenant"] = Value::Null;
    status
}

/// Overwrites all of a file but its first page.
fn damage(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    bytes[4_096..].fill(0xff);
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_tenant_is_made_listed_suspended_resumed_and_deleted() {
    let koalr = Koalr::new();
    let at = ["--now", "2026-01-15T00:00:00Z"];
    let made = done(&koalr, &[&["tenant", "create", "acme"][..], &at].concat());
    assert!(
        made.starts_with("acme: active, made 2026-01-15T00:00:00Z, "),
        "{made}"
    );
    let suspended = done(&koalr, &[&["tenant", "suspend", "acme"][..], &at].concat());
    assert!(suspended.starts_with("acme: suspended since 2026-01-15T00:00:00Z, made "));
    for args in [
        &["status", "snyk"][..],
        &["jobs", "list"],
        &["audit", "list"],
    ] {
        let ran = koalr.run(&[args, &["--tenant", "acme"]].concat());
        assert_eq!(
            ran.failure(),
            "tenant `acme` is suspended; `koalr tenant resume acme` brings it back"
        );
    }
    done(&koalr, &["tenant", "resume", "acme"]);
    let list = koalr.run(&["tenant", "list", "--format", "json"]).json();
    assert_eq!(list[0]["id"], "acme");
    assert_eq!(
        (&list[0]["state"], &list[0]["suspended-at"]),
        (&json!("active"), &Value::Null)
    );
    assert_eq!(
        done(&koalr, &["tenant", "delete", "acme", "--yes"]),
        "Tenant `acme` is deleted, and its keys open nothing any more.\n"
    );
    assert_eq!(
        done(&koalr, &["tenant", "list"]),
        "There is no tenant; make one with `koalr tenant create NAME`.\n"
    );
    assert_eq!(fs::read_dir(koalr.path("data/tenants")).unwrap().count(), 0);
}

#[test]
fn nobody_deletes_a_tenant_by_accident() {
    let koalr = Koalr::new();
    done(&koalr, &["tenant", "create", "acme"]);
    assert_eq!(
        koalr.run(&["tenant", "delete", "acme"]).failure(),
        "tenant `acme` was not deleted: nobody is there to confirm it; add `--yes`"
    );
    assert!(koalr.path("data/tenants/acme.db").exists());
}

#[test]
fn a_mistyped_data_directory_is_not_made() {
    let koalr = Koalr::new();
    let ran = finish(&mut koalr.bare(&["tenant", "list", "--data", "elsewhere"]));
    assert_eq!(
        ran.failure(),
        "there is no data directory `elsewhere`; name another with `--data DIR`"
    );
    assert!(!koalr.path("elsewhere").exists());
}

#[test]
fn a_tenant_moves_to_another_data_directory_and_only_has_to_connect_again() {
    let (upstream, koalr) = synced();
    let told = done(&koalr, &["tenant", "export", "default", "acme.export"]);
    assert_eq!(
        told,
        "`acme.export` holds tenant `default` as it was just now.\n\
         Credentials and webhook secrets are not in it: where it is restored, connect again.\n"
    );
    let restore = ["tenant", "restore", "moved", "acme.export"];
    let ran = finish(&mut koalr.bare(&[&restore[..], &["--data", "elsewhere"]].concat()));
    assert_eq!(
        ran.failure(),
        "`acme.export` was tenant `default`'s; with `--rename` it becomes tenant `moved`'s"
    );
    let ran =
        finish(&mut koalr.bare(&[&restore[..], &["--rename", "--data", "elsewhere"]].concat()));
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert_eq!(
        ran.out,
        "Tenant `moved` is restored, from what was `default`'s.\n\
         `snyk` is not connected, having no credential that opens here: `koalr connect snyk --tenant moved`\n"
    );
    let there = |args: &[&str]| {
        let mut command = koalr.bare(args);
        command.args(["--data", "elsewhere", "--tenant", "moved"]);
        finish(command.env("TOKEN", TOKEN))
    };
    let address = upstream.base_url();
    let connect = ["connect", "snyk", "--token-env", "TOKEN", "--upstream"];
    let ran = there(&[&connect[..], &[address, "--allow-loopback"]].concat());
    assert_eq!(ran.code, 0, "{}", ran.err);
    let moved = there(&["status", "snyk", "--format", "json"]).json();
    assert_eq!(moved["issues"], status(&koalr, "default", &[])["issues"]);
    assert_ne!(moved["issues"], Value::Null);
}

#[test]
fn a_backup_with_its_key_file_is_used_as_a_data_directory() {
    let (_upstream, koalr) = synced();
    let told = done(&koalr, &["backup", "copy"]);
    assert!(
        told.contains("Keep `data/vault.key` apart from it, and put it into `copy`"),
        "{told}"
    );
    fs::copy(koalr.path("data/vault.key"), koalr.path("copy/vault.key")).unwrap();
    let args = ["sync", "snyk", "--enrichment", "off", "--data", "copy"];
    let ran = finish(&mut koalr.bare(&args));
    assert_eq!(ran.code, 0, "{}", ran.err);
}

#[test]
fn the_list_of_a_backup_has_the_hash_of_every_file() {
    let (_upstream, koalr) = synced();
    let report = koalr
        .run(&["backup", "copy", "--with-key", "--format", "json"])
        .json();
    let manifest = fs::read(koalr.path("copy/manifest.json")).unwrap();
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    assert_eq!(manifest, report);
    let files = report["files"].as_array().unwrap();
    let paths: Vec<_> = files
        .iter()
        .map(|file| file["path"].as_str().unwrap())
        .collect();
    assert_eq!(paths, ["control.db", "tenants/default.db", "vault.key"]);
    for file in files {
        let bytes = fs::read(koalr.path("copy").join(file["path"].as_str().unwrap())).unwrap();
        assert_eq!(file["bytes"], bytes.len());
        assert_eq!(file["sha256"], sha256(&bytes));
    }
}

#[test]
fn a_damaged_tenant_is_named_with_the_way_out_and_touches_nobody_else() {
    let (_upstream, koalr) = synced();
    done(&koalr, &["tenant", "create", "rival"]);
    done(&koalr, &["backup", "good"]);
    let before = status(&koalr, "default", &[]);
    damage(&koalr.path("data/tenants/default.db"));
    let sentence = "`data/tenants/default.db` of tenant `default` is damaged; \
                    `koalr tenant restore default FILE` puts a backup in its place, and \
                    `koalr tenant check default` says more";
    for args in [
        &["status", "snyk"][..],
        &["sync", "snyk"],
        &["gate", "acme/shop#1"],
        &["audit", "list"],
        &["jobs", "list"],
        &["report", "dora"],
        &["tenant", "export", "default", "no.export"],
    ] {
        assert_eq!(koalr.run(args).failure(), sentence, "{args:?}");
    }
    let checked = koalr.run(&["tenant", "check", "default"]);
    assert_eq!(checked.code, 1, "{checked:?}");
    done(&koalr, &["tenant", "check", "rival"]);
    let partial = koalr.run(&["backup", "partial", "--format", "json"]);
    assert_eq!(partial.code, 1);
    let partial = partial.json();
    assert_eq!(partial["tenants"], json!(["rival"]));
    assert_eq!(
        partial["unsaved"],
        json!([{ "tenant": "default", "reason": sentence }])
    );
    done(
        &koalr,
        &["tenant", "restore", "default", "good/tenants/default.db"],
    );
    assert_eq!(status(&koalr, "default", &[]), before);
    done(&koalr, &["sync", "snyk"]);
    let checked = done(&koalr, &["tenant", "check", "default"]);
    assert!(
        checked.starts_with("Tenant `default` is whole ("),
        "{checked}"
    );
}

#[test]
fn a_backup_that_cannot_be_restored_leaves_the_tenant_as_it_was() {
    let (_upstream, koalr) = synced();
    done(&koalr, &["backup", "bad"]);
    let before = status(&koalr, "default", &[]);
    damage(&koalr.path("bad/tenants/default.db"));
    let ran = koalr.run(&["tenant", "restore", "default", "bad/tenants/default.db"]);
    let sentence = ran.failure();
    assert!(
        sentence.starts_with("`bad/tenants/default.db` cannot be restored: it is "),
        "{sentence}"
    );
    assert_eq!(status(&koalr, "default", &[]), before);
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    hex::encode(sha2::Sha256::digest(bytes))
}

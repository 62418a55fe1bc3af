//! Versions: installed, swapped in, taken back.

use std::fs;

use super::{NOW, Witnesses, assert_survives};
use crate::support::{Koalr, acme, serve};

/// What is installed, what serves, what was done, and the files that are kept of it.
fn versions(koalr: &Koalr) -> String {
    let mut told: Vec<String> = [["plugin", "list"], ["plugin", "history"]]
        .map(|args| koalr.run(&[&args[..], &["--format", "json"]].concat()).out)
        .into();
    let files = fs::read_dir(koalr.path("data/plugins"));
    let files = files.into_iter().flatten().map(|file| file.unwrap().path());
    let mut files: Vec<String> = files
        .filter(|file| file.extension().is_some_and(|ending| ending == "wasm"))
        .map(|file| {
            let bytes = fs::read(&file).unwrap();
            format!("{} {}", file.file_name().unwrap().display(), bytes.len())
        })
        .collect();
    files.sort();
    told.extend(files);
    told.join("\n")
}

#[test]
fn an_installation_a_swap_and_a_rollback_that_are_killed_at_any_moment_are_done_or_not() {
    let upstream = serve(acme());
    let koalr = Koalr::connected(&upstream);
    let component = fs::read(koalr_host::component_path().unwrap()).unwrap();
    let other = koalr_guests::with_version(&component, "0.2.0");
    koalr.write("other.wasm", other);
    let steps = [
        &["plugin", "install", "other.wasm", "--now", NOW][..],
        &["plugin", "swap", "snyk", "0.2.0", "--now", NOW],
        &["plugin", "rollback", "snyk", "--now", NOW],
    ];
    for step in steps {
        let command = |koalr: &Koalr| koalr.command(step);
        assert_survives(step[1], &koalr, Witnesses::default(), command, versions);
        let ran = koalr.run(step);
        assert_eq!(ran.code, 0, "{}", ran.err);
    }
}

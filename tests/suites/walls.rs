//! The walls between the crates, read from the dependency graph and from the sources.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use cargo_metadata::{DependencyKind, PackageId};
use koalr_tests::workspace;

#[test]
fn every_crate_knows_only_the_crates_it_may_know() {
    let closures = closures();
    let ours: BTreeSet<&str> = closures.keys().map(String::as_str).collect();
    let listed: BTreeSet<&str> = WALLS.iter().map(|wall| wall.of).collect();
    assert_eq!(ours, listed, "a crate without a wall");
    for wall in &WALLS {
        let known: BTreeSet<&str> = closures[wall.of].iter().map(String::as_str).collect();
        let mut crossed: Vec<&str> = known
            .intersection(&ours)
            .filter(|name| !wall.knows.contains(*name))
            .copied()
            .collect();
        crossed.extend(wall.never.iter().filter(|name| known.contains(*name)));
        assert!(
            crossed.is_empty(),
            "`{}` must not know {crossed:?}",
            wall.of
        );
    }
}

#[test]
fn generated_contract_types_stay_at_the_boundary() {
    assert_only_in(
        &["koalr_runtime::contract"],
        &[
            "host-harness/src",
            "host-harness/platform/src",
            "host-harness/store/src",
        ],
        &["host-harness/src/contract"],
    );
    assert_only_in(
        &["bindings::"],
        &["plugin/src"],
        &[
            "plugin/src/lib.rs",
            "plugin/src/component",
            "plugin/src/transport",
        ],
    );
}

#[test]
fn only_the_plugin_knows_the_upstream_by_name() {
    assert_only_in(
        &["snyk", "Snyk", "SNYK"],
        &[
            "plugin/kit/src",
            "host-harness/runtime/src",
            "host-harness/platform/src",
            "host-harness/store/src",
        ],
        &[],
    );
    assert_only_in(
        &["crate::snyk::wire"],
        &["plugin/src"],
        &["plugin/src/snyk"],
    );
}

#[test]
fn no_line_of_the_host_is_about_the_second_integration() {
    assert_only_in(
        &["sonar", "Sonar", "SONAR"],
        &[
            "host-harness/src",
            "host-harness/runtime/src",
            "host-harness/platform/src",
            "host-harness/store/src",
        ],
        &[],
    );
}

#[test]
fn only_the_inbox_knows_what_webhooks_look_like() {
    assert_only_in(
        &["requested_action", "event_type", "x-hub-signature-256"],
        &["host-harness/src"],
        &["host-harness/src/inbox"],
    );
}

#[test]
fn what_is_selected_changes_no_feature_so_nothing_is_compiled_twice() {
    let tested = workspace::compiled(&[]);
    let alone = [
        workspace::PROGRAM,
        &["-p", "koalr-host"],
        &["-p", "koalr-tests"],
    ];
    for selection in alone {
        let other: Vec<String> = workspace::compiled(selection)
            .difference(&tested)
            .cloned()
            .collect();
        assert!(
            other.is_empty(),
            "`cargo test` compiles these with other features than {selection:?} does; turn them on in the root manifest: {other:#?}"
        );
    }
}

#[test]
fn no_file_is_longer_than_a_person_reads() {
    let long: Vec<String> =
        workspace::files("", &["rs", "wit", "toml", "md", "sql", "html", "css", "js"])
            .into_iter()
            .filter(|path| !path.starts_with("wit/deps") && path != Path::new("wit/reference.md"))
            .map(|path| (workspace::read(&path).lines().count(), path))
            .filter(|(lines, _)| *lines > MAX_LINES)
            .map(|(lines, path)| format!("{}: {lines} lines", path.display()))
            .collect();
    assert!(long.is_empty(), "split by noun: {long:#?}");
}

/// What one crate may know of the others, directly or not.
struct Wall {
    of: &'static str,
    /// Crates of ours, itself included.
    knows: &'static [&'static str],
    /// Crates of others.
    never: &'static [&'static str],
}

const WALLS: [Wall; 11] = [
    Wall {
        of: "koalr-integration-kit",
        knows: &["koalr-integration-kit"],
        never: &[
            "wasmtime",
            "tokio",
            "hyper",
            "http",
            "rusqlite",
            "wit-bindgen",
            "serde_json",
        ],
    },
    Wall {
        of: "koalr-snyk-plugin",
        knows: &["koalr-snyk-plugin", "koalr-integration-kit"],
        never: &["wasmtime", "tokio", "hyper", "rusqlite"],
    },
    Wall {
        of: "koalr-platform",
        knows: &["koalr-platform"],
        never: &[
            "wasmtime",
            "tokio",
            "hyper",
            "http",
            "rusqlite",
            "wit-bindgen",
        ],
    },
    Wall {
        of: "koalr-runtime",
        knows: &["koalr-runtime"],
        never: &["rusqlite", "axum"],
    },
    Wall {
        of: "koalr-store",
        knows: &["koalr-store", "koalr-platform"],
        never: &["wasmtime", "tokio", "hyper", "http"],
    },
    Wall {
        of: "koalr-upstream",
        knows: &["koalr-upstream"],
        never: &["wasmtime", "rusqlite"],
    },
    Wall {
        of: "koalr-host",
        knows: &[
            "koalr-host",
            "koalr-runtime",
            "koalr-platform",
            "koalr-store",
            "koalr-upstream",
        ],
        never: &["axum-server", "reqwest"],
    },
    Wall {
        of: "koalr-tests",
        knows: &[
            "koalr-tests",
            "koalr-host",
            "koalr-runtime",
            "koalr-platform",
            "koalr-store",
            "koalr-upstream",
            "koalr-integration-kit",
            "koalr-snyk-plugin",
            "koalr-guests",
        ],
        never: &[],
    },
    Wall {
        of: "koalr-guests",
        knows: &["koalr-guests"],
        never: &["wasmtime", "rusqlite"],
    },
    Wall {
        of: "koalr-hostile-guests",
        knows: &["koalr-hostile-guests"],
        never: &["wasmtime", "tokio", "hyper", "rusqlite"],
    },
    Wall {
        of: "koalr-sonarqube-guest",
        knows: &["koalr-sonarqube-guest", "koalr-integration-kit"],
        never: &["wasmtime", "tokio", "hyper", "rusqlite"],
    },
];

/// Names of all packages that each of our crates is built from, itself included; what only its tests need is left out.
fn closures() -> HashMap<String, BTreeSet<String>> {
    let metadata = workspace::metadata();
    let resolve = metadata.resolve.as_ref().unwrap();
    let needs: HashMap<&PackageId, Vec<&PackageId>> = resolve
        .nodes
        .iter()
        .map(|node| {
            let needed = node.deps.iter().filter(|dependency| {
                let kinds = &dependency.dep_kinds;
                kinds
                    .iter()
                    .any(|kind| kind.kind != DependencyKind::Development)
            });
            (&node.id, needed.map(|dependency| &dependency.pkg).collect())
        })
        .collect();
    let closure = |start| {
        let mut seen = BTreeSet::new();
        let mut open = vec![start];
        while let Some(id) = open.pop() {
            if seen.insert(id) {
                open.extend(&needs[id]);
            }
        }
        seen.into_iter()
            .map(|id| metadata[id].name.to_string())
            .collect()
    };
    metadata
        .workspace_members
        .iter()
        .map(|id| (metadata[id].name.to_string(), closure(id)))
        .collect()
}

/// Checks that code outside the `rooms` uses none of the `words`. Comments and unit tests may.
#[track_caller]
fn assert_only_in(words: &[&str], folders: &[&str], rooms: &[&str]) {
    let files: Vec<PathBuf> = folders
        .iter()
        .flat_map(|folder| workspace::files(folder, &["rs"]))
        .collect();
    assert!(!files.is_empty(), "nothing to search in {folders:?}");
    let mut astray = Vec::new();
    for path in files {
        let name = path.to_string_lossy();
        let file = path.file_name().and_then(|file| file.to_str());
        if file.is_some_and(|file| TEST_FILES.contains(&file))
            || path.iter().any(|part| part == "tests")
            || rooms.iter().any(|room| name.starts_with(room))
        {
            continue;
        }
        let text = workspace::read(&path);
        let code = text.split("\n#[cfg(test)]").next().unwrap();
        for (index, line) in code.lines().enumerate() {
            let line = line.split("//").next().unwrap();
            if words.iter().any(|word| line.contains(word)) {
                astray.push(format!("{name}:{}: {}", index + 1, line.trim()));
            }
        }
    }
    assert!(
        astray.is_empty(),
        "{words:?} are only for {rooms:?}: {astray:#?}"
    );
}

/// Files that are compiled for unit tests alone.
const TEST_FILES: [&str; 3] = ["tests.rs", "testing.rs", "fixture.rs"];

/// Longest file, in lines. Longer ones are split by noun.
const MAX_LINES: usize = 500;

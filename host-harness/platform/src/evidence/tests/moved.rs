//! One package in several rows: in other manifests, or as a Go module under other paths.

use super::*;

fn of_manifest(manifest: &str, before: Option<&str>, after: Option<&str>) -> DependencyChange {
    DependencyChange {
        manifest: Some(manifest.to_owned()),
        ..bump(before, after)
    }
}

/// What is known of the only vulnerability, where these versions have it and these were looked up to the end.
fn facts(
    rows: &[DependencyChange],
    vulnerable: &[&str],
    complete: &[&str],
) -> Vec<(String, Presence, Presence)> {
    let lookups: Vec<_> = vulnerable.iter().map(|one| finding("V1", one)).collect();
    let coverage: Vec<_> = complete.iter().map(|one| looked_up(one)).collect();
    let evidence = evidence(Some(rows), &lookups, &[], &coverage);
    let facts = evidence.findings.iter().map(seen);
    facts
        .map(|(version, head, base)| (version.to_owned(), head, base))
        .collect()
}

#[test]
fn a_package_that_moves_to_another_manifest_brings_nothing() {
    let mut rows = [
        of_manifest("a/package.json", Some("1.2.5"), None),
        of_manifest("b/package.json", None, Some("1.2.5")),
    ];
    for _ in 0..2 {
        let both = ("1.2.5".to_owned(), Presence::Present, Presence::Present);
        assert_eq!(facts(&rows, &["1.2.5"], &["1.2.5"]), [both]);
        rows.reverse();
    }
}

#[test]
fn a_package_that_moves_at_another_version_is_in_the_base_at_the_former_one() {
    let rows = [
        of_manifest("a/package.json", Some("1.1.0"), None),
        of_manifest("b/package.json", None, Some("1.2.5")),
    ];
    let [before, after] = ["1.1.0", "1.2.5"];
    assert_eq!(
        facts(&rows, &[before, after], &[before, after]),
        [
            (before.to_owned(), Presence::Absent, Presence::Present),
            (after.to_owned(), Presence::Present, Presence::Absent)
        ]
    );
}

#[test]
fn a_former_version_in_another_manifest_that_was_not_looked_up_leaves_the_base_unknown() {
    let unknown = [("1.2.5".to_owned(), Presence::Present, Presence::Unknown)];
    let moved = [
        of_manifest("a/package.json", Some("1.1.0"), None),
        of_manifest("b/package.json", None, Some("1.2.5")),
    ];
    assert_eq!(facts(&moved, &["1.2.5"], &["1.2.5"]), unknown);
    let raised = [
        of_manifest("a/package.json", Some("1.1.0"), Some("1.2.5")),
        of_manifest("b/package.json", Some("1.2.0"), Some("1.2.5")),
    ];
    let complete = ["1.2.5", "1.1.0"];
    assert_eq!(facts(&raised, &["1.2.5"], &complete), unknown);
}

/// Base of a vulnerability that version 1.2.5 of a row brings, where `main` has it at a version in `package.json`.
fn base(row: DependencyChange, version: &str) -> Presence {
    let before = row.before.clone();
    let coverage: Vec<_> = before.as_deref().into_iter().map(looked_up).collect();
    let evidence = gather(&Known {
        dependencies: Some(&[row]),
        lookups: &[finding("V1", "1.2.5")],
        stored: &[of_branch("main", finding("V1", version))],
        projects: &[project("main")],
        coverage: &coverage,
        ..nothing_known(&between_branches())
    });
    evidence.findings.last().unwrap().base
}

#[test]
fn a_second_path_to_a_known_vulnerability_is_in_the_base() {
    for before in [None, Some("1.3.0")] {
        let same_place = of_manifest("package-lock.json", before, Some("1.2.5"));
        assert_eq!(base(same_place, "1.0.0"), Presence::Present);
        let other_place = of_manifest("web/package.json", before, Some("1.2.5"));
        assert_eq!(base(other_place, "1.2.5"), Presence::Present);
    }
    let some_place = bump(None, Some("1.2.5"));
    assert_eq!(base(some_place, "1.2.5"), Presence::Present);
}

#[test]
fn an_old_listing_does_not_clear_the_revert_of_a_fix() {
    for before in [None, Some("1.3.0")] {
        let reverted = of_manifest("package-lock.json", before, Some("1.2.5"));
        assert_eq!(base(reverted, "1.2.5"), Presence::Absent);
    }
    let somewhere = bump(Some("1.3.0"), Some("1.2.5"));
    assert_eq!(base(somewhere, "1.2.5"), Presence::Absent);
}

fn module(name: &str, before: Option<&str>, after: Option<&str>) -> DependencyChange {
    DependencyChange {
        ecosystem: "golang".to_owned(),
        name: name.to_owned(),
        ..bump(before, after)
    }
}

/// Base of a vulnerability of `example.com/x/v2` at v2.0.0, by what was looked up beside that.
fn module_base(rows: &[DependencyChange], complete: &[&str]) -> Presence {
    let mut found = finding("V1", "v2.0.0");
    found.packages[0].ecosystem = Some("golang".to_owned());
    found.packages[0].name = "example.com/x/v2".to_owned();
    let coverage: Vec<_> = complete
        .iter()
        .map(|subject| Coverage {
            subject: (*subject).to_owned(),
            ..looked_up("")
        })
        .collect();
    evidence(Some(rows), &[found], &[], &coverage).findings[0].base
}

#[test]
fn a_go_module_s_next_major_is_not_new_to_the_base() {
    let rows = [
        module("example.com/x", Some("v1.9.0"), None),
        module("example.com/x/v2", None, Some("v2.0.0")),
    ];
    assert_eq!(module_base(&rows, &[]), Presence::Unknown);
    let complete = ["golang:example.com/x@v1.9.0"];
    assert_eq!(module_base(&rows, &complete), Presence::Absent);
}

#[test]
fn a_go_module_beside_its_next_major_says_nothing_about_it() {
    let stays = module("example.com/x", Some("v1.9.0"), Some("v1.9.1"));
    let comes = module("example.com/x/v2", None, Some("v2.0.0"));
    assert_eq!(module_base(&[stays, comes], &[]), Presence::Absent);
}

#[test]
fn other_modules_that_go_leave_no_doubt_about_a_new_one() {
    let rows = [
        module("example.com/y", Some("v1.9.0"), None),
        module("example.com/x/v2", None, Some("v2.0.0")),
    ];
    assert_eq!(module_base(&rows, &[]), Presence::Absent);
}

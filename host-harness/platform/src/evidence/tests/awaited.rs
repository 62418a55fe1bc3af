use super::*;
use crate::evidence::{awaited, looked_up as progress};

fn named(ecosystem: &str, name: &str, versions: (Option<&str>, Option<&str>)) -> DependencyChange {
    DependencyChange {
        ecosystem: ecosystem.to_owned(),
        name: name.to_owned(),
        ..bump(versions.0, versions.1)
    }
}

fn subjects(list: &[DependencyChange], lookups: &[Finding], told: &[Coverage]) -> Vec<String> {
    let rows = awaited(&change(), list, (lookups, told), "the window is closed");
    assert!(
        rows.iter()
            .all(|row| row.state == CoverageState::Awaited && row.detail == "the window is closed")
    );
    rows.into_iter().map(|row| row.subject).collect()
}

#[test]
fn what_a_change_brings_is_awaited_until_it_is_told() {
    let list = [
        bump(Some("1.1.0"), Some("1.2.5")),
        named("npm", "lodash", (None, Some("4.17.21"))),
    ];
    assert_eq!(
        subjects(&list, &[], &[looked_up("1.2.5")]),
        ["npm:lodash@4.17.21"]
    );
}

#[test]
fn what_a_vulnerable_version_replaces_is_awaited_last() {
    let list = [
        bump(Some("1.1.0"), Some("1.2.5")),
        named("npm", "lodash", (Some("4.17.20"), None)),
    ];
    let found = [finding("V1", "1.2.5")];
    assert_eq!(
        subjects(&list, &found, &[looked_up("1.2.5")]),
        ["npm:minimist@1.1.0"]
    );
    let told = [looked_up("1.2.5"), looked_up("1.1.0")];
    assert!(subjects(&list, &found, &told).is_empty());
    assert!(subjects(&list, &[], &[looked_up("1.2.5")]).is_empty());
}

#[test]
fn a_module_of_another_path_is_what_a_vulnerable_one_replaces() {
    let list = [
        named("golang", "example.com/x", (Some("v1.9.0"), None)),
        named("golang", "example.com/x/v2", (None, Some("v2.0.0"))),
    ];
    let mut found = finding("V1", "v2.0.0");
    found.packages[0].ecosystem = Some("golang".to_owned());
    found.packages[0].name = "example.com/x/v2".to_owned();
    let told = Coverage {
        subject: "golang:example.com/x/v2@v2.0.0".to_owned(),
        ..looked_up("1")
    };
    assert_eq!(
        subjects(&list, &[found], &[told]),
        ["golang:example.com/x@v1.9.0"]
    );
}

#[test]
fn progress_counts_the_versions_of_the_change_and_none_without_a_list() {
    let list = [bump(None, Some("1.2.5")), bump(None, Some("1.2.6"))];
    let told = [looked_up("1.2.5"), looked_up("9.9.9")];
    let change = change();
    let rows = awaited(&change, &list, (&[], &told), "");
    let coverage: Vec<Coverage> = told.into_iter().chain(rows).collect();
    let mut known = Known {
        dependencies: Some(&list),
        coverage: &coverage,
        ..nothing_known(&change)
    };
    assert_eq!(progress(&gather(&known)), Some((1, 2)));
    known.dependencies = Some(&[]);
    assert_eq!(progress(&gather(&known)), Some((0, 0)));
    known.dependencies = None;
    assert_eq!(progress(&gather(&known)), None);
}

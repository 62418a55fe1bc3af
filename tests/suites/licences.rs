//! Every dependency may be used, and says what it is for.

use std::collections::BTreeSet;

use koalr_tests::workspace;

#[test]
fn every_dependency_has_a_licence_of_the_list() {
    let refused: Vec<String> = workspace::metadata()
        .packages
        .iter()
        .filter(|package| !is_allowed(package.license.as_deref().unwrap_or("no licence")))
        .map(|package| {
            format!(
                "{} {}: {:?}",
                package.name, package.version, package.license
            )
        })
        .collect();
    assert!(
        refused.is_empty(),
        "their licences are not in `allow` of `deny.toml`: {refused:#?}"
    );
}

#[test]
fn every_licence_of_the_list_is_one_that_a_dependency_has() {
    let metadata = workspace::metadata();
    let used: BTreeSet<&str> = metadata
        .packages
        .iter()
        .filter_map(|package| package.license.as_deref())
        .flat_map(|expression| expression.split([' ', '/', '(', ')']))
        .collect();
    for licence in allowed() {
        let id = licence.split(' ').next().unwrap();
        assert!(
            used.contains(id),
            "nothing is licensed as `{licence}` any more"
        );
    }
}

#[test]
fn a_licence_expression_is_read_as_spdx_means_it() {
    assert!(is_allowed("MIT OR GPL-3.0-only"));
    assert!(is_allowed("Apache-2.0/MIT"));
    assert!(is_allowed("(MIT OR GPL-3.0-only) AND Unicode-3.0"));
    assert!(is_allowed("MIT OR GPL-3.0-only AND CC-BY-4.0"));
    assert!(!is_allowed("MIT AND GPL-3.0-only"));
    assert!(!is_allowed("(MIT AND GPL-3.0-only) OR (ISC AND CC-BY-4.0)"));
    assert!(!is_allowed("GPL-3.0-only WITH Classpath-exception-2.0"));
    assert!(!is_allowed("no licence"));
}

#[test]
fn no_banned_crate_is_a_dependency() {
    let metadata = workspace::metadata();
    let banned = listed(&workspace::read("deny.toml"), "deny");
    assert!(!banned.is_empty());
    for package in &metadata.packages {
        assert!(
            !banned.iter().any(|name| package.name.as_str() == name),
            "`{}` is a dependency and banned by `deny.toml`",
            package.name
        );
    }
}

#[test]
fn every_workspace_dependency_says_what_it_is_for() {
    let manifest = workspace::read("Cargo.toml");
    let (_, rest) = manifest.split_once("[workspace.dependencies]").unwrap();
    let section = rest.split("\n[").next().unwrap();
    let silent: Vec<&str> = section
        .lines()
        .filter(|line| line.contains(" = ") && !line.starts_with('#'))
        // Our own crates say it in their manifests.
        .filter(|line| !line.contains("path = "))
        .filter(|line| {
            line.split_once(" # ")
                .is_none_or(|(_, why)| why.trim().is_empty())
        })
        .collect();
    assert!(section.lines().count() > 1);
    assert!(
        silent.is_empty(),
        "without a trailing `# reason`: {silent:#?}"
    );
}

/// Whether a licence expression can be met with the allowed licences alone. `/` is an old way to write `OR`.
fn is_allowed(expression: &str) -> bool {
    let allowed = allowed();
    let without_groups = |text: &str| {
        text.split(" OR ").any(|choice| {
            choice
                .split(" AND ")
                .all(|licence| allowed.iter().any(|one| one == licence.trim()))
        })
    };
    let mut rest = expression.replace('/', " OR ");
    while let Some(close) = rest.find(')') {
        let open = rest[..close].rfind('(').expect("brackets come in pairs");
        let met = without_groups(&rest[open + 1..close]);
        rest.replace_range(open..=close, if met { "MIT" } else { "refused" });
    }
    without_groups(&rest)
}

fn allowed() -> Vec<String> {
    listed(&workspace::read("deny.toml"), "allow")
}

/// The first quoted text of each line of a list in `deny.toml`.
fn listed(file: &str, key: &str) -> Vec<String> {
    let start = format!("\n{key} = [\n");
    let (_, rest) = file
        .split_once(&start)
        .unwrap_or_else(|| panic!("`deny.toml` has no list `{key}`"));
    rest.lines()
        .take_while(|line| !line.starts_with(']'))
        .filter_map(|line| line.split('"').nth(1))
        .map(str::to_owned)
        .collect()
}

use std::collections::BTreeSet;
use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;

/// A `CycloneDX` document of packages as `ecosystem/name@version`.
fn cyclonedx<'p>(purls: impl IntoIterator<Item = &'p str>) -> String {
    let components = purls.into_iter().map(|purl| {
        format!(r#"{{"type": "library", "bom-ref": "{purl}", "name": "n", "purl": "pkg:{purl}"}}"#)
    });
    let components: Vec<String> = components.collect();
    format!(
        r#"{{"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [{}]}}"#,
        components.join(",")
    )
}

fn spdx(purls: &[&str]) -> String {
    let packages = purls.iter().map(|purl| {
        format!(
            r#"{{"SPDXID": "{purl}", "name": "n", "externalRefs": [{{"referenceType": "purl", "referenceLocator": "pkg:{purl}"}}]}}"#
        )
    });
    let packages: Vec<String> = packages.collect();
    format!(
        r#"{{"spdxVersion": "SPDX-2.3", "packages": [{}]}}"#,
        packages.join(",")
    )
}

#[track_caller]
fn document(text: &str) -> Document {
    read("bom.json", text.as_bytes()).unwrap()
}

/// Rows as `name before after`.
fn told(changes: &Changes) -> Vec<String> {
    let rows = changes.rows.iter().map(|row| {
        let [before, after] = [&row.before, &row.after].map(|side| side.as_deref().unwrap_or("-"));
        format!("{} {before} {after}", row.name)
    });
    rows.collect()
}

fn between(base: &[&str], head: &[&str]) -> Vec<String> {
    let [base, head] = [base, head].map(|side| document(&cyclonedx(side.iter().copied())));
    told(&diff(&base, &head))
}

#[test]
fn a_version_that_both_have_is_no_change() {
    let rows = between(
        &["npm/a@1.0.0", "npm/b@1.0.0", "npm/b@2.0.0"],
        &["npm/a@1.0.0", "npm/b@2.0.0", "npm/b@2.1.0", "npm/c@1.0.0"],
    );
    assert_eq!(rows, ["b 1.0.0 2.1.0", "c - 1.0.0"]);
}

#[test]
fn a_package_at_several_versions_is_paired_by_major_version_first() {
    let rows = between(&["npm/a@1.0.0", "npm/a@2.0.0"], &["npm/a@2.1.0"]);
    assert_eq!(rows, ["a 1.0.0 -", "a 2.0.0 2.1.0"]);
    let rows = between(
        &["npm/a@1.9.0", "npm/a@1.10.0"],
        &["npm/a@1.11.0", "npm/a@3.0.0"],
    );
    assert_eq!(rows, ["a 1.10.0 3.0.0", "a 1.9.0 1.11.0"]);
}

#[test]
fn packages_of_one_name_in_two_ecosystems_are_two() {
    let rows = between(&["npm/a@1.0.0"], &["pypi/a@1.0.0"]);
    assert_eq!(rows, ["a 1.0.0 -", "a - 1.0.0"]);
}

#[test]
fn base_and_head_may_be_of_different_formats() {
    let base = document(&spdx(&["golang/a.b/c@1.0.0", "npm/%40x/y@1.0.0"]));
    let head = document(&cyclonedx(["golang/a.b/c@v1.0.0", "npm/@x/y@1.1.0"]));
    assert_eq!(told(&diff(&base, &head)), ["@x/y 1.0.0 1.1.0"]);
}

#[test]
fn github_s_export_is_read_as_it_is() {
    let wrapped = format!(r#"{{"sbom": {}}}"#, spdx(&["npm/a@1.0.0"]));
    assert_eq!(document(&wrapped).packages(), 1);
}

#[test]
fn what_only_one_side_could_not_use_makes_the_list_partial_and_names_the_document() {
    let text = r#"{"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [
        {"type": "library", "name": "vendored", "version": "1.0"}]}"#;
    let base = read("base.json", text.as_bytes()).unwrap();
    let head = read("head.json", text.replace("1.0", "1.1").as_bytes()).unwrap();
    assert!(!diff(&base, &base).is_partial());
    let changes = diff(&base, &head);
    let left_out: Vec<String> = changes.left_out.iter().map(ToString::to_string).collect();
    assert_eq!(
        left_out,
        [
            "base.json: 1 component has no purl: `vendored@1.0`",
            "head.json: 1 component has no purl: `vendored@1.1`"
        ]
    );
}

#[test]
fn a_value_of_another_type_names_its_place() {
    let text = "{\"bomFormat\": \"CycloneDX\", \"specVersion\": \"1.5\",\n\"components\": {}}";
    let error = read("base.json", text.as_bytes()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "reading `base.json`: line 2, column 14: invalid type: map, expected a sequence"
    );
}

#[test]
fn components_nested_without_end_are_refused() {
    let deep = r#"{"components": ["#.repeat(100_000);
    let text =
        format!(r#"{{"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [{deep}"#);
    assert!(read("base.json", text.as_bytes()).is_err());
    let closed = format!("{text}{}", "]}".repeat(100_001));
    let error = read("base.json", closed.as_bytes())
        .unwrap_err()
        .to_string();
    assert!(error.contains("recursion limit exceeded"), "{error}");
}

#[test]
fn a_document_beyond_the_limit_is_not_read() {
    let bytes = vec![b' '; MAX_DOCUMENT_BYTES + 1];
    assert_eq!(
        read("base.json", &bytes).unwrap_err().to_string(),
        "reading `base.json`: it has 268435457 bytes; at most 268435456 are read"
    );
}

#[test]
fn two_hundred_thousand_components_are_read_and_compared() {
    let big = |bumped: usize| {
        let mut text = r#"{"bomFormat": "CycloneDX", "specVersion": "1.5", "metadata": {"component": {"bom-ref": "root"}}, "components": ["#.to_owned();
        for index in 0..COMPONENTS {
            let minor = usize::from(index == bumped);
            let comma = if index == 0 { "" } else { "," };
            write!(
                text,
                r#"{comma}{{"type": "library", "bom-ref": "{index}", "name": "p{index}", "purl": "pkg:npm/p{index}@1.{minor}.0"}}"#
            )
            .unwrap();
        }
        text.push_str(r#"], "dependencies": [{"ref": "root", "dependsOn": ["0"]}"#);
        for index in 1..COMPONENTS {
            let parent = index - 1;
            write!(
                text,
                r#",{{"ref": "{parent}", "dependsOn": ["{index}", "0"]}}"#
            )
            .unwrap();
        }
        text.push_str("]}");
        document(&text)
    };
    let (base, head) = (big(0), big(COMPONENTS - 1));
    assert_eq!(base.packages(), COMPONENTS);
    let changes = diff(&base, &head);
    assert_eq!(told(&changes), ["p0 1.1.0 1.0.0", "p199999 1.0.0 1.1.0"]);
    let direct: Vec<_> = changes.rows.iter().map(|row| row.direct).collect();
    assert_eq!(direct, [Some(true), Some(false)]);
}

#[test]
fn two_hundred_thousand_versions_of_one_package_are_compared() {
    let versions = |major: usize| {
        let purls: Vec<String> = (0..COMPONENTS)
            .map(|index| format!("npm/a@{major}.{index}.0"))
            .collect();
        document(&cyclonedx(purls.iter().map(String::as_str)))
    };
    let changes = diff(&versions(1), &versions(2));
    assert_eq!(changes.rows.len(), COMPONENTS);
    assert!(
        changes
            .rows
            .iter()
            .all(|row| row.before.is_some() && row.after.is_some())
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn a_document_does_not_differ_from_itself(side in side()) {
        let changes = diff(&document(&cyclonedx(side.iter().map(String::as_str))), &document(&cyclonedx(side.iter().map(String::as_str))));
        prop_assert_eq!(changes, Changes::default());
    }

    #[test]
    fn what_changes_leads_from_base_to_head_in_a_fixed_order(base in side(), head in side()) {
        let text = |side: &BTreeSet<String>| cyclonedx(side.iter().map(String::as_str));
        let changes = diff(&document(&text(&base)), &document(&text(&head)));
        let mut side = base.clone();
        for row in &changes.rows {
            let purl = |version: &String| format!("{}/{}@{version}", row.ecosystem, row.name);
            prop_assert_ne!(&row.before, &row.after);
            if let Some(before) = &row.before {
                prop_assert!(side.remove(&purl(before)), "each version goes once");
            }
        }
        for row in &changes.rows {
            if let Some(after) = &row.after {
                prop_assert!(side.insert(format!("{}/{}@{after}", row.ecosystem, row.name)), "each version comes once");
            }
        }
        prop_assert_eq!(side, head.clone());
        let backwards = |side: &BTreeSet<String>| cyclonedx(side.iter().rev().map(String::as_str));
        let again = diff(&document(&backwards(&base)), &document(&backwards(&head)));
        prop_assert_eq!(changes, again);
    }
}

/// Some packages at some versions.
fn side() -> impl Strategy<Value = BTreeSet<String>> {
    prop::collection::btree_set("(npm|pypi)/[ab]@[0-2]\\.(1|9|10)\\.0(-rc)?", 0..12)
}

const COMPONENTS: usize = 200_000;

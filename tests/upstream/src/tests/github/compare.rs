//! The comparison of dependencies.

use serde_json::{Value, json};

use super::{BASE, HEAD, get, message, shop, start};
use crate::github::{Advisory, Component, Repository, Usage};

fn path(base: &str, head: &str) -> String {
    format!("/repos/acme/shop/dependency-graph/compare/{base}...{head}")
}

/// Change, name and version of every row.
fn changes(document: &Value) -> Vec<[String; 3]> {
    let rows = document.as_array().unwrap().iter();
    let member = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    rows.map(|row| ["change_type", "name", "version"].map(|name| member(row, name)))
        .collect()
}

#[test]
fn an_update_is_a_removal_and_an_addition() {
    let upstream = start(shop());
    let reply = get(&upstream, &path(BASE, HEAD));
    assert_eq!(reply.status, 200);
    let expected = [
        ["added", "@acme/ui", "2.0.0"],
        ["removed", "axios", "0.27.2"],
        ["added", "axios", "1.7.4"],
    ];
    assert_eq!(
        changes(&reply.json()),
        expected.map(|row| row.map(str::to_owned))
    );
}

#[test]
fn a_comparison_turned_round_says_the_opposite() {
    let upstream = start(shop());
    let reply = get(&upstream, &path(HEAD, BASE));
    let expected = [
        ["removed", "@acme/ui", "2.0.0"],
        ["added", "axios", "0.27.2"],
        ["removed", "axios", "1.7.4"],
    ];
    assert_eq!(
        changes(&reply.json()),
        expected.map(|row| row.map(str::to_owned))
    );
    assert_eq!(get(&upstream, &path(HEAD, HEAD)).json(), json!([]));
}

#[test]
fn a_row_has_every_member_that_is_documented() {
    let mut component = Component::new("pom.xml", "maven", "org.yaml:snakeyaml", "1.30");
    component.usage = Usage::Development;
    component.source_repository_url = Some("https://example.com/snakeyaml".to_owned());
    component.advisories = vec![Advisory {
        severity: "high".to_owned(),
        ghsa_id: "GHSA-mjmj-j48q-9wg2".to_owned(),
        summary: "Made up".to_owned(),
    }];
    let repository = Repository::new("acme/shop")
        .commit(BASE, Vec::new())
        .commit(HEAD, vec![component.licensed("Apache-2.0")]);
    let upstream = start(repository);
    let expected = json!([{
        "change_type": "added",
        "manifest": "pom.xml",
        "ecosystem": "maven",
        "name": "org.yaml:snakeyaml",
        "version": "1.30",
        "package_url": "pkg:maven/org.yaml/snakeyaml@1.30",
        "license": "Apache-2.0",
        "source_repository_url": "https://example.com/snakeyaml",
        "scope": "development",
        "vulnerabilities": [{
            "severity": "high",
            "advisory_ghsa_id": "GHSA-mjmj-j48q-9wg2",
            "advisory_summary": "Made up",
            "advisory_url": "https://github.com/advisories/GHSA-mjmj-j48q-9wg2",
        }],
    }]);
    assert_eq!(get(&upstream, &path(BASE, HEAD)).json(), expected);
}

#[test]
fn a_package_url_escapes_the_scope_of_a_name_and_is_null_for_an_unknown_ecosystem() {
    let npm = Component::new("package.json", "npm", "@acme/ui", "2.0.0");
    assert_eq!(npm.package_url.as_deref(), Some("pkg:npm/%40acme/ui@2.0.0"));
    assert_eq!(
        Component::new("a.yml", "actions", "x/y", "1").package_url,
        None
    );
}

#[test]
fn branches_and_any_case_of_the_repository_are_known() {
    let upstream = start(shop());
    let path = path("main", HEAD).replace("acme/shop", "Acme/SHOP");
    assert_eq!(get(&upstream, &path).json().as_array().unwrap().len(), 3);
}

#[test]
fn the_name_of_a_manifest_narrows_the_comparison() {
    let upstream = start(shop());
    let path = path(BASE, HEAD);
    let all = get(&upstream, &format!("{path}?name=web%2Fpackage-lock.json"));
    assert_eq!(all.json().as_array().unwrap().len(), 3);
    let none = get(&upstream, &format!("{path}?name=package-lock.json"));
    assert_eq!(none.json(), json!([]));
}

#[test]
fn a_repository_without_a_dependency_graph_is_forbidden() {
    let upstream = start(shop().without_dependency_graph());
    let reply = get(&upstream, &path(BASE, HEAD));
    let expected = json!({
        "message": "Forbidden",
        "documentation_url": "https://docs.github.com/rest",
        "status": "403",
    });
    assert_eq!((reply.status, reply.json()), (403, expected));
}

#[test]
fn an_unknown_commit_or_repository_is_not_found() {
    let upstream = start(shop());
    let elsewhere = path(BASE, HEAD).replace("shop", "attic");
    for path in [path(BASE, "unknown"), path("unknown", HEAD), elsewhere] {
        let reply = get(&upstream, &path);
        assert_eq!(
            (reply.status, message(&reply)),
            (404, "Not Found".to_owned())
        );
    }
}

#[test]
fn pages_hold_every_row_once_and_end() {
    let upstream = start(crate::github::GitHub::from(shop()).with_rows_per_page(2));
    let first = get(&upstream, &path(BASE, HEAD));
    let next = link(&first.head, "next").unwrap();
    let next = next.strip_prefix(upstream.base_url()).unwrap();
    let second = get(&upstream, next);
    assert_eq!(link(&second.head, "next"), None);
    let mut rows = changes(&first.json());
    rows.extend(changes(&second.json()));
    assert_eq!(
        rows,
        changes(&get(&upstream, &format!("{}?per_page=100", path(BASE, HEAD))).json())
    );
    assert_eq!(rows.len(), 3);
}

#[test]
fn a_parameter_that_is_not_documented_is_refused() {
    let upstream = start(shop());
    let reply = get(&upstream, &format!("{}?manifest=x", path(BASE, HEAD)));
    assert_eq!(reply.status, 400);
}

#[test]
fn the_demo_compares_to_what_its_changes_say() {
    let upstream = start(Repository::sample());
    for change in crate::sample::changes() {
        let (base, head) = (change.base_sha, change.head_sha);
        let path = path(base, head).replace("acme/shop", change.repository);
        let mut expected = Vec::new();
        for dependency in change.dependencies {
            let mut row = |change: &str, version: Option<&str>| {
                let version = version.map(str::to_owned)?;
                expected.push([change.to_owned(), dependency.name.to_owned(), version]);
                Some(())
            };
            row("removed", dependency.before);
            row("added", dependency.after);
        }
        let mut rows = changes(&get(&upstream, &path).json());
        expected.sort();
        rows.sort();
        assert_eq!(rows, expected, "{}", change.name);
    }
}

/// Where a `link` header leads; none if it does not.
fn link(head: &str, relation: &str) -> Option<String> {
    let header = head.lines().find_map(|line| line.strip_prefix("link: "))?;
    let mut links = header.split(", ");
    let link = links.find(|link| link.ends_with(&format!("rel=\"{relation}\"")))?;
    Some(link.split(['<', '>']).nth(1)?.to_owned())
}

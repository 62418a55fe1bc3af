use std::collections::BTreeMap;

use serde_json::Value;

use super::{AS_OF, get, send, start, walk};
use crate::{Generated, Upstream, World};

/// A time in the middle.
const BOUND: &str = "2025-10-17T00:00:00Z";

/// What a filter should do.
type Select = Box<dyn Fn(&Value) -> bool>;

const SMALL: Generated = Generated {
    organizations: 3,
    projects: 60,
    issues: 1_000,
    seed: 7,
    now: AS_OF,
};

fn generated(of: Generated) -> Upstream {
    start(World::generated(of))
}

/// Addresses of all organizations.
fn roots(upstream: &Upstream) -> Vec<String> {
    let ids = walk(upstream, "/rest/orgs?limit=100");
    ids.iter().map(|id| format!("/rest/orgs/{id}")).collect()
}

/// Attributes of all issues of all organizations that a filter selects.
fn attributes(upstream: &Upstream, filter: &str) -> Vec<Value> {
    let mut all = Vec::new();
    for root in roots(upstream) {
        let mut reply = get(upstream, &format!("{root}/issues?limit=100{filter}"));
        loop {
            let json = reply.json();
            let items = json["data"].as_array().unwrap();
            all.extend(items.iter().map(|item| item["attributes"].clone()));
            let Some(next) = reply.next() else {
                break;
            };
            reply = send(upstream, "GET", &next, Some("token canary"));
        }
    }
    all
}

#[test]
fn the_same_numbers_make_the_same_bytes_and_another_seed_others() {
    let page = |seed: u64| {
        let upstream = generated(Generated { seed, ..SMALL });
        let root = roots(&upstream).remove(1);
        get(&upstream, &format!("{root}/issues?limit=100")).body
    };
    assert_eq!(page(7), page(7));
    assert_ne!(page(7), page(8));
}

#[test]
fn issues_are_shared_out_so_that_pages_are_full() {
    let upstream = generated(Generated {
        organizations: 4,
        projects: 200,
        issues: 2_000,
        ..SMALL
    });
    let mut pages = 0;
    for root in roots(&upstream) {
        let projects = walk(&upstream, &format!("{root}/projects?limit=100"));
        assert_eq!(projects.len(), 50);
        let mut next = Some(format!("{root}/issues?version=2025-11-05&limit=100"));
        while let Some(path) = next {
            let reply = send(&upstream, "GET", &path, Some("token canary"));
            assert_eq!(reply.ids().len(), 100);
            pages += 1;
            next = reply.next();
        }
    }
    assert_eq!(pages, 20);
}

#[test]
fn every_issue_is_listed_once_and_found_by_its_id() {
    let upstream = generated(SMALL);
    let mut ids = Vec::new();
    for root in roots(&upstream) {
        let listed = walk(&upstream, &format!("{root}/issues?limit=100"));
        let last = listed.last().unwrap();
        let one = get(&upstream, &format!("{root}/issues/{last}")).json();
        assert_eq!(one["data"]["id"], **last);
        ids.extend(listed);
    }
    let root = roots(&upstream).remove(0);
    for unknown in [ids.last().unwrap().as_str(), "x"] {
        let path = format!("{root}/issues/{unknown}");
        assert_eq!((unknown, get(&upstream, &path).status), (unknown, 404));
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 1_000);
}

#[test]
fn filters_select_what_a_look_at_every_issue_selects() {
    let upstream = generated(SMALL);
    let all = attributes(&upstream, "");
    let cases: [(String, Select); 6] = [
        (
            "&status=resolved".to_owned(),
            Box::new(|item| item["status"] == "resolved"),
        ),
        (
            "&ignored=true".to_owned(),
            Box::new(|item| item["ignored"] == true),
        ),
        (
            "&type=license".to_owned(),
            Box::new(|item| item["type"] == "license"),
        ),
        (
            "&effective_severity_level=high,critical".to_owned(),
            Box::new(|item| {
                item["effective_severity_level"] == "high"
                    || item["effective_severity_level"] == "critical"
            }),
        ),
        (
            format!("&updated_after={BOUND}"),
            Box::new(|item| item["updated_at"].as_str().unwrap() > BOUND),
        ),
        (
            format!("&created_before={BOUND}"),
            Box::new(|item| item["created_at"].as_str().unwrap() < BOUND),
        ),
    ];
    for (filter, holds) in cases {
        let expected: Vec<&Value> = all.iter().filter(|item| holds(item)).collect();
        let selected = attributes(&upstream, &filter);
        assert_eq!(selected.iter().collect::<Vec<_>>(), expected, "{filter}");
        assert!(
            !expected.is_empty() && expected.len() < all.len(),
            "{filter}"
        );
    }
}

#[test]
fn the_mix_has_something_of_everything() {
    let mut types: BTreeMap<String, usize> = BTreeMap::new();
    let mut states: BTreeMap<String, usize> = BTreeMap::new();
    let issues = attributes(&generated(SMALL), "");
    for issue in &issues {
        let text = |name: &str| issue[name].as_str().unwrap().to_owned();
        *types.entry(text("type")).or_default() += 1;
        *states.entry(text("status")).or_default() += 1;
        let created = text("created_at");
        assert!(text("updated_at") >= created && created.as_str() > "2024-01-15");
    }
    assert_eq!(types.len(), 6, "{types:?}");
    let share = types["package_vulnerability"];
    assert!((650..780).contains(&share), "{types:?}");
    assert!((200..400).contains(&states["resolved"]), "{states:?}");
    let reopened = issues.iter().filter(|item| {
        item["status"] == "open" && item["coordinates"][0]["last_resolved_at"].is_string()
    });
    assert!(reopened.count() > 0);
    let unrated = issues
        .iter()
        .filter(|item| item["type"] == "package_vulnerability" && item["severities"].is_null());
    assert!(unrated.count() > 0);
}

#[test]
fn projects_count_the_open_issues_that_are_listed() {
    let upstream = generated(SMALL);
    let root = roots(&upstream).remove(0);
    let path = format!("{root}/projects?limit=10&meta.latest_issue_counts=true");
    let projects = get(&upstream, &path).json();
    for project in projects["data"].as_array().unwrap() {
        let id = project["id"].as_str().unwrap();
        for level in ["critical", "high", "medium", "low"] {
            let filter = format!("status=open&scan_item.id={id}&scan_item.type=project");
            let path = format!("{root}/issues?limit=100&{filter}&effective_severity_level={level}");
            let listed = walk(&upstream, &path).len();
            let counted = project["meta"]["latest_issue_counts"][level].as_u64();
            assert_eq!(counted, u64::try_from(listed).ok(), "{level}");
        }
    }
}

#[test]
fn a_lookup_of_a_package_in_use_knows_its_vulnerability() {
    let upstream = generated(SMALL);
    let root = roots(&upstream).remove(0);
    let path = format!("{root}/issues?limit=100&type=package_vulnerability");
    let issues = get(&upstream, &path).json();
    let issues = issues["data"].as_array().unwrap();
    let mut seen = 0;
    for issue in issues.iter().map(|item| &item["attributes"]) {
        let key = issue["key"].as_str().unwrap();
        if !key.starts_with("SNYK-JS-") {
            continue;
        }
        let package = &issue["coordinates"][0]["representations"][0]["dependency"];
        let name = package["package_name"].as_str().unwrap();
        let version = package["package_version"].as_str().unwrap();
        let path = format!("{root}/packages/pkg%3Anpm%2F{name}%40{version}/issues");
        let known = get(&upstream, &path).ids();
        assert!(known.iter().any(|id| id == key), "{key}");
        seen += 1;
    }
    assert!(seen > 0);
    let path = format!("{root}/packages/pkg%3Anpm%2Fno-such%401.0.0/issues");
    assert!(get(&upstream, &path).ids().is_empty());
}

#[test]
fn an_issue_is_as_large_as_a_real_one() {
    let upstream = generated(SMALL);
    let root = roots(&upstream).remove(0);
    let path = format!("{root}/issues?limit=100&type=package_vulnerability");
    let page = get(&upstream, &path);
    let each = page.body.len() / page.ids().len();
    assert!((1_500..2_500).contains(&each), "{each}");
}

#[test]
fn generated_organizations_cannot_be_changed() {
    let error = generated(SMALL).change(|_| ()).unwrap_err().to_string();
    assert_eq!(
        error,
        "changing the mock Snyk: its organizations are generated or replayed; serve typed ones"
    );
}

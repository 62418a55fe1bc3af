//! Walks over a change's dependencies.

mod run;

use koalr_integration_kit::model::common::{Change, CoverageState, DependencyChange};
use koalr_integration_kit::model::record::Entry;
use koalr_integration_kit::model::walk::{ChangeScope, Scope, SyncError, SyncRequest};

use super::{call, drain, request, rows, short};
use crate::transport::script::{Order, Script};

fn dependency(
    ecosystem: &str,
    name: &str,
    before: Option<&str>,
    after: Option<&str>,
) -> DependencyChange {
    DependencyChange {
        ecosystem: ecosystem.to_owned(),
        name: name.to_owned(),
        before: before.map(str::to_owned),
        after: after.map(str::to_owned),
        direct: None,
        manifest: None,
    }
}

fn change(dependencies: Option<Vec<DependencyChange>>) -> SyncRequest {
    request(Scope::Change(ChangeScope {
        change: Change {
            id: "c-1".to_owned(),
            repository: "acme/shop".to_owned(),
            number: Some(7),
            head_sha: "f00".to_owned(),
            base_sha: None,
            source_branch: None,
            target_branch: None,
        },
        organizations: vec!["o-1".to_owned(), "o-2".to_owned()],
        dependencies,
        checks: Vec::new(),
    }))
}

/// An answer with one issue of this score and these fixing versions.
fn issues(id: &str, score: f64, fixes: &str) -> String {
    format!(
        r#"{{"data":[{{"id":"{id}","attributes":{{"type":"package_vulnerability",
            "created_at":"2025-01-01T00:00:00Z","updated_at":"2025-01-01T00:00:00Z",
            "severities":[{{"source":"Snyk","version":"3.1","score":{score}}}],
            "coordinates":[{{"remedies":[{{"details":{{"upgrade_package":"{fixes}"}}}}]}}]}}}}]}}"#
    )
}

const NONE: &str = r#"{"data":[]}"#;

/// `lodash` keeps a critical issue, `left` has a lesser one, `pad` none.
fn upstream() -> Script {
    Script::new()
        .on(
            "lodash%404.17.4",
            200,
            &issues("SNYK-A", 9.8, "4.17.5,4.17.21"),
        )
        .on(
            "lodash%404.17.3",
            200,
            &issues("SNYK-A", 9.8, "4.17.5,4.17.21"),
        )
        .on("lodash%404.17.5", 200, &issues("SNYK-B", 7.4, "4.17.21"))
        .on("lodash%404.17.21", 200, NONE)
        .on("left%402", 200, &issues("SNYK-C", 8.9, "3"))
        .on("pad%401", 200, NONE)
}

fn dependencies() -> Vec<DependencyChange> {
    vec![
        dependency("npm", "lodash", Some("4.17.3"), Some("4.17.4")),
        dependency("npm", "@acme/left", None, Some("2")),
        dependency("npm", "pad", Some("0"), Some("1")),
        dependency("npm", "gone", Some("1"), None),
    ]
}

#[test]
fn new_versions_are_looked_up_first_then_what_they_replace_then_what_would_fix_the_worst() {
    let mut script = upstream();
    let batch = call(&change(Some(dependencies())), &mut script).unwrap();
    assert!(
        script.asked[1]
            .starts_with("/rest/orgs/o-1/packages/pkg%3Anpm%2F%2540acme%2Fleft%402/issues?")
    );
    assert_eq!(
        rows(&batch.coverage),
        [
            ("packages", "npm:lodash@4.17.4", CoverageState::Complete),
            ("packages", "npm:@acme/left@2", CoverageState::Complete),
            ("packages", "npm:pad@1", CoverageState::Complete),
            ("packages", "npm:lodash@4.17.3", CoverageState::Complete),
            ("packages", "npm:lodash@4.17.5", CoverageState::Complete),
            ("packages", "npm:lodash@4.17.21", CoverageState::Complete),
        ]
    );
    assert_eq!(
        short(&batch.records),
        [
            "SNYK-A lodash@4.17.4",
            "SNYK-C @acme/left@2",
            "SNYK-A lodash@4.17.3",
            "SNYK-B lodash@4.17.5"
        ]
    );
    let Entry::ChangeFinding(first) = &batch.records[0] else {
        panic!("{:?}", batch.records[0])
    };
    assert_eq!(
        (first.change.as_str(), first.route.as_str()),
        ("c-1", "packages")
    );
    assert_eq!((batch.done, batch.requests), (true, 6));
}

#[test]
fn lookups_give_the_same_in_any_order_of_arrival_and_with_any_budget() {
    let request = change(Some(dependencies()));
    let whole = call(&request, &mut upstream()).unwrap();
    assert_eq!(
        call(&request, &mut upstream().in_order(Order::Last)),
        Ok(whole.clone())
    );
    for budget in 1..6 {
        let batches = drain(&request, &mut upstream(), budget);
        let records: Vec<_> = batches
            .iter()
            .flat_map(|batch| batch.records.clone())
            .collect();
        assert_eq!(records, whole.records, "budget {budget}");
        assert_eq!(batches.last().unwrap().coverage, whole.coverage);
    }
}

/// Subjects of the lookups that a change of these leads to, where all but these purls are clean.
fn looked_up(dependencies: Vec<DependencyChange>, vulnerable: &[&str]) -> Vec<String> {
    let mut script = Script::new();
    for purl in vulnerable {
        script = script.on(purl, 200, &issues("SNYK-A", 5.0, "9"));
    }
    let batch = call(
        &change(Some(dependencies)),
        &mut script.on("pkg%3A", 200, NONE),
    )
    .unwrap();
    batch.coverage.into_iter().map(|row| row.subject).collect()
}

#[test]
fn what_a_vulnerable_package_left_in_another_manifest_is_looked_up_too() {
    let rows = vec![
        dependency("npm", "left", Some("1"), None),
        dependency("npm", "left", None, Some("2")),
        dependency("npm", "gone", Some("1"), None),
    ];
    assert_eq!(looked_up(rows, &["left%402"]), ["npm:left@2", "npm:left@1"]);
}

#[test]
fn a_go_module_s_version_under_its_former_path_is_looked_up_too() {
    let rows = vec![
        dependency("golang", "example.com/x/v2", None, Some("v2.0.0")),
        dependency("golang", "gopkg.in/y.v1", Some("v1.0.0"), None),
        dependency("golang", "gopkg.in/y.v3", None, Some("v3.0.0")),
        dependency("golang", "example.com/x", Some("v1.9.0"), None),
    ];
    assert_eq!(
        looked_up(rows, &["x%2Fv2%40"]),
        [
            "golang:example.com/x/v2@v2.0.0",
            "golang:gopkg.in/y.v3@v3.0.0",
            "golang:example.com/x@v1.9.0"
        ]
    );
}

#[test]
fn without_a_dependency_list_nothing_is_asked_and_nothing_is_known() {
    let batch = call(&change(None), &mut Script::new()).unwrap();
    assert_eq!(
        rows(&batch.coverage),
        [("dependencies", "change", CoverageState::NotAsked)]
    );
    assert_eq!(
        batch.coverage[0].detail,
        "the dependencies that the change touches are unknown, so no package was looked up"
    );
    assert_eq!((batch.done, batch.requests), (true, 0));
}

#[test]
fn a_change_without_dependencies_is_done_at_once() {
    let batch = call(&change(Some(Vec::new())), &mut Script::new()).unwrap();
    assert_eq!(
        (batch.done, batch.requests, batch.coverage.len()),
        (true, 0, 0)
    );
}

#[test]
fn each_lookup_says_how_far_it_got() {
    let refused = r#"{"errors":[{"status":"403","detail":"no"}]}"#;
    let unsupported = r#"{"errors":[{"status":"400","detail":"Unsupported Ecosystem"}]}"#;
    let mut script = Script::new()
        .on("npm%2Fa%40", 403, refused)
        .on("npm%2Fb%40", 404, "")
        .on("swift%2F", 400, unsupported)
        .on("npm%2Fc%40", 500, "")
        .on("npm%2Fd%40", 200, r#"{"data":[{"id":"SNYK-D"}]}"#)
        .on(
            "npm%2Fe%40",
            200,
            r#"{"data":[],"links":{"next":"?offset=1000"}}"#,
        );
    let one = |ecosystem, name| dependency(ecosystem, name, None, Some("1"));
    let dependencies = vec![
        one("npm", "a"),
        one("npm", "b"),
        one("swift", "github.com/acme/s"),
        one("npm", "c"),
        one("npm", "d"),
        one("npm", "e"),
        one("deb", "curl"),
    ];
    let batch = call(&change(Some(dependencies)), &mut script).unwrap();
    let found: Vec<_> = batch
        .coverage
        .iter()
        .map(|row| (row.state, row.detail.as_str()))
        .collect();
    let path =
        |name: &str| format!("`/rest/orgs/o-1/packages/pkg%3Anpm%2F{name}%401/issues` answered");
    assert_eq!(
        found,
        [
            (
                CoverageState::Refused,
                format!("{} 403: no", path("a")).as_str()
            ),
            (
                CoverageState::Unsupported,
                format!("{} 404: not an error document of Snyk's", path("b")).as_str()
            ),
            (
                CoverageState::Unsupported,
                "`/rest/orgs/o-1/packages/pkg%3Aswift%2Fgithub.com%2Facme%2Fs%401/issues` answered 400: Unsupported Ecosystem"
            ),
            (
                CoverageState::Partial,
                format!("{} 500: not an error document of Snyk's", path("c")).as_str()
            ),
            (CoverageState::Partial, "1 of its issues could not be used"),
            (
                CoverageState::Partial,
                "it has more issues than one answer holds"
            ),
            (
                CoverageState::Unsupported,
                "Snyk looks up no packages of the ecosystem `deb`"
            ),
        ]
    );
    assert_eq!(batch.coverage[6].subject, "deb:curl@1");
    assert_eq!(
        batch.diagnostics[0].message,
        "`SNYK-D` of `npm:d@1` is skipped: it has no `created_at`"
    );
}

#[test]
fn at_most_ten_candidates_are_looked_up() {
    let fixes: Vec<_> = (10..30).map(|version| version.to_string()).collect();
    let mut script = Script::new()
        .on(
            "npm%2Fa%401/",
            200,
            &issues("SNYK-A", 9.0, &fixes.join(",")),
        )
        .on("npm%2Fa", 200, NONE);
    let dependencies = vec![dependency("npm", "a", None, Some("1"))];
    let batch = call(&change(Some(dependencies)), &mut script).unwrap();
    assert_eq!(
        (batch.requests, batch.coverage[10].subject.as_str()),
        (11, "npm:a@19")
    );
}

#[test]
fn a_cursor_of_another_head_is_stale() {
    let mut request = change(Some(dependencies()));
    request.request_budget = 1;
    request.cursor = call(&request, &mut upstream()).unwrap().cursor;
    if let Scope::Change(scope) = &mut request.scope {
        scope.change.head_sha = "ba5e".to_owned();
    }
    assert_eq!(call(&request, &mut upstream()), Err(SyncError::StaleCursor));
}

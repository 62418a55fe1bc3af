use super::*;
use crate::contract::sync::Cursor;
use crate::contract::types::{Change, Endpoint};
use crate::endpoint::{BRANCHES, COMPONENTS, GATE, ISSUES, LINKS, MEASURES, PULL_REQUESTS};
use crate::transport::script::Script;

const NO_ISSUES: &str = r#"{"paging":{"pageIndex":1,"pageSize":500,"total":0},"issues":[]}"#;

const PULL_REQUEST: &str = r#"{"pullRequests":[{"key":"7","status":{"qualityGateStatus":"ERROR"},
    "analysisDate":"2026-01-01T00:00:00+0000","commit":{"sha":"abc"}}]}"#;

/// One project with one branch and nothing else.
fn upstream() -> Script {
    Script::default()
        .on(
            COMPONENTS,
            200,
            r#"{"paging":{"pageIndex":1,"pageSize":100,"total":1},"components":[{"key":"acme_shop","name":"shop"}]}"#,
        )
        .on(
            LINKS,
            200,
            r#"{"links":[{"type":"scm","url":"https://github.com/acme/shop"}]}"#,
        )
        .on(
            BRANCHES,
            200,
            r#"{"branches":[{"name":"main","status":{"qualityGateStatus":"OK"},"analysisDate":"2026-01-01T00:00:00+0000"}]}"#,
        )
        .on(MEASURES, 200, r#"{"component":{"measures":[]}}"#)
        .on(PULL_REQUESTS, 200, PULL_REQUEST)
}

fn request(scope: Scope, budget: u32) -> Request {
    Request {
        endpoint: Endpoint {
            origin: "cloud".to_owned(),
            base: "https://sonarcloud.io".to_owned(),
        },
        scope,
        since: None,
        cursor: None,
        settings: Vec::new(),
        request_budget: budget,
        as_of: 5,
    }
}

fn organizations(budget: u32) -> Request {
    request(Scope::Organizations(vec!["acme".to_owned()]), budget)
}

fn change(head: &str) -> Request {
    request(
        Scope::Change(ChangeScope {
            change: Change {
                id: "acme/shop#7".to_owned(),
                repository: "acme/shop".to_owned(),
                number: Some(7),
                head_sha: head.to_owned(),
                base_sha: None,
                source_branch: None,
                target_branch: None,
            },
            organizations: vec!["acme".to_owned()],
            dependencies: None,
            checks: Vec::new(),
        }),
        50,
    )
}

fn states(batch: &Batch) -> Vec<(&str, CoverageState)> {
    let rows = batch.coverage.iter();
    rows.map(|row| (row.route.as_str(), row.state)).collect()
}

#[test]
fn a_walk_in_steps_of_one_request_brings_what_one_call_brings() {
    let script = || upstream().on(ISSUES, 200, NO_ISSUES);
    let whole = sync(&organizations(100), &mut script()).unwrap();
    assert!(whole.done && whole.cursor.is_none());
    let (mut pieces, mut asked, mut cursor) = (Vec::new(), 0, None);
    loop {
        let next = Request {
            cursor,
            ..organizations(1)
        };
        let batch = sync(&next, &mut script()).unwrap();
        assert_eq!(batch.requests, 1);
        pieces.extend(batch.records);
        asked += 1;
        cursor = batch.cursor;
        if batch.done {
            break;
        }
    }
    assert_eq!(asked, whole.requests);
    assert_eq!(format!("{pieces:?}"), format!("{:?}", whole.records));
}

#[test]
fn a_page_that_fails_three_times_leaves_its_listing_partial_and_names_the_page() {
    let mut upstream = upstream().on(ISSUES, 500, "");
    let batch = sync(&organizations(100), &mut upstream).unwrap();
    assert!(batch.done);
    let tries = upstream
        .asked
        .iter()
        .filter(|path| path.starts_with(ISSUES));
    assert_eq!(tries.count(), 3);
    let row = batch
        .coverage
        .iter()
        .find(|row| row.route == "issues")
        .unwrap();
    assert_eq!(row.state, CoverageState::Partial);
    assert_eq!(
        row.detail,
        "page 1 of the issues of `acme_shop:main` answered 500"
    );
    let broken = |entry: &Entry| matches!(entry, Entry::WalkBroken(walk) if walk.route == "issues");
    assert!(batch.records.iter().any(broken));
    let completed =
        |entry: &Entry| matches!(entry, Entry::WalkCompleted(walk) if walk.route == "issues");
    assert!(!batch.records.iter().any(completed));
}

#[test]
fn a_page_that_fails_once_is_asked_for_again() {
    let mut upstream = upstream().on(ISSUES, 500, "").on(ISSUES, 200, NO_ISSUES);
    let batch = sync(&organizations(100), &mut upstream).unwrap();
    assert!(states(&batch).contains(&("issues", CoverageState::Complete)));
}

#[test]
fn where_the_upstream_asks_to_wait_the_same_page_comes_next() {
    let mut upstream = upstream().on(ISSUES, 429, "").on(ISSUES, 200, NO_ISSUES);
    let held = sync(&organizations(100), &mut upstream).unwrap();
    assert_eq!((held.done, held.resume_after_secs), (false, Some(60)));
    let next = Request {
        cursor: held.cursor,
        ..organizations(100)
    };
    let batch = sync(&next, &mut upstream).unwrap();
    assert!(states(&batch).contains(&("issues", CoverageState::Complete)));
}

#[test]
fn after_the_cap_the_next_query_begins_at_the_last_creation() {
    let last = r#"{"paging":{"pageIndex":20,"pageSize":500,"total":12000},"issues":[{"key":"I","rule":"r",
        "component":"c","status":"OPEN","creationDate":"2026-01-02T00:00:00+0000"}]}"#;
    let mut upstream = upstream()
        .on("createdAfter", 200, NO_ISSUES)
        .on(ISSUES, 200, last);
    let batch = sync(&organizations(100), &mut upstream).unwrap();
    let slice = "createdAfter=2026-01-02T00%3A00%3A00%2B0000";
    assert!(upstream.asked.iter().any(|path| path.contains(slice)));
    assert!(states(&batch).contains(&("issues", CoverageState::Complete)));
}

#[test]
fn a_listing_that_cannot_be_split_is_partial() {
    let last = r#"{"paging":{"pageIndex":20,"pageSize":500,"total":12000},"issues":[{"key":"I","rule":"r",
        "component":"c","status":"OPEN","creationDate":"2026-01-02T00:00:00+0000"}]}"#;
    let batch = sync(&organizations(100), &mut upstream().on(ISSUES, 200, last)).unwrap();
    assert!(batch.done);
    assert!(states(&batch).contains(&("issues", CoverageState::Partial)));
}

#[test]
fn foreign_cursors_are_stale() {
    let of_a_change = sync(
        &Request {
            request_budget: 1,
            ..change("abc")
        },
        &mut upstream(),
    );
    let foreign = [
        Some(Cursor {
            format: 1,
            bytes: b"elsewhere".to_vec(),
        }),
        of_a_change.unwrap().cursor,
        Some(Cursor {
            format: 2,
            bytes: Vec::new(),
        }),
    ];
    for cursor in foreign {
        let request = Request {
            cursor,
            ..organizations(1)
        };
        let error = sync(&request, &mut upstream()).unwrap_err();
        assert!(matches!(error, Error::StaleCursor), "{error:?}");
    }
}

#[test]
fn a_token_that_is_not_accepted_any_more_ends_the_walk() {
    let mut upstream = Script::default().on(COMPONENTS, 401, "");
    let error = sync(&organizations(5), &mut upstream).unwrap_err();
    assert!(matches!(error, Error::BadCredential), "{error:?}");
}

#[test]
fn a_change_brings_its_failed_conditions_as_findings() {
    let mut upstream = upstream()
        .on(
            GATE,
            200,
            r#"{"projectStatus":{"status":"ERROR","conditions":[{"status":"ERROR","metricKey":"new_coverage",
                "comparator":"LT","errorThreshold":"80","actualValue":"63.1"}]}}"#,
        )
        .on(ISSUES, 200, NO_ISSUES);
    let batch = sync(&change("ABC"), &mut upstream).unwrap();
    assert!(batch.done);
    let found: Vec<_> = batch
        .records
        .iter()
        .filter_map(|entry| match entry {
            Entry::ChangeFinding(one) => Some(&one.finding),
            _ => None,
        })
        .collect();
    assert_eq!(found[0].vulnerability, "quality-gate:new-coverage");
    assert_eq!(found[0].title, "Quality gate: new_coverage 63.1 < 80");
    assert_eq!(found[0].extra, [("base".to_owned(), "absent".to_owned())]);
    assert!(
        states(&batch)
            .iter()
            .all(|row| row.1 == CoverageState::Complete)
    );
    assert_eq!(batch.coverage.len(), CHANGE_ROUTES.len());
}

#[test]
fn a_head_that_is_not_analysed_is_awaited() {
    let batch = sync(&change("other"), &mut upstream()).unwrap();
    assert_eq!((batch.done, batch.resume_after_secs), (false, Some(30)));
    assert_eq!(
        states(&batch),
        CHANGE_ROUTES.map(|route| (route, CoverageState::Awaited))
    );
}

#[test]
fn a_repository_without_a_project_is_unsupported() {
    let mut upstream = Script::default()
        .on(LINKS, 200, r#"{"links":[]}"#)
        .on("q=shop", 200, r#"{"paging":{"pageIndex":1,"pageSize":100,"total":1},"components":[{"key":"x","name":"shop"}]}"#);
    let batch = sync(&change("abc"), &mut upstream).unwrap();
    assert!(batch.done);
    assert!(
        states(&batch)
            .iter()
            .all(|row| row.1 == CoverageState::Unsupported)
    );
}

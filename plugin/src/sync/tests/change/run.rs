//! Walks over the tests of a change's checks.

use koalr_integration_kit::model::record::ChangeCheck;

use super::super::messages;
use super::*;

/// A change without dependencies, with checks that have these tests.
fn checked(tests: &[(&str, &str)]) -> SyncRequest {
    let mut request = change(Some(Vec::new()));
    let check = |&(organization, test): &(&str, &str)| ChangeCheck {
        organization: organization.to_owned(),
        change: "7".to_owned(),
        repository: "acme/shop".to_owned(),
        head_sha: Some("f00".to_owned()),
        base_sha: None,
        project: Some("p-1".to_owned()),
        product: "Snyk Open Source".to_owned(),
        state: "Failed".to_owned(),
        marked_as_success: false,
        at: Some(5),
        test: Some(test.to_owned()).filter(|test| !test.is_empty()),
        extra: Vec::new(),
    };
    if let Scope::Change(scope) = &mut request.scope {
        scope.checks = tests.iter().map(check).collect();
    }
    request
}

/// A page with one finding, and perhaps a next page.
fn page(id: &str, next: &str) -> String {
    format!(
        r#"{{"data":[{{"id":"{id}","attributes":{{"finding_type":"sca",
            "problems":[{{"source":"snyk_vuln","id":"SNYK-JS-{id}-1"}}],
            "locations":[{{"type":"package","package":{{"name":"{id}","version":"1"}}}}]}}}}],
            "links":{{{next}}}}}"#
    )
}

#[test]
fn the_findings_of_a_check_s_test_are_read_page_by_page() {
    let mut script = Script::new()
        .on("starting_after=b", 200, &page("B", ""))
        .on(
            "/tests/t-1/findings?",
            200,
            &page("A", r#""next":"/x?starting_after=b""#),
        );
    let request = checked(&[("o-1", "t-1"), ("o-1", "t-1"), ("o-1", "")]);
    let batches = drain(&request, &mut script, 1);
    let records: Vec<_> = batches
        .iter()
        .flat_map(|batch| short(&batch.records))
        .collect();
    assert_eq!(records, ["SNYK-JS-A-1 A@1", "SNYK-JS-B-1 B@1"]);
    let last = batches.last().unwrap();
    assert_eq!(
        rows(&last.coverage),
        [("test-findings", "t-1", CoverageState::Complete)]
    );
    assert_eq!(last.coverage[0].as_of, Some(5));
    let Entry::ChangeFinding(first) = &batches[0].records[0] else {
        panic!("{:?}", batches[0].records)
    };
    assert_eq!(
        (first.change.as_str(), first.route.as_str()),
        ("c-1", "test-findings")
    );
}

#[test]
fn one_refusal_ends_the_tests_of_its_organization_and_of_no_other() {
    let mut script = Script::new().on("/o-1/tests/", 404, "").on(
        "/o-2/tests/",
        403,
        r#"{"errors":[{"detail":"no"}]}"#,
    );
    let request = checked(&[("o-1", "t-1"), ("o-1", "t-2"), ("o-2", "t-3")]);
    let batch = call(&request, &mut script).unwrap();
    assert_eq!((batch.done, batch.requests), (true, 2));
    assert_eq!(
        rows(&batch.coverage),
        [
            ("test-findings", "t-1", CoverageState::Unsupported),
            ("test-findings", "t-2", CoverageState::Unsupported),
            ("test-findings", "t-3", CoverageState::Refused),
        ]
    );
    assert!(
        batch.coverage[1]
            .detail
            .starts_with("not asked after test `t-1`: ")
    );
    assert!(batch.diagnostics.is_empty());
}

#[test]
fn at_most_twenty_pages_of_a_test_are_read() {
    let mut script = Script::new();
    for number in (0..25).rev() {
        let part = if number == 0 {
            "/findings".to_owned()
        } else {
            format!("starting_after=n{number}x")
        };
        let next = format!(r#""next":"/x?starting_after=n{}x""#, number + 1);
        script = script.on(&part, 200, &page("A", &next));
    }
    let batch = call(&checked(&[("o-1", "t-1")]), &mut script).unwrap();
    assert_eq!(batch.requests, 20);
    assert_eq!(
        batch.coverage[0].detail,
        "it has more than 20 pages of findings"
    );
}

#[test]
fn a_finding_of_a_test_that_cannot_be_used_makes_it_partial() {
    let mut script = Script::new().on("/findings", 200, r#"{"data":[{"attributes":{}}]}"#);
    let batch = call(&checked(&[("o-1", "t-1")]), &mut script).unwrap();
    assert_eq!(batch.coverage[0].state, CoverageState::Partial);
    assert_eq!(
        messages(&batch.diagnostics),
        ["`record 1` of test `t-1` is skipped: it has no id"]
    );
}

#[test]
fn tests_are_asked_for_without_a_dependency_list_too() {
    let mut script = Script::new().on("/findings", 200, NONE);
    let mut request = checked(&[("o-1", "t-1")]);
    if let Scope::Change(scope) = &mut request.scope {
        scope.dependencies = None;
    }
    let batch = call(&request, &mut script).unwrap();
    assert_eq!(
        rows(&batch.coverage),
        [
            ("dependencies", "change", CoverageState::NotAsked),
            ("test-findings", "t-1", CoverageState::Complete),
        ]
    );
}

use koalr_integration_kit::model::common::CoverageState;
use koalr_integration_kit::model::record::Entry;
use koalr_integration_kit::model::walk::{Batch, Scope};

use super::super::{call, messages};
use super::{
    FILE_1, FILE_2, MINUTE, asked, checks, creating, enrichment, entries, ready, results, row,
    status, walk,
};
use crate::transport::Headers;
use crate::transport::script::Script;

fn changes(batches: &[Batch]) -> Vec<String> {
    let change = |entry| match entry {
        Entry::ChangeCheck(check) => check.change,
        other => panic!("{other:?}"),
    };
    entries(batches).into_iter().map(change).collect()
}

/// The end of a walk over an export of checks whose requests are answered so.
fn end(script: Script) -> (Vec<Batch>, CoverageState, String) {
    let mut script = script;
    let batches = walk(&mut enrichment(&[]), &mut script);
    let last = row(batches.last().unwrap(), "pr-checks");
    let (state, detail) = (last.state, last.detail.clone());
    let text = format!("{batches:?}");
    assert!(!text.contains("signature"), "{text}");
    (batches, state, detail)
}

/// The export of checks is ready, the one of fixes empty.
fn finished() -> Script {
    creating()
        .on("/jobs/export/", 200, &status("FINISHED"))
        .on("/export/f?", 200, &results(0, &[]))
}

#[test]
fn an_export_that_is_not_ready_asks_to_come_back() {
    let slow = Headers {
        retry_after: Some("33".to_owned()),
        ..Headers::default()
    };
    let mut script = creating()
        .on("/jobs/export/f?", 200, &status("ERRORED"))
        .on("/jobs/export/c?", 200, &status("PENDING"))
        .on("/jobs/export/c?", 200, &status("STARTED"))
        .on("/jobs/export/c?", 200, &status("STARTED"))
        .answers("/jobs/export/c?", 200, slow, &status("STARTED"))
        .on("/jobs/export/c?", 200, &status("FINISHED"))
        .on("/export/c?", 200, &results(0, &[]));
    let batches = walk(&mut enrichment(&[]), &mut script);
    let pauses: Vec<_> = batches
        .iter()
        .map(|batch| batch.resume_after_secs)
        .collect();
    assert_eq!(
        pauses,
        [Some(7), Some(14), Some(28), Some(56), Some(33), None]
    );
    let awaited = row(&batches[1], "pr-checks");
    assert_eq!(
        (awaited.state, awaited.as_of),
        (CoverageState::Awaited, None)
    );
    let failed = row(&batches[1], "fixes");
    assert_eq!(failed.detail, "Snyk ended the export with `ERRORED`");
    assert_eq!(row(&batches[5], "pr-checks").state, CoverageState::Complete);
}

#[test]
fn an_export_is_asked_for_since_the_window_began_or_ninety_days_back() {
    let mut script = creating();
    let mut request = enrichment(&[]);
    call(&request, &mut script).unwrap();
    request.since = Some(request.as_of - 24 * 60 * MINUTE);
    call(&request, &mut script).unwrap();
    let span = |from: &str| format!(r#""updated":{{"from":"{from}","to":"2026-01-01T00:00:00Z"}}"#);
    assert!(
        script.asked[0].contains(&span("2025-10-03T00:00:00Z")),
        "{}",
        script.asked[0]
    );
    assert!(
        script.asked[2].contains(&span("2025-12-31T00:00:00Z")),
        "{}",
        script.asked[2]
    );
    assert!(script.asked[0].starts_with("POST /rest/orgs/o-1/export?version="));
}

#[test]
fn all_files_of_an_export_are_read() {
    let mut request = enrichment(&[]);
    let begun = request.as_of;
    let batches = walk(&mut request, &mut ready());
    assert_eq!(changes(&batches), ["1", "2", "3"]);
    assert_eq!(batches.len(), 2);
    assert_eq!(batches[1].progress.done, 2);
    for route in ["pr-checks", "fixes"] {
        let row = row(&batches[1], route);
        assert_eq!(
            (row.state, row.as_of, row.subject.as_str()),
            (CoverageState::Complete, Some(begun), "o-1")
        );
    }
}

#[test]
fn the_same_is_read_with_any_budget_from_two_requests_a_call() {
    let whole = walk(&mut enrichment(&[]), &mut ready());
    for budget in 2..8 {
        let mut request = enrichment(&[]);
        request.request_budget = budget;
        let batches = walk(&mut request, &mut ready());
        assert_eq!(entries(&batches), entries(&whole), "{budget}");
        let states = |batch: &Batch| {
            batch
                .coverage
                .iter()
                .map(|row| row.state)
                .collect::<Vec<_>>()
        };
        assert_eq!(states(batches.last().unwrap()), states(&whole[1]));
    }
}

#[test]
fn a_budget_of_one_request_reads_no_file() {
    let mut request = enrichment(&[]);
    request.request_budget = 1;
    let batches = walk(&mut request, &mut ready());
    let last = row(batches.last().unwrap(), "pr-checks");
    assert_eq!(
        (last.state, last.detail.as_str()),
        (
            CoverageState::Partial,
            "a budget of 1 request a call reads no file; give at least 2"
        )
    );
}

#[test]
fn a_refused_export_is_a_coverage_row() {
    let plan = r#"{"errors":[{"detail":"Not entitled to it"}]}"#;
    let mut script = Script::new()
        .on(
            "POST *pr_checks",
            403,
            r#"{"errors":[{"detail":"Forbidden"}]}"#,
        )
        .on("POST *issues", 402, plan);
    let batch = call(&enrichment(&[]), &mut script).unwrap();
    assert!(batch.done && batch.resume_after_secs.is_none());
    let rows: Vec<_> = batch
        .coverage
        .iter()
        .map(|row| (row.state, row.detail.as_str()))
        .collect();
    assert_eq!(
        rows,
        [
            (
                CoverageState::Refused,
                "`/rest/orgs/o-1/export` answered 403: Forbidden; exports need the permission `View Organization Reports`"
            ),
            (
                CoverageState::Refused,
                "`/rest/orgs/o-1/export` answered 402: Not entitled to it; exports need a plan that includes them"
            ),
        ]
    );
}

#[test]
fn what_was_refused_is_asked_for_again_after_a_day() {
    let mut script = Script::new().on("POST", 404, "");
    let mut request = enrichment(&[]);
    for (minutes, expected) in [(0, 2), (23 * 60, 2), (24 * 60, 4)] {
        request.as_of = 1_767_225_600_000 + minutes * MINUTE;
        let batch = call(&request, &mut script).unwrap();
        assert_eq!(row(&batch, "fixes").state, CoverageState::Refused);
        request.cursor = batch.cursor;
        assert_eq!(asked(&script, "POST"), expected, "{minutes}");
    }
}

#[test]
fn an_export_is_not_created_twice_within_two_hours() {
    let mut script = ready();
    let mut request = enrichment(&[]);
    let begun = request.as_of;
    walk(&mut request, &mut script);
    request.as_of = begun + 119 * MINUTE;
    let batch = call(&request, &mut script).unwrap();
    assert!(batch.done && batch.requests == 0 && batch.records.is_empty());
    assert_eq!(row(&batch, "pr-checks").as_of, Some(begun));
    request.cursor = batch.cursor;
    request.as_of = begun + 120 * MINUTE;
    walk(&mut request, &mut script);
    assert_eq!(asked(&script, "POST"), 4);
    let last = script
        .asked
        .iter()
        .rfind(|path| path.starts_with("POST"))
        .unwrap();
    assert!(
        last.contains(r#""from":"2025-12-31T22:00:00Z","to":"2026-01-01T02:00:00Z""#),
        "{last}"
    );
}

#[test]
fn an_organization_that_joins_is_exported_and_one_that_leaves_is_forgotten() {
    let mut script = ready();
    let mut request = enrichment(&[]);
    walk(&mut request, &mut script);
    if let Scope::Enrichment(scope) = &mut request.scope {
        scope.organizations = vec!["o-2".to_owned()];
    }
    let batches = walk(&mut request, &mut script);
    assert_eq!(asked(&script, "POST /rest/orgs/o-2/"), 2);
    assert!(batches[1].coverage.iter().all(|row| row.subject == "o-2"));
}

#[test]
fn a_file_with_fewer_rows_than_announced_is_partial() {
    let script = finished().on("/export/c?", 200, &results(4, &[FILE_1])).on(
        "/1?",
        200,
        &checks(&["1", "2"]),
    );
    let (batches, state, detail) = end(script);
    assert_eq!(
        (state, detail.as_str()),
        (CoverageState::Partial, "the files have 2 rows of 4")
    );
    assert_eq!(changes(&batches), ["1", "2"]);
    assert_eq!(row(&batches[1], "pr-checks").as_of, None);
}

#[test]
fn an_incomplete_export_is_covered_by_the_next_one() {
    let mut script = finished()
        .on("/export/c?", 200, &results(4, &[FILE_1]))
        .on("/export/c?", 200, &results(2, &[FILE_1]))
        .on("/1?", 200, &checks(&["1", "2"]));
    let mut request = enrichment(&[]);
    walk(&mut request, &mut script);
    request.as_of += 180 * MINUTE;
    let last = walk(&mut request, &mut script).pop().unwrap();
    assert_eq!(row(&last, "pr-checks").state, CoverageState::Complete);
    let posts: Vec<_> = script
        .asked
        .iter()
        .filter(|path| path.contains("pr_checks"))
        .collect();
    assert!(posts[1].contains(r#""from":"2025-10-03T"#), "{}", posts[1]);
}

#[test]
fn a_file_that_the_host_does_not_let_in_names_the_way_out() {
    let script = finished()
        .on("/export/c?", 200, &results(2, &[FILE_1]))
        .fails("/1?", "the host does not allow this request");
    let (_, state, detail) = end(script);
    assert_eq!(state, CoverageState::Partial);
    assert_eq!(
        detail,
        "the export's file at `b.s3.amazonaws.com` could not be read: the host does not allow this request; if downloads \
         from there are not allowed, the operator can allow them"
    );
}

#[test]
fn an_expired_address_is_asked_for_anew_once() {
    let fresh = "https://b.s3.amazonaws.com/3?signature=secret";
    let script = finished()
        .on("/export/c?", 200, &results(3, &[FILE_1, FILE_2]))
        .on("/export/c?", 200, &results(3, &[FILE_1, fresh]))
        .on("/1?", 200, &checks(&["1", "2"]))
        .on("/2?", 403, "<Error/>")
        .on("/3?", 200, &checks(&["3"]));
    let (batches, state, _) = end(script);
    assert_eq!(
        (changes(&batches).join(""), state),
        ("123".to_owned(), CoverageState::Complete)
    );
    let script = finished()
        .on("/export/c?", 200, &results(2, &[FILE_1]))
        .on("/1?", 403, "<Error/>");
    let (_, state, detail) = end(script);
    assert_eq!(state, CoverageState::Partial);
    assert_eq!(
        detail,
        "`b.s3.amazonaws.com` answered 403 to two addresses of the export; the next export gets new ones"
    );
}

#[test]
fn an_export_that_snyk_forgot_is_created_anew_once() {
    let script =
        creating()
            .on("/jobs/export/f?", 200, &status("ERROR"))
            .on("/jobs/export/c?", 404, "");
    let mut script = script;
    let batches = walk(&mut enrichment(&[]), &mut script);
    assert_eq!(asked(&script, "pr_checks"), 2);
    assert_eq!(
        row(batches.last().unwrap(), "pr-checks").detail,
        "`/rest/orgs/o-1/jobs/export/c` answered 404: not an error document of Snyk's"
    );
}

#[test]
fn an_export_that_takes_over_an_hour_is_given_up() {
    let script = creating().on("/jobs/export/f?", 200, &status("ERROR")).on(
        "/jobs/export/c?",
        200,
        &status("PENDING"),
    );
    let (_, state, detail) = end(script);
    assert_eq!(state, CoverageState::Partial);
    assert_eq!(detail, "the export was not finished after an hour");
}

#[test]
fn a_failure_is_tried_three_times_with_pauses() {
    let script =
        creating()
            .on("/jobs/export/f?", 200, &status("ERROR"))
            .on("/jobs/export/c?", 500, "");
    let (batches, state, detail) = end(script);
    let pauses: Vec<_> = batches
        .iter()
        .map(|batch| batch.resume_after_secs)
        .collect();
    assert_eq!(pauses, [Some(7), Some(14), Some(28), None]);
    assert_eq!(state, CoverageState::Partial);
    assert_eq!(
        detail,
        "failed 3 times: `/rest/orgs/o-1/jobs/export/c` answered 500: not an error document of Snyk's"
    );
}

#[test]
fn rows_that_cannot_be_used_are_named_and_make_it_partial() {
    let script = finished().on("/export/c?", 200, &results(2, &[FILE_1])).on(
        "/1?",
        200,
        &checks(&["", "2"]),
    );
    let (batches, state, detail) = end(script);
    assert_eq!(
        (state, detail.as_str()),
        (CoverageState::Partial, "1 of 2 rows could not be used")
    );
    assert_eq!(
        messages(&batches[1].diagnostics),
        ["a file has rows that cannot be used: 1; the first is row 1: it names no change"]
    );
}

#[test]
fn a_finished_export_without_a_file_is_partial() {
    let script = finished().on("/export/c?", 200, &results(2, &[]));
    let (_, state, detail) = end(script);
    assert_eq!(
        (state, detail.as_str()),
        (
            CoverageState::Partial,
            "Snyk names no file of the finished export"
        )
    );
}

#[test]
fn an_empty_file_is_complete_only_where_there_is_no_row() {
    let unsaid = format!(r#"{{"data":{{"attributes":{{"results":[{{"url":"{FILE_1}"}}]}}}}}}"#);
    for (said, expected) in [
        (
            unsaid,
            (CoverageState::Partial, "a file of the export is empty"),
        ),
        (results(0, &[FILE_1]), (CoverageState::Complete, "")),
    ] {
        let script = finished().on("/export/c?", 200, &said).on("/1?", 200, "");
        let (_, state, detail) = end(script);
        assert_eq!((state, detail.as_str()), expected);
    }
}

#[test]
fn too_many_requests_pause_the_walk() {
    let mut script = creating().limited("/jobs/", Some("40"));
    let mut request = enrichment(&[]);
    request.cursor = call(&request, &mut script).unwrap().cursor;
    request.as_of += 7_000;
    let batch = call(&request, &mut script).unwrap();
    assert_eq!(
        (batch.done, batch.resume_after_secs, batch.requests),
        (false, Some(40), 1)
    );
}

#[test]
fn an_export_is_not_asked_about_before_its_time() {
    let mut script = creating();
    let mut request = enrichment(&[]);
    request.cursor = call(&request, &mut script).unwrap().cursor;
    request.as_of += 4_001;
    let batch = call(&request, &mut script).unwrap();
    assert_eq!(
        (batch.done, batch.resume_after_secs, batch.requests),
        (false, Some(3), 0)
    );
}

//! Walks over organizations.

use koalr_integration_kit::model::common::{CoverageState, FindingClass};
use koalr_integration_kit::model::record::Entry;
use koalr_integration_kit::model::walk::SyncError;

use super::{at, call, drain, issue, issue_of, messages, organizations, page, rows, short};
use crate::transport::Headers;
use crate::transport::script::{Order, Script};

const DATES: &str = r#""created_at":"2025-01-01T00:00:00Z","updated_at":"2025-06-01T00:00:00Z""#;

fn project(id: &str) -> String {
    format!(r#"{{"id":"{id}","attributes":{{"type":"npm","origin":"github"}}}}"#)
}

/// Two organizations of three pages of issues each; the middle page of the first is empty.
fn upstream() -> Script {
    Script::new()
        .on(
            "o-1/projects*starting_after=b",
            200,
            &page(&[project("p-2")], None),
        )
        .on("o-1/projects", 200, &page(&[project("p-1")], Some("b")))
        .on(
            "o-1/issues*starting_after=c",
            200,
            &page(&[issue("i-3")], None),
        )
        .on("o-1/issues*starting_after=b", 200, &page(&[], Some("c")))
        .on(
            "o-1/issues",
            200,
            &page(&[issue("i-1"), issue("i-2")], Some("b")),
        )
        .on("o-2/projects", 200, &page(&[], None))
        .on(
            "o-2/issues*starting_after=b",
            200,
            &page(&[issue("i-5")], None),
        )
        .on("o-2/issues", 200, &page(&[issue("i-4")], Some("b")))
}

const WHOLE: [&str; 11] = [
    "p-1",
    "p-2",
    "projects of o-1 completed: 2 in 2",
    "i-1",
    "i-2",
    "i-3",
    "issues of o-1 completed: 3 in 3",
    "projects of o-2 completed: 0 in 1",
    "i-4",
    "i-5",
    "issues of o-2 completed: 2 in 2",
];

#[test]
fn a_walk_reads_every_page_and_ends_with_complete_coverage() {
    let batch = call(&organizations(&["o-1", "o-2"]), &mut upstream()).unwrap();
    assert_eq!(short(&batch.records), WHOLE);
    assert_eq!(
        (batch.done, batch.requests, batch.progress.done),
        (true, 8, 8)
    );
    assert_eq!(
        rows(&batch.coverage),
        [
            ("projects", "o-1", CoverageState::Complete),
            ("issues", "o-1", CoverageState::Complete),
            ("projects", "o-2", CoverageState::Complete),
            ("issues", "o-2", CoverageState::Complete),
        ]
    );
    assert!(
        batch
            .coverage
            .iter()
            .all(|row| row.as_of == Some(1_767_225_600_000))
    );
    assert_eq!(messages(&batch.diagnostics), Vec::<&str>::new());
}

#[test]
fn the_same_answers_in_any_order_give_the_same_batch() {
    let request = organizations(&["o-1", "o-2"]);
    let first = call(&request, &mut upstream().in_order(Order::First)).unwrap();
    let last = call(&request, &mut upstream().in_order(Order::Last)).unwrap();
    assert_eq!(first, last);
    for budget in 1..9 {
        let first = drain(&request, &mut upstream().in_order(Order::First), budget);
        let last = drain(&request, &mut upstream().in_order(Order::Last), budget);
        assert_eq!(first, last, "budget {budget}");
    }
}

#[test]
fn a_walk_resumed_from_any_cursor_reads_what_an_undisturbed_one_reads() {
    let request = organizations(&["o-1", "o-2"]);
    for budget in 1..9 {
        let batches = drain(&request, &mut upstream(), budget);
        let mut read: Vec<_> = batches
            .iter()
            .flat_map(|batch| short(&batch.records))
            .collect();
        let mut whole = WHOLE;
        read.sort();
        whole.sort_unstable();
        assert_eq!(read, whole, "budget {budget}");
        let last = batches.last().unwrap();
        assert_eq!((last.progress.done, last.coverage.len()), (8, 4));
    }
}

#[test]
fn issues_wait_for_the_projects_that_say_what_is_a_container() {
    let image = r#"{"id":"p-9","attributes":{"type":"apk","origin":"docker-hub"}}"#.to_owned();
    let mut script = Script::new()
        .on("/projects", 200, &page(&[image], None))
        .on(
            "/issues",
            200,
            &page(&[issue_of("i-1", "p-9", "open"), issue("i-2")], None),
        );
    let batches = drain(&organizations(&["o-1"]), &mut script, 1);
    let classes: Vec<_> = batches
        .iter()
        .flat_map(|batch| &batch.records)
        .filter_map(|entry| match entry {
            Entry::Finding(finding) => Some(finding.class),
            _ => None,
        })
        .collect();
    assert_eq!(
        classes,
        [FindingClass::Container, FindingClass::PackageVulnerability]
    );
}

#[test]
fn with_a_date_what_was_resolved_before_it_is_left_out_and_what_is_open_never() {
    let resolved = |id: &str, status: &str, day: u32| {
        format!(
            r#"{{"id":"{id}","attributes":{{"status":"{status}","resolution":{{"resolved_at":"2025-12-{day:02}T00:00:00Z"}},{DATES}}},
                "relationships":{{"scan_item":{{"data":{{"id":"p"}}}}}}}}"#
        )
    };
    let records = [
        issue("i-1"),
        resolved("i-2", "resolved", 1),
        resolved("i-3", "resolved", 20),
        issue_of("i-4", "p", "resolved"),
        resolved("i-5", "open", 1),
    ];
    let mut script = Script::new().on("/projects", 200, &page(&[], None)).on(
        "/issues",
        200,
        &page(&records, None),
    );
    let mut request = organizations(&["o-1"]);
    request.since = Some(1_764_979_200_000); // 2025-12-06
    let batch = call(&request, &mut script).unwrap();
    assert_eq!(
        short(&batch.records),
        [
            "projects of o-1 completed: 0 in 1",
            "i-1",
            "i-3",
            "i-4",
            "i-5",
            "issues of o-1 completed: 5 in 1"
        ]
    );
}

#[test]
fn a_cut_off_page_is_asked_for_three_times_and_then_breaks_only_its_own_listing() {
    let mut script = Script::new()
        .on("/projects", 200, &page(&[], None))
        .on("o-1/issues*starting_after=b", 200, r#"{"data":[{"id":"i-"#)
        .on("o-1/issues", 200, &page(&[issue("i-1")], Some("b")))
        .on("o-2/issues", 200, &page(&[issue("i-4")], None));
    let batch = call(&organizations(&["o-1", "o-2"]), &mut script).unwrap();
    assert_eq!(
        short(&batch.records),
        [
            "projects of o-1 completed: 0 in 1",
            "i-1",
            "issues of o-1 broken: 1 in 1",
            "projects of o-2 completed: 0 in 1",
            "i-4",
            "issues of o-2 completed: 1 in 1"
        ]
    );
    let asked = script
        .asked
        .iter()
        .filter(|path| path.contains("starting_after=b"));
    assert_eq!(asked.count(), 3);
    assert_eq!(
        rows(&batch.coverage)[1..],
        [
            ("issues", "o-1", CoverageState::Partial),
            ("projects", "o-2", CoverageState::Complete),
            ("issues", "o-2", CoverageState::Complete)
        ]
    );
    let sentence =
        "page 2 of issues of organization `o-1` failed 3 times: it is not a listing in JSON: ";
    assert!(
        batch.coverage[1].detail.starts_with(sentence),
        "{}",
        batch.coverage[1].detail
    );
    assert_eq!(batch.diagnostics[0].code, "page-broken");
}

#[test]
fn a_page_that_fails_twice_is_read_when_asked_again_even_by_the_next_call() {
    let script = || {
        Script::new()
            .on("/projects", 200, &page(&[], None))
            .on("/issues", 503, "")
            .fails("/issues", "connection reset")
            .on("/issues", 200, &page(&[issue("i-1")], None))
    };
    for budget in [2, 10] {
        let batches = drain(&organizations(&["o-1"]), &mut script(), budget);
        let read: Vec<_> = batches
            .iter()
            .flat_map(|batch| short(&batch.records))
            .collect();
        assert_eq!(
            read.last().map(String::as_str),
            Some("issues of o-1 completed: 1 in 1")
        );
    }
}

#[test]
fn links_that_lead_nowhere_break_the_listing_and_say_why() {
    for (next, why) in [
        (
            "/orgs/o/issues?starting_after=b",
            "links back to a page that was read before",
        ),
        (
            "https://evil.example/rest?starting_after=c",
            "links to its next page on another host, `evil.example`",
        ),
        (
            "/orgs/o/issues?limit=100",
            "links to its next page without saying where it starts",
        ),
    ] {
        let second = format!(r#"{{"data":[],"links":{{"next":"{next}"}}}}"#);
        let mut script = Script::new()
            .on("/projects", 200, &page(&[], None))
            .on("starting_after=b", 200, &second)
            .on("/issues", 200, &page(&[issue("i-1")], Some("b")));
        let batch = call(&organizations(&["o-1"]), &mut script).unwrap();
        assert_eq!(
            short(&batch.records).last().unwrap(),
            "issues of o-1 broken: 1 in 2"
        );
        assert_eq!(
            messages(&batch.diagnostics),
            [format!("page 2 of issues of organization `o-1` {why}")]
        );
        assert!(script.asked.iter().all(|path| path.starts_with("/rest/")));
    }
}

#[test]
fn a_refused_listing_is_covered_as_refused_and_is_no_error() {
    let body = r#"{"errors":[{"status":"403","detail":"Permission denied for this resource"}]}"#;
    let mut script =
        Script::new()
            .on("/projects", 403, body)
            .on("/issues", 200, &page(&[issue("i-1")], None));
    let batch = call(&organizations(&["o-1"]), &mut script).unwrap();
    assert_eq!(
        short(&batch.records),
        ["i-1", "issues of o-1 completed: 1 in 1"]
    );
    let row = &batch.coverage[0];
    assert_eq!((row.state, row.as_of), (CoverageState::Refused, None));
    assert_eq!(
        row.detail,
        "`/rest/orgs/o-1/projects` answered 403: Permission denied for this resource"
    );
}

#[test]
fn a_record_that_cannot_be_used_is_named_and_leaves_its_listing_partial() {
    let odd = r#"{"id":"i-9","attributes":{"title":7}}"#.to_owned();
    let nameless = r#"{"attributes":{}}"#.to_owned();
    let mut script = Script::new().on("/projects", 200, &page(&[], None)).on(
        "/issues",
        200,
        &page(&[issue("i-1"), odd, nameless], None),
    );
    let batch = call(&organizations(&["o-1"]), &mut script).unwrap();
    assert_eq!(
        short(&batch.records)[1..],
        ["i-1", "issues of o-1 broken: 3 in 1"]
    );
    assert_eq!(
        messages(&batch.diagnostics),
        [
            "`i-9` on page 1 of issues of organization `o-1` is skipped: expected a text, found a number at line 1 column 35",
            "`record 3` on page 1 of issues of organization `o-1` is skipped: it names no project"
        ]
    );
    assert_eq!(
        batch.coverage[1].detail,
        "2 of 3 records of issues could not be used"
    );
}

#[test]
fn a_rate_limit_ends_the_call_with_the_cursor_before_the_limited_page() {
    let limited = |script: Script| {
        script.limited("o-1/issues*starting_after=b", Some("7")).on(
            "o-1/issues*starting_after=b",
            200,
            &page(&[issue("i-2")], None),
        )
    };
    let mut script = limited(Script::new().on("/projects", 200, &page(&[], None))).on(
        "/issues",
        200,
        &page(&[issue("i-1")], Some("b")),
    );
    let mut request = organizations(&["o-1"]);
    let batch = call(&request, &mut script).unwrap();
    assert_eq!(
        short(&batch.records),
        ["projects of o-1 completed: 0 in 1", "i-1"]
    );
    assert_eq!((batch.resume_after_secs, batch.done), (Some(7), false));
    request.cursor = batch.cursor;
    let batch = call(&request, &mut script).unwrap();
    assert_eq!(
        short(&batch.records),
        ["i-2", "issues of o-1 completed: 2 in 2"]
    );
    assert_eq!(batch.resume_after_secs, None);
}

#[test]
fn when_snyk_wants_a_pause_what_is_on_its_way_is_taken_and_nothing_more_is_asked() {
    let mut script = Script::new()
        .on("/projects", 200, &page(&[], None))
        .limited("o-1/issues", Some("7"))
        .on("o-2/issues", 200, &page(&[issue("i-1")], Some("b")));
    let batch = call(&organizations(&["o-1", "o-2"]), &mut script).unwrap();
    assert_eq!(short(&batch.records).last().unwrap(), "i-1");
    assert_eq!((batch.requests, batch.resume_after_secs), (4, Some(7)));
}

#[test]
fn an_unaccepted_credential_and_an_unreachable_upstream_are_errors() {
    let request = organizations(&["o-1"]);
    assert_eq!(
        call(&request, &mut Script::new().on("/rest", 401, "")),
        Err(SyncError::BadCredential)
    );
    assert_eq!(
        call(
            &request,
            &mut Script::new().fails("/rest", "connection refused")
        ),
        Err(SyncError::Upstream(
            "`api.snyk.io` gave no answer: connection refused".to_owned()
        ))
    );
}

#[test]
fn the_steps_in_a_finding_s_life_follow_it() {
    let mut script = Script::new().on("/projects", 200, &page(&[], None)).on(
        "/issues",
        200,
        &page(&[issue("i-1")], None),
    );
    let batch = call(&organizations(&["o-1"]), &mut script).unwrap();
    let Entry::Remediation(step) = &batch.records[2] else {
        panic!("{:?}", batch.records[2])
    };
    assert_eq!(
        (step.finding.as_str(), step.source.as_str()),
        ("i-1", "created_at")
    );
}

#[test]
fn a_listing_is_as_old_as_its_first_answer_by_snyk_s_clock() {
    let mut script = Script::new()
        .answers("/projects", 200, at("00:00:01"), &page(&[], None))
        .answers("starting_after=b", 200, at("00:00:03"), &page(&[], None))
        .answers(
            "/issues",
            200,
            at("00:00:02"),
            &page(&[issue("i-1")], Some("b")),
        );
    let batch = call(&organizations(&["o-1"]), &mut script).unwrap();
    let ages: Vec<_> = batch.coverage.iter().map(|row| row.as_of).collect();
    assert_eq!(ages, [Some(1_767_225_601_000), Some(1_767_225_602_000)]);
}

#[test]
fn a_listing_goes_on_while_another_waits_for_its_answer() {
    // What is sent last is answered first: the second organization reads to its end before the first has its answer.
    let mut script = upstream().in_order(Order::Last);
    call(&organizations(&["o-1", "o-2"]), &mut script).unwrap();
    let place = |part: &str| script.asked.iter().position(|path| path.contains(part));
    assert!(
        place("o-2/issues?version=2025-11-05&limit=100&starting_after=b")
            < place("starting_after=c")
    );
}

#[test]
fn each_listing_has_an_equal_share_of_a_call() {
    let endless = |organization: &str, script: Script| {
        (0..9).rev().fold(script, |script, number| {
            let (here, next) = (format!("s{number}"), format!("s{}", number + 1));
            let part = format!("{organization}/issues*starting_after={here}");
            script.on(&part, 200, &page(&[], Some(&next)))
        })
    };
    let script = Script::new().on("/projects", 200, &page(&[], None));
    let script = endless("o-2", endless("o-1", script));
    let mut script = script.on("/issues", 200, &page(&[], Some("s0")));
    let mut request = organizations(&["o-1", "o-2"]);
    request.request_budget = 2 + 7;
    call(&request, &mut script).unwrap();
    let of = |part: &str| {
        script
            .asked
            .iter()
            .filter(|path| path.contains(part))
            .count()
    };
    assert_eq!((of("o-1/issues"), of("o-2/issues")), (4, 3));
}

#[test]
fn a_path_that_will_end_is_told_once_a_call() {
    let headers = Headers {
        stage: Some("deprecated".to_owned()),
        sunset: Some("2027-03-01".to_owned()),
        ..Headers::default()
    };
    let mut script = Script::new()
        .on("/projects", 200, &page(&[], None))
        .answers("starting_after=b", 200, headers.clone(), &page(&[], None))
        .answers("/issues", 200, headers, &page(&[], Some("b")));
    let batch = call(&organizations(&["o-1", "o-2"]), &mut script).unwrap();
    let said: Vec<_> = batch
        .diagnostics
        .iter()
        .map(|one| {
            (
                one.code.as_str(),
                one.subject.as_str(),
                one.message.as_str(),
            )
        })
        .collect();
    assert_eq!(
        said,
        [(
            "api-deprecated",
            "/rest/orgs/{id}/issues",
            "Snyk calls `/rest/orgs/{id}/issues` deprecated until 2027-03-01; update this integration"
        )]
    );
}

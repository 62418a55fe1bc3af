//! Listings that take long: how they are foreseen, read in parts, and closed.

use koalr_integration_kit::model::common::CoverageState;
use koalr_integration_kit::model::walk::Batch;

use super::{at, call, drain, issue, organizations, page, rows, short};
use crate::transport::script::{Order, Script};

/// A project added on this day of December 2025, with this number of open issues.
fn project(id: &str, day: u32, issues: u32) -> String {
    format!(
        r#"{{"id":"{id}","attributes":{{"type":"npm","created":"2025-12-{day:02}T00:00:00Z"}},
            "meta":{{"latest_issue_counts":{{"critical":1,"high":0,"medium":0,"low":{}}}}}}}"#,
        issues - 1
    )
}

/// A hundred pages are expected, half of them since the eleventh of December.
fn upstream() -> Script {
    let projects = [project("p-1", 1, 5_000), project("p-2", 11, 5_000)];
    Script::new()
        .on("/projects", 200, &page(&projects, None))
        .on(
            "created_before*starting_after=b",
            200,
            &page(&[issue("i-2")], None),
        )
        .on("created_before", 200, &page(&[issue("i-1")], Some("b")))
        .on(
            "created_after",
            200,
            &page(&[issue("i-3"), issue("i-1")], None),
        )
}

#[test]
fn a_long_listing_is_read_in_parts_that_overlap() {
    let mut script = upstream();
    let batches = drain(&organizations(&["o-1"]), &mut script, 1_000);
    let narrowed: Vec<_> = script
        .asked
        .iter()
        .filter_map(|path| path.split_once("&created_"))
        .map(|(_, rest)| rest)
        .collect();
    assert_eq!(
        narrowed,
        [
            "before=2025-12-11T00%3A00%3A01Z",
            "after=2025-12-11T00%3A00%3A00Z",
            "before=2025-12-11T00%3A00%3A01Z",
        ]
    );
    assert_eq!(
        short(&batches[1].records),
        [
            "i-1",
            "i-2",
            "i-3",
            "i-1",
            "issues of o-1 completed: 4 in 3"
        ]
    );
    assert_eq!(
        rows(&batches[1].coverage)[1],
        ("issues", "o-1", CoverageState::Complete)
    );
}

#[test]
fn parts_are_read_side_by_side_and_the_batch_does_not_tell_in_which_order() {
    for budget in 1..8 {
        let first = drain(
            &organizations(&["o-1"]),
            &mut upstream().in_order(Order::First),
            budget,
        );
        let last = drain(
            &organizations(&["o-1"]),
            &mut upstream().in_order(Order::Last),
            budget,
        );
        assert_eq!(first, last, "budget {budget}");
    }
}

#[test]
fn a_part_that_breaks_leaves_the_whole_listing_partial() {
    let projects = [project("p-1", 1, 5_000), project("p-2", 11, 5_000)];
    let mut script = Script::new()
        .on("/projects", 200, &page(&projects, None))
        .on("created_before", 200, &page(&[issue("i-1")], None))
        .on("created_after", 500, "");
    let batches = drain(&organizations(&["o-1"]), &mut script, 1_000);
    let last = batches.last().unwrap();
    assert_eq!(
        short(&last.records),
        ["i-1", "issues of o-1 broken: 1 in 1"]
    );
    assert_eq!(
        rows(&last.coverage)[1],
        ("issues", "o-1", CoverageState::Partial)
    );
}

#[test]
fn a_walk_over_twenty_thousand_issues_in_four_organizations_takes_two_hundred_and_four_requests() {
    let projects: Vec<_> = (0..50)
        .map(|number| project(&format!("p-{number}"), 1 + number % 28, 100))
        .collect();
    let mut script = Script::new().on("/projects", 200, &page(&projects, None));
    for next in (1..50).rev() {
        let body = page(
            &[],
            (next < 49).then(|| format!("c{}e", next + 1)).as_deref(),
        );
        script = script.on(&format!("starting_after=c{next}e"), 200, &body);
    }
    script = script.on("/issues", 200, &page(&[], Some("c1e")));
    let batches = drain(
        &organizations(&["o-1", "o-2", "o-3", "o-4"]),
        &mut script,
        64,
    );
    assert_eq!(script.asked.len(), 204);
    let foreseen: Vec<_> = batches.iter().map(|batch| batch.progress.total).collect();
    assert!(
        foreseen.iter().all(|total| *total == Some(204)),
        "{foreseen:?}"
    );
}

#[test]
fn a_call_ends_where_the_length_of_the_walk_is_known() {
    let batch = call(&organizations(&["o-1"]), &mut upstream()).unwrap();
    assert_eq!(
        short(&batch.records),
        ["p-1", "p-2", "projects of o-1 completed: 2 in 1"]
    );
    assert_eq!(
        (batch.done, batch.progress.done, batch.progress.total),
        (false, 1, Some(101))
    );
}

#[test]
fn the_length_of_a_walk_is_unknown_before_all_projects_are_read_and_exact_at_the_end() {
    let mut script = Script::new()
        .on(
            "starting_after=b",
            200,
            &page(&[project("p-2", 1, 150)], None),
        )
        .on(
            "/projects",
            200,
            &page(&[project("p-1", 1, 150)], Some("b")),
        )
        .on("/issues", 200, &page(&[], None));
    let batches = drain(&organizations(&["o-1"]), &mut script, 1);
    let progress: Vec<_> = batches
        .iter()
        .map(|batch| (batch.progress.done, batch.progress.total))
        .collect();
    assert_eq!(progress, [(1, None), (2, Some(5)), (3, Some(3))]);
}

/// A listing of two pages whose second was made so many seconds later.
fn slow(clock: &str) -> Script {
    Script::new()
        .answers("/projects", 200, at("00:00:00"), &page(&[], None))
        .answers(
            "updated_after",
            200,
            at(clock),
            &page(&[issue("i-moved")], None),
        )
        .answers(
            "starting_after=b",
            200,
            at(clock),
            &page(&[issue("i-2")], None),
        )
        .answers(
            "/issues",
            200,
            at("00:00:10"),
            &page(&[issue("i-1")], Some("b")),
        )
}

fn records(batches: &[Batch]) -> Vec<String> {
    batches
        .iter()
        .flat_map(|batch| short(&batch.records))
        .collect()
}

#[test]
fn an_issue_that_moved_ahead_while_a_long_listing_was_read_is_found_all_the_same() {
    for budget in [1, 100] {
        let mut script = slow("00:01:11");
        let batches = drain(&organizations(&["o-1"]), &mut script, budget);
        assert_eq!(
            records(&batches),
            [
                "projects of o-1 completed: 0 in 1",
                "i-1",
                "i-2",
                "i-moved",
                "issues of o-1 completed: 3 in 3"
            ]
        );
        let closing = script.asked.last().unwrap();
        assert!(closing.ends_with("&updated_after=2025-12-31T23%3A59%3A10Z"));
        let row = &batches.last().unwrap().coverage[1];
        assert_eq!(row.as_of, Some(1_767_225_610_000));
    }
}

#[test]
fn a_listing_that_was_read_within_a_minute_needs_no_second_look() {
    let batches = drain(&organizations(&["o-1"]), &mut slow("00:01:10"), 100);
    assert_eq!(
        records(&batches).last().unwrap(),
        "issues of o-1 completed: 2 in 2"
    );
}

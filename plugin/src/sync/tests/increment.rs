//! Walks that go on from the end of an earlier one.

use koalr_integration_kit::model::common::Timestamp;
use koalr_integration_kit::model::record::Entry;
use koalr_integration_kit::model::walk::{Batch, Cursor, SyncError, SyncRequest};

use super::{at, call, drain, issue, issue_of, organizations, page, short};
use crate::transport::script::{Order, Script};

const HOUR: i64 = 3_600_000;

/// Midnight before [`at`]'s day.
const MIDNIGHT: Timestamp = 1_767_225_600_000;

/// The listing of issues began at two o'clock.
fn first() -> Script {
    Script::new()
        .answers("/projects", 200, at("01:59:59"), &page(&[], None))
        .answers("/issues", 200, at("02:00:00"), &page(&[issue("i-1")], None))
}

/// The cursor at the end of a walk that began at two o'clock.
fn ended(ids: &[&str]) -> Cursor {
    let batch = call(&organizations(ids), &mut first()).unwrap();
    assert!(batch.done);
    batch.cursor.unwrap()
}

/// A walk so many hours after midnight.
fn later(ids: &[&str], cursor: Cursor, hours: i64) -> SyncRequest {
    SyncRequest {
        cursor: Some(cursor),
        as_of: MIDNIGHT + hours * HOUR,
        ..organizations(ids)
    }
}

/// Addresses of issues, from the filter on; empty for a full listing.
fn filters(script: &Script) -> Vec<&str> {
    let issues = script.asked.iter().filter(|path| path.contains("/issues"));
    issues
        .filter_map(|path| path.split_once("&limit=100"))
        .map(|(_, rest)| rest)
        .collect()
}

/// What the listing of issues was said to be about.
fn changed_since(batch: &Batch) -> Option<Timestamp> {
    let walks = batch.records.iter().filter_map(|entry| match entry {
        Entry::WalkCompleted(walk) | Entry::WalkBroken(walk) if walk.route == "issues" => {
            Some(walk.changed_since)
        }
        Entry::WalkCompleted(walk) => {
            assert_eq!(walk.changed_since, None);
            None
        }
        _ => None,
    });
    let walks: Vec<_> = walks.collect();
    assert_eq!(walks.len(), 1);
    walks[0]
}

#[test]
fn an_ended_walk_is_followed_by_what_changed_since_an_hour_before_it_began() {
    let mut script = first();
    let batch = call(&later(&["o-1"], ended(&["o-1"]), 10), &mut script).unwrap();
    assert_eq!(
        filters(&script),
        ["&updated_after=2026-01-01T01%3A00%3A00Z"]
    );
    assert_eq!(changed_since(&batch), Some(MIDNIGHT + HOUR));
    assert_eq!(
        short(&batch.records),
        [
            "projects of o-1 completed: 0 in 1",
            "i-1",
            "issues of o-1 completed: 1 in 1"
        ]
    );
    assert_eq!((batch.progress.done, batch.progress.total), (2, Some(2)));
}

#[test]
fn a_complete_increment_moves_the_next_one_on_and_a_partial_one_does_not() {
    let next = |body: &str| {
        let mut script = Script::new()
            .on("/projects", 200, &page(&[], None))
            .answers("/issues", 200, at("05:00:00"), body);
        let batch = call(&later(&["o-1"], ended(&["o-1"]), 5), &mut script).unwrap();
        assert_eq!(changed_since(&batch), Some(MIDNIGHT + HOUR));
        let mut script = first();
        call(&later(&["o-1"], batch.cursor.unwrap(), 6), &mut script).unwrap();
        filters(&script)[0].to_owned()
    };
    assert_eq!(
        next(&page(&[], None)),
        "&updated_after=2026-01-01T04%3A00%3A00Z"
    );
    assert_eq!(next("cut off"), "&updated_after=2026-01-01T01%3A00%3A00Z");
}

#[test]
fn everything_is_listed_again_after_a_week_and_when_the_clock_was_set_back_by_more_than_a_day() {
    for (hours, full) in [
        (2 + 7 * 24 - 1, false),
        (2 + 7 * 24, true),
        (2 - 24, false),
        (2 - 25, true),
    ] {
        let mut script = first();
        let batch = call(&later(&["o-1"], ended(&["o-1"]), hours), &mut script).unwrap();
        assert_eq!(changed_since(&batch).is_none(), full, "{hours}");
        assert_eq!(filters(&script)[0].is_empty(), full, "{hours}");
    }
}

#[test]
fn increments_do_not_put_off_the_next_full_listing() {
    let mut cursor = ended(&["o-1"]);
    for day in [3, 6] {
        let batch = call(&later(&["o-1"], cursor, day * 24), &mut first()).unwrap();
        assert!(changed_since(&batch).is_some());
        cursor = batch.cursor.unwrap();
    }
    let batch = call(&later(&["o-1"], cursor, 8 * 24), &mut first()).unwrap();
    assert_eq!(changed_since(&batch), None);
}

#[test]
fn a_listing_that_was_never_complete_is_listed_in_full_again() {
    for status in [403, 500] {
        let mut script = Script::new()
            .on("/projects", 200, &page(&[], None))
            .on("/issues", status, "");
        let cursor = call(&organizations(&["o-1"]), &mut script).unwrap().cursor;
        let batch = call(&later(&["o-1"], cursor.unwrap(), 3), &mut first()).unwrap();
        assert_eq!(changed_since(&batch), None, "{status}");
    }
}

#[test]
fn a_new_organization_begins_in_full_and_the_others_go_on() {
    let mut script = first();
    let request = later(&["o-3", "o-2"], ended(&["o-1", "o-2"]), 3);
    assert!(call(&request, &mut script).unwrap().done);
    assert_eq!(
        filters(&script),
        ["", "&updated_after=2026-01-01T01%3A00%3A00Z"]
    );
}

#[test]
fn in_an_increment_every_resolution_is_news() {
    let resolved = issue_of("i-1", "p", "resolved").replace(
        r#""status""#,
        r#""resolution":{"resolved_at":"2024-01-01T00:00:00Z"},"status""#,
    );
    let mut script = Script::new().on("/projects", 200, &page(&[], None)).on(
        "/issues",
        200,
        &page(&[resolved], None),
    );
    let mut request = organizations(&["o-1"]);
    request.since = Some(MIDNIGHT);
    let full = call(&request, &mut script).unwrap();
    assert_eq!(short(&full.records).len(), 2);
    let since = request.since;
    let request = SyncRequest {
        since,
        ..later(&["o-1"], full.cursor.unwrap(), 3)
    };
    let increment = call(&request, &mut script).unwrap();
    assert_eq!(short(&increment.records)[1], "i-1");
}

#[test]
fn an_increment_can_be_interrupted_anywhere_and_its_answers_come_in_any_order() {
    let ids = ["o-1", "o-2"];
    let whole = drain(&later(&ids, ended(&ids), 3), &mut first(), 9);
    for budget in 1..4 {
        let request = later(&ids, ended(&ids), 3);
        let one = drain(&request, &mut first().in_order(Order::First), budget);
        let other = drain(&request, &mut first().in_order(Order::Last), budget);
        assert_eq!(one, other, "budget {budget}");
        let read = |batches: &[Batch]| {
            let records = batches.iter().flat_map(|batch| short(&batch.records));
            let mut records: Vec<_> = records.collect();
            records.sort();
            (records, batches.last().unwrap().cursor.clone())
        };
        assert_eq!(read(&one), read(&whole), "budget {budget}");
    }
}

#[test]
fn a_spoiled_cursor_of_an_ended_walk_is_stale() {
    let cursor = ended(&["o-1"]);
    assert_eq!(cursor.format, 2);
    let bytes = cursor.bytes[1..].to_vec();
    let request = later(&["o-1"], Cursor { bytes, ..cursor }, 3);
    assert_eq!(call(&request, &mut first()), Err(SyncError::StaleCursor));
}

//! Bytes: the first page of every listing of an organization. Each record is kept, skipped with a note, or its page
//! fails; the same walk in small steps brings the same.

use koalr_integration_kit::model::common::CoverageState;
use koalr_integration_kit::model::record::Entry;
use koalr_integration_kit::model::walk::{Batch, Scope};

use super::page;
use super::upstream::{Upstream, good, request, walk};

pub(super) fn run(bytes: &[u8]) {
    let at_once = walked(bytes, 1_000);
    for (route, path) in [("projects", "projects"), ("issues", "issues")] {
        let batches = at_once.iter();
        let records = batches.clone().flat_map(|batch| &batch.records);
        let kept = records.filter(|record| match record {
            Entry::Project(_) => route == "projects",
            Entry::Finding(_) => route == "issues",
            _ => false,
        });
        let notes = batches.clone().flat_map(|batch| &batch.diagnostics);
        let skipped = notes.filter(|note| {
            note.code == "record-skipped" && note.message.contains(&format!("of {path}"))
        });
        let last = at_once.last().map(|batch| &batch.coverage);
        let row = last.and_then(|rows| rows.iter().find(|row| row.route == route));
        let complete = row.is_some_and(|row| row.state == CoverageState::Complete);
        // A long listing is read in parts, each of which begins with these bytes here.
        let (kept, skipped) = (kept.count(), skipped.count());
        let parts = if kept + skipped == 0 {
            1
        } else {
            parts(bytes, kept + skipped)
        };
        page::check(bytes, (kept / parts, skipped / parts), complete);
    }
    assert_eq!(
        brought(&at_once),
        brought(&walked(bytes, 2)),
        "small steps bring something else"
    );
}

/// In how many parts the listing was read.
fn parts(bytes: &[u8], shown: usize) -> usize {
    let listed = page::records(bytes).unwrap_or_default().max(1);
    assert_eq!(
        shown % listed,
        0,
        "{shown} records of {listed} are kept or skipped"
    );
    (shown / listed).max(1)
}

fn walked(bytes: &[u8], budget: u32) -> Vec<Batch> {
    let mut upstream = Upstream::new(|asked| {
        let later = asked.contains("starting_after=");
        good(if later { br#"{"data":[]}"# } else { bytes })
    });
    let mut request = request(Scope::Organizations(vec!["o-1".to_owned()]));
    request.request_budget = budget;
    let batches = walk(&mut request, &mut upstream);
    batches.unwrap_or_else(|error| panic!("an answer of any form ends the walk: {error:?}"))
}

/// All records, whatever batch they came in.
fn brought(batches: &[Batch]) -> Vec<String> {
    let records = batches.iter().flat_map(|batch| &batch.records);
    let mut records: Vec<String> = records.map(|record| format!("{record:?}")).collect();
    records.sort_unstable();
    records
}

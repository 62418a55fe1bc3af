//! A judge of listings: how many records a page has.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

/// How many records a JSON document lists; none if it is no listing.
pub(super) fn records(body: &[u8]) -> Option<usize> {
    let text = str::from_utf8(body).ok()?;
    // Names as they stand: the plugin too takes the last of repeated ones.
    let members: BTreeMap<String, &RawValue> = serde_json::from_str(text).ok()?;
    let data: Vec<&RawValue> = serde_json::from_str(members.get("data")?.get()).ok()?;
    Some(data.len())
}

/// What a page's records have become: all are kept or skipped, or the page failed and none is.
///
/// # Panics
///
/// If a record is lost, or what is missing is called complete.
#[track_caller]
pub(super) fn check(body: &[u8], (kept, skipped): (usize, usize), complete: bool) {
    let listed = records(body);
    let shown = kept + skipped;
    assert!(
        shown == 0 || listed == Some(shown),
        "{kept} records are kept and {skipped} skipped of {listed:?}"
    );
    let whole = listed == Some(kept);
    assert!(
        !complete || whole,
        "{kept} of {listed:?} records are called complete"
    );
}

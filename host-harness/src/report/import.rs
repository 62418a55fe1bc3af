//! What an import changed, as text.

use std::collections::BTreeMap;

use super::escape::{name, plain};
use super::layout::sentence;
use super::outcome::list;
use super::pace::grouped;
use crate::jobs::{Counts, ImportReport};

/// What an import changed, and what is tied to what.
#[must_use]
pub fn import_text(report: &ImportReport) -> String {
    let mut text = String::new();
    let first = if report.changed_anything() {
        "Imported."
    } else if report.records == 0 {
        "There is nothing to import in it."
    } else {
        "Nothing changed: all of it was known already."
    };
    sentence(&mut text, first);
    let counts = report.counts();
    let lines = counts.iter().filter(|(_, counts)| counts.all() > 0);
    let lines = lines.map(|((one, several), counts)| {
        let all = counts.all();
        let noun = if all == 1 { one } else { several };
        format!("{} {noun}: {}", grouped(all), parts(*counts))
    });
    list(&mut text, "Records", lines);
    let older: u64 = counts.iter().map(|(_, counts)| counts.older).sum();
    let hint = (older > 0).then(|| {
        "what is stored and newer stays; state `updated-at` where the file knows better".to_owned()
    });
    let notes = report.notes.iter().map(|note| plain(note));
    list(&mut text, "To know", notes.chain(hint));
    let tied = &report.links;
    let mut lines = Vec::new();
    if tied.merged > 0 {
        let (deployed, merged) = (grouped(tied.deployed), grouped(tied.merged));
        lines.push(format!(
            "{deployed} of {merged} merged changes reached a deployment"
        ));
        lines.extend(reasons(&tied.deployed_by));
    }
    if tied.incidents > 0 {
        let (traced, all) = (grouped(tied.traced), grouped(tied.incidents));
        lines.push(format!(
            "{traced} of {all} incidents are tied to a deployment"
        ));
        lines.extend(reasons(&tied.traced_by));
    }
    list(&mut text, "Links, of all that is stored", lines.into_iter());
    let unlinked = tied.unlinked.iter().map(|one| {
        let s = if one.count == 1 { "" } else { "s" };
        let count = grouped(one.count);
        let (kind, why, example) = (one.kind, plain(&one.why), name(&one.example));
        format!("{count} {kind}{s}, for example {example}: {why}")
    });
    list(&mut text, "Not linked", unlinked.take(SHOWN));
    text
}

fn parts(counts: Counts) -> String {
    let parts = [
        (counts.new, "new"),
        (counts.updated, "updated"),
        (counts.unchanged, "unchanged"),
        (counts.older, "older than stored"),
    ];
    let parts = parts.iter().filter(|(count, _)| *count > 0);
    let parts = parts.map(|(count, word)| format!("{} {word}", grouped(*count)));
    parts.collect::<Vec<_>>().join(", ")
}

fn reasons(counts: &BTreeMap<String, u64>) -> impl Iterator<Item = String> {
    let mut counts: Vec<_> = counts.iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    counts
        .into_iter()
        .map(|(reason, count)| format!("{}: {reason}", grouped(*count)))
}

/// What fits a screen; the JSON has all.
const SHOWN: usize = 20;

//! Recorded calls that two versions made again, as text.

use super::super::escape::{name, plain};
use super::super::figure::count;
use super::super::layout::{below, item, rest, sentence};
use super::super::pace::grouped;
use super::{cost, number};
use crate::jobs::{RecordingChange, ShadowRecordings, Side};

/// What both make of them; nothing if there are none.
pub(super) fn told(text: &mut String, all: &ShadowRecordings) {
    let differing = number(all.replayed - all.same) + number(all.failed());
    if all.replayed + all.failed() + all.unusable == 0 {
        return;
    }
    text.push('\n');
    sentence(text, "Recorded calls, made again by both");
    let lines = [
        (all.same, "the same, request for request"),
        (all.other_requests, "with other requests"),
        (all.other_records, "with other records"),
        (all.other_coverage, "with another coverage"),
        (all.other_outcomes, "otherwise different"),
        (all.candidate_failed, "failing in the candidate alone"),
        (
            all.serving_failed,
            "failing in the version that serves alone",
        ),
        (all.unusable, "failing in both, or not readable"),
    ];
    for (how_many, what) in lines {
        if how_many > 0 {
            item(text, &format!("{} {what}", grouped(u64::from(how_many))));
        }
    }
    let requests = format!(
        "requests: {} → {}",
        grouped(all.serving_requests),
        grouped(all.candidate_requests)
    );
    item(text, &requests);
    for one in &all.examples {
        item(
            text,
            &format!("{} of {}:", name(&one.file), name(&one.tenant)),
        );
        change(text, one);
    }
    rest(text, differing, all.examples.len(), "");
    let calls = "Cost of recorded calls, serving → candidate";
    cost(text, calls, all.cost.as_ref());
}

fn change(text: &mut String, one: &RecordingChange) {
    if let (Some(side), Some(reason)) = (one.fails, &one.reason) {
        let side = match side {
            Side::Serving => "the version that serves",
            Side::Candidate => "the candidate",
        };
        below(text, 4, &format!("fails in {side}: {}", plain(reason)));
    }
    for request in &one.made {
        below(text, 4, &format!("only now: {}", plain(request)));
    }
    for request in &one.not_made {
        below(text, 4, &format!("not any more: {}", plain(request)));
    }
    if one.differences > 0 {
        let places: Vec<String> = one.places.iter().map(|place| plain(place)).collect();
        let line = format!(
            "{}, first {}",
            count(number(one.differences), ("place", "places")),
            places.join(", ")
        );
        below(text, 4, &line);
    }
}

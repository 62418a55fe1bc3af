//! A batch: its records, and what it says of itself.

use std::collections::HashMap;

use super::SYNC;
use super::breach::Breaches;
use super::check::Check;
use super::place::Place;
use super::record::{Asked, check_record};
use crate::complaint::shown;
use crate::model::common::CoverageState;
use crate::model::record::Entry;
use crate::model::walk::{Batch, Scope};

/// Checks a batch against the scope and the request budget of its call.
///
/// `counted` is how many requests the host saw the guest make; none where nobody counted, as when a batch is read from a
/// file. A request to an address that is none never reaches the host, so the guest may count more than it saw, but not
/// where it saw none.
///
/// # Errors
///
/// All that it breaks of the contract.
pub fn check_batch(
    scope: &Scope,
    request_budget: u32,
    batch: &Batch,
    counted: Option<u32>,
) -> Result<(), Breaches> {
    let mut check = Check::of(SYNC);
    let asked = Asked::new(scope);
    check_requests(&mut check, request_budget, batch.requests, counted);
    check_course(&mut check, batch);
    let list = Place::of("records");
    for (index, record) in batch.records.iter().enumerate() {
        check_record(&mut check, &list.item(index), &asked, record);
    }
    let listings = check_listings(&mut check, batch);
    check_coverage(&mut check, batch, &listings);
    let list = Place::of("diagnostics");
    for (index, diagnostic) in batch.diagnostics.iter().enumerate() {
        check.kebab(&list.item(index).field("code"), &diagnostic.code);
    }
    check.end()
}

fn check_requests(check: &mut Check, budget: u32, told: u32, counted: Option<u32>) {
    let at = Place::of("requests");
    if told > budget {
        check.breach(&at, format_args!("is {told}; the budget is {budget}"));
    }
    let Some(counted) = counted else {
        return;
    };
    if counted > budget {
        check.breach(
            &at,
            format_args!("were {counted} by the host's count; the budget is {budget}"),
        );
    }
    if told < counted || (counted == 0 && told > 0) {
        check.breach(&at, format_args!("is {told}; the host counted {counted}"));
    }
}

/// Where the walk goes on, and how far it is.
fn check_course(check: &mut Check, batch: &Batch) {
    let cursor = Place::of("cursor");
    match &batch.cursor {
        Some(one) if one.format == 0 => check.breach(
            &cursor.field("format"),
            format_args!("is 0; formats are counted from 1"),
        ),
        None if !batch.done => check.breach(
            &cursor,
            format_args!("is none, and the walk has not ended: it could not go on"),
        ),
        _ => {}
    }
    let progress = &batch.progress;
    if let Some(total) = progress.total.filter(|total| *total < progress.done) {
        check.breach(
            &Place::of("progress").field("total"),
            format_args!("is {total}, less than the {} that are done", progress.done),
        );
    }
}

/// Route and organization.
type Listing<'a> = (&'a str, &'a str);

/// Listings that ended in this batch, and whether they did properly.
fn check_listings<'a>(check: &mut Check, batch: &'a Batch) -> HashMap<Listing<'a>, bool> {
    let mut ended = HashMap::new();
    let list = Place::of("records");
    for (index, record) in batch.records.iter().enumerate() {
        let (walk, properly) = match record {
            Entry::WalkCompleted(walk) => (walk, true),
            Entry::WalkBroken(walk) => (walk, false),
            _ => continue,
        };
        let listing = (walk.route.as_str(), walk.organization.as_str());
        let before = ended.insert(listing, properly);
        if before.is_some_and(|before| before != properly) {
            let (route, organization) = (shown(listing.0), shown(listing.1));
            check.breach(
                &list.item(index),
                format_args!("ends the listing `{route}` of `{organization}`, which is both completed and broken"),
            );
        }
    }
    ended
}

fn check_coverage(check: &mut Check, batch: &Batch, listings: &HashMap<Listing<'_>, bool>) {
    let list = Place::of("coverage");
    let mut told = HashMap::new();
    for (index, row) in batch.coverage.iter().enumerate() {
        let at = list.item(index);
        check.coverage(&at, row);
        let key = (row.route.as_str(), row.subject.as_str());
        let state = at.field("state");
        let before = told.insert(key, row.state);
        if before.is_some_and(|before| before != row.state) {
            check.breach(
                &state,
                format_args!("contradicts an earlier row of the same route and subject"),
            );
        }
        let is_complete = row.state == CoverageState::Complete;
        let Some(properly) = listings
            .get(&key)
            .filter(|properly| **properly != is_complete)
        else {
            continue;
        };
        let (route, subject) = (shown(key.0), shown(key.1));
        let (is, was) = if *properly {
            ("is not complete", "completed")
        } else {
            ("is complete", "broken")
        };
        check.breach(
            &state,
            format_args!("{is}, and the listing `{route}` of `{subject}` is {was}"),
        );
    }
}

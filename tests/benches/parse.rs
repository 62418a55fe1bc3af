//! What a guest makes of listing pages, beside the same code native: the same bytes lie in memory for both. Once whole, and
//! once with issues that are read and then refused, so that next to nothing crosses back into the host.

mod pages;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use koalr_integration_kit::model::common::Endpoint;
use koalr_integration_kit::model::walk::{Scope, SyncRequest};
use koalr_runtime::contract::{sync, types};
use koalr_runtime::{Egress, EgressPolicy, Limits, Organizations, PinnedOrigin, Session};
use koalr_snyk_plugin::transport::Transport;
use koalr_tests::sandbox::Sandbox;

use crate::runtime;
use crate::sheet::{Row, Sheet, Unit};
use pages::Pages;

pub(crate) fn run(sheet: &mut Sheet) {
    let pages = if sheet.is_short() { 1 } else { PAGES };
    let pages = Pages::generated(pages);
    let refused = pages.with("\"scan_item\"", "\"no_project\"");
    runtime().block_on(async {
        let sandbox = Sandbox::new(Limits::default()).await;
        measure(
            &sandbox,
            "a page parsed, its issues refused",
            refused,
            sheet,
        )
        .await
        .ratio_at_most(1.5);
        measure(&sandbox, "a page pulled, whole call", pages, sheet).await;
    });
}

/// A walk over all the pages; its share of each.
async fn measure<'a>(
    sandbox: &Sandbox,
    what: &str,
    pages: Pages,
    sheet: &'a mut Sheet,
) -> &'a mut Row {
    let pages = Arc::new(pages);
    let mut session = open(sandbox, &pages).await;
    let (mut natives, mut guests) = (Vec::new(), Vec::new());
    let mut records = 0;
    for round in 0..=sheet.rounds(ROUNDS) {
        let request = native(&pages.base, &pages.organization);
        let start = Instant::now();
        let expected = pull(request, &mut pages.native());
        let in_native = start.elapsed().as_secs_f64();
        let request = wire(sandbox, &pages);
        let start = Instant::now();
        records = pull_in(&mut session, request).await;
        let in_guest = start.elapsed().as_secs_f64();
        assert_eq!(records, expected, "the same code gives the same");
        // The first grows the guest's memory.
        if round > 0 {
            natives.push(in_native / pages.listed());
            guests.push(in_guest / pages.listed());
        }
    }
    let memory = session.usage().memory_peak_bytes >> 20;
    let row = sheet.row(what, Unit::Seconds, guests);
    row.over("native", &natives).note(format!(
        "{:.0} KB a page; {records} records of {} pages; {memory} MiB of guest memory",
        pages.bytes_a_page() / 1e3,
        pages.listed(),
    ))
}

/// Calls until the walk is done; how many records it brought.
fn pull(mut request: SyncRequest, transport: &mut dyn Transport) -> usize {
    let mut records = 0;
    loop {
        let batch = koalr_snyk_plugin::sync::sync(&request, transport).unwrap();
        records += batch.records.len();
        if batch.done {
            return records;
        }
        request.cursor = batch.cursor;
    }
}

/// The same in a sandbox.
async fn pull_in(session: &mut Session, mut request: sync::Request) -> usize {
    let mut records = 0;
    loop {
        let batch = session.sync(&request).await.unwrap().unwrap();
        records += batch.records.len();
        if batch.done {
            return records;
        }
        request.cursor = batch.cursor;
    }
}

async fn open(sandbox: &Sandbox, pages: &Arc<Pages>) -> Session {
    let origin = PinnedOrigin {
        id: sandbox.manifest.origins[0].id.clone(),
        base: pages.base.clone(),
        allow_loopback: true,
    };
    let organizations = Organizations::Bound(BTreeSet::from([pages.organization.clone()]));
    let policy = EgressPolicy::from_manifest(&sandbox.manifest, origin, organizations).unwrap();
    let egress = Egress::answered_by(policy, Arc::<Pages>::clone(pages));
    sandbox.plugin.open_session(egress).await.unwrap()
}

fn native(base: &str, organization: &str) -> SyncRequest {
    SyncRequest {
        endpoint: Endpoint {
            origin: String::new(),
            base: base.to_owned(),
        },
        scope: Scope::Organizations(vec![organization.to_owned()]),
        since: None,
        cursor: None,
        settings: Vec::new(),
        request_budget: BUDGET,
        as_of: pages::NOW,
    }
}

fn wire(sandbox: &Sandbox, pages: &Pages) -> sync::Request {
    sync::Request {
        endpoint: types::Endpoint {
            origin: sandbox.manifest.origins[0].id.clone(),
            base: pages.base.clone(),
        },
        scope: sync::Scope::Organizations(vec![pages.organization.clone()]),
        since: None,
        cursor: None,
        settings: Vec::new(),
        request_budget: BUDGET,
        as_of: pages::NOW,
    }
}

/// Pages of issues, so that what a call costs once does not show.
const PAGES: u32 = 20;
/// Rounds of a call that takes tens of milliseconds.
const ROUNDS: usize = 41;
/// Requests of a call: more than there are pages.
const BUDGET: u32 = 1_000;

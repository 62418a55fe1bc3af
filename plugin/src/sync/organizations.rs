//! The walk over whole organizations.

use koalr_integration_kit::model::walk::{Batch, SyncError, SyncRequest};

use super::cursor;
use super::exchange::{Exchange, Output};
use super::walk::Walk;
use crate::snyk::error::Outcome;

pub(super) fn sync(
    request: &SyncRequest,
    ids: &[String],
    mut exchange: Exchange<'_>,
) -> Result<Batch, SyncError> {
    let stored = cursor::read(request.cursor.as_ref(), |walk: &Walk| walk.covers(ids))?;
    let mut walk = stored.unwrap_or_else(|| Walk::new(ids, request.since, request.as_of));
    let mut output = Output::default();
    let base = exchange.base;
    loop {
        let ready = walk.ready();
        let paths: Vec<_> = ready.iter().filter_map(|&place| walk.path(place)).collect();
        let mut take = |ticket: usize, outcome: Outcome<'_>| {
            if let Some(&place) = ready.get(ticket) {
                walk.take(place, outcome, base, &mut output);
            }
        };
        if !exchange.round(&paths, &mut take)? {
            break;
        }
        walk.announce(&mut output);
    }
    let done = walk.is_over();
    Ok(Batch {
        cursor: (!done).then(|| cursor::write(&walk)).transpose()?,
        done,
        progress: walk.progress(),
        coverage: walk.coverage(),
        ..exchange.batch(output)?
    })
}

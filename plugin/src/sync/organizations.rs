//! The walk over whole organizations.

use koalr_integration_kit::model::walk::{Batch, Cursor, SyncError, SyncRequest};

use super::cursor;
use super::exchange::{Exchange, Output};
use super::walk::{History, Walk};

pub(super) fn sync(
    request: &SyncRequest,
    ids: &[String],
    mut exchange: Exchange<'_>,
) -> Result<Batch, SyncError> {
    let mut walk = begin(request, ids)?;
    let mut output = Output::default();
    let base = exchange.base;
    loop {
        let ready = walk.ready();
        let paths: Vec<_> = ready.iter().filter_map(|&place| walk.path(place)).collect();
        let foreseen = walk.total().is_some();
        let ran = exchange.run(&paths, &mut |ticket, outcome, now| {
            let place = *ready.get(ticket)?;
            walk.take(place, outcome, (base, now), &mut output);
            walk.path(place)
        })?;
        // The host can say how long it will take before the long part begins.
        if !ran || (!foreseen && walk.is_long()) {
            break;
        }
    }
    let done = walk.is_over();
    Ok(Batch {
        cursor: Some(if done {
            cursor::write_as(cursor::ENDED, &walk.history())?
        } else {
            cursor::write(&walk)?
        }),
        done,
        progress: walk.progress(),
        coverage: walk.coverage(),
        ..exchange.batch(output)?
    })
}

/// The walk that goes on, or a new one that heeds what an earlier one has read.
fn begin(request: &SyncRequest, ids: &[String]) -> Result<Walk, SyncError> {
    let ended = |cursor: &&Cursor| cursor.format == cursor::ENDED;
    let history = match request.cursor.as_ref().filter(ended) {
        Some(cursor) => cursor::read_as(cursor::ENDED, cursor)?,
        None => match cursor::read(request.cursor.as_ref(), |walk: &Walk| walk.covers(ids))? {
            Some(walk) => return Ok(walk),
            None => History::default(),
        },
    };
    Ok(Walk::new(ids, request.since, history, request.as_of))
}

//! The cursor's bytes: a state as JSON.

use koalr_integration_kit::model::walk::{Cursor, SyncError};
use serde::Serialize;

use crate::json::{self, Value};

/// Format of the state of a walk that goes on.
const GOING_ON: u32 = 1;

/// Format of what is kept from a walk over organizations that has ended.
pub(super) const ENDED: u32 = 2;

/// Writes the state of a walk that goes on.
///
/// # Errors
///
/// None of ours: the state's types have no shape that JSON lacks.
pub(super) fn write<S: Serialize>(state: &S) -> Result<Cursor, SyncError> {
    write_as(GOING_ON, state)
}

/// Writes a state in a format.
///
/// # Errors
///
/// As [`write`].
pub(super) fn write_as<S: Serialize>(format: u32, state: &S) -> Result<Cursor, SyncError> {
    let bytes = serde_json::to_vec(state)
        .map_err(|error| SyncError::Other(("cursor".to_owned(), error.to_string())))?;
    Ok(Cursor { format, bytes })
}

/// Reads the state of a walk that goes on and fits the request; none without a cursor.
///
/// # Errors
///
/// [`SyncError::StaleCursor`]: another format, other bytes, or a state of another request.
pub(super) fn read<S: Serialize + Default + for<'a> Value<'a>>(
    cursor: Option<&Cursor>,
    fits: impl FnOnce(&S) -> bool,
) -> Result<Option<S>, SyncError> {
    let state = |cursor| {
        read_as(GOING_ON, cursor)
            .ok()
            .filter(fits)
            .ok_or(SyncError::StaleCursor)
    };
    cursor.map(state).transpose()
}

/// Reads a state in a format.
///
/// # Errors
///
/// [`SyncError::StaleCursor`]: another format, or other bytes.
pub(super) fn read_as<S: Serialize + Default + for<'a> Value<'a>>(
    format: u32,
    cursor: &Cursor,
) -> Result<S, SyncError> {
    let text = str::from_utf8(&cursor.bytes).ok();
    let state = text.and_then(|text| json::read(text).ok());
    // The reader forgives fields too many and too few; a cursor of ours is written again byte for byte.
    let ours = |state: &S| write_as(format, state).is_ok_and(|ours| ours == *cursor);
    state.filter(ours).ok_or(SyncError::StaleCursor)
}

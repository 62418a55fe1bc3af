//! The cursor's bytes: a walk's state as JSON.

use koalr_integration_kit::model::walk::{Cursor, SyncError};
use serde::Serialize;

use crate::json::{self, Value};

/// Version of the bytes' format.
const FORMAT: u32 = 1;

/// Writes a state.
///
/// # Errors
///
/// None of ours: the state's types have no shape that JSON lacks.
pub(super) fn write<S: Serialize>(state: &S) -> Result<Cursor, SyncError> {
    let bytes = serde_json::to_vec(state)
        .map_err(|error| SyncError::Other(("cursor".to_owned(), error.to_string())))?;
    Ok(Cursor {
        format: FORMAT,
        bytes,
    })
}

/// Reads a state that fits the request; none without a cursor.
///
/// # Errors
///
/// [`SyncError::StaleCursor`]: another format, other bytes, or a state of another request.
pub(super) fn read<S: Serialize + Default + for<'a> Value<'a>>(
    cursor: Option<&Cursor>,
    fits: impl FnOnce(&S) -> bool,
) -> Result<Option<S>, SyncError> {
    let Some(cursor) = cursor else {
        return Ok(None);
    };
    let text = str::from_utf8(&cursor.bytes).ok();
    let state = text.and_then(|text| json::read(text).ok());
    // The reader forgives fields too many and too few; a cursor of ours is written again byte for byte.
    let ours = |state: &S| write(state).is_ok_and(|ours| ours == *cursor);
    state
        .filter(|state| ours(state) && fits(state))
        .map(Some)
        .ok_or(SyncError::StaleCursor)
}

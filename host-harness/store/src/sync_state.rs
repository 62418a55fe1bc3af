//! Where the walk of a scope stands.

use koalr_platform::model::common::Timestamp;
use koalr_platform::model::walk::{Batch, Cursor, Scope};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::connection::StoredConnection;
use crate::error::{Fault, StoreError};
use crate::tenant::Tenant;

/// Where the walk of a scope stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncState {
    /// Where to go on; none to begin anew.
    pub cursor: Option<Cursor>,
    /// When the latest walk began.
    pub started_at: Timestamp,
    /// When it ended; none while it goes on.
    pub done_at: Option<Timestamp>,
    /// Not to be continued before this time; none means at once.
    pub resume_at: Option<Timestamp>,
}

/// Name of a scope in the store. The order of organizations does not matter; each head of a change is its own scope.
pub(crate) fn scope_key(scope: &Scope) -> String {
    match scope {
        Scope::Organizations(organizations) => format!("organizations:{}", sorted(organizations)),
        Scope::Change(scope) => format!("change:{}@{}", scope.change.id, scope.change.head_sha),
        Scope::Enrichment(scope) => format!("enrichment:{}", sorted(&scope.organizations)),
        Scope::Findings(scope) => format!("findings:{}", scope.organization),
        Scope::Other((kind, json)) => format!("other:{kind}:{json}"),
    }
}

fn sorted(organizations: &[String]) -> String {
    let mut organizations = organizations.to_vec();
    organizations.sort_unstable();
    organizations.dedup();
    organizations.join(",")
}

impl Tenant {
    /// Where the walk of `scope` stands; none if none ever began.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn sync_state(
        &self,
        connection: &StoredConnection,
        scope: &Scope,
    ) -> Result<Option<SyncState>, StoreError> {
        let scope = scope_key(scope);
        self.database
            .read(|database| Ok(select(database, connection.id, &scope)?.map(|(state, _)| state)))
    }

    /// Whether no walk of `scope` has ended yet, so that less is stored than there is.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn is_first_walk(
        &self,
        connection: &StoredConnection,
        scope: &Scope,
    ) -> Result<bool, StoreError> {
        let scope = scope_key(scope);
        self.database.read(|database| {
            let state = select(database, connection.id, &scope)?;
            Ok(state.is_none_or(|(state, walk)| state.done_at.is_none() && walk == Some(1)))
        })
    }

    /// Keeps how many days of resolved findings are wanted; none means without limit. True if that is more than was
    /// wanted before, so that it is not enough to read what changed.
    ///
    /// # Errors
    /// - the database cannot be written
    pub fn widen(
        &mut self,
        connection: &StoredConnection,
        days: Option<u32>,
    ) -> Result<bool, StoreError> {
        let wanted = days.map_or(0, i64::from);
        self.database.write(|transaction| {
            let query = "SELECT reach_days FROM connections WHERE id = ?1";
            let known: Option<i64> =
                transaction.query_row(query, [connection.id], |row| row.get(0))?;
            let wider = known.is_some_and(|known| known > 0 && (wanted == 0 || wanted > known));
            if wider || known.is_none() {
                let update = "UPDATE connections SET reach_days = ?2 WHERE id = ?1";
                transaction.execute(update, [connection.id, wanted])?;
            }
            Ok(wider)
        })
    }

    /// Forgets where the walk of `scope` stands, so that it begins anew. Records and coverage stay.
    ///
    /// # Errors
    /// - the database cannot be written
    pub fn clear_cursor(
        &mut self,
        connection: &StoredConnection,
        scope: &Scope,
    ) -> Result<(), StoreError> {
        self.database.write(|transaction| {
            let delete = "DELETE FROM sync_states WHERE connection = ?1 AND scope = ?2";
            transaction.execute(delete, params![connection.id, scope_key(scope)])?;
            Ok(())
        })
    }
}

/// The turn of one batch in the walks of its connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Turn {
    /// Row of the connection.
    pub(crate) connection: i64,
    /// When the walk began.
    started_at: Timestamp,
    /// The time of the batch.
    pub(crate) as_of: Timestamp,
    /// Number of the walk; of the latest walk of organizations if this is none.
    pub(crate) walk: i64,
    /// Whether this walk lists organizations: only then what it does not show may be missing.
    pub(crate) lists: bool,
}

impl Turn {
    /// The walk that shows what the batch holds; 0, which is before all walks, if only organizations' walks count.
    pub(crate) fn shown_in(&self) -> i64 {
        if self.lists { self.walk } else { 0 }
    }
}

/// Finds out which walk `batch` belongs to.
///
/// The first batch after a walk's end begins a new walk, unless it is that end repeated: the same cursor at the same time.
pub(crate) fn enter(
    database: &Connection,
    connection: i64,
    scope: &Scope,
    batch: &Batch,
    as_of: Timestamp,
) -> Result<Turn, Fault> {
    let lists = matches!(scope, Scope::Organizations(_));
    let state = select(database, connection, &scope_key(scope))?;
    let goes_on = state.filter(|(state, _)| match state.done_at {
        None => true,
        Some(done_at) => batch.done && done_at == as_of && state.cursor == batch.cursor,
    });
    let begun = goes_on.as_ref().and_then(|(_, walk)| *walk);
    let number = if lists {
        "UPDATE connections SET walks = walks + 1 WHERE id = ?1 RETURNING walks"
    } else {
        "SELECT walks FROM connections WHERE id = ?1"
    };
    let walk = match begun {
        Some(walk) => walk,
        None => database.query_row(number, [connection], |row| row.get(0))?,
    };
    Ok(Turn {
        connection,
        started_at: goes_on.map_or(as_of, |(state, _)| state.started_at),
        as_of,
        walk,
        lists,
    })
}

/// Keeps where `batch` ended.
pub(crate) fn advance(
    database: &Connection,
    turn: &Turn,
    scope: &str,
    batch: &Batch,
) -> Result<(), Fault> {
    let wait = batch.resume_after_secs.map(|secs| i64::from(secs) * 1000);
    database.execute(
        "INSERT OR REPLACE INTO sync_states
           (connection, scope, walk, cursor_format, cursor_bytes, started_at, done_at, resume_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            turn.connection,
            scope,
            turn.lists.then_some(turn.walk),
            batch.cursor.as_ref().map(|cursor| cursor.format),
            batch.cursor.as_ref().map(|cursor| &cursor.bytes),
            turn.started_at,
            batch.done.then_some(turn.as_of),
            wait.map(|wait| turn.as_of.saturating_add(wait)),
        ],
    )?;
    Ok(())
}

/// Where the walk stands, and its number.
fn select(
    database: &Connection,
    connection: i64,
    scope: &str,
) -> rusqlite::Result<Option<(SyncState, Option<i64>)>> {
    database
        .query_row(
            "SELECT cursor_format, cursor_bytes, started_at, done_at, resume_at, walk
             FROM sync_states WHERE connection = ?1 AND scope = ?2",
            params![connection, scope],
            |row| Ok((state(row)?, row.get(5)?)),
        )
        .optional()
}

fn state(row: &Row<'_>) -> rusqlite::Result<SyncState> {
    let format: Option<u32> = row.get(0)?;
    let bytes: Option<Vec<u8>> = row.get(1)?;
    Ok(SyncState {
        cursor: format
            .zip(bytes)
            .map(|(format, bytes)| Cursor { format, bytes }),
        started_at: row.get(2)?,
        done_at: row.get(3)?,
        resume_at: row.get(4)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{change_scope, connected};

    #[test]
    fn a_window_is_wider_only_than_one_that_was_wanted_before() {
        let (_directory, mut tenant, connection) = connected();
        let wanted = [
            Some(90),
            Some(30),
            Some(365),
            Some(90),
            None,
            Some(365),
            None,
        ];
        let wider = wanted.map(|days| tenant.widen(&connection, days).unwrap());
        assert_eq!(wider, [false, false, true, false, true, false, false]);
    }

    #[test]
    fn organizations_in_any_order_are_one_scope_and_each_head_is_its_own() {
        let organizations = |ids: &[&str]| {
            scope_key(&Scope::Organizations(
                ids.iter().map(ToString::to_string).collect(),
            ))
        };
        assert_eq!(organizations(&["b", "a", "b"]), organizations(&["a", "b"]));
        assert_ne!(organizations(&["a"]), organizations(&["a", "b"]));
        let mut pushed = change_scope();
        if let Scope::Change(scope) = &mut pushed {
            scope.change.head_sha = "def".to_owned();
        }
        assert_ne!(scope_key(&pushed), scope_key(&change_scope()));
    }
}

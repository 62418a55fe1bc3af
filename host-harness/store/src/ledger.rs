//! The ledger of what was delivered: made of rows, and kept until one of them changes.

mod known;

use std::hash::{DefaultHasher, Hasher};

use koalr_platform::ledger::Ledger;
use koalr_platform::model::common::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use crate::error::{Fault, StoreError};
use crate::tenant::Tenant;

impl Tenant {
    /// What was delivered, what came with it and what followed, as known at a time. It is kept: until something that it
    /// rests on changes, or its time comes, asking again reads it as it was made.
    ///
    /// # Errors
    /// - [`StoreError::Services`]: two services claim one name
    /// - the database cannot be read or written; one that is only busy or full is no error, the ledger is not kept then
    pub fn ledger(&mut self, as_of: Timestamp) -> Result<Ledger, StoreError> {
        if let Some(ledger) = self.database.read(|database| kept(database, as_of))? {
            return Ok(ledger);
        }
        let (stamp, known) = self.known()?;
        let ledger = Ledger::build(known, as_of);
        let keep = self.database.write(|transaction| {
            transaction.execute(KEEP, params![stamp, as_of, bytes(&ledger)])?;
            Ok(())
        });
        match keep {
            Ok(()) | Err(StoreError::Busy { .. } | StoreError::Full { .. }) => Ok(ledger),
            Err(error) => Err(error),
        }
    }
}

/// The ledger that is kept, if it is that of the rows as they are and still tells the truth at that time.
fn kept(database: &Connection, as_of: Timestamp) -> Result<Option<Ledger>, Fault> {
    let found = database.query_row(KEPT, [as_of], |row| {
        Ok(row.get_ref(0)?.as_blob().ok().and_then(ledger))
    });
    let ledger = found.optional()?.flatten();
    let ledger = ledger.filter(|one| one.next_at.is_none_or(|at| as_of < at));
    Ok(ledger.map(|ledger| Ledger { as_of, ..ledger }))
}

/// A ledger behind its format and the hash of all that follows.
fn bytes(ledger: &Ledger) -> Vec<u8> {
    // Nothing in a ledger is of a kind that cannot be written. An empty blob would be made anew.
    let rows = postcard::to_allocvec(ledger).unwrap_or_default();
    let mut bytes = Vec::with_capacity(HEAD_BYTES + rows.len());
    bytes.extend(FORMAT.to_le_bytes());
    bytes.extend(hash(&rows).to_le_bytes());
    bytes.extend(rows);
    bytes
}

/// The ledger of those bytes; none if they are of another format, or damaged.
fn ledger(bytes: &[u8]) -> Option<Ledger> {
    let (format, bytes) = bytes.split_first_chunk()?;
    let (expected, rows) = bytes.split_first_chunk()?;
    let is_whole =
        u32::from_le_bytes(*format) == FORMAT && u64::from_le_bytes(*expected) == hash(rows);
    if is_whole {
        postcard::from_bytes(rows).ok()
    } else {
        None
    }
}

/// Against damage, not against people. Another release of Rust may hash otherwise: then the ledger is made anew.
fn hash(rows: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(rows);
    hasher.finish()
}

/// Number of the form that a kept ledger has. It rises with every change of [`Ledger`] and what is in it.
const FORMAT: u32 = 1;

/// Bytes of the format and the hash.
const HEAD_BYTES: usize = 12;

const KEPT: &str = "
    SELECT bytes FROM derived
    WHERE name = 'ledger' AND as_of <= ?1
      AND stamp = (SELECT n FROM stamps WHERE topic = 'ledger')";

const KEEP: &str = "
    INSERT INTO derived (name, stamp, as_of, bytes) VALUES ('ledger', ?1, ?2, ?3)
    ON CONFLICT (name) DO UPDATE SET stamp = excluded.stamp, as_of = excluded.as_of, bytes = excluded.bytes
    WHERE (excluded.stamp, excluded.as_of) >= (derived.stamp, derived.as_of)";

#[cfg(test)]
mod tests;

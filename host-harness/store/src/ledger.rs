//! The ledger of what was delivered: made of rows, and kept until one of them changes.

mod known;

use std::hash::{DefaultHasher, Hasher};
use std::sync::Arc;

use koalr_platform::ledger::Ledger;
use koalr_platform::model::common::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use crate::error::{Fault, StoreError};
use crate::tenant::Tenant;

/// The ledger that was handed out last.
pub(crate) struct Held {
    /// Of the rows that it was made of.
    stamp: i64,
    /// The time that it was made for. It tells the truth at later ones too.
    from: Timestamp,
    ledger: Arc<Ledger>,
}

impl Held {
    /// Whether it is that of the rows with this stamp, and tells the truth at that time.
    fn holds(&self, stamp: i64, as_of: Timestamp) -> bool {
        let is_past = |at| at <= as_of;
        self.stamp == stamp && self.from <= as_of && !self.ledger.next_at.is_some_and(is_past)
    }

    fn at(&mut self, as_of: Timestamp) -> Arc<Ledger> {
        if self.ledger.as_of != as_of {
            // Copied only if somebody still reads it.
            Arc::make_mut(&mut self.ledger).as_of = as_of;
        }
        Arc::clone(&self.ledger)
    }
}

impl Tenant {
    /// What was delivered, what came with it and what followed, as known at a time. It is kept: until something that it
    /// rests on changes, or its time comes, asking again reads it as it was made, and asking the same handle again does
    /// not read it.
    ///
    /// # Errors
    /// - [`StoreError::Services`]: two services claim one name
    /// - the database cannot be read or written; one that is only busy or full is no error, the ledger is not kept then
    pub fn ledger(&mut self, as_of: Timestamp) -> Result<Arc<Ledger>, StoreError> {
        let stamp = self.database.read(stamp)?;
        if let Some(held) = &mut self.ledger
            && held.holds(stamp, as_of)
        {
            return Ok(held.at(as_of));
        }
        if let Some(held) = self.database.read(|database| kept(database, as_of))? {
            return Ok(self.ledger.insert(held).at(as_of));
        }
        let (stamp, known) = self.known()?;
        let ledger = Ledger::build(known, as_of);
        let keep = self.database.write(|transaction| {
            transaction.execute(KEEP, params![stamp, as_of, bytes(&ledger)])?;
            Ok(())
        });
        match keep {
            Ok(()) | Err(StoreError::Busy { .. } | StoreError::Full { .. }) => {
                let held = Held {
                    stamp,
                    from: as_of,
                    ledger: Arc::new(ledger),
                };
                Ok(self.ledger.insert(held).at(as_of))
            }
            Err(error) => Err(error),
        }
    }
}

/// The stamp of the rows as they are.
fn stamp(database: &Connection) -> Result<i64, Fault> {
    let query = "SELECT n FROM stamps WHERE topic = 'ledger'";
    Ok(database.query_row(query, [], |row| row.get(0))?)
}

/// Whether a ledger of the rows as they are is kept. Its time may have come.
pub(crate) fn is_kept(database: &Connection, as_of: Timestamp) -> Result<bool, Fault> {
    let query = "SELECT count(*) FROM derived
        WHERE name = 'ledger' AND as_of <= ?1
          AND stamp = (SELECT n FROM stamps WHERE topic = 'ledger')";
    Ok(database.query_row(query, [as_of], |row| row.get(0))?)
}

/// The ledger that is kept, if it is that of the rows as they are and still tells the truth at that time.
fn kept(database: &Connection, as_of: Timestamp) -> Result<Option<Held>, Fault> {
    let found = database.query_row(KEPT, [as_of], |row| {
        let ledger = row.get_ref(0)?.as_blob().ok().and_then(ledger);
        let (stamp, from) = (row.get(1)?, row.get(2)?);
        Ok(ledger.map(|ledger| Held {
            stamp,
            from,
            ledger: Arc::new(ledger),
        }))
    });
    let held = found.optional()?.flatten();
    Ok(held.filter(|held| held.holds(held.stamp, as_of)))
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
    SELECT bytes, stamp, as_of FROM derived
    WHERE name = 'ledger' AND as_of <= ?1
      AND stamp = (SELECT n FROM stamps WHERE topic = 'ledger')";

const KEEP: &str = "
    INSERT INTO derived (name, stamp, as_of, bytes) VALUES ('ledger', ?1, ?2, ?3)
    ON CONFLICT (name) DO UPDATE SET stamp = excluded.stamp, as_of = excluded.as_of, bytes = excluded.bytes
    WHERE (excluded.stamp, excluded.as_of) >= (derived.stamp, derived.as_of)";

#[cfg(test)]
mod tests;

//! The rows of reports about findings: stretches in which they were open, read from kept segments.
//!
//! A segment holds what the findings of 512 rows tell, of all connections. Triggers remove one when anything changes
//! that it follows from, and what is not kept is read from the rows themselves: what is kept only ever saves time.

mod listed;
mod repositories;
mod rows;
mod segment;
mod sieve;

use std::collections::BTreeSet;

use koalr_platform::model::common::FindingClass;
use koalr_platform::spell::Spell;
use rusqlite::{Connection, Transaction, params};

use crate::connection::StoredConnection;
use crate::error::{Fault, StoreError};
use crate::tenant::Tenant;
use repositories::{Listed, Numbered};
use rows::{Rows, rows_of};
use segment::{FORMAT, ROW_BITS};

pub use listed::{ListedSpell, SpellPage};
pub(crate) use sieve::Sieve;

/// Which stretches to read. The default is all.
#[derive(Debug, Clone, Copy, Default)]
pub struct SpellFilter<'a> {
    /// Only in projects of this repository, in any case.
    pub repository: Option<&'a str>,
    /// Only of this class.
    pub class: Option<FindingClass>,
}

/// What goes with the stretches that were read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpellRows {
    /// The repositories: each stretch holds its place in this list, and in no other.
    pub repositories: Vec<String>,
    /// Segments that were kept.
    pub kept: u32,
    /// Segments that were not, and took a few hundred times as long to read.
    pub built: u32,
}

impl Tenant {
    /// Hands over the stretches of a connection's findings, those of one finding in order of time. A finding that was
    /// imported again is told once. It is one state of the database, kept or not.
    ///
    /// # Errors
    /// - the database cannot be read; some stretches may have been handed over
    pub fn spells(
        &self,
        connection: &StoredConnection,
        filter: SpellFilter<'_>,
        each: &mut dyn FnMut(&Spell),
    ) -> Result<SpellRows, StoreError> {
        let only = filter.repository.map(|one| [one.to_owned()]);
        self.database.read(|database| {
            let transaction = database.unchecked_transaction()?;
            let only = only.as_ref().map(<[String; 1]>::as_slice);
            let mut listed = Listed::read(&transaction, only)?;
            let (kept, built) = scan(&transaction, connection.id, &mut listed, &mut |_, spell| {
                if filter.class.is_none_or(|class| class == spell.class) {
                    each(spell);
                }
            })?;
            Ok(SpellRows {
                repositories: listed.into_names(),
                kept,
                built,
            })
        })
    }

    /// Keeps segments that are not kept, at most so many, and says how many. What was done stays done if it fails or is
    /// stopped, and others may write in between.
    ///
    /// # Errors
    /// - the database is busy, full or cannot be written
    pub fn refresh_spells(&mut self, most: u32) -> Result<u32, StoreError> {
        let absent = self.database.read(absent)?;
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let absent: Vec<u32> = absent.into_iter().take(most).collect();
        let mut numbered = Numbered::default();
        for turn in absent.chunks(AT_ONCE) {
            self.database
                .write(|transaction| keep(transaction, &mut numbered, turn))?;
        }
        Ok(u32::try_from(absent.len()).unwrap_or(u32::MAX))
    }
}

/// Hands over the stretches of a connection in the repositories that are wanted, each with its segment, and says how many
/// segments were kept and how many were not.
fn scan(
    database: &Connection,
    connection: i64,
    listed: &mut Listed,
    each: &mut dyn FnMut(u32, &Spell),
) -> Result<(u32, u32), Fault> {
    let segments = segments(database)?;
    let mut absent: BTreeSet<u32> = (0..segments).collect();
    let mut statement = database.prepare(SELECT)?;
    let mut kept = statement.query([FORMAT])?;
    let mut spells = Vec::new();
    while let Some(row) = kept.next()? {
        let segment = row.get(0)?;
        let bytes = row.get_ref(1)?.as_blob().unwrap_or_default();
        spells.clear();
        if segment::read(bytes, connection, &mut spells) {
            for spell in &spells {
                if listed.is_wanted(spell.repository) {
                    each(segment, spell);
                }
            }
            absent.remove(&segment);
        }
    }
    let mut rows = Rows::open(database)?;
    for segment in &absent {
        rows.read(*segment, listed, &mut |listed, _, record| {
            let spell = &record.spell;
            if record.connection == connection && listed.is_wanted(spell.repository) {
                each(*segment, spell);
            }
        })?;
    }
    let built = u32::try_from(absent.len()).unwrap_or(u32::MAX);
    Ok((segments.saturating_sub(built), built))
}

fn keep(
    transaction: &Transaction<'_>,
    numbered: &mut Numbered,
    segments: &[u32],
) -> Result<(), Fault> {
    let mut numbers = numbered.within(transaction)?;
    let mut rows = Rows::open(transaction)?;
    let mut keep = transaction.prepare(KEEP)?;
    let mut note_fixes = transaction.prepare(NOTE_FIXES)?;
    let mut records = Vec::new();
    for segment in segments {
        records.clear();
        rows.read(*segment, &mut numbers, &mut |_, _, record| {
            records.push(*record);
        })?;
        keep.execute(params![segment, FORMAT, segment::write(&records)])?;
        let (first, last) = rows_of(*segment);
        note_fixes.execute([i64::from(*segment), first, last])?;
    }
    Ok(())
}

/// Segments that are not kept.
pub(crate) fn absent(database: &Connection) -> Result<BTreeSet<u32>, Fault> {
    let mut absent: BTreeSet<u32> = (0..segments(database)?).collect();
    let mut statement = database.prepare(KEPT)?;
    let mut kept = statement.query([FORMAT])?;
    while let Some(row) = kept.next()? {
        absent.remove(&row.get(0)?);
    }
    Ok(absent)
}

/// How many segments there are, kept or not.
fn segments(database: &Connection) -> Result<u32, Fault> {
    let query = "SELECT ifnull((max(row) >> ?1) + 1, 0) FROM findings";
    Ok(database.query_row(query, [ROW_BITS], |row| row.get(0))?)
}

/// Segments that are built in one transaction: a few tens of milliseconds, for which other writers wait.
const AT_ONCE: usize = 16;

const SELECT: &str =
    "SELECT segment, spells FROM spell_segments WHERE format = ?1 ORDER BY segment";

const KEPT: &str = "SELECT segment FROM spell_segments WHERE format = ?1";

const KEEP: &str =
    "INSERT OR REPLACE INTO spell_segments (segment, format, spells) VALUES (?1, ?2, ?3)";

/// Findings whose fix may be looked up later.
const NOTE_FIXES: &str = "
    INSERT OR IGNORE INTO spell_fixes (vulnerability, package, version, segment)
    SELECT vulnerability, packages ->> '$[0].name', ifnull(packages ->> '$[0].version', ''), ?1
    FROM findings
    WHERE row BETWEEN ?2 AND ?3 AND fix = 'unknown'
      AND json_array_length(packages) = 1";

#[cfg(test)]
mod tests;

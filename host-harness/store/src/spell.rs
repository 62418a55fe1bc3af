//! The rows of reports about findings: stretches in which they were open, read from kept segments.
//!
//! A segment holds what the findings of 512 rows tell, of all connections. Triggers note each finding that changes, and
//! remove segments where more changes that they follow from. What is not kept, or has changed since, is read from the rows
//! themselves: what is kept only ever saves time.

mod listed;
mod refresh;
mod repositories;
mod rows;
mod segment;
mod sieve;

use std::collections::{BTreeMap, BTreeSet};

use koalr_platform::model::common::FindingClass;
use koalr_platform::spell::Spell;
use rusqlite::Connection;

use crate::connection::StoredConnection;
use crate::error::{Fault, StoreError};
use crate::tenant::Tenant;
use repositories::Listed;
use rows::Rows;
use segment::{FORMAT, ROW_BITS, rows_of};

pub use listed::{ListedSpell, SpellPage};
pub(crate) use refresh::unkept;
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
    /// Segments that were kept, and of which nothing changed since.
    pub kept: u32,
    /// Segments of which rows were read: all if it was not kept, otherwise those that changed.
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
    let mut unread: BTreeSet<u32> = (0..segments).collect();
    let changed = changed(database)?;
    let mut built = 0_u32;
    let mut spans = Vec::new();
    let mut statement = database.prepare(SELECT)?;
    let mut kept = statement.query([FORMAT])?;
    let mut spells = Vec::new();
    while let Some(row) = kept.next()? {
        let segment = row.get(0)?;
        let bytes = row.get_ref(1)?.as_blob().unwrap_or_default();
        spells.clear();
        let changed = changed.get(&segment).map_or(&[][..], Vec::as_slice);
        let is_whole = if changed.is_empty() {
            segment::read(bytes, connection, &mut spells)
        } else if let Some(records) = segment::records(bytes) {
            let held = records.iter().filter(|one| one.holds(changed));
            let own = held.filter(|one| one.connection == connection);
            spells.extend(own.map(|one| one.spell));
            true
        } else {
            false
        };
        if !is_whole {
            continue;
        }
        unread.remove(&segment);
        built += u32::from(!changed.is_empty());
        for spell in &spells {
            if listed.is_wanted(spell.repository) {
                each(segment, spell);
            }
        }
        spans.extend(changed.iter().map(|row| (segment, (*row, *row))));
    }
    spans.extend(unread.iter().map(|segment| (*segment, rows_of(*segment))));
    let mut rows = Rows::open(database)?;
    for (segment, span) in spans {
        rows.read(span, listed, &mut |listed, _, record| {
            let spell = &record.spell;
            if record.connection == connection && listed.is_wanted(spell.repository) {
                each(segment, spell);
            }
        })?;
    }
    built += u32::try_from(unread.len()).unwrap_or(u32::MAX);
    Ok((segments.saturating_sub(built), built))
}

/// Rows of findings that changed since their segment was kept, by segment.
fn changed(database: &Connection) -> Result<BTreeMap<u32, Vec<i64>>, Fault> {
    let mut changed: BTreeMap<u32, Vec<i64>> = BTreeMap::new();
    let mut statement =
        database.prepare("SELECT row >> ?1, row FROM spell_changes ORDER BY row")?;
    let mut rows = statement.query([ROW_BITS])?;
    while let Some(row) = rows.next()? {
        changed.entry(row.get(0)?).or_default().push(row.get(1)?);
    }
    Ok(changed)
}

/// How many segments there are, kept or not.
fn segments(database: &Connection) -> Result<u32, Fault> {
    let query = "SELECT ifnull((max(row) >> ?1) + 1, 0) FROM findings";
    Ok(database.query_row(query, [ROW_BITS], |row| row.get(0))?)
}

const SELECT: &str =
    "SELECT segment, spells FROM spell_segments WHERE format = ?1 ORDER BY segment";

#[cfg(test)]
mod tests;

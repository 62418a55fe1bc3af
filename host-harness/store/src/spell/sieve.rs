//! Tells which segments can hold what is looked for, without reading their rows.

use koalr_platform::spell::Spell;
use rusqlite::{Connection, OptionalExtension as _, Statement};

use super::repositories::Listed;
use super::segment::{self, FORMAT, rows_of, segment_of};
use super::segments;
use crate::error::Fault;

/// Passes over segments that are kept and hold nothing that fits.
pub(crate) struct Sieve<'c> {
    kept: Statement<'c>,
    listed: Listed,
    spells: Vec<Spell>,
}

impl<'c> Sieve<'c> {
    /// For stretches in projects of this repository, in any case; of all if it is none.
    pub(crate) fn open(database: &'c Connection, repository: Option<&str>) -> Result<Self, Fault> {
        let only = repository.map(|one| [one.to_owned()]);
        Ok(Self {
            kept: database.prepare(SELECT)?,
            listed: Listed::read(database, only.as_ref().map(<[String; 1]>::as_slice))?,
            spells: Vec::new(),
        })
    }

    /// The first and the last row of each segment that may hold what fits, the newest first, up to the one that holds
    /// `newest`.
    pub(crate) fn spans(
        database: &Connection,
        newest: Option<i64>,
    ) -> Result<Vec<(i64, i64)>, Fault> {
        let all = 0..segments(database)?;
        let spans = all.rev().map(rows_of);
        let wanted = spans.filter(|(first, _)| newest.is_none_or(|newest| *first <= newest));
        Ok(wanted.collect())
    }

    /// Whether a finding of these rows, those of one segment, may fit. Those that are not kept may.
    pub(crate) fn passes(
        &mut self,
        (first, last): (i64, i64),
        connection: i64,
        fits: impl Fn(&Spell) -> bool,
    ) -> Result<bool, Fault> {
        let key = (segment_of(first), FORMAT, first, last);
        let kept: Option<Vec<u8>> = self.kept.query_row(key, |row| row.get(0)).optional()?;
        self.spells.clear();
        let is_read = kept.is_some_and(|bytes| segment::read(&bytes, connection, &mut self.spells));
        let mut spells = self.spells.iter();
        Ok(!is_read || spells.any(|one| fits(one) && self.listed.is_wanted(one.repository)))
    }
}

/// Of a segment in which something changed, what is kept does not tell.
const SELECT: &str = "
    SELECT spells FROM spell_segments
    WHERE segment = ?1 AND format = ?2
      AND NOT EXISTS (SELECT 1 FROM spell_changes WHERE row BETWEEN ?3 AND ?4)";

//! Keeping segments that are not kept, or of which something changed.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension as _, Statement, params};

use super::repositories::Numbered;
use super::rows::Rows;
use super::segment::{self, FORMAT, Record, rows_of};
use super::{changed, segments};
use crate::database::Transaction;
use crate::error::{Fault, StoreError};
use crate::tenant::Tenant;
use crate::unkept::UnkeptSpells;

impl Tenant {
    /// Keeps segments that are not kept or of which findings changed, at most so many, and says how many. What was done
    /// stays done if it fails or is stopped, and others may write in between.
    ///
    /// # Errors
    /// - the database is busy, full or cannot be written
    pub fn refresh_spells(&mut self, most: u32) -> Result<u32, StoreError> {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let spoilt: Vec<u32> = self.database.read(|database| {
            let mut spoilt = absent(database)?;
            spoilt.extend(changed(database)?.into_keys());
            Ok(spoilt.into_iter().take(most).collect())
        })?;
        let mut numbered = Numbered::default();
        for turn in spoilt.chunks(AT_ONCE) {
            self.database
                .write(|transaction| keep(transaction, &mut numbered, turn))?;
        }
        Ok(u32::try_from(spoilt.len()).unwrap_or(u32::MAX))
    }
}

/// Segments that are not kept, and findings that changed in those that are.
pub(crate) fn unkept(database: &Connection) -> Result<UnkeptSpells, Fault> {
    let absent = absent(database)?.len();
    let query = "SELECT min(count(*), 0xffffffff) FROM spell_changes";
    Ok(UnkeptSpells {
        segments: u32::try_from(absent).unwrap_or(u32::MAX),
        findings: database.query_row(query, [], |row| row.get(0))?,
    })
}

fn keep(
    transaction: &Transaction<'_>,
    numbered: &mut Numbered,
    segments: &[u32],
) -> Result<(), Fault> {
    let mut numbers = numbered.within(transaction)?;
    let mut rows = Rows::open(transaction)?;
    let mut kept = transaction.prepare(KEPT_ONE)?;
    let mut changed = transaction.prepare(CHANGED)?;
    let mut forget = transaction.prepare(FORGET)?;
    let mut keep = transaction.prepare(KEEP)?;
    let mut note_fixes = transaction.prepare(NOTE_FIXES)?;
    for segment in segments {
        let all = rows_of(*segment);
        let changed: Vec<i64> = changed
            .query_map(all, |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let mut records = Vec::new();
        let mut spans = vec![all];
        if let Some(held) = held(&mut kept, *segment, &changed)? {
            records = held;
            spans = changed.iter().map(|row| (*row, *row)).collect();
        }
        for (first, last) in spans {
            rows.read((first, last), &mut numbers, &mut |_, _, record| {
                records.push(*record);
            })?;
            note_fixes.execute([i64::from(*segment), first, last])?;
        }
        // In the order of their rows; those of one finding stay in order of time.
        records.sort_by_key(|one| one.place);
        keep.execute(params![segment, FORMAT, segment::write(&records)])?;
        forget.execute(all)?;
    }
    Ok(())
}

/// What is kept of a segment and still holds, if some of it changed and reading all of it anew takes longer.
fn held(
    kept: &mut Statement<'_>,
    segment: u32,
    changed: &[i64],
) -> Result<Option<Vec<Record>>, Fault> {
    if changed.is_empty() || changed.len() > MOST_SPLICED {
        return Ok(None);
    }
    let bytes: Option<Vec<u8>> = kept
        .query_row((segment, FORMAT), |row| row.get(0))
        .optional()?;
    let records = bytes.and_then(|bytes| segment::records(&bytes));
    Ok(records.map(|mut records| {
        records.retain(|one| one.holds(changed));
        records
    }))
}

/// Segments that are not kept.
fn absent(database: &Connection) -> Result<BTreeSet<u32>, Fault> {
    let mut absent: BTreeSet<u32> = (0..segments(database)?).collect();
    let mut statement = database.prepare(KEPT)?;
    let mut kept = statement.query([FORMAT])?;
    while let Some(row) = kept.next()? {
        absent.remove(&row.get(0)?);
    }
    Ok(absent)
}

/// Segments that are built in one transaction: a few tens of milliseconds, for which other writers wait.
const AT_ONCE: usize = 16;

/// Findings of a segment that are read one by one.
const MOST_SPLICED: usize = 128;

const KEPT: &str = "SELECT segment FROM spell_segments WHERE format = ?1";

const KEPT_ONE: &str = "SELECT spells FROM spell_segments WHERE segment = ?1 AND format = ?2";

const CHANGED: &str = "SELECT row FROM spell_changes WHERE row BETWEEN ?1 AND ?2 ORDER BY row";

const FORGET: &str = "DELETE FROM spell_changes WHERE row BETWEEN ?1 AND ?2";

const KEEP: &str =
    "INSERT OR REPLACE INTO spell_segments (segment, format, spells) VALUES (?1, ?2, ?3)";

/// Findings whose fix may be looked up later.
const NOTE_FIXES: &str = "
    INSERT OR IGNORE INTO spell_fixes (vulnerability, package, version, segment)
    SELECT vulnerability, packages ->> '$[0].name', ifnull(packages ->> '$[0].version', ''), ?1
    FROM findings
    WHERE row BETWEEN ?2 AND ?3 AND fix = 'unknown'
      AND json_array_length(packages) = 1";

//! Stretches one by one, with the findings that they are of.

use std::collections::BTreeSet;

use koalr_platform::spell::Spell;

use super::repositories::Listed;
use super::rows::Rows;
use super::scan;
use super::segment::rows_of;
use crate::connection::StoredConnection;
use crate::error::StoreError;
use crate::page::{ListedFinding, Slice, finding_at};
use crate::tenant::Tenant;

/// A stretch, and what it is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedSpell {
    /// The finding.
    pub listed: ListedFinding,
    /// When it was open.
    pub spell: Spell,
}

/// Some of the stretches that fit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SpellPage {
    /// How many fit, on all pages.
    pub n: u32,
    /// Those of this page, of the last stored finding first. All of one finding are on one page.
    pub rows: Vec<ListedSpell>,
    /// Row of the last finding of this page, if there are more.
    pub next: Option<i64>,
}

impl Tenant {
    /// The stretches of a connection that fit, in projects of these repositories, in any case; of all if there are none.
    /// As [`spells`](Self::spells) hands them over, and one state of the database.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn list_spells(
        &self,
        connection: &StoredConnection,
        repositories: Option<&[String]>,
        fits: &dyn Fn(&Spell) -> bool,
        slice: &Slice<i64>,
    ) -> Result<SpellPage, StoreError> {
        let limit = usize::try_from(slice.limit).unwrap_or(usize::MAX);
        self.database.read(|database| {
            let transaction = database.unchecked_transaction()?;
            let mut listed = Listed::read(&transaction, repositories)?;
            let mut page = SpellPage::default();
            let mut segments = BTreeSet::new();
            scan(
                &transaction,
                connection.id,
                &mut listed,
                &mut |segment, spell| {
                    if fits(spell) {
                        page.n += 1;
                        segments.insert(segment);
                    }
                },
            )?;
            let mut rows = Rows::open(&transaction)?;
            let is_behind = |segment: &u32| {
                let first = rows_of(*segment).0;
                slice.after.is_none_or(|after| first < after)
            };
            'all: for segment in segments.into_iter().rev().filter(is_behind) {
                let mut found: Vec<(i64, Spell)> = Vec::new();
                rows.read(rows_of(segment), &mut listed, &mut |listed, row, record| {
                    let spell = record.spell;
                    if record.connection == connection.id
                        && slice.after.is_none_or(|after| row < after)
                        && listed.is_wanted(spell.repository)
                        && fits(&spell)
                    {
                        found.push((row, spell));
                    }
                })?;
                // By row, those of one in order of time.
                for of_one in found.chunk_by(|one, next| one.0 == next.0).rev() {
                    let Some((row, _)) = of_one.first() else {
                        continue;
                    };
                    if page.rows.len() >= limit {
                        page.next = page.rows.last().map(|last| last.listed.row);
                        break 'all;
                    }
                    let listed = finding_at(&transaction, *row)?;
                    page.rows
                        .extend(of_one.iter().map(|(_, spell)| ListedSpell {
                            listed: listed.clone(),
                            spell: *spell,
                        }));
                }
            }
            Ok(page)
        })
    }
}

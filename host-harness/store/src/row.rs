//! Records to rows and back, by a table's list of columns.

use rusqlite::types::ValueRef;
use rusqlite::{Row, Statement, params_from_iter};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::cell::{Cells, Parameter};
use crate::database::Transaction;
use crate::error::Fault;
use crate::fields::decode;
use crate::sync_state::Turn;
use crate::table::Table;

/// What storing one record did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stored {
    /// There was no such row.
    Inserted,
    /// The row was another.
    Updated,
    /// The row was the same, or newer.
    Unchanged,
}

/// What a record met in its table.
pub(crate) struct Met<R> {
    /// What storing it did.
    pub(crate) stored: Stored,
    /// What it replaced; only if the table's rows remember the walks that showed them.
    pub(crate) former: Option<R>,
    /// Whether the row had been concluded to be gone.
    pub(crate) was_gone: bool,
    /// The row.
    pub(crate) row: i64,
}

/// Stores records of one table in one transaction, with statements that are prepared once.
pub(crate) struct Writer<'t> {
    table: &'static Table,
    cells: Cells,
    /// Places of the key's columns.
    key: Vec<usize>,
    /// Place of the record's own time.
    version: Option<usize>,
    select: Statement<'t>,
    insert: Statement<'t>,
    update: Statement<'t>,
    touch: Statement<'t>,
}

impl<'t> Writer<'t> {
    pub(crate) fn new(
        transaction: &'t Transaction<'_>,
        table: &'static Table,
    ) -> rusqlite::Result<Self> {
        let name = table.name;
        let columns: Vec<&str> = all_columns(table).collect();
        let place = |name: &str| columns.iter().position(|column| *column == name);
        let list = columns.join(", ");
        let holes = vec!["?"; columns.len()].join(", ");
        let settings = columns.join(" = ?, ");
        let key = format!("connection = ? AND {}", table.key.join(" IS ? AND "));
        let mut shown = "last_seen = max(last_seen, ?)".to_owned();
        let (mut memory, mut walks, mut walk_holes) = (String::new(), "", "");
        if !table.absence.is_empty() {
            let absence = table.absence.join(" = NULL, ");
            shown = format!("{shown}, seen_in = max(seen_in, ?), {absence} = NULL");
            memory = format!(", seen_in, {}", table.absence.join(", "));
            (walks, walk_holes) = ("first_in, seen_in, ", "?, ?, ");
        }
        Ok(Self {
            table,
            cells: Cells::default(),
            key: table.key.iter().filter_map(|name| place(name)).collect(),
            version: table.version.and_then(place),
            select: transaction.prepare(&format!(
                "SELECT {list}, rowid, last_seen{memory} FROM {name} WHERE {key} IS ?"
            ))?,
            insert: transaction.prepare(&format!(
                "INSERT INTO {name} (connection, first_seen, last_seen, {walks}{list})
                 VALUES (?, ?, ?, {walk_holes}{holes})"
            ))?,
            update: transaction.prepare(&format!(
                "UPDATE {name} SET {shown}, {settings} = ? WHERE {key} IS ?"
            ))?,
            touch: transaction.prepare(&format!("UPDATE {name} SET {shown} WHERE {key} IS ?"))?,
        })
    }

    /// Stores one record; `beside` holds the values of the table's further columns.
    pub(crate) fn store<R: Serialize + DeserializeOwned>(
        &mut self,
        turn: &Turn,
        beside: &[ValueRef<'_>],
        record: &R,
    ) -> Result<Met<R>, Fault> {
        let Self { table, cells, .. } = self;
        cells.fill(table, beside, record)?;
        let walked = !table.absence.is_empty();
        let integer = |number| Parameter(ValueRef::Integer(number));
        let walk = |number| walked.then(|| integer(number));
        let key = || {
            let own = self.key.iter().map(|place| Parameter(cells.value(*place)));
            [integer(turn.connection)].into_iter().chain(own)
        };
        let mut rows = self.select.query(params_from_iter(key()))?;
        let Some(row) = rows.next()? else {
            let first = [turn.connection, turn.as_of, turn.as_of].map(integer);
            let walks = walk(turn.walk).into_iter().chain(walk(turn.walk));
            let values = first.into_iter().chain(walks).chain(cells.parameters());
            return Ok(Met {
                stored: Stored::Inserted,
                former: None,
                was_gone: false,
                row: self.insert.insert(params_from_iter(values))?,
            });
        };
        let number = row.get(cells.len())?;
        let width = cells.len() + 1;
        let (mut was_gone, mut was_shown) = (false, turn.as_of <= row.get(width)?);
        if walked {
            was_gone = row.get_ref(width + 2)? != ValueRef::Null;
            was_shown &= turn.shown_in() <= row.get(width + 1)?;
            for place in 0..table.absence.len() {
                was_shown &= row.get_ref(width + 2 + place)? == ValueRef::Null;
            }
        }
        let shown = [integer(turn.as_of)]
            .into_iter()
            .chain(walk(turn.shown_in()));
        if is_older(self.version, cells, row)? || is_same(cells, row)? {
            if !was_shown {
                let values = shown.chain(key());
                self.touch.execute(params_from_iter(values))?;
            }
            return Ok(Met {
                stored: Stored::Unchanged,
                former: None,
                was_gone,
                row: number,
            });
        }
        let former = walked.then(|| decode(table, row)).transpose()?;
        let values = shown.chain(cells.parameters()).chain(key());
        self.update.execute(params_from_iter(values))?;
        Ok(Met {
            stored: Stored::Updated,
            former,
            was_gone,
            row: number,
        })
    }
}

fn is_older(version: Option<usize>, new: &Cells, old: &Row<'_>) -> rusqlite::Result<bool> {
    let Some(place) = version else {
        return Ok(false);
    };
    Ok(match (new.value(place), old.get_ref(place)?) {
        (ValueRef::Integer(new), ValueRef::Integer(old)) => new < old,
        _ => false,
    })
}

fn is_same(new: &Cells, old: &Row<'_>) -> rusqlite::Result<bool> {
    for place in 0..new.len() {
        if new.value(place) != old.get_ref(place)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The columns of the record's own fields, each behind the table's name.
pub(crate) fn select_list(table: &Table) -> String {
    let columns = table.columns.iter();
    let columns: Vec<String> = columns
        .map(|(column, _)| format!("{}.{column}", table.name))
        .collect();
    columns.join(", ")
}

/// All columns but those that the store itself keeps.
pub(crate) fn all_columns(table: &Table) -> impl Iterator<Item = &'static str> {
    let columns = table.columns.iter().map(|(column, _)| *column);
    columns.chain(table.beside.iter().copied())
}

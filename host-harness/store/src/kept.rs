//! Rows of the platform's own tables, written by a table's list of columns.

use rusqlite::types::ValueRef;
use rusqlite::{ToSql, params_from_iter};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::cell::Cells;
use crate::database::Transaction;
use crate::error::{Fault, StoreError};
use crate::fields::decode;
use crate::row::{all_columns, select_list};
use crate::table::Table;
use crate::tenant::Tenant;

/// Stores a record in place of the row with its key; `beside` holds the values of the table's further columns. Not if
/// that row is newer: then it says no.
pub(crate) fn put(
    transaction: &Transaction<'_>,
    table: &Table,
    beside: &[ValueRef<'_>],
    record: &impl Serialize,
) -> Result<bool, Fault> {
    let mut cells = Cells::default();
    cells.fill(table, beside, record)?;
    let (name, columns) = (table.name, all_columns(table).collect::<Vec<_>>());
    let settings: Vec<String> = columns
        .iter()
        .map(|column| format!("{column} = excluded.{column}"))
        .collect();
    let unless_newer = table.version.map_or_else(String::new, |version| {
        format!("WHERE excluded.{version} >= {name}.{version}")
    });
    let mut statement = transaction.prepare(&format!(
        "INSERT INTO {name} ({}) VALUES ({})
         ON CONFLICT ({}) DO UPDATE SET {} {unless_newer}",
        columns.join(", "),
        vec!["?"; columns.len()].join(", "),
        table.key.join(", "),
        settings.join(", "),
    ))?;
    Ok(statement.execute(params_from_iter(cells.parameters()))? > 0)
}

/// A text, or NULL.
pub(crate) fn optional(text: Option<&str>) -> ValueRef<'_> {
    text.map_or(ValueRef::Null, ValueRef::from)
}

impl Tenant {
    /// Stores a record in a transaction of its own, as [`put`].
    pub(crate) fn keep(
        &mut self,
        table: &Table,
        beside: &[ValueRef<'_>],
        record: &impl Serialize,
    ) -> Result<bool, StoreError> {
        self.database
            .write(|transaction| put(transaction, table, beside, record))
    }

    /// The first record of a table that meets a condition; none if no row does.
    pub(crate) fn record<T: DeserializeOwned>(
        &self,
        table: &Table,
        condition: &str,
        parameters: &[&dyn ToSql],
    ) -> Result<Option<T>, StoreError> {
        let condition = format!("{condition} LIMIT 1");
        Ok(self.records(table, &condition, parameters)?.pop())
    }

    /// Hands over the records of a table that meet a condition, one after the other. The first error ends it.
    pub(crate) fn each_record<T: DeserializeOwned, E: From<StoreError>>(
        &self,
        table: &Table,
        condition: &str,
        parameters: &[&dyn ToSql],
        each: &mut dyn FnMut(T) -> Result<(), E>,
    ) -> Result<(), E> {
        let list = select_list(table);
        let query = format!("SELECT {list} FROM {} WHERE {condition}", table.name);
        self.database.read(|database| {
            let mut statement = database.prepare(&query)?;
            let mut rows = statement.query(parameters)?;
            while let Some(row) = rows.next()? {
                if let Err(error) = each(decode(table, row)?) {
                    return Ok(Err(error));
                }
            }
            Ok(Ok(()))
        })?
    }
}

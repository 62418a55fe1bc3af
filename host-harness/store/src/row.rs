//! Records to rows and back, by a table's list of columns.

use rusqlite::types::{ToSqlOutput, Value};
use rusqlite::{Row, Statement, ToSql, Transaction};
use serde::Serialize;
use serde::de::{DeserializeOwned, Error as _};
use serde_json::{Map, Number, Value as Json};

use crate::error::Fault;
use crate::table::{Form, Table};

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

/// Stores records of one table in one transaction, with statements that are prepared once.
pub(crate) struct Writer<'t> {
    table: &'static Table,
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
        let list = columns.join(", ");
        let holes = vec!["?"; columns.len()].join(", ");
        let settings = columns.join(" = ?, ");
        let key = table.key.join(" IS ? AND ");
        Ok(Self {
            table,
            select: transaction.prepare(&format!(
                "SELECT rowid, last_seen, {list} FROM {name} WHERE connection = ? AND {key} IS ?"
            ))?,
            insert: transaction.prepare(&format!(
                "INSERT INTO {name} (connection, first_seen, last_seen, {list}) VALUES (?, ?, ?, {holes})"
            ))?,
            update: transaction.prepare(&format!(
                "UPDATE {name} SET last_seen = max(last_seen, ?), {settings} = ? WHERE rowid = ?"
            ))?,
            touch: transaction.prepare(&format!(
                "UPDATE {name} SET last_seen = ? WHERE rowid = ?"
            ))?,
        })
    }

    /// Stores one record; `beside` holds the values of the table's further columns.
    pub(crate) fn store(
        &mut self,
        connection: i64,
        as_of: i64,
        beside: Vec<Value>,
        record: &impl Serialize,
    ) -> Result<Stored, Fault> {
        let values = encode(self.table, beside, record)?;
        let connection = Value::Integer(connection);
        let as_of_value = Value::Integer(as_of);
        let Some((row, last_seen, old)) = self.find(&connection, &values)? else {
            bind(
                &mut self.insert,
                [&connection, &as_of_value, &as_of_value]
                    .into_iter()
                    .chain(&values),
            )?;
            return Ok(Stored::Inserted);
        };
        let row = Value::Integer(row);
        if old == values || self.is_older(&values, &old) {
            if last_seen < as_of {
                bind(&mut self.touch, [&as_of_value, &row])?;
            }
            return Ok(Stored::Unchanged);
        }
        let parameters = [&as_of_value].into_iter().chain(&values).chain([&row]);
        bind(&mut self.update, parameters)?;
        Ok(Stored::Updated)
    }

    /// Row id, time it was last seen, and values of the row with the same key.
    fn find(
        &mut self,
        connection: &Value,
        values: &[Value],
    ) -> Result<Option<(i64, i64, Vec<Value>)>, Fault> {
        let table = self.table;
        let key = table
            .key
            .iter()
            .map(|column| column_of(table, values, column));
        let key = [connection].into_iter().chain(key);
        let mut rows = self
            .select
            .query(rusqlite::params_from_iter(key.map(Borrowed)))?;
        let Some(row) = rows.next()? else {
            return Ok(None);
        };
        let old = (0..values.len())
            .map(|index| row.get(index + 2))
            .collect::<rusqlite::Result<_>>()?;
        Ok(Some((row.get(0)?, row.get(1)?, old)))
    }

    fn is_older(&self, new: &[Value], old: &[Value]) -> bool {
        let time = |values| match self
            .table
            .version
            .map(|name| column_of(self.table, values, name))
        {
            Some(Value::Integer(time)) => Some(*time),
            _ => None,
        };
        matches!((time(new), time(old)), (Some(new), Some(old)) if new < old)
    }
}

/// The record in the row that a `SELECT` of [`select_list`] gave.
pub(crate) fn decode<T: DeserializeOwned>(table: &Table, row: &Row<'_>) -> Result<T, Fault> {
    let mut fields = Map::new();
    for (index, (column, form)) in table.columns.iter().enumerate() {
        let value = match (row.get(index)?, form) {
            (Value::Null, _) => continue,
            (Value::Integer(number), Form::Flag) => Json::Bool(number != 0),
            (Value::Text(text), Form::Json) => serde_json::from_str(&text)?,
            (Value::Integer(number), _) => number.into(),
            (Value::Text(text), _) => text.into(),
            (Value::Real(number), _) => Number::from_f64(number).into(),
            (Value::Blob(_), _) => {
                return Err(serde_json::Error::custom(format!("`{column}` holds bytes")).into());
            }
        };
        fields.insert(column.replace('_', "-"), value);
    }
    Ok(T::deserialize(Json::Object(fields))?)
}

/// The columns of the record's own fields, each behind the table's name.
pub(crate) fn select_list(table: &Table) -> String {
    let columns = table.columns.iter();
    let columns: Vec<String> = columns
        .map(|(column, _)| format!("{}.{column}", table.name))
        .collect();
    columns.join(", ")
}

/// Values in the order of [`all_columns`].
fn encode(table: &Table, beside: Vec<Value>, record: &impl Serialize) -> Result<Vec<Value>, Fault> {
    let mut values = beside;
    let Json::Object(mut fields) = serde_json::to_value(record)? else {
        return Err(serde_json::Error::custom("a record is not an object").into());
    };
    for (column, _) in table.columns {
        let field = fields.remove(&column.replace('_', "-")).unwrap_or_default();
        values.push(match field {
            Json::Null => Value::Null,
            Json::Bool(flag) => Value::Integer(flag.into()),
            Json::String(text) => Value::Text(text),
            Json::Number(number) => match number.as_i64() {
                Some(number) => Value::Integer(number),
                None => number.as_f64().map_or(Value::Null, Value::Real),
            },
            list => Value::Text(list.to_string()),
        });
    }
    match fields.keys().next() {
        None => Ok(values),
        Some(field) => {
            let reason = format!("table {} has no column for `{field}`", table.name);
            Err(serde_json::Error::custom(reason).into())
        }
    }
}

fn all_columns(table: &Table) -> impl Iterator<Item = &'static str> {
    let columns = table.columns.iter().map(|(column, _)| *column);
    table.beside.iter().copied().chain(columns)
}

fn column_of<'v>(table: &Table, values: &'v [Value], name: &str) -> &'v Value {
    all_columns(table)
        .zip(values)
        .find(|(column, _)| *column == name)
        .map_or(&Value::Null, |(_, value)| value)
}

fn bind<'v>(
    statement: &mut Statement<'_>,
    values: impl IntoIterator<Item = &'v Value>,
) -> rusqlite::Result<usize> {
    statement.execute(rusqlite::params_from_iter(values.into_iter().map(Borrowed)))
}

/// A value as a parameter, without a copy.
struct Borrowed<'v>(&'v Value);

impl ToSql for Borrowed<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(self.0.into()))
    }
}

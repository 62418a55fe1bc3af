//! The values of one record on their way into columns, in a buffer that is used for every record.

use std::io::{self, Write};
use std::ops::Range;

use rusqlite::ToSql;
use rusqlite::types::{ToSqlOutput, ValueRef};
use serde::Serialize;
use serde::de::Error as _;
use serde_json::ser::{Formatter, Serializer};

use crate::error::Fault;
use crate::table::Table;

/// The values of one record: first those of its own fields, then those beside them.
#[derive(Default)]
pub(crate) struct Cells {
    text: Vec<u8>,
    pieces: Vec<Range<usize>>,
    values: Vec<Cell>,
}

enum Cell {
    Null,
    Integer(i64),
    Real(f64),
    /// A part of the text.
    Text(Range<usize>),
}

impl Cells {
    /// Takes the values of a record in place of the former one.
    pub(crate) fn fill(
        &mut self,
        table: &Table,
        beside: &[ValueRef<'_>],
        record: &impl Serialize,
    ) -> Result<(), Fault> {
        self.text.clear();
        self.values.clear();
        let fields = Fields { depth: 0 };
        record.serialize(&mut Serializer::with_formatter(&mut self.text, fields))?;
        self.cut();
        let mut columns = table.columns.iter();
        let pieces = std::mem::take(&mut self.pieces);
        // What stands before the first field is the brace.
        for field in pieces.get(1..).unwrap_or_default().chunks_exact(2) {
            let [name, value] = field else { continue };
            match columns.next() {
                Some((column, _)) if self.names(name, column) => {}
                _ => return Err(self.misfit(table, name)),
            }
            let cell = self.cell(value.clone())?;
            self.values.push(cell);
        }
        self.pieces = pieces;
        if let Some((column, _)) = columns.next() {
            let reason = format!("a record of table {} lacks `{column}`", table.name);
            return Err(serde_json::Error::custom(reason).into());
        }
        for value in beside {
            self.push(*value);
        }
        Ok(())
    }

    /// How many values there are.
    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }

    /// One value; NULL behind the last one.
    pub(crate) fn value(&self, index: usize) -> ValueRef<'_> {
        match self.values.get(index) {
            None | Some(Cell::Null) => ValueRef::Null,
            Some(Cell::Integer(number)) => ValueRef::Integer(*number),
            Some(Cell::Real(number)) => ValueRef::Real(*number),
            Some(Cell::Text(range)) => ValueRef::Text(self.piece(range)),
        }
    }

    /// All values as parameters.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = Parameter<'_>> {
        (0..self.len()).map(|index| Parameter(self.value(index)))
    }

    /// Finds the pieces between the marks: the brace, then names and values in turn.
    fn cut(&mut self) {
        self.pieces.clear();
        let mut start = 0;
        for (index, byte) in self.text.iter().enumerate() {
            if *byte == MARK {
                self.pieces.push(start..index);
                start = index + 1;
            }
        }
        let brace = self.text.len().saturating_sub(1);
        self.pieces.push(start..brace.max(start));
    }

    fn cell(&mut self, value: Range<usize>) -> Result<Cell, Fault> {
        let json = self.piece(&value);
        Ok(match json.first() {
            Some(b'"') if json.contains(&b'\\') => {
                let plain: String = serde_json::from_slice(json)?;
                // Shorter than with its escapes: it takes their place.
                let range = value.start..value.start + plain.len();
                if let Some(place) = self.text.get_mut(range.clone()) {
                    place.copy_from_slice(plain.as_bytes());
                }
                Cell::Text(range)
            }
            Some(b'"') => Cell::Text(value.start + 1..value.end - 1),
            Some(b'{' | b'[') => Cell::Text(value),
            Some(b'n') => Cell::Null,
            Some(b't') => Cell::Integer(1),
            Some(b'f') => Cell::Integer(0),
            _ => match serde_json::from_slice(json) {
                Ok(number) => Cell::Integer(number),
                Err(_) => Cell::Real(serde_json::from_slice(json)?),
            },
        })
    }

    fn push(&mut self, value: ValueRef<'_>) {
        let cell = match value {
            ValueRef::Null => Cell::Null,
            ValueRef::Integer(number) => Cell::Integer(number),
            ValueRef::Real(number) => Cell::Real(number),
            ValueRef::Text(text) | ValueRef::Blob(text) => {
                let start = self.text.len();
                self.text.extend_from_slice(text);
                Cell::Text(start..self.text.len())
            }
        };
        self.values.push(cell);
    }

    /// Whether a quoted field name is a column's: `updated-at` is `updated_at`.
    fn names(&self, name: &Range<usize>, column: &str) -> bool {
        let name = self.piece(name);
        let same = |(name, column): (&u8, u8)| *name == column || (*name, column) == (b'-', b'_');
        name.len() == column.len() + 2 && name.iter().skip(1).zip(column.bytes()).all(same)
    }

    fn misfit(&self, table: &Table, name: &Range<usize>) -> Fault {
        let name = String::from_utf8_lossy(self.piece(name));
        let (table, name) = (table.name, name.trim_matches('"'));
        let reason = format!("table {table} has no column for `{name}` in this place");
        serde_json::Error::custom(reason).into()
    }

    fn piece(&self, range: &Range<usize>) -> &[u8] {
        self.text.get(range.clone()).unwrap_or_default()
    }
}

/// A value as a parameter, without a copy.
pub(crate) struct Parameter<'v>(pub(crate) ValueRef<'v>);

impl ToSql for Parameter<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(self.0))
    }
}

/// JSON with a mark before the name and before the value of each field of the outermost object, in place of the comma and
/// the colon.
struct Fields {
    depth: usize,
}

impl Formatter for Fields {
    fn begin_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.depth += 1;
        writer.write_all(b"{")
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.depth -= 1;
        writer.write_all(b"}")
    }

    fn begin_object_key<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        match (self.depth, first) {
            (1, _) => writer.write_all(&[MARK]),
            (_, true) => Ok(()),
            (_, false) => writer.write_all(b","),
        }
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(if self.depth == 1 { &[MARK] } else { b":" })
    }
}

/// The unit separator: JSON text never holds it as it is.
const MARK: u8 = 0x1f;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::table::{MEASUREMENTS, OTHERS};

    fn filled(table: &Table, fields: &str) -> Result<Vec<String>, Fault> {
        let record: serde_json::Value = serde_json::from_str(fields).unwrap();
        let mut cells = Cells::default();
        cells.fill(table, &[ValueRef::from("beside")], &record)?;
        let values = (0..cells.len()).map(|index| format!("{:?}", cells.value(index)));
        Ok(values.collect())
    }

    fn text(text: &str) -> String {
        format!("{:?}", ValueRef::from(text))
    }

    #[test]
    fn quotes_braces_and_control_characters_in_a_text_stay_in_it() {
        let odd = "a\"},{\u{1f}\\ \n ä";
        let record = BTreeMap::from([("json", odd), ("key", ""), ("kind", "k")]);
        let columns = Table {
            columns: &[
                ("json", crate::table::Form::Plain),
                ("key", crate::table::Form::Plain),
                ("kind", crate::table::Form::Plain),
            ],
            ..OTHERS
        };
        let record = serde_json::to_string(&record).unwrap();
        assert_eq!(
            filled(&columns, &record).ok(),
            Some(vec![text(odd), text(""), text("k"), text("beside")])
        );
    }

    #[test]
    fn a_field_out_of_its_place_is_told() {
        let Err(Fault::Json(error)) = filled(&MEASUREMENTS, r#"{"at":1}"#) else {
            panic!("it fits");
        };
        assert_eq!(
            error.to_string(),
            "table measurements has no column for `at` in this place"
        );
    }

    #[test]
    fn a_field_that_is_lacking_is_told() {
        let Err(Fault::Json(error)) = filled(&OTHERS, r#"{"kind":"k"}"#) else {
            panic!("it fits");
        };
        assert_eq!(error.to_string(), "a record of table others lacks `key`");
    }
}

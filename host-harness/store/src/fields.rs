//! A row as the fields of a record, without a copy in between: JSON is read where it stands.

use std::borrow::Cow;

use rusqlite::Row;
use rusqlite::types::ValueRef;
use serde::de::value::{BorrowedStrDeserializer, MapAccessDeserializer};
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error as _, IntoDeserializer as _, MapAccess,
    Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::Error;

use crate::error::Fault;
use crate::table::{Form, Table};

/// The record in the row that a `SELECT` of [`select_list`](crate::row::select_list) gave.
pub(crate) fn decode<T: DeserializeOwned>(table: &Table, row: &Row<'_>) -> Result<T, Fault> {
    let fields = Fields {
        columns: table.columns,
        row,
        next: 0,
    };
    Ok(T::deserialize(MapAccessDeserializer::new(fields))?)
}

/// A word of the model in a column.
pub(crate) fn word<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> Result<T, Fault> {
    let word = row
        .get_ref(column)?
        .as_str()
        .map_err(rusqlite::Error::from)?;
    Ok(T::deserialize(BorrowedStrDeserializer::<Error>::new(word))?)
}

/// The columns that are not NULL, by the names of their fields.
struct Fields<'r, 's> {
    columns: &'static [(&'static str, Form)],
    row: &'r Row<'s>,
    next: usize,
}

impl<'r> Fields<'r, '_> {
    fn value(&self) -> Result<ValueRef<'r>, Error> {
        self.row.get_ref(self.next).map_err(Error::custom)
    }
}

impl<'r> MapAccess<'r> for Fields<'r, '_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'r>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        while let Some((column, _)) = self.columns.get(self.next) {
            if self.value()? != ValueRef::Null {
                let name = if column.contains('_') {
                    Cow::Owned(column.replace('_', "-"))
                } else {
                    Cow::Borrowed(*column)
                };
                return seed.deserialize(name.into_deserializer()).map(Some);
            }
            self.next += 1;
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'r>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let value = self.value()?;
        let (column, form) = self.columns.get(self.next).unwrap_or(&("", Form::Plain));
        self.next += 1;
        match (value, form) {
            (ValueRef::Text(text), Form::Json) => {
                let mut json = serde_json::Deserializer::from_slice(text);
                let value = seed.deserialize(&mut json)?;
                json.end()?;
                Ok(value)
            }
            (ValueRef::Blob(_), _) => Err(Error::custom(format!("`{column}` holds bytes"))),
            (value, form) => seed.deserialize(Plain {
                value,
                is_flag: matches!(form, Form::Flag),
            }),
        }
    }
}

/// A number, a flag or a text.
struct Plain<'de> {
    value: ValueRef<'de>,
    is_flag: bool,
}

impl<'de> Deserializer<'de> for Plain<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value {
            ValueRef::Integer(number) if self.is_flag => visitor.visit_bool(number != 0),
            ValueRef::Integer(number) => match u64::try_from(number) {
                Ok(number) => visitor.visit_u64(number),
                Err(_) => visitor.visit_i64(number),
            },
            ValueRef::Real(number) => visitor.visit_f64(number),
            ValueRef::Text(text) | ValueRef::Blob(text) => {
                visitor.visit_borrowed_str(std::str::from_utf8(text).map_err(Error::custom)?)
            }
            ValueRef::Null => visitor.visit_unit(),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let word = match self.value {
            ValueRef::Text(text) => std::str::from_utf8(text).map_err(Error::custom)?,
            _ => return Err(Error::custom("a number stands in the place of a word")),
        };
        BorrowedStrDeserializer::new(word).deserialize_enum(name, variants, visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}

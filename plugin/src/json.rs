//! Reading JSON, borrowed from the text.
//!
//! `serde`'s derive writes a parser for every type. Here a type only says where a value goes, and one parser serves all,
//! which saves a sixth of the component.

mod raw;
mod read;
mod text;
mod value;

pub(crate) use self::raw::Raw;
pub(crate) use self::read::read;
pub(crate) use self::text::Text;
pub(crate) use self::value::{Field, Object, Value, fields, objects, words};

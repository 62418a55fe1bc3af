//! JSON objects whose fields may all be absent.
//!
//! `serde`'s derive would do, but it also writes code for objects as arrays, for repeated and for missing fields: a
//! quarter of the component.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{MapAccess, Visitor};

use super::text::Text;

/// An object that begins empty and takes one field after another.
pub(super) trait Object<'de>: Default {
    /// Reads the field's value, or ignores it.
    fn take<A: MapAccess<'de>>(&mut self, field: &str, map: &mut A) -> Result<(), A::Error>;
}

/// Visits any [`Object`].
pub(super) struct ObjectVisitor<T>(pub(super) PhantomData<T>);

impl<'de, T: Object<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let mut object = T::default();
        while let Some(field) = map.next_key::<Text<'de>>()? {
            object.take(&field, &mut map)?;
        }
        Ok(object)
    }
}

/// Declares objects. A field is an `Option` or a `Vec`, followed by its JSON names; `null` is absence.
macro_rules! objects {
    ($(
        $(#[$meta:meta])*
        $name:ident $(<$life:lifetime>)? { $($field:ident: $kind:ident<$type:ty> = $key:pat,)* }
    )*) => {$(
        $(#[$meta])*
        #[derive(Debug, Default)]
        pub(crate) struct $name $(<$life>)? {
            $(pub(crate) $field: $kind<$type>,)*
        }

        impl<'de $(: $life, $life)?> Object<'de> for $name $(<$life>)? {
            fn take<A: MapAccess<'de>>(&mut self, field: &str, map: &mut A) -> Result<(), A::Error> {
                match field {
                    $($key => self.$field = objects!(@value $kind map),)*
                    _ => {
                        map.next_value::<IgnoredAny>()?;
                    }
                }
                Ok(())
            }
        }

        impl<'de $(: $life, $life)?> Deserialize<'de> for $name $(<$life>)? {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_map(ObjectVisitor(PhantomData))
            }
        }
    )*};
    (@value Option $map:ident) => { $map.next_value()? };
    (@value Vec $map:ident) => { $map.next_value::<Option<_>>()?.unwrap_or_default() };
}

pub(super) use objects;

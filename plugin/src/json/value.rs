//! Places for values, and the types that have them.

use super::text::Text;

/// A place for a value that is there. Each kind of JSON value it does not take is an error.
pub(crate) trait Value<'a> {
    /// What it takes, for messages.
    fn expected(&self) -> &'static str;

    /// Takes `true` or `false`; false if it does not.
    fn flag(&mut self, _: bool) -> bool {
        false
    }

    /// Takes a whole number; false if it does not.
    fn integer(&mut self, _: i64) -> bool {
        false
    }

    /// Takes a number with a point; false if it does not.
    fn number(&mut self, _: f64) -> bool {
        false
    }

    /// Takes a text; false if it does not.
    fn text(&mut self, _: Text<'a>) -> bool {
        false
    }

    /// Takes any value, as it stands; none if it wants it read.
    fn raw(&mut self) -> Option<&mut &'a str> {
        None
    }

    /// Begins an object; none if it takes none.
    fn object(&mut self) -> Option<&mut dyn Object<'a>> {
        None
    }

    /// Begins a list; none if it takes none.
    fn list(&mut self) -> Option<&mut dyn List<'a>> {
        None
    }
}

/// An object that takes one field after another.
pub(crate) trait Object<'a> {
    /// The place of a field; none if it is ignored.
    fn field(&mut self, name: &str) -> Option<&mut dyn Field<'a>>;
}

/// A list that takes one value after another.
pub(crate) trait List<'a> {
    /// The place of the next value.
    fn item(&mut self) -> &mut dyn Value<'a>;
}

/// A place for a value that may be `null`, which is absence.
pub(crate) trait Field<'a> {
    /// Empties the place.
    fn clear(&mut self);

    /// The place to fill anew.
    fn fill(&mut self) -> &mut dyn Value<'a>;
}

impl<'a, T: Value<'a> + Default> Field<'a> for T {
    fn clear(&mut self) {
        *self = T::default();
    }

    fn fill(&mut self) -> &mut dyn Value<'a> {
        self
    }
}

impl<'a, T: Value<'a> + Default> Field<'a> for Option<T> {
    fn clear(&mut self) {
        *self = None;
    }

    fn fill(&mut self) -> &mut dyn Value<'a> {
        self.insert(T::default())
    }
}

impl<'a, T: Value<'a> + Default> Value<'a> for Vec<T> {
    fn expected(&self) -> &'static str {
        "a list"
    }

    fn list(&mut self) -> Option<&mut dyn List<'a>> {
        self.clear();
        Some(self)
    }
}

impl<'a, T: Value<'a> + Default> List<'a> for Vec<T> {
    fn item(&mut self) -> &mut dyn Value<'a> {
        self.push_mut(T::default())
    }
}

impl Value<'_> for bool {
    fn expected(&self) -> &'static str {
        "true or false"
    }

    fn flag(&mut self, flag: bool) -> bool {
        *self = flag;
        true
    }
}

impl Value<'_> for f64 {
    fn expected(&self) -> &'static str {
        "a number"
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "a number with a point loses it too"
    )]
    fn integer(&mut self, number: i64) -> bool {
        *self = number as f64;
        true
    }

    fn number(&mut self, number: f64) -> bool {
        *self = number;
        true
    }
}

macro_rules! integers {
    ($($type:ty)*) => {$(
        impl Value<'_> for $type {
            fn expected(&self) -> &'static str {
                concat!("a number of type ", stringify!($type))
            }

            fn integer(&mut self, number: i64) -> bool {
                <$type>::try_from(number).map(|number| *self = number).is_ok()
            }
        }
    )*};
}

integers!(u8 u32 i64);

impl<'a> Value<'a> for String {
    fn expected(&self) -> &'static str {
        "a text"
    }

    fn text(&mut self, text: Text<'a>) -> bool {
        *self = text.into();
        true
    }
}

/// Declares objects. A field is an `Option` or a `Vec`, followed by its JSON names; others are ignored.
macro_rules! objects {
    ($(
        $(#[$meta:meta])*
        $name:ident $(<$life:lifetime $(, $item:ident)?>)? { $($field:ident: $type:ty = $key:pat,)* }
    )*) => {$(
        $(#[$meta])*
        #[derive(Debug, Default)]
        pub(crate) struct $name $(<$life $(, $item)?>)? {
            $(pub(crate) $field: $type,)*
        }

        impl<'de $(: $life, $life: 'de $(, $item: $crate::json::Value<'de> + Default)?)?> $crate::json::Value<'de>
            for $name $(<$life $(, $item)?>)?
        {
            fn expected(&self) -> &'static str {
                "an object"
            }

            fn object(&mut self) -> Option<&mut dyn $crate::json::Object<'de>> {
                Some(self)
            }
        }

        impl<'de $(: $life, $life: 'de $(, $item: $crate::json::Value<'de> + Default)?)?> $crate::json::Object<'de>
            for $name $(<$life $(, $item)?>)?
        {
            fn field(&mut self, name: &str) -> Option<&mut dyn $crate::json::Field<'de>> {
                match name {
                    $($key => Some(&mut self.$field),)*
                    _ => None,
                }
            }
        }
    )*};
}

/// Makes a struct readable: lists its fields.
macro_rules! fields {
    ($name:ident { $($field:ident)* }) => {
        impl<'a> $crate::json::Value<'a> for $name {
            fn expected(&self) -> &'static str {
                "an object"
            }

            fn object(&mut self) -> Option<&mut dyn $crate::json::Object<'a>> {
                Some(self)
            }
        }

        impl<'a> $crate::json::Object<'a> for $name {
            fn field(&mut self, name: &str) -> Option<&mut dyn $crate::json::Field<'a>> {
                $(if name == stringify!($field) {
                    return Some(&mut self.$field);
                })*
                None
            }
        }
    };
}

/// Makes an enum readable: lists its words.
macro_rules! words {
    ($name:ident { $($case:ident = $word:literal)* }) => {
        impl<'a> $crate::json::Value<'a> for $name {
            fn expected(&self) -> &'static str {
                concat!("one of" $(, " `", $word, "`")*)
            }

            fn text(&mut self, text: $crate::json::Text<'a>) -> bool {
                match &*text {
                    $($word => *self = Self::$case,)*
                    _ => return false,
                }
                true
            }
        }
    };
}

pub(crate) use {fields, objects, words};

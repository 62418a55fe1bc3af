//! Links, which are an address or an object that holds one.

use crate::json::{Field, Object, Text, Value};

/// A link's address; none if it is an object without one.
#[derive(Debug, Default)]
pub(crate) struct Link<'a>(pub(crate) Option<Text<'a>>);

impl<'a> Value<'a> for Link<'a> {
    fn expected(&self) -> &'static str {
        "a link"
    }

    fn text(&mut self, text: Text<'a>) -> bool {
        self.0 = Some(text);
        true
    }

    fn object(&mut self) -> Option<&mut dyn Object<'a>> {
        Some(self)
    }
}

impl<'a> Object<'a> for Link<'a> {
    fn field(&mut self, name: &str) -> Option<&mut dyn Field<'a>> {
        match name {
            "href" => Some(&mut self.0),
            _ => None,
        }
    }
}

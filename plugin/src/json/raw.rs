//! Values that are kept as they stand.

use super::value::Value;

/// The JSON of any value; empty before it is read.
#[derive(Debug, Default)]
pub(crate) struct Raw<'a>(pub(crate) &'a str);

impl<'a> Value<'a> for Raw<'a> {
    fn expected(&self) -> &'static str {
        "any value"
    }

    fn raw(&mut self) -> Option<&mut &'a str> {
        Some(&mut self.0)
    }
}

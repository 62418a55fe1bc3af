//! Where in an answer something is.

use std::fmt;

/// A way from an answer's root to one of its values. It is only written out for a breach: 100,000 records without one
/// write nothing.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    above: Option<&'a Place<'a>>,
    step: Step,
}

#[derive(Clone, Copy)]
enum Step {
    Field(&'static str),
    Index(usize),
}

impl<'a> Place<'a> {
    /// A field of the answer itself.
    pub(super) const fn of(field: &'static str) -> Self {
        Self {
            above: None,
            step: Step::Field(field),
        }
    }

    /// A field of what is here.
    pub(super) const fn field(&'a self, field: &'static str) -> Self {
        Self {
            above: Some(self),
            step: Step::Field(field),
        }
    }

    /// An item of the list that is here, counted from 0.
    pub(super) const fn item(&'a self, index: usize) -> Self {
        Self {
            above: Some(self),
            step: Step::Index(index),
        }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(above) = self.above {
            above.fmt(f)?;
        }
        match (self.step, self.above) {
            (Step::Field(field), None) => f.write_str(field),
            (Step::Field(field), Some(_)) => write!(f, ".{field}"),
            (Step::Index(index), _) => write!(f, "[{index}]"),
        }
    }
}

//! A figure that may be absent, and then says why.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A figure, or why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Figure<T> {
    /// The figure.
    Value(T),
    /// Why there is none.
    Absent(Absent),
}

/// Why there is no figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Absent {
    /// There is nothing to take it of.
    NoSpells,
    /// None of them was fixed.
    NoneFixed,
    /// Too few were fixed while they were watched: it was not reached.
    NotReached,
    /// None was watched for so long, and some were still open when they were last seen.
    NotWatched,
    /// The severity has no window, or there are several severities.
    NoWindow,
}

impl<T> Figure<T> {
    /// The figure; none if it is absent.
    pub fn value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent(_) => None,
        }
    }

    pub(super) fn or(value: Option<T>, absent: Absent) -> Self {
        value.map_or(Self::Absent(absent), Self::Value)
    }
}

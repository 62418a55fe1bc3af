//! A figure, or why there is none.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A figure, or why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Figure<T> {
    /// The figure.
    Known(T),
    /// Why it is absent.
    Absent(Absent),
}

/// Why there is no figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Absent {
    /// The sample is smaller than the settings ask for.
    InsufficientData,
    /// Nothing was counted.
    NothingCounted,
    /// Nobody was watched for so long.
    NotReached,
    /// The numbers do not bound it, as all or none have an incident.
    NotEstimable,
}

impl<T> Figure<T> {
    /// The figure if there is one.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Absent(_) => None,
        }
    }

    pub(super) fn of(value: Option<T>, otherwise: Absent) -> Self {
        value.map_or(Self::Absent(otherwise), Self::Known)
    }
}

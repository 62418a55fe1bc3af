//! Statistics: what a sceptic would ask of a figure.
//!
//! What cannot be estimated is absent, never zero and never not-a-number. An interval is at 95 %.

pub mod survival;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An estimate with its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Estimate {
    /// The estimate. Finite.
    pub value: f64,
    /// The lower end; none where nothing bounds it.
    pub low: Option<f64>,
    /// The upper end; none where nothing bounds it.
    pub high: Option<f64>,
    /// True if a half was added to every cell because one is empty: say so beside it.
    pub corrected: bool,
}

/// A test of whether there is a difference.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Test {
    /// Its statistic, approximately chi-squared.
    pub statistic: f64,
    /// Its degrees of freedom.
    pub degrees: u32,
    /// How often chance alone differs as much or more, 0 to 1.
    pub p: f64,
}

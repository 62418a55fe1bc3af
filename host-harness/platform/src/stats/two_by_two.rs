//! Two groups and whether it happened: the table, and how far the groups differ.
//!
//! Only the exact figures follow the margins as they are; the others approximate, well from about five expected events
//! in every cell on. Every interval is at 95 %.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::proportion::Proportion;
use super::{Estimate, Test, Z};

/// What happened to those exposed and to the others, as counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Table {
    /// Exposed, and it happened.
    pub exposed_event: u32,
    /// Exposed, and it did not happen.
    pub exposed_no_event: u32,
    /// Not exposed, and it happened.
    pub unexposed_event: u32,
    /// Not exposed, and it did not happen.
    pub unexposed_no_event: u32,
}

impl Table {
    /// The risk of those exposed, with Wilson's interval; without it if the group has none or more than 2³² − 1.
    #[must_use]
    pub fn exposed(&self) -> Proportion {
        arm(self.exposed_event, self.exposed_no_event)
    }

    /// The risk of the others, likewise.
    #[must_use]
    pub fn unexposed(&self) -> Proportion {
        arm(self.unexposed_event, self.unexposed_no_event)
    }

    /// How many times the risk of the others those exposed run, with Katz's interval.
    ///
    /// With a half on every cell, and marked so, if a cell is empty. None if a group is, or if it never happened.
    ///
    /// > ln RR ± z √(1/a − 1/(a + b) + 1/c − 1/(c + d))
    ///
    /// Source: D. Katz and others, "Obtaining confidence intervals for the risk ratio in cohort studies", 1978.
    #[must_use]
    pub fn risk_ratio(&self) -> Option<Estimate> {
        self.cells().risk_ratio()
    }

    /// [`risk_ratio`](Self::risk_ratio) of the table as counted; none if it never happened in one of the groups.
    #[must_use]
    pub fn risk_ratio_as_counted(&self) -> Option<Estimate> {
        self.cells().katz(false)
    }

    /// How many times the odds of the others those exposed have, with Woolf's interval.
    ///
    /// With a half on every cell, and marked so, if a cell is empty. None if a row or a column is.
    ///
    /// > ln OR ± z √(1/a + 1/b + 1/c + 1/d)
    ///
    /// Source: B. Woolf, "On estimating the relation between blood group and disease", 1955; J. B. S. Haldane, "The
    /// estimation and significance of the logarithm of a ratio of frequencies", 1956, and F. J. Anscombe, "On
    /// estimating binomial response relations", 1956, for the halves.
    #[must_use]
    pub fn odds_ratio(&self) -> Option<Estimate> {
        self.cells().odds_ratio()
    }

    /// The risk of those exposed less that of the others, -1 to 1, with Newcombe's interval; none if a group has no
    /// risk.
    ///
    /// > d − √((p₁ − l₁)² + (u₀ − p₀)²) to d + √((u₁ − p₁)² + (p₀ − l₀)²), l and u Wilson's ends
    ///
    /// Source: R. G. Newcombe, "Interval estimation for the difference between independent proportions", 1998, method
    /// 10.
    #[must_use]
    pub fn risk_difference(&self) -> Option<Estimate> {
        let one = self.exposed().interval?;
        let other = self.unexposed().interval?;
        let value = one.share - other.share;
        Some(Estimate {
            value,
            low: Some(value - (one.share - one.low).hypot(other.high - other.share)),
            high: Some(value + (one.high - one.share).hypot(other.share - other.low)),
            corrected: false,
        })
    }

    /// Pearson's test of whether the groups differ; none if a row or a column is empty.
    #[must_use]
    pub fn chi_squared(&self) -> Option<Test> {
        self.cells().chi_squared(0.0)
    }

    /// [`chi_squared`](Self::chi_squared) with Yates's correction for continuity, which finds less.
    #[must_use]
    pub fn chi_squared_corrected(&self) -> Option<Test> {
        self.cells().chi_squared(0.5)
    }

    /// The smallest count expected of a cell if the groups did not differ; none if a row or a column is empty.
    #[must_use]
    pub fn min_expected(&self) -> Option<f64> {
        let cells = self.cells();
        let [row, column] = cells.lesser_margins()?;
        Some(row * column / cells.all())
    }

    pub(super) fn cells(&self) -> Cells {
        Cells {
            a: f64::from(self.exposed_event),
            b: f64::from(self.exposed_no_event),
            c: f64::from(self.unexposed_event),
            d: f64::from(self.unexposed_no_event),
        }
    }
}

fn arm(event: u32, no_event: u32) -> Proportion {
    event.checked_add(no_event).map_or(
        Proportion {
            count: event,
            of: u32::MAX,
            interval: None,
        },
        |of| Proportion::new(event, of),
    )
}

/// The cells of a table, or of several together, as the letters of the formulas.
#[derive(Clone, Copy, Default)]
pub(super) struct Cells {
    pub(super) a: f64,
    pub(super) b: f64,
    pub(super) c: f64,
    pub(super) d: f64,
}

impl Cells {
    pub(super) fn all(self) -> f64 {
        self.a + self.b + self.c + self.d
    }

    /// The lesser row and the lesser column; none if one is empty.
    pub(super) fn lesser_margins(self) -> Option<[f64; 2]> {
        let row = (self.a + self.b).min(self.c + self.d);
        let column = (self.a + self.c).min(self.b + self.d);
        (row.min(column) > 0.0).then_some([row, column])
    }

    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            a: self.a + other.a,
            b: self.b + other.b,
            c: self.c + other.c,
            d: self.d + other.d,
        }
    }

    pub(super) fn risk_ratio(self) -> Option<Estimate> {
        if self.a + self.b <= 0.0 || self.c + self.d <= 0.0 || self.a + self.c <= 0.0 {
            return None;
        }
        let (cells, corrected) = self.corrected();
        cells.katz(corrected)
    }

    pub(super) fn odds_ratio(self) -> Option<Estimate> {
        self.lesser_margins()?;
        let (Self { a, b, c, d }, corrected) = self.corrected();
        let log = (a / b).ln() - (c / d).ln();
        let error = (a.recip() + b.recip() + c.recip() + d.recip()).sqrt();
        around(log, error, corrected)
    }

    fn katz(self, corrected: bool) -> Option<Estimate> {
        let (exposed, unexposed) = (self.a + self.b, self.c + self.d);
        let log = (self.a / exposed).ln() - (self.c / unexposed).ln();
        let square = self.b / (self.a * exposed) + self.d / (self.c * unexposed);
        around(log, square.sqrt(), corrected)
    }

    /// The squared distance from what is expected, each shortened by `correction` at most.
    fn chi_squared(self, correction: f64) -> Option<Test> {
        self.lesser_margins()?;
        let Self { a, b, c, d } = self;
        let all = self.all();
        let apart = (a * d - b * c).abs() / all;
        let apart = apart - apart.min(correction);
        let rows = (a + b).recip() + (c + d).recip();
        let columns = (a + c).recip() + (b + d).recip();
        Test::chi_squared(apart * apart * all * rows * columns, 1)
    }

    fn corrected(self) -> (Self, bool) {
        let Self { a, b, c, d } = self;
        if a.min(b).min(c).min(d) > 0.0 {
            return (self, false);
        }
        let half = Self {
            a: 0.5,
            b: 0.5,
            c: 0.5,
            d: 0.5,
        };
        (self.plus(half), true)
    }
}

/// A ratio from its logarithm and the standard error of that. An end that is 0 or beyond all numbers bounds nothing.
pub(super) fn around(log: f64, error: f64, corrected: bool) -> Option<Estimate> {
    (log.is_finite() && error.is_finite()).then(|| Estimate {
        value: log.exp(),
        low: Some((log - Z * error).exp()).filter(|low| *low > 0.0),
        high: Some((log + Z * error).exp()).filter(|high| high.is_finite()),
        corrected,
    })
}

#[cfg(test)]
pub(super) mod tests;

//! The same question in several places: tables by stratum, joined without mixing the strata.
//!
//! A stratum with an empty row or column says nothing about an odds ratio; it adds nothing and is counted. Growth:
//! linear.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::two_by_two::{Cells, Table, around};
use super::{Estimate, Test};

/// What several tables say together, and beside it what they would say in one heap.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Stratified {
    /// Mantel's and Haenszel's odds ratio, with the interval of Robins, Breslow and Greenland; none if it would be 0 or
    /// infinite.
    pub odds_ratio: Option<Estimate>,
    /// Mantel's and Haenszel's risk ratio, above 0; none if it would be 0 or infinite. A stratum in which it always
    /// happened adds to it.
    pub risk_ratio: Option<f64>,
    /// Cochran's, Mantel's and Haenszel's test of whether the groups differ in any stratum, without correction; none
    /// if no stratum is used.
    pub cmh: Option<Test>,
    /// The same with the correction for continuity, which finds less unless the groups hardly differ.
    pub cmh_corrected: Option<Test>,
    /// The test of Breslow and Day, as Tarone amended it, of whether the odds ratio differs between strata; none if
    /// fewer than two are used or `odds_ratio` is absent.
    pub heterogeneity: Option<Test>,
    /// The same without Tarone's amendment.
    pub breslow_day: Option<Test>,
    /// The odds ratio of all strata in one heap.
    pub crude_odds_ratio: Option<Estimate>,
    /// The risk ratio of all strata in one heap.
    pub crude_risk_ratio: Option<Estimate>,
    /// Strata that say something about an odds ratio.
    pub strata_used: u32,
    /// Strata with an empty row or column.
    pub strata_empty: u32,
    /// True if the heap says the opposite of the strata: one odds ratio is above 1 and the other below.
    pub reversal: bool,
}

impl Stratified {
    /// Of one table for each stratum, in any order.
    ///
    /// Sources: N. Mantel and W. Haenszel, "Statistical aspects of the analysis of data from retrospective studies of
    /// disease", 1959; J. Robins, N. Breslow and S. Greenland, "Estimators of the Mantel-Haenszel variance consistent
    /// in both sparse data and large-strata limiting models", 1986; N. E. Breslow and N. E. Day, "Statistical Methods
    /// in Cancer Research", volume 1, 1980; R. E. Tarone, "On heterogeneity tests based on efficient scores", 1985.
    #[must_use]
    pub fn of(tables: &[Table]) -> Self {
        let mut sums = Sums::default();
        for table in tables {
            sums.add(table.cells());
        }
        let odds_ratio = sums.odds_ratio();
        let [heterogeneity, breslow_day] = odds_ratio
            .zip(sums.used.checked_sub(1))
            .map_or([None; 2], |(common, degrees)| {
                heterogeneity(tables, common.value, degrees)
            });
        let crude_odds_ratio = sums.heap.odds_ratio();
        Self {
            odds_ratio,
            risk_ratio: ratio(sums.risk_exposed, sums.risk_unexposed),
            cmh: sums.cmh(0.0),
            cmh_corrected: sums.cmh(0.5),
            heterogeneity,
            breslow_day,
            crude_odds_ratio,
            crude_risk_ratio: sums.heap.risk_ratio(),
            strata_used: sums.used,
            strata_empty: sums.empty,
            reversal: odds_ratio
                .zip(crude_odds_ratio)
                .is_some_and(|(strata, heap)| opposite(strata.value, heap.value)),
        }
    }
}

/// What one pass over the strata adds up.
#[derive(Default)]
struct Sums {
    heap: Cells,
    used: u32,
    empty: u32,
    /// Σ ad/n.
    with: f64,
    /// Σ bc/n.
    against: f64,
    /// Σ (a + d) ad/n², Σ (a + d) bc/n² + (b + c) ad/n² and Σ (b + c) bc/n², of which the variance is made.
    parts: [f64; 3],
    /// Σ a(c + d)/n.
    risk_exposed: f64,
    /// Σ c(a + b)/n.
    risk_unexposed: f64,
    /// Σ a − E(a).
    excess: f64,
    /// Σ var(a).
    variance: f64,
}

impl Sums {
    fn add(&mut self, cells: Cells) {
        self.heap = self.heap.plus(cells);
        let n = cells.all();
        let Cells { a, b, c, d } = cells;
        if n > 0.0 {
            self.risk_exposed += a * ((c + d) / n);
            self.risk_unexposed += c * ((a + b) / n);
        }
        if cells.lesser_margins().is_none() {
            self.empty = self.empty.saturating_add(1);
            return;
        }
        self.used = self.used.saturating_add(1);
        let (with, against) = (a * d / n, b * c / n);
        let (alike, unlike) = ((a + d) / n, (b + c) / n);
        self.with += with;
        self.against += against;
        let [first, second, third] = &mut self.parts;
        *first += alike * with;
        *second += alike * against + unlike * with;
        *third += unlike * against;
        self.excess += with - against;
        self.variance += ((a + b) / n) * ((c + d) / n) * (a + c) * ((b + d) / (n - 1.0));
    }

    fn odds_ratio(&self) -> Option<Estimate> {
        let value = ratio(self.with, self.against)?;
        let [first, second, third] = self.parts;
        let square = first / self.with / self.with
            + second / self.with / self.against
            + third / self.against / self.against;
        around(value.ln(), (square / 2.0).sqrt(), false)
    }

    fn cmh(&self, correction: f64) -> Option<Test> {
        let excess = self.excess.abs() - correction;
        (self.used > 0)
            .then(|| Test::chi_squared(excess * excess / self.variance, 1))
            .flatten()
    }
}

/// Tarone's test, and Breslow's and Day's.
fn heterogeneity(tables: &[Table], common: f64, degrees: u32) -> [Option<Test>; 2] {
    let (mut squares, mut apart, mut variance) = (0.0, 0.0, 0.0);
    for cells in tables.iter().map(Table::cells) {
        if cells.lesser_margins().is_some() {
            let Cells { a, b, c, d } = expected(cells, common);
            let weight = (a.recip() + b.recip() + c.recip() + d.recip()).recip();
            let difference = cells.a - a;
            squares += difference * difference / weight;
            apart += difference;
            variance += weight;
        }
    }
    // Rounding may leave the amendment a little larger than the statistic where nothing differs.
    let amended = (squares - apart * apart / variance).max(0.0);
    [amended, squares].map(|statistic| Test::chi_squared(statistic, degrees))
}

/// The cells with the margins of these and the odds ratio `common`: the root of a quadratic, in the form that nothing
/// cancels in, also where the ratio is 1 and the equation linear.
fn expected(cells: Cells, common: f64) -> Cells {
    let Cells { a, b, c, d } = cells;
    let (exposed, events) = (a + b, a + c);
    let quadratic = 1.0 - common;
    let linear = (d - a) + common * (exposed + events);
    let constant = common * exposed * events;
    let root = (linear * linear + 4.0 * quadratic * constant)
        .max(0.0)
        .sqrt();
    let expected = if linear >= 0.0 {
        2.0 * constant / (linear + root)
    } else {
        (root - linear) / (2.0 * quadratic)
    };
    Cells {
        a: expected,
        b: exposed - expected,
        c: events - expected,
        d: d - a + expected,
    }
}

fn ratio(above: f64, below: f64) -> Option<f64> {
    (above > 0.0 && below > 0.0).then(|| above / below)
}

/// Whether two ratios lie on either side of 1, by more than rounding may move them.
fn opposite(one: f64, other: f64) -> bool {
    one.ln().min(other.ln()) < -ROUNDING && one.ln().max(other.ln()) > ROUNDING
}

/// How far from 0 a logarithm is no rounding error.
const ROUNDING: f64 = 1e-9;

#[cfg(test)]
mod tests;

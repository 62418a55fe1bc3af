//! What the margins of a table leave to chance, exactly: Fisher's test, and the odds ratio that goes with it.
//!
//! All of it walks the tables with the same margins outwards from the likeliest, each weighed by the ratio to its
//! neighbour. So nothing overflows, and a walk ends where weights vanish. Growth: the square root of the counts, some
//! thousand steps at margins of 10⁵ and three million at 2³²; the odds ratio walks about thirty times.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Estimate;
use super::two_by_two::Table;

/// The chances of Fisher's exact test, each above 0 and up to 1; one too small for a number is the smallest number.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Fisher {
    /// The chance of a table no likelier than this one, if the groups do not differ.
    pub two_sided: f64,
    /// The chance of as many exposed events or more.
    pub greater: f64,
    /// The chance of as many exposed events or fewer.
    pub less: f64,
}

impl Table {
    /// Fisher's exact test. All chances are 1 if a row or a column is empty: no other table could have been.
    ///
    /// Source: R. A. Fisher, "The Design of Experiments", 1935. Two-sided as in R's `fisher.test`: the sum of all
    /// tables that are no likelier.
    #[must_use]
    pub fn fisher(&self) -> Fisher {
        let margins = Margins::of(self);
        let seen = margins.seen;
        let mut at_seen = 0.0;
        margins.walk(1.0, LARGE, 0.0, |events, weight| {
            if (events - seen).abs() < 0.5 {
                at_seen = weight;
            }
        });
        let rare = at_seen * (1.0 + TIE);
        let (mut all, mut greater, mut less, mut two_sided) = (0.0, 0.0, 0.0, 0.0);
        margins.walk(1.0, LARGE, 0.0, |events, weight| {
            all += weight;
            if events >= seen {
                greater += weight;
            }
            if events <= seen {
                less += weight;
            }
            if weight <= rare {
                two_sided += weight;
            }
        });
        let chance = |sum: f64| (sum / all).clamp(f64::MIN_POSITIVE, 1.0);
        Fisher {
            two_sided: chance(two_sided),
            greater: chance(greater),
            less: chance(less),
        }
    }

    /// The odds ratio under which the table is likeliest given its margins, with the exact interval at 95 %.
    ///
    /// None if a row or a column is empty. If the likeliest ratio is 0 or infinite, because a cell is empty, the value
    /// is that of [`odds_ratio`](Self::odds_ratio), marked as corrected, and the end on that side is absent: nothing
    /// bounds it.
    ///
    /// Source: J. Cornfield, "A statistical problem arising from retrospective studies", 1956, with a fortieth beyond
    /// either end, as in R's `fisher.test`.
    #[must_use]
    pub fn exact_odds_ratio(&self) -> Option<Estimate> {
        let approximate = self.odds_ratio()?;
        let margins = Margins::of(self);
        let start = approximate.value.ln();
        let step = approximate.high?.ln() - start;
        let low = (margins.seen > margins.least).then(|| {
            root(start, step, |log| {
                let sums = margins.sums(log);
                let slope = sums.upper.mean() - sums.all.mean();
                ((sums.upper.weight / sums.all.weight / TAIL).ln(), slope)
            })
        });
        let high = (margins.seen < margins.most).then(|| {
            root(start, step, |log| {
                let sums = margins.sums(log);
                let slope = sums.all.mean() - sums.lower.mean();
                (-(sums.lower.weight / sums.all.weight / TAIL).ln(), slope)
            })
        });
        let value = if low.is_some() && high.is_some() {
            root(start, step, |log| {
                let Sums { all, likeliest, .. } = margins.sums(log);
                (likeliest - margins.seen + all.mean(), all.variance())
            })
            .exp()
        } else {
            approximate.value
        };
        Some(Estimate {
            value,
            low: low.map(f64::exp),
            high: high.map(f64::exp),
            corrected: low.is_none() || high.is_none(),
        })
    }
}

/// The tables with the margins of one, told apart by their exposed events. Whole numbers.
struct Margins {
    exposed: f64,
    unexposed: f64,
    events: f64,
    /// Exposed events as counted.
    seen: f64,
    /// The fewest there could be.
    least: f64,
    /// The most there could be.
    most: f64,
}

/// Sums over the tables at one odds ratio.
#[derive(Default)]
struct Sums {
    /// Exposed events of the likeliest table, from which the moments count.
    likeliest: f64,
    all: Moments,
    /// Tables with as many exposed events or more.
    upper: Moments,
    /// Tables with as many exposed events or fewer.
    lower: Moments,
}

#[derive(Default)]
struct Moments {
    weight: f64,
    first: f64,
    second: f64,
}

impl Margins {
    fn of(table: &Table) -> Self {
        let cells = table.cells();
        let (exposed, unexposed) = (cells.a + cells.b, cells.c + cells.d);
        let events = cells.a + cells.c;
        Self {
            exposed,
            unexposed,
            events,
            seen: cells.a,
            least: (events - unexposed).max(0.0),
            most: events.min(exposed),
        }
    }

    fn sums(&self, log_odds: f64) -> Sums {
        let odds = log_odds.exp();
        let likeliest = self.likeliest(odds);
        let mut sums = Sums {
            likeliest,
            ..Sums::default()
        };
        self.walk(odds, 1.0, NEGLIGIBLE, |events, weight| {
            let away = events - likeliest;
            sums.all.add(away, weight);
            if events >= self.seen {
                sums.upper.add(away, weight);
            }
            if events <= self.seen {
                sums.lower.add(away, weight);
            }
        });
        sums
    }

    /// Every table from the likeliest outwards, with its weight at an odds ratio: `top` for the likeliest, and those
    /// down to `floor` only.
    fn walk(&self, odds: f64, top: f64, floor: f64, mut each: impl FnMut(f64, f64)) {
        let likeliest = self.likeliest(odds);
        each(likeliest, top);
        let (mut events, mut weight) = (likeliest, top);
        while events < self.most {
            weight *= self.next(events, odds);
            events += 1.0;
            if weight <= floor {
                break;
            }
            each(events, weight);
        }
        (events, weight) = (likeliest, top);
        while events > self.least {
            events -= 1.0;
            weight /= self.next(events, odds);
            if weight <= floor {
                break;
            }
            each(events, weight);
        }
    }

    /// How many times likelier one more exposed event is than `events`. Falls as they grow.
    fn next(&self, events: f64, odds: f64) -> f64 {
        odds * ((self.exposed - events) / (events + 1.0))
            * ((self.events - events) / (self.unexposed - self.events + events + 1.0))
    }

    /// Exposed events of the likeliest table.
    fn likeliest(&self, odds: f64) -> f64 {
        let (mut low, mut high) = (self.least, self.most);
        while low < high {
            let middle = f64::midpoint(low, high).floor();
            if self.next(middle, odds) < 1.0 {
                high = middle;
            } else {
                low = middle + 1.0;
            }
        }
        low
    }
}

impl Moments {
    fn add(&mut self, away: f64, weight: f64) {
        self.weight += weight;
        self.first += weight * away;
        self.second += weight * away * away;
    }

    fn mean(&self) -> f64 {
        self.first / self.weight
    }

    fn variance(&self) -> f64 {
        self.second / self.weight - self.mean().powi(2)
    }
}

/// Where a function that grows crosses 0, to 10⁻¹²: brackets it from `start` on, then takes Newton's step where that
/// stays inside the bracket, else halves it. The function answers its value and its slope.
fn root(start: f64, step: f64, mut at: impl FnMut(f64) -> (f64, f64)) -> f64 {
    let (mut low, mut high) = (start - step, start + step);
    let mut reach = step;
    while at(low).0 > 0.0 && reach < REACH {
        reach *= 2.0;
        low -= reach;
    }
    reach = step;
    while at(high).0 < 0.0 && reach < REACH {
        reach *= 2.0;
        high += reach;
    }
    let mut here = start.clamp(low, high);
    for _ in 0..STEPS {
        let (value, slope) = at(here);
        if value < 0.0 {
            low = here;
        } else {
            high = here;
        }
        let newton = here - value / slope;
        let next = if low < newton && newton < high {
            newton
        } else {
            f64::midpoint(low, high)
        };
        if (next - here).abs() < CLOSE || high - low < CLOSE {
            return next;
        }
        here = next;
    }
    here
}

/// How much likelier than the counted table one may be and still counts as no likelier. As R has it, 10⁻⁷: what two
/// equal chances may differ by after rounding, and more.
const TIE: f64 = 1e-7;

/// Weight of the likeliest table where tails matter: far above 1, so that tails below the smallest number over it still
/// have a weight.
const LARGE: f64 = 1e280;

/// Weight beside 1 that changes no sum: 24 digits below what a sum holds, for tails that are to be told from nothing.
const NEGLIGIBLE: f64 = 1e-40;

/// What an interval at 95 % leaves out on either side.
const TAIL: f64 = 0.025;

/// How close a root is found, in logarithms of the odds ratio.
const CLOSE: f64 = 1e-12;

/// How far a root is looked for, in logarithms of the odds ratio: counts below 2³² leave none beyond.
const REACH: f64 = 512.0;

/// Steps to a root: a bracket of [`REACH`] is halved to nothing in 60.
const STEPS: u32 = 100;

#[cfg(test)]
mod tests;

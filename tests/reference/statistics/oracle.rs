//! What the oracle gets wrong or has no answer to, computed here in another way than in the project.

use koalr_platform::stats::two_by_two::Table;

/// The oracle's score interval of the risk difference, slip included. The project prints Newcombe's interval and has
/// none of this kind; that these digits come out is the proof that the oracle's are not the score interval.
///
/// > L₁ = (n₀ d − N − 2 x₀) d + x, of which the oracle computes (x₀ d − N − 2 x₀) d + x
///
/// Source: O. Miettinen and M. Nurminen, "Comparative analysis of two rates", 1985, appendix I; statsmodels 0.15,
/// `score_test_proportions_2indep`. Equal risks show the slip: the interval should be symmetric and the file's is not.
pub(super) fn score_interval(table: &Table) -> [f64; 2] {
    let [a, b, c, d] = cells(table);
    let (exposed, unexposed) = (a + b, c + d);
    let (all, events) = (exposed + unexposed, a + c);
    let observed = a / exposed - c / unexposed;
    let score = |difference: f64| {
        let third = 3.0 * all;
        let l2 = (exposed + 2.0 * unexposed) * difference - all - events;
        let l1 = (c * difference - all - 2.0 * c) * difference + events;
        let l0 = c * difference * (1.0 - difference);
        let cubic = (l2 / third).powi(3) - l1 * l2 / (6.0 * all * all) + l0 / (2.0 * all);
        let root = ((l2 / third).powi(2) - l1 / third)
            .max(0.0)
            .sqrt()
            .copysign(cubic);
        let angle = (std::f64::consts::PI + (cubic / root.powi(3)).clamp(-1.0, 1.0).acos()) / 3.0;
        let risk = 2.0 * root * angle.cos() - l2 / third;
        let other = risk + difference;
        let variance =
            (other * (1.0 - other) / exposed + risk * (1.0 - risk) / unexposed) * all / (all - 1.0);
        (observed - difference) / variance.max(0.0).sqrt()
    };
    [
        crossing(-1.0 + f64::EPSILON, observed, |low| QUANTILE - score(low)),
        crossing(observed, 1.0 - f64::EPSILON, |high| -QUANTILE - score(high)),
    ]
}

/// The statistic of Breslow and Day, and Tarone's, over strata without an empty margin; what is expected is found by
/// halving and not from the quadratic.
pub(super) fn heterogeneity(tables: &[Table], common: f64, amended: bool) -> f64 {
    let (mut squares, mut apart, mut variances) = (0.0, 0.0, 0.0);
    for [a, b, c, d] in tables.iter().map(cells) {
        if (a + b).min(c + d).min(a + c).min(b + d) <= 0.0 {
            continue;
        }
        let log = |x: f64| (x / (a + b - x)).ln() - ((a + c - x) / (d - a + x)).ln();
        let expected = crossing((a - d).max(0.0), (a + b).min(a + c), |x| {
            log(x) - common.ln()
        });
        let variance = 1.0
            / (1.0 / expected
                + 1.0 / (a + b - expected)
                + 1.0 / (a + c - expected)
                + 1.0 / (d - a + expected));
        squares += (a - expected).powi(2) / variance;
        apart += a - expected;
        variances += variance;
    }
    if amended {
        squares - apart.powi(2) / variances
    } else {
        squares
    }
}

/// Where a function that grows between two numbers crosses 0.
fn crossing(mut low: f64, mut high: f64, at: impl Fn(f64) -> f64) -> f64 {
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if at(middle) < 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

fn cells(table: &Table) -> [f64; 4] {
    [
        table.exposed_event,
        table.exposed_no_event,
        table.unexposed_event,
        table.unexposed_no_event,
    ]
    .map(f64::from)
}

/// The normal distribution's quantile of 0.975.
pub(super) const QUANTILE: f64 = 1.959_963_984_540_054;

//! The top of a log-likelihood by Newton's steps, halved where they go too far.

use super::Group;

/// Trials with one figure.
pub(super) struct Point {
    pub(super) x: f64,
    events: f64,
    trials: f64,
}

/// What a normal belief takes off: half its precision times the squared distance from its mean.
#[derive(Clone, Copy)]
pub(super) struct Penalty {
    pub(super) mean: f64,
    pub(super) precision: f64,
}

/// No belief.
pub(super) const FLAT: Penalty = Penalty {
    mean: 0.0,
    precision: 0.0,
};

pub(super) struct Top {
    pub(super) intercept: f64,
    pub(super) slope: f64,
    pub(super) covariance: [[f64; 2]; 2],
}

impl Point {
    pub(super) fn of(group: &Group, centre: f64, scale: f64) -> Self {
        Self {
            x: (group.x - centre) / scale,
            events: f64::from(group.events),
            trials: f64::from(group.trials),
        }
    }
}

/// The chance of log-odds.
pub(super) fn chance(odds: f64) -> f64 {
    1.0 / (1.0 + (-odds).exp())
}

/// The top; none if it was not reached. With `level`, among lines of slope zero.
pub(super) fn climb(points: &[Point], penalties: [Penalty; 2], level: bool) -> Option<Top> {
    let (mut a, mut b) = (0.0, 0.0);
    let mut height = likelihood(points, penalties, a, b);
    for _ in 0..STEPS {
        let (gradient, [[aa, ab], [_, bb]]) = slopes(points, penalties, a, b);
        let (gradient_b, ab, bb) = if level {
            (0.0, 0.0, 1.0)
        } else {
            (gradient[1], ab, bb)
        };
        let determinant = aa * bb - ab * ab;
        if !determinant.is_normal() || determinant <= 0.0 {
            return None;
        }
        let step_a = (bb * gradient[0] - ab * gradient_b) / determinant;
        let step_b = (aa * gradient_b - ab * gradient[0]) / determinant;
        let size = step_a.abs().max(step_b.abs());
        if size <= CLOSE * (1.0 + f64::abs(a).max(f64::abs(b))) {
            return Some(Top {
                intercept: a + step_a,
                slope: b + step_b,
                covariance: [
                    [bb / determinant, -ab / determinant],
                    [-ab / determinant, aa / determinant],
                ],
            });
        }
        let mut share = 1.0;
        loop {
            let (next_a, next_b) = (a + share * step_a, b + share * step_b);
            let next = likelihood(points, penalties, next_a, next_b);
            // What the last digits take away is no fall.
            if next >= height - CLOSE * height.abs() {
                (a, b, height) = (next_a, next_b, next);
                break;
            }
            share /= 2.0;
            if share < CLOSE {
                return None;
            }
        }
    }
    None
}

fn likelihood(points: &[Point], [of_a, of_b]: [Penalty; 2], a: f64, b: f64) -> f64 {
    let penalty = |one: Penalty, at: f64| one.precision * (at - one.mean).powi(2) / 2.0;
    let seen = points.iter().map(|point| {
        let odds = a + b * point.x;
        point.events * odds - point.trials * (odds.max(0.0) + (-odds.abs()).exp().ln_1p())
    });
    seen.sum::<f64>() - penalty(of_a, a) - penalty(of_b, b)
}

/// The gradient, and the negated second derivatives.
fn slopes(
    points: &[Point],
    [of_a, of_b]: [Penalty; 2],
    a: f64,
    b: f64,
) -> ([f64; 2], [[f64; 2]; 2]) {
    let (mut ga, mut gb) = (
        of_a.precision * (of_a.mean - a),
        of_b.precision * (of_b.mean - b),
    );
    let (mut aa, mut ab, mut bb) = (of_a.precision, 0.0, of_b.precision);
    for point in points {
        let p = chance(a + b * point.x);
        let rest = point.events - point.trials * p;
        let weight = point.trials * p * (1.0 - p);
        ga += rest;
        gb += rest * point.x;
        aa += weight;
        ab += weight * point.x;
        bb += weight * point.x * point.x;
    }
    ([ga, gb], [[aa, ab], [ab, bb]])
}

/// Newton's steps double the digits; many are needed only where little was seen.
const STEPS: u32 = 200;

/// A step is the last one if it is this small beside where it starts.
const CLOSE: f64 = 1e-10;

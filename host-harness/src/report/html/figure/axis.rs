//! From values to places.

/// A stretch of values, drawn from left to right or from bottom to top.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Axis {
    from: f64,
    to: f64,
    is_log: bool,
}

impl Axis {
    /// From 0 to a round number that is not below `top`.
    pub(crate) fn from_zero(top: f64) -> Self {
        Self {
            from: 0.0,
            to: round_up(top),
            is_log: false,
        }
    }

    /// From one value to another one above it, both as they are.
    pub(crate) fn between(from: f64, to: f64) -> Self {
        Self {
            from,
            to,
            is_log: false,
        }
    }

    /// Of ratios, 1 in its middle: from a half to the double at least, to a hundredth and the hundredfold at most, so that
    /// the values are on it where that is possible.
    pub(crate) fn of_ratios(values: impl IntoIterator<Item = f64>) -> Self {
        let far = values
            .into_iter()
            .filter(|value| value.is_finite() && *value > 0.0)
            .map(|value| value.max(1.0 / value))
            .fold(1.0, f64::max);
        let steps = [2.0, 4.0, 10.0, 20.0, 100.0];
        let to = steps.into_iter().find(|step| *step >= far).unwrap_or(100.0);
        Self {
            from: 1.0 / to,
            to,
            is_log: true,
        }
    }

    /// Its last value.
    pub(crate) fn end(self) -> f64 {
        self.to
    }

    /// Where a value is, from 0 to 100. What is beyond an end is at it.
    pub(crate) fn percent(self, value: f64) -> f64 {
        let (value, from, to) = if self.is_log {
            (
                value.max(f64::MIN_POSITIVE).ln(),
                self.from.ln(),
                self.to.ln(),
            )
        } else {
            (value, self.from, self.to)
        };
        let share = (value - from) / (to - from);
        if share.is_finite() {
            share.clamp(0.0, 1.0) * 100.0
        } else {
            0.0
        }
    }

    /// Whether a value is on it.
    pub(crate) fn holds(self, value: f64) -> bool {
        (self.from..=self.to).contains(&value)
    }

    /// Values to write beside it: both ends, and 1 or the middle.
    pub(crate) fn ticks(self) -> [f64; 3] {
        let middle = if self.is_log {
            1.0
        } else {
            f64::midpoint(self.from, self.to)
        };
        [self.from, middle, self.to]
    }
}

/// The next of 1, 2, 4, 5, 10, 20, … so that its half is short too. 1 for nothing.
fn round_up(top: f64) -> f64 {
    if !(top.is_finite() && top > 0.0) {
        return 1.0;
    }
    let power = 10_f64.powf(top.log10().floor());
    let steps = [1.0, 2.0, 4.0, 5.0, 10.0];
    // Rounding errors of a power must not double an axis.
    let fits = |step: &f64| step * power >= top * (1.0 - 1e-9);
    steps.into_iter().find(fits).unwrap_or(10.0) * power
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "these are exact")]
mod tests {
    use super::*;

    #[test]
    fn an_axis_ends_at_a_round_number_that_is_not_below_its_values() {
        for (top, end) in [
            (0.0, 1.0),
            (f64::NAN, 1.0),
            (0.03, 0.04),
            (1.0, 1.0),
            (7.0, 10.0),
            (41.0, 50.0),
            (1_000.0, 1_000.0),
            (1_001.0, 2_000.0),
        ] {
            let axis = Axis::from_zero(top);
            assert!(
                (axis.end() - end).abs() < end * 1e-9,
                "{top}: {}",
                axis.end()
            );
        }
    }

    #[test]
    fn a_ratio_and_its_inverse_are_as_far_from_the_middle() {
        let axis = Axis::of_ratios([3.0, 0.4]);
        assert_eq!(axis.ticks(), [0.25, 1.0, 4.0]);
        assert_eq!(axis.percent(1.0), 50.0);
        assert!((axis.percent(2.0) + axis.percent(0.5) - 100.0).abs() < 1e-9);
        assert_eq!(axis.percent(1e9), 100.0);
        assert!(!axis.holds(5.0) && axis.holds(0.25));
    }

    #[test]
    fn an_axis_without_a_length_puts_everything_at_its_beginning() {
        assert_eq!(Axis::between(3.0, 3.0).percent(3.0), 0.0);
    }
}

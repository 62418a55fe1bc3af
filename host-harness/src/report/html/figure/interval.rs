//! Intervals on one axis, one below the other.

use maud::{Markup, html};

use super::axis::Axis;
use super::place;

/// An estimate and how far off it may be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Interval {
    /// Where it begins; none where it has no lower end.
    pub(crate) low: Option<f64>,
    /// The estimate.
    pub(crate) value: f64,
    /// Where it ends; none where it has no upper end.
    pub(crate) high: Option<f64>,
}

/// An interval in a cell, with the place that means *no difference*. What goes on beyond the axis has an arrow.
pub(crate) fn interval(axis: Axis, one: Interval, none: f64) -> Markup {
    let low = one.low.filter(|low| axis.holds(*low));
    let high = one.high.filter(|high| axis.holds(*high));
    let (left, right) = (
        low.map_or(0.0, |low| axis.percent(low)),
        high.map_or(100.0, |high| axis.percent(high)),
    );
    let middle = place(axis.percent(none));
    html! {
        svg.lying viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" {
            line.none x1=(middle) x2=(middle) y1="0" y2="10" {}
            line.interval x1=(place(left)) x2=(place(right)) y1="5" y2="5" {}
            @if low.is_some() { line.interval x1=(place(left)) x2=(place(left)) y1="2" y2="8" {} }
            @else { path.interval d="M1.5 2 L0.2 5 L1.5 8" {} }
            @if high.is_some() { line.interval x1=(place(right)) x2=(place(right)) y1="2" y2="8" {} }
            @else { path.interval d="M98.5 2 L99.8 5 L98.5 8" {} }
            @let at = axis.percent(one.value);
            rect.estimate x=(place(at - 0.6)) width="1.2" y="2" height="6" {}
        }
    }
}

/// The numbers of the axis, for the head of the column of such cells.
pub(crate) fn scale(axis: Axis, number: impl Fn(f64) -> String) -> Markup {
    let [from, middle, to] = axis.ticks();
    html! {
        span.scale { span { (number(from)) } span { (number(middle)) } span { (number(to)) } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_that_goes_on_beyond_the_axis_has_an_arrow_there() {
        let axis = Axis::of_ratios([1.5]);
        let one = |low, high| {
            interval(
                axis,
                Interval {
                    low,
                    value: 1.2,
                    high,
                },
                1.0,
            )
            .0
        };
        let arrows = |drawn: String| drawn.matches("<path").count();
        assert_eq!(arrows(one(Some(0.8), Some(1.9))), 0);
        assert_eq!(arrows(one(Some(0.1), Some(1.9))), 1);
        assert_eq!(arrows(one(None, None)), 2);
    }
}

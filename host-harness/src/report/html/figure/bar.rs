//! Bars that lie in a cell of a table.

use maud::{Markup, html};

use super::axis::Axis;
use super::place;

/// A bar from the axis's beginning to a value. Something is never drawn as nothing.
pub(crate) fn bar(axis: Axis, value: f64, kind: &str) -> Markup {
    let least = if value > 0.0 { LEAST } else { 0.0 };
    drawn(0.0, axis.percent(value).max(least), kind)
}

/// A bar from one value to another one.
pub(crate) fn part(axis: Axis, from: f64, to: f64, kind: &str) -> Markup {
    let (low, high) = (axis.percent(from.min(to)), axis.percent(from.max(to)));
    drawn(low, (high - low).max(LEAST), kind)
}

/// The number stands in the next cell: the drawing says nothing to who does not see it.
fn drawn(from: f64, width: f64, kind: &str) -> Markup {
    html! {
        svg.lying viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" {
            rect class={ "bar " (kind) } x=(place(from.min(100.0 - LEAST))) width=(place(width)) y="1" height="8" {}
        }
    }
}

/// Least width that is seen, in percent.
const LEAST: f64 = 0.5;

#[cfg(test)]
mod tests {
    use super::*;

    fn width(markup: &Markup) -> &str {
        markup
            .0
            .split("width=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap()
    }

    #[test]
    fn something_is_never_drawn_as_nothing() {
        let axis = Axis::from_zero(1_000.0);
        assert_eq!(width(&bar(axis, 0.1, "")), "0.5");
        assert_eq!(width(&bar(axis, 0.0, "")), "0");
        assert_eq!(width(&bar(axis, 250.0, "")), "25");
        assert_eq!(width(&part(axis, 300.0, 250.0, "")), "5");
    }
}

//! Shares that only fall: how much is still there after a time.

use std::fmt::Write as _;

use maud::{Markup, html};

use super::axis::Axis;
use super::place;

/// A curve of steps.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Curve {
    /// Where it falls, in order of time.
    pub(crate) knots: Vec<Knot>,
    /// How far it is known, in the unit of time.
    pub(crate) until: f64,
}

/// A fall.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Knot {
    /// When.
    pub(crate) at: f64,
    /// What is left from then on, from 0 to 1.
    pub(crate) left: f64,
}

/// Draws a curve from all to what is left, with the time at which half is left, if it came to that.
pub(crate) fn curve(
    title: &str,
    unit: &str,
    one: &Curve,
    median: Option<f64>,
    number: impl Fn(f64) -> String,
) -> Markup {
    let axis = Axis::from_zero(one.until);
    html! {
        figure.curve {
            figcaption { (title) " " span.quiet { "by " (unit) } }
            div.plot {
                span.top.quiet { "100 %" }
                svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true" {
                    line.axis x1="0" x2="100" y1="0" y2="0" {}
                    line.axis x1="0" x2="100" y1="50" y2="50" {}
                    line.axis x1="0" x2="100" y1="100" y2="100" {}
                    @if let Some(median) = median {
                        @let x = place(axis.percent(median));
                        line.none x1=(x) x2=(x) y1="50" y2="100" {}
                    }
                    path.series d=(steps(one, axis)) {}
                }
                span.first.quiet { "0" }
                span.last.quiet { (number(axis.end())) }
            }
        }
    }
}

fn steps(one: &Curve, axis: Axis) -> String {
    let mut path = "M0 0".to_owned();
    for knot in &one.knots {
        let (x, y) = (
            axis.percent(knot.at),
            100.0 - knot.left.clamp(0.0, 1.0) * 100.0,
        );
        let _ = write!(path, "H{}V{}", place(x), place(y));
    }
    let _ = write!(path, "H{}", place(axis.percent(one.until)));
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_falls_in_steps_and_ends_where_it_is_known_no_further() {
        let knots = [(10.0, 0.5), (20.0, 0.25)].map(|(at, left)| Knot { at, left });
        let one = Curve {
            knots: knots.to_vec(),
            until: 30.0,
        };
        let drawn = curve("Open", "days", &one, Some(10.0), |value| value.to_string()).0;
        assert!(drawn.contains("d=\"M0 0H25V50H50V75H75\""), "{drawn}");
        assert!(
            drawn.contains("<line class=\"none\" x1=\"25\" x2=\"25\""),
            "{drawn}"
        );
    }
}

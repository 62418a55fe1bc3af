//! Shares that only fall: how much is still there after a time.

use std::fmt::Write as _;

use maud::{Markup, html};

use super::axis::Axis;
use super::place;

/// A point of a curve.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Point {
    /// When, in the unit of time.
    pub(crate) at: f64,
    /// What is left then, from 0 to 1.
    pub(crate) left: f64,
    /// That for people: when, what is left, and what it was counted of.
    pub(crate) told: [String; 3],
}

/// Draws a curve through its points, with the time at which half is left, if it came to that, and all numbers behind it.
pub(crate) fn curve(
    title: &str,
    unit: &str,
    points: &[Point],
    median: Option<f64>,
    heads: [&str; 3],
) -> Markup {
    let until = points.last().map_or(1.0, |last| last.at);
    let axis = Axis::between(0.0, until);
    html! {
        figure.curve {
            figcaption { (title) " " span.quiet { (unit) } }
            div.plot {
                span.top.quiet { "100 %" }
                svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true" {
                    line.axis x1="0" x2="100" y1="0" y2="0" {}
                    line.axis x1="0" x2="100" y1="50" y2="50" {}
                    line.axis x1="0" x2="100" y1="100" y2="100" {}
                    @if let Some(median) = median.filter(|median| axis.holds(*median)) {
                        @let x = place(axis.percent(median));
                        line.none x1=(x) x2=(x) y1="0" y2="100" {}
                    }
                    path.series d=(path(points, axis)) {}
                }
                span.first.quiet { "0" }
                span.last.quiet { (place(until)) }
            }
            details {
                summary.quiet { "Numbers" }
                table {
                    caption.unseen { (title) ": numbers" }
                    thead { tr { @for head in heads { th scope="col" { (head) } } } }
                    tbody {
                        @for Point { told: [when, left, of], .. } in points {
                            tr { th scope="row" { (when) } td { (left) } td { (of) } }
                        }
                    }
                }
            }
        }
    }
}

fn path(points: &[Point], axis: Axis) -> String {
    let mut path = String::new();
    for (index, point) in points.iter().enumerate() {
        let step = if index == 0 { 'M' } else { 'L' };
        let down = 100.0 - point.left.clamp(0.0, 1.0) * 100.0;
        let _ = write!(
            path,
            "{step}{} {}",
            place(axis.percent(point.at)),
            place(down)
        );
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_falls_from_all_and_shows_where_half_is_left() {
        let point = |at: f64, left: f64| Point {
            at,
            left,
            told: [at.to_string(), left.to_string(), "4".to_owned()],
        };
        let points = [point(0.0, 1.0), point(10.0, 0.5), point(40.0, 0.25)];
        let heads = ["Days", "Open", "n"];
        let drawn = curve("Open", "by days", &points, Some(10.0), heads).0;
        assert!(drawn.contains("d=\"M0 0L25 50L100 75\""), "{drawn}");
        assert!(
            drawn.contains("<line class=\"none\" x1=\"25\" x2=\"25\""),
            "{drawn}"
        );
        assert_eq!(drawn.matches("<th scope=\"row\">").count(), 3);
        let beyond = curve("Open", "by days", &points, Some(41.0), heads).0;
        assert!(!beyond.contains("class=\"none\""), "{beyond}");
    }
}

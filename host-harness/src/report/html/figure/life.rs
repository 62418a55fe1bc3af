//! The life of something as marks on an axis of time.

use maud::{Markup, html};

use super::axis::Axis;
use super::place;

/// Something that happened.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Mark {
    /// When, on the axis.
    pub(crate) at: f64,
    /// How it looks.
    pub(crate) shape: Shape,
}

/// How a mark looks: by form first, so that its colour only helps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A full circle.
    Begins,
    /// A ring.
    Seen,
    /// A square.
    Set,
    /// A diamond.
    Ends,
    /// A cross.
    Lost,
}

/// A time in which it was there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Stretch {
    /// Since when.
    pub(crate) from: f64,
    /// Until when.
    pub(crate) to: f64,
    /// Whether somebody had set it aside.
    pub(crate) aside: bool,
}

/// A line of a life. What the marks mean stands beside it in words, with dates.
pub(crate) fn life(axis: Axis, stretches: &[Stretch], marks: &[Mark]) -> Markup {
    let percent = |value| format!("{}%", place(axis.percent(value)));
    html! {
        svg.life aria-hidden="true" {
            line.axis x1="0" x2="100%" y1="50%" y2="50%" {}
            @for one in stretches {
                line.stretch.aside[one.aside] x1=(percent(one.from)) x2=(percent(one.to)) y1="50%" y2="50%" {}
            }
            @for mark in marks { (shape(mark.shape, &percent(mark.at))) }
        }
    }
}

/// A mark alone, for a legend or beside its words.
pub(crate) fn sign(one: Shape) -> Markup {
    html! { svg.sign aria-hidden="true" { (shape(one, "50%")) } }
}

fn shape(one: Shape, x: &str) -> Markup {
    let (class, path) = match one {
        Shape::Begins => ("begins", "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0"),
        Shape::Seen => ("seen", "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0"),
        Shape::Set => ("set", "M-4.5-4.5h9v9h-9z"),
        Shape::Ends => ("ends", "M0-6L6 0L0 6L-6 0z"),
        Shape::Lost => ("lost", "M-4-4L4 4M-4 4L4-4"),
    };
    html! { svg x=(x) y="50%" overflow="visible" { path class={ "mark " (class) } d=(path) {} } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_where_its_time_is() {
        let axis = Axis::between(0.0, 200.0);
        let stretch = Stretch {
            from: 0.0,
            to: 100.0,
            aside: true,
        };
        let mark = Mark {
            at: 50.0,
            shape: Shape::Ends,
        };
        let drawn = life(axis, &[stretch], &[mark]).0;
        assert!(drawn.contains("<svg x=\"25%\""), "{drawn}");
        assert!(
            drawn.contains("class=\"stretch aside\" x1=\"0%\" x2=\"50%\""),
            "{drawn}"
        );
    }
}

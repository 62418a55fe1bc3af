//! Charts: marks as SVG, words and numbers as HTML, so that both stay legible at any width and without eyes. Every mark
//! stands beside its number.

mod axis;
mod bar;
mod column;
mod curve;
mod interval;
mod life;

pub(crate) use axis::Axis;
pub(crate) use bar::{bar, part};
pub(crate) use column::{Column, columns, marked_columns};
pub(crate) use curve::{Point, curve};
pub(crate) use interval::{Interval, interval, scale};
pub(crate) use life::{Mark, Shape, Stretch, life, sign};

/// A place in a drawing, with as many digits as a screen can show.
fn place(value: f64) -> String {
    let mut text = format!("{value:.2}");
    while text.contains('.') && text.ends_with(['0', '.']) {
        text.pop();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn places_are_short() {
        for (value, text) in [
            (0.0, "0"),
            (12.5, "12.5"),
            (100.0, "100"),
            (33.333, "33.33"),
            (-0.25, "-0.25"),
        ] {
            assert_eq!(place(value), text);
        }
    }
}

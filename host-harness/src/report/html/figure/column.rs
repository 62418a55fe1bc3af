//! Columns over time.

use maud::{Markup, html};

use super::axis::Axis;
use super::place;

/// What is known of one stretch of time.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Column {
    /// When, for people.
    pub(crate) when: String,
    /// How much; none where it is not known.
    pub(crate) value: Option<f64>,
    /// The value for people, with its unit and what it was counted of.
    pub(crate) told: String,
    /// Where what was counted is; none if it is nowhere.
    pub(crate) link: Option<String>,
}

/// Columns in their order, each with its number, and all numbers as a table behind them.
pub(crate) fn columns(
    title: &str,
    unit: &str,
    all: &[Column],
    number: impl Fn(f64) -> String,
) -> Markup {
    marked_columns(title, unit, all, &[], number)
}

/// The same, with the part of each column that is marked, in their order. What is not known has no mark.
pub(crate) fn marked_columns(
    title: &str,
    unit: &str,
    all: &[Column],
    marked: &[Option<f64>],
    number: impl Fn(f64) -> String,
) -> Markup {
    let top = all.iter().filter_map(|one| one.value).fold(0.0, f64::max);
    let axis = Axis::from_zero(top);
    let room = 100.0 / count(all.len().max(1));
    html! {
        figure.columns {
            figcaption { (title) " " span.quiet { "in " (unit) } }
            div.plot {
                span.top.quiet { (number(axis.end())) }
                svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true" {
                    line.axis x1="0" x2="100" y1="0" y2="0" {}
                    line.axis x1="0" x2="100" y1="100" y2="100" {}
                    @for (index, one) in all.iter().enumerate() {
                        @let left = room * count(index);
                        @match one.value {
                            Some(value) => {
                                @let height = axis.percent(value).max(if value > 0.0 { 1.0 } else { 0.0 });
                                rect.bar x=(place(left + room * 0.1)) width=(place(room * 0.8))
                                    y=(place(100.0 - height)) height=(place(height)) {
                                    title { (one.when) ": " (one.told) }
                                }
                                @if let Some(part) = marked.get(index).copied().flatten().filter(|part| *part > 0.0) {
                                    @let height = axis.percent(part).max(1.0);
                                    rect.bar.bad x=(place(left + room * 0.1)) width=(place(room * 0.8))
                                        y=(place(100.0 - height)) height=(place(height)) {}
                                }
                            }
                            None => {
                                rect.unknown x=(place(left)) width=(place(room)) y="0" height="100" {
                                    title { (one.when) ": not known" }
                                }
                            }
                        }
                    }
                }
                @if let (Some(first), Some(last)) = (all.first(), all.last()) {
                    span.first.quiet { (first.when) }
                    span.last.quiet { (last.when) }
                }
            }
            details {
                summary.quiet { "Numbers" }
                table {
                    caption.unseen { (title) ", in " (unit) }
                    tbody {
                        @for one in all {
                            tr { th scope="row" { (one.when) } td {
                                @match &one.link {
                                    Some(link) => a href=(link) { (one.told) },
                                    None => @if one.value.is_some() { (one.told) } @else { "not known" },
                                }
                            } }
                        }
                    }
                }
            }
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "columns on a screen are few")]
fn count(number: usize) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_not_drawn_as_nothing() {
        let one = |value: Option<f64>, told: &str| Column {
            when: "week 1".to_owned(),
            value,
            told: told.to_owned(),
            link: None,
        };
        let all = [
            one(Some(0.0), "0 deployments"),
            one(None, ""),
            one(Some(3.0), "3 deployments"),
        ];
        let drawn = columns("Deployments", "deployments a week", &all, |value| {
            value.to_string()
        })
        .0;
        assert_eq!(drawn.matches("class=\"bar\"").count(), 2);
        assert_eq!(drawn.matches("class=\"unknown\"").count(), 1);
        assert_eq!(drawn.matches("not known").count(), 2);
        assert!(
            drawn.contains("height=\"0\"") && drawn.contains("<span class=\"top quiet\">4</span>"),
            "{drawn}"
        );
    }
}

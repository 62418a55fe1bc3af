//! The score as a waterfall: each part begins where the one before ended.

use koalr_platform::merge::Adjustment;
use koalr_platform::model::common::Tenths;
use maud::{Markup, html};

use super::super::figure::{Axis, part};
use super::words::{kind, table};
use crate::report::arithmetic::{arithmetic, subject};
use crate::report::figure::tenths;
use crate::report::text::View;

/// A row of the waterfall. Values are in tenths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    /// What it is.
    pub(super) label: String,
    /// Where its bar begins: for a part the sum of the parts before, for a sum 0.
    pub(super) from: i32,
    /// Where its bar ends.
    pub(super) to: i32,
    /// Whether it is a sum of the parts before.
    pub(super) is_sum: bool,
    /// Whether it is known.
    pub(super) is_known: bool,
    kind: &'static str,
}

pub(super) fn waterfall(view: &View<'_>) -> Markup {
    let axis = Axis::between(0.0, 1000.0);
    let rows = html! {
        @for step in steps(view) {
            tr.sum[step.is_sum] {
                th scope="row" { (step.label) }
                td.number { (points(&step)) }
                td.chart { @if step.is_known { (part(axis, step.from.into(), step.to.into(), step.kind)) } }
            }
        }
    };
    html! {
        section.block {
            h2 { "How the score adds up" }
            (table("How the score adds up", &[("Part", ""), ("Points", "number"), ("Of 100", "")], rows))
            details {
                summary.quiet { "The whole sum with its arithmetic" }
                pre { code { (arithmetic(view.report, &view.names, true)) } }
            }
        }
    }
}

/// All rows. The parts between two sums lead from one to the other, and the last sum is the score.
pub(super) fn steps(view: &View<'_>) -> Vec<Step> {
    let report = view.report;
    let score = &report.settled.score;
    let mut fall = Fall::default();
    let all = &report.assessment.contributions;
    let (parts, rest) = all.split_at_checked(MOST_PARTS).unwrap_or((all, &[]));
    for one in parts {
        fall.part(subject(report, &view.names, one), one.points.into(), "");
    }
    if !rest.is_empty() {
        let points = rest.iter().map(|one| i32::from(one.points)).sum();
        fall.part(format!("{} smaller parts", rest.len()), points, "");
    }
    let unexplained = i32::from(score.security) - fall.at;
    if unexplained != 0 {
        let label = "points that the integration does not explain";
        fall.part(label.to_owned(), unexplained, "warn");
    }
    fall.sum("Security score", score.security, "other");
    match score.base {
        Some(base) => {
            let label = format!(
                "Koalr's own score of {}, joined as an independent risk",
                tenths(base)
            );
            fall.part(label, i32::from(score.joined) - fall.at, "");
        }
        None => fall.unknown("Koalr's own score of the change"),
    }
    fall.sum("Both joined", score.joined, "other");
    match score.adjustment {
        Some(Adjustment::Floor(points)) => {
            fall.part("Floor of a binding block".to_owned(), points.into(), "bad");
        }
        Some(Adjustment::Cap(points)) => {
            let label = "Cap of what may pass".to_owned();
            fall.part(label, -i32::from(points), "other");
        }
        None => {}
    }
    let label = format!("Deploy risk: {}", score.band.word());
    fall.sum(&label, score.score, kind(score.band));
    fall.steps
}

#[derive(Default)]
struct Fall {
    steps: Vec<Step>,
    at: i32,
}

impl Fall {
    fn part(&mut self, label: String, points: i32, kind: &'static str) {
        let from = self.at;
        self.at += points;
        self.steps.push(Step {
            label,
            from,
            to: self.at,
            is_sum: false,
            is_known: true,
            kind,
        });
    }

    fn sum(&mut self, label: &str, points: Tenths, kind: &'static str) {
        self.at = points.into();
        self.steps.push(Step {
            label: label.to_owned(),
            from: 0,
            to: self.at,
            is_sum: true,
            is_known: true,
            kind,
        });
    }

    fn unknown(&mut self, label: &str) {
        self.part(label.to_owned(), 0, "");
        if let Some(last) = self.steps.last_mut() {
            last.is_known = false;
        }
    }
}

fn points(step: &Step) -> String {
    let points = step.to - step.from;
    let sign = match points {
        _ if step.is_sum => "",
        ..0 => "−",
        0.. => "+",
    };
    if step.is_known {
        let points = Tenths::try_from(points.unsigned_abs()).unwrap_or(Tenths::MAX);
        format!("{sign}{}", tenths(points))
    } else {
        "not known".to_owned()
    }
}

/// Parts that are shown one by one; the smaller ones are one.
const MOST_PARTS: usize = 12;

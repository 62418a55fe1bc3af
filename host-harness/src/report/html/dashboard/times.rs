//! How soon what is owed is fixed.

use koalr_platform::debt::{Figure, Lifetime, TimesToFix};
use maud::{Markup, html};

use super::super::figure::{Point, curve};
use super::super::part::table;
use super::filter::DashboardFilter;
use crate::report::insight::{absent, duration, millis, percent, share_estimate, word};
use crate::report::pace::grouped;

pub(super) fn time_to_fix(times: &TimesToFix, filter: &DashboardFilter) -> Markup {
    let window = &times.began_in_window;
    let every = &times.every.all;
    let by_severity = window.by_severity.iter();
    let by_severity = by_severity.filter(|row| row.lifetime.n > 0 && filter.shows(row.severity));
    let rows = html! {
        @for row in by_severity { (lifetime(word(row.severity), &row.lifetime)) }
        (lifetime("all", &window.all))
        (lifetime("whenever it began", every))
    };
    let heads = [
        "Began in the window",
        "n",
        "Median",
        "Within 30 days",
        "Within 90 days",
        "Within its time",
    ];
    html! {
        h3 { "Time to fix" }
        (table("Time to fix of what began in the window", &heads, rows))
        p.quiet { "Kaplan-Meier, with 95 % intervals: those still open count for as long as they are." }
    }
}

/// The curve of what began in the window.
pub(super) fn still_open(times: &TimesToFix) -> Markup {
    let window = &times.began_in_window;
    let points = window.still_open.iter().map(|one| Point {
        at: f64::from(one.days),
        left: one.share,
        told: [
            one.days.to_string(),
            percent(one.share),
            grouped(one.watched),
        ],
    });
    let points: Vec<Point> = points.collect();
    let median = window.all.median_ms.value().map(|ms| millis(ms) / DAY);
    let heads = ["Days", "Still open", "Watched so long"];
    html! {
        div.card {
            @if points.len() < 2 { h3 { "Still open" } p { "Nothing that began in the window was watched for a day." } }
            @else {
                (curve("Still open", "by days since it began", &points, median, heads))
                p.quiet {
                    "n = " (grouped(window.all.n.into()))
                    @match median { Some(_) => { ", dashed: the median, " (duration(window.all.median_ms)) } None => ", fewer than half fixed so far", }
                }
            }
        }
    }
}

fn lifetime(name: &str, one: &Lifetime) -> Markup {
    html! {
        tr {
            th scope="row" { (name) }
            td { (grouped(one.n.into())) div.quiet { (grouped(one.fixed.into())) " fixed" } }
            td { (duration(one.median_ms)) }
            @for fixed in [one.fixed_in_30_days, one.fixed_in_90_days, one.fixed_in_window] {
                td { @match fixed { Figure::Value(fixed) => (share_estimate(&fixed)), Figure::Absent(why) => (absent(why)) } }
            }
        }
    }
}

/// Milliseconds of a day.
const DAY: f64 = 86_400_000.0;

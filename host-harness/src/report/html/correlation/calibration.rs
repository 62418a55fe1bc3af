//! What scores have been worth.

use koalr_platform::calibration::{Calibration, Fitted, OfBand, Series};
use maud::{Markup, html};

use super::super::figure::{Axis, scale};
use super::table::{drawn_share, highest, of_all, share};
use crate::report::figure::tenths;
use crate::report::insight::{counted, millis, of, percent, present, span};

/// How often changes of each band were followed by an incident.
pub(super) fn section(report: &Calibration) -> Markup {
    let series = [
        ("Judged at the time", &report.observed),
        ("Judged later", &report.reconstructed),
    ];
    let left_out = [
        (report.too_young, "too young"),
        (report.unjudged, "never judged"),
    ];
    html! {
        section.part {
            h2 { "What scores have been worth" }
            p.quiet {
                "How many changes of each score were followed by an incident within " (span(millis(report.window_ms)))
                ". It changes no score and no gate."
            }
            @if series.iter().all(|(_, one)| one.changes.of == 0) {
                p { "Nothing was judged and deployed so long ago that it can be told." }
            }
            @for (name, one) in series { @if one.changes.of > 0 { (of_series(name, one)) } }
            @if let Some(left_out) = present(&left_out) { p.quiet { "Left out: " (left_out) "." } }
        }
    }
}

fn of_series(name: &str, one: &Series) -> Markup {
    let axis = Axis::from_zero(highest(one.bands.iter().map(|band| &band.changes)));
    html! {
        h3 { (name) " " span.quiet { (counted(one.changes.of, "change", "changes")) } }
        div.scroll tabindex="0" role="region" aria-label=(name) {
            table {
                caption.unseen { (name) ": scores and incidents" }
                thead {
                    tr {
                        th scope="col" { "Score" } th.number scope="col" { "With an incident" }
                        th.wide scope="col" { (scale(axis, share)) } th scope="col" { "Share, 95 % interval" }
                        th scope="col" { "With a prior of 1 in 10" }
                    }
                }
                tbody { @for band in &one.bands { (of_band(axis, band)) } }
            }
        }
        p.quiet {
            @match &one.curve {
                Fitted::Curve(curve) => {
                    "Fitted to the security score S: logit P = " (format!("{:.2}", curve.line.intercept))
                    " + " (format!("{:.2}", curve.line.slope)) " × −ln(1 − S/100)."
                }
                Fitted::Absent(why) => { "No curve is fitted: " (why.phrase()) "." }
            }
        }
    }
}

fn of_band(axis: Axis, band: &OfBand) -> Markup {
    html! {
        tr {
            th scope="row" { (band.band.word()) ", from " (tenths(band.from)) }
            td.number { (of_all(&band.changes)) }
            td.wide { (drawn_share(axis, &band.changes)) }
            td { (of(&band.changes)) }
            td { @match &band.expected { Some(one) => (percent(one.share)), None => span.quiet { "–" } } }
        }
    }
}

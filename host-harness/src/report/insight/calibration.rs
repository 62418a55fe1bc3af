//! What scores have been worth.

use std::fmt::Write as _;

use koalr_platform::calibration::{Calibration, Fitted, Series};
use koalr_platform::stats::proportion::Share;

use super::{counted, head, millis, part, percent, present, span};
use crate::report::backtest::proportion;
use crate::report::chart::bar;
use crate::report::figure::tenths;
use crate::report::layout::{item, sentence};

/// How often changes of each band led to incidents, and the fitted curve if there is enough for one, in eighty columns.
#[must_use]
pub fn calibration_text(report: &Calibration) -> String {
    let mut text = String::new();
    head(
        &mut text,
        "Calibration",
        (report.from, report.as_of),
        &report.scope,
    );
    sentence(
        &mut text,
        &format!(
            "How many changes of each score were followed by an incident within {}. It changes no score and no gate.",
            span(millis(report.window_ms))
        ),
    );
    let series = [
        ("Judged at the time", &report.observed),
        ("Rebuilt later", &report.reconstructed),
    ];
    for (name, one) in series.iter().filter(|(_, one)| one.changes.of > 0) {
        of_series(&mut text, name, one);
    }
    if series.iter().all(|(_, one)| one.changes.of == 0) {
        let nothing = "Nothing was judged and deployed so long ago that it can be told.";
        part(&mut text, nothing);
    }
    let left_out = [
        (report.too_young, "too young"),
        (report.unjudged, "never judged"),
    ];
    if let Some(left_out) = present(&left_out) {
        part(&mut text, &format!("Left out: {left_out}."));
    }
    text
}

fn of_series(text: &mut String, name: &str, series: &Series) {
    let line = format!(
        "{name} (n = {}, {})",
        counted(series.changes.of, "change", "changes"),
        counted(series.deployments, "deployment", "deployments")
    );
    part(text, &line);
    let _ = writeln!(
        text,
        "  {:<20}{:>11}   {:<24}prior of 1 in 10",
        "", "incidents", "share, 95 %"
    );
    for band in &series.bands {
        let name = format!("{}, from {}", band.band.word(), tenths(band.from));
        let changes = &band.changes;
        let counted = format!("{} of {}", changes.count, changes.of);
        let share = changes.interval.as_ref().map(interval);
        let share = share.unwrap_or_else(|| "nothing counted".to_owned());
        let mut line = format!("  {name:<20}{counted:>11}   {share:<24}");
        if let Some(expected) = &band.expected {
            let chart = bar(expected.share, 1.0, 10);
            let _ = write!(line, "{} {chart}", percent(expected.share));
        }
        let _ = writeln!(text, "{}", line.trim_end());
    }
    match &series.curve {
        Fitted::Curve(curve) => {
            let line = format!(
                "fitted to the security score S: logit P = {:.2} + {:.2} H with H = -ln(1 - S/100)",
                curve.line.intercept, curve.line.slope
            );
            item(text, &line);
            for decile in &curve.deciles {
                let line = format!(
                    "S {} to {}: foretold {}, seen {}",
                    tenths(decile.from),
                    tenths(decile.to),
                    percent(decile.predicted),
                    proportion(&decile.changes)
                );
                item(text, &line);
            }
        }
        Fitted::Absent(why) => item(text, &format!("no fitted curve: {}", why.phrase())),
    }
}

fn interval(one: &Share) -> String {
    let (low, high) = (one.low * 100.0, one.high * 100.0);
    format!("{} ({low:.1} to {high:.1})", percent(one.share))
}

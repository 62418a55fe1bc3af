//! What scores have been worth.

use koalr_platform::calibration::{Calibration, Fitted, Series};

use super::{head, millis, part, percent, span};
use crate::report::backtest::proportion;
use crate::report::chart::bar;
use crate::report::figure::tenths;
use crate::report::layout::{item, sentence};
use crate::report::pace::grouped;

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
    of_series(&mut text, "Judged at the time", &report.observed);
    of_series(&mut text, "Rebuilt later", &report.reconstructed);
    if report.too_young + report.unjudged > 0 {
        part(&mut text, "Left out");
        let line = format!(
            "{} too young, {} never judged",
            grouped(report.too_young.into()),
            grouped(report.unjudged.into())
        );
        item(&mut text, &line);
    }
    text
}

fn of_series(text: &mut String, name: &str, series: &Series) {
    part(
        text,
        &format!(
            "{name} (n = {} changes, {} deployments)",
            grouped(series.changes.of.into()),
            grouped(series.deployments.into())
        ),
    );
    if series.changes.of == 0 {
        item(text, "nothing was counted");
        return;
    }
    for band in &series.bands {
        let name = band.band.word();
        let mut line = format!(
            "{name}, from {}: {}",
            tenths(band.from),
            proportion(&band.changes)
        );
        if let Some(expected) = &band.expected {
            line += &format!(
                "; with a prior of 1 in 10: {} ({:.1} to {:.1}) {}",
                percent(expected.share),
                expected.low * 100.0,
                expected.high * 100.0,
                bar(expected.share, 1.0, 10)
            );
        }
        item(text, &line);
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

//! Reports over time, as text for people.

mod calibration;
mod correlation;
mod debt;
mod dora;

use std::fmt::Write as _;

use koalr_platform::ledger::{Scope, Unlinked};
use koalr_platform::model::common::Timestamp;

use super::escape::plain;
use super::instant::utc;
use super::layout::{item, sentence, wrap};
use super::pace::grouped;

pub use calibration::calibration_text;
pub use correlation::correlation_text;
pub use debt::debt_text;
pub use dora::dora_text;

/// What a report is about: its name, its window and its scope.
fn head(text: &mut String, name: &str, (from, as_of): (Timestamp, Timestamp), scope: &Scope) {
    let mut line = format!("{name}, {} to {}", utc(from), utc(as_of));
    if let Some(repository) = &scope.repository {
        let _ = write!(line, ", repository {}", plain(repository));
    }
    if let Some(service) = &scope.service {
        let _ = write!(line, ", service {}", plain(service));
    }
    sentence(text, &line);
}

/// A figure, and below it what it was counted of.
fn figure(text: &mut String, label: &str, value: &str, basis: &str) {
    let _ = writeln!(text, "{label:<LABEL$}{value}");
    for piece in wrap(basis, 80 - LABEL) {
        let _ = writeln!(text, "{:LABEL$}{piece}", "");
    }
}

/// A title of a part.
fn part(text: &mut String, title: &str) {
    text.push('\n');
    sentence(text, title);
}

/// What is tied to no deployment.
fn unlinked(text: &mut String, all: &[Unlinked]) {
    for one in all {
        let noun = if one.count == 1 { "" } else { "s" };
        let line = format!(
            "{} {}{noun} without a deployment: {}",
            grouped(one.count.into()),
            plain(&one.kind),
            plain(&one.why)
        );
        item(text, &line);
    }
}

/// A time as people say it: in the largest unit that it has two of, with one decimal.
fn span(ms: f64) -> String {
    let units = [
        (86_400_000.0, "days"),
        (3_600_000.0, "hours"),
        (60_000.0, "minutes"),
        (1_000.0, "seconds"),
    ];
    let fitting = units.iter().find(|(unit, _)| ms >= 2.0 * unit);
    match fitting {
        Some((unit, name)) => format!("{:.1} {name}", ms / unit),
        None => format!("{:.1} seconds", ms / 1_000.0),
    }
}

/// A share in percent.
fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

#[expect(clippy::cast_precision_loss, reason = "some milliseconds, for people")]
fn millis(ms: i64) -> f64 {
    ms as f64
}

/// Columns of a label.
const LABEL: usize = 24;

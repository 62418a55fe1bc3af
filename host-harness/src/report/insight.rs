//! Reports over time, as text for people.

mod calibration;
mod correlation;
mod debt;
mod definitions;
mod dora;
mod rows;

use std::fmt::Write as _;

use koalr_platform::ledger::{Scope, Unlinked};
use koalr_platform::model::common::Timestamp;

use super::escape::plain;
use super::instant::utc;
use super::layout::{item, sentence, wrap};
use super::pace::grouped;

pub use calibration::calibration_text;
pub use correlation::correlation_text;
pub(in crate::report) use correlation::{estimate, neither, of, unknown};
pub use debt::debt_text;
pub(super) use debt::{absent, duration, estimate as share_estimate, qualities, word};
pub use definitions::{Define, Explained};
pub use dora::dora_text;
pub(crate) use dora::why;
pub(super) use rows::noun;
pub use rows::rows_text;

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
    if all.is_empty() {
        return;
    }
    part(text, "Tied to no deployment, of all that is stored");
    for one in all {
        let noun = plain(&one.kind);
        let things = counted(one.count, &noun, &format!("{noun}s"));
        item(text, &format!("{things}: {}", plain(&one.why)));
    }
}

/// A heading of a chart that tells how much a column holds.
fn each(unit: &str, together: usize) -> String {
    match together {
        1 => format!("Each {unit}"),
        some => format!("Each column is {some} {unit}s"),
    }
}

/// How many of something there are.
pub(in crate::report) fn counted(count: u32, one: &str, several: &str) -> String {
    let noun = if count == 1 { one } else { several };
    format!("{} {noun}", grouped(count.into()))
}

/// The counts that are not zero, each before its words; none if all are.
pub(in crate::report) fn present(counts: &[(u32, &str)]) -> Option<String> {
    let words = counts.iter().filter(|(count, _)| *count > 0);
    let words: Vec<String> = words
        .map(|(count, words)| format!("{} {words}", grouped((*count).into())))
        .collect();
    (!words.is_empty()).then(|| words.join(", "))
}

/// A time as people say it: in the largest unit that it has two of, with one decimal unless it is a whole number of them.
pub(in crate::report) fn span(ms: f64) -> String {
    let units = [(DAY, "days"), (3_600_000.0, "hours"), (60_000.0, "minutes")];
    let fitting = units.iter().find(|(unit, _)| ms >= 2.0 * unit);
    let (unit, name) = fitting.copied().unwrap_or((1_000.0, "seconds"));
    let figure = ms / unit;
    if figure.fract() == 0.0 {
        format!("{figure} {name}")
    } else {
        format!("{figure:.1} {name}")
    }
}

/// The p of a test. One that is too small to show is no zero.
pub(in crate::report) fn chance(p: f64) -> String {
    if p < 0.0001 {
        "p < 0.0001".to_owned()
    } else {
        format!("p = {p:.4}")
    }
}

/// A share in percent.
pub(in crate::report) fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

#[expect(clippy::cast_precision_loss, reason = "some milliseconds, for people")]
pub(in crate::report) fn millis(ms: i64) -> f64 {
    ms as f64
}

/// Milliseconds of a day.
pub(super) const DAY: f64 = 86_400_000.0;

/// Columns of a label.
const LABEL: usize = 24;

#[cfg(test)]
pub(in crate::report) mod tests;

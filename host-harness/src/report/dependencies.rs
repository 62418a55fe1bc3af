//! A dependency list that was handed in, as text.

use std::fmt::Write as _;

use koalr_platform::model::common::DependencyChange;

use super::escape::{name, plain};
use super::layout::{item, rest, sentence};
use crate::jobs::DependenciesReport;

/// What was stored, and what was left out.
#[must_use]
pub fn dependencies_text(report: &DependenciesReport) -> String {
    let count = report.dependencies.len();
    let noun = if count == 1 {
        "dependency"
    } else {
        "dependencies"
    };
    let mut text = format!(
        "{} at {}: touches {count} {noun} ({})\n",
        plain(&report.change),
        plain(&report.head_sha),
        plain(&report.source)
    );
    for one in report.dependencies.iter().take(MOST) {
        item(&mut text, &row(one));
    }
    rest(&mut text, count, MOST, ELSEWHERE);
    if report.complete {
        return text;
    }
    text.push_str("\nLeft out\n");
    for one in report.left_out.iter().take(MOST) {
        item(&mut text, &plain(one));
    }
    rest(&mut text, report.left_out.len(), MOST, ELSEWHERE);
    text.push('\n');
    sentence(&mut text, "The list is partial: no change passes on it.");
    text
}

fn row(one: &DependencyChange) -> String {
    let mut row = format!("{} {}: ", name(&one.ecosystem), name(&one.name));
    let _ = match (&one.before, &one.after) {
        (Some(before), Some(after)) => write!(row, "{} → {}", name(before), name(after)),
        (Some(before), None) => write!(row, "{} removed", name(before)),
        (None, Some(after)) => write!(row, "{} added", name(after)),
        (None, None) => Ok(()),
    };
    row
}

const ELSEWHERE: &str = "; `--format json` lists them all";

/// Most lines of one kind.
const MOST: usize = 20;

//! What is not known, and what to do about it.

use std::collections::BTreeSet;

use koalr_platform::evidence::{CHECKS, DEPENDENCIES, ISSUES, PACKAGES};
use koalr_platform::model::common::{Coverage, CoverageState};

use super::super::escape::{name, plain};
use super::super::layout::{item, rest};
use super::View;

/// What kept the verdict from being certain, then what was asked without a whole answer. A route that nobody asked and
/// that no rule needs is left to the JSON.
pub(super) fn unknown(text: &mut String, view: &View<'_>) {
    let (lines, total) = told(view);
    if lines.is_empty() {
        return;
    }
    text.push_str("\nWhat is not known\n");
    for line in &lines {
        item(text, line);
    }
    rest(text, total, view.most(), view.elsewhere());
}

/// The same, one by one, and how many there are.
pub(in crate::report) fn told(view: &View<'_>) -> (Vec<String>, usize) {
    let (verdict, coverage) = (&view.report.verdict, &view.report.evidence.coverage);
    let decides: BTreeSet<u32> = verdict.missing.iter().copied().collect();
    let mut incomplete: Vec<(bool, &Coverage)> = (0_u32..)
        .zip(coverage)
        .map(|(index, row)| (decides.contains(&index), row))
        .filter(|(decides, row)| match row.state {
            CoverageState::Complete | CoverageState::NotAsked => *decides,
            _ => true,
        })
        .collect();
    incomplete.sort_by_key(|(decides, _)| !decides);
    let mut lines: Vec<String> = Vec::new();
    for error in &verdict.errors {
        lines.push(format!(
            "rule `{}` could not be evaluated: {}",
            name(&error.rule),
            plain(&error.message)
        ));
    }
    for route in &verdict.unasked {
        lines.push(format!("{}, never asked; {}", name(route), ask(route)));
    }
    let told = lines.len();
    let rows = incomplete.iter().take(view.most());
    lines.extend(rows.map(|(decides, row)| unknown_row(*decides, row)));
    lines.truncate(view.most());
    (lines, told + incomplete.len())
}

/// A coverage row: what it is about, how far it got, and why.
pub(super) fn row(row: &Coverage) -> String {
    let detail = if row.detail.is_empty() {
        String::new()
    } else {
        format!(": {}", plain(&row.detail))
    };
    format!(
        "{} of {}, {}{detail}",
        name(&row.route),
        name(&row.subject),
        state(row.state)
    )
}

fn unknown_row(decides: bool, coverage: &Coverage) -> String {
    let row = row(coverage);
    if decides {
        format!("{row}; {}", remedy(coverage))
    } else {
        format!("{row} (no active rule needs it)")
    }
}

/// A state's word.
pub(in crate::report) fn state(state: CoverageState) -> &'static str {
    match state {
        CoverageState::Complete => "complete",
        CoverageState::Partial => "partial",
        CoverageState::Stale => "too old",
        CoverageState::Refused => "refused",
        CoverageState::Unsupported => "unsupported",
        CoverageState::Awaited => "awaited",
        CoverageState::NotAsked => "not asked",
    }
}

/// What a person can do about a row that decides.
pub(crate) fn remedy(row: &Coverage) -> String {
    let route = row.route.as_str();
    match row.state {
        _ if route == DEPENDENCIES => ask(route).to_owned(),
        CoverageState::Complete | CoverageState::NotAsked => ask(route).to_owned(),
        CoverageState::Partial | CoverageState::Stale if route == ISSUES => {
            "`koalr sync` reads it again".to_owned()
        }
        CoverageState::Stale if route == CHECKS => {
            "judge it again once this head was checked".to_owned()
        }
        CoverageState::Partial | CoverageState::Stale => "judge it again".to_owned(),
        CoverageState::Refused => {
            "give the token the right to read it, and connect again".to_owned()
        }
        CoverageState::Unsupported => {
            "look at it by hand; with `fail-open = [\"unsupported\"]` a policy lets it pass with a warning"
                .to_owned()
        }
        CoverageState::Awaited => "judge it again when the answer is there".to_owned(),
    }
}

/// How a route is asked.
fn ask(route: &str) -> &'static str {
    match route {
        DEPENDENCIES => {
            "give `dependencies` in the change's file, or hand it in with `koalr change dependencies`"
        }
        PACKAGES => "judge the change again, with `dependencies` and without ready evidence",
        ISSUES | CHECKS => "`koalr sync` asks for it",
        _ => "what the policy makes depend on it cannot pass until it is",
    }
}

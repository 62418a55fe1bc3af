//! Findings by whose they are.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use koalr_platform::model::assessment::Attribution;
use koalr_platform::model::common::{DependencyChange, FindingClass};
use koalr_platform::model::evidence::{Observation, Presence};

use super::super::change::{ChangeReport, Line};
use super::super::escape::name;
use super::super::figure::tenths;
use super::super::layout::{WIDTH, below, rest, wrap};
use super::super::noun::{bump, noun};
use super::View;

/// All findings under the headings of their attribution.
pub(super) fn findings(text: &mut String, view: &View<'_>) {
    let routes = if view.explain {
        routes(view)
    } else {
        BTreeMap::new()
    };
    for (title, attributions) in SECTIONS {
        let lines = section(view.report, attributions);
        if lines.is_empty() {
            continue;
        }
        let _ = writeln!(text, "\n{title}");
        for line in lines.iter().take(view.most()) {
            finding(text, view, line);
            if view.explain {
                let known = routes.get(&line.index).map_or(&[][..], Vec::as_slice);
                below(text, 9, &because(view, line, known));
            }
        }
        rest(text, lines.len(), view.most(), view.elsewhere());
    }
}

/// Findings of some attributions, worst first within each.
pub(in crate::report) fn section<'a>(
    report: &'a ChangeReport,
    attributions: &[Attribution],
) -> Vec<Line<'a>> {
    let mut lines: Vec<Line<'_>> = attributions
        .iter()
        .flat_map(|attribution| report.lines_of(*attribution))
        .collect();
    // What an upgrade keeps is listed at the version it moves to.
    lines.retain(|line| {
        let carried = line.attributed.attribution == Attribution::Carried;
        !carried || line.fact.head != Presence::Absent
    });
    lines
}

fn finding(text: &mut String, view: &View<'_>, line: &Line<'_>) {
    let score = match line.attributed.cvss {
        Some(score) if line.attributed.assumed => format!("~{}", tenths(score)),
        Some(score) => tenths(score),
        None => "?".to_owned(),
    };
    let mut what = name(view.names.of(line));
    for (word, part) in [("in ", &line.fact.package), ("", &line.fact.version)] {
        if !part.is_empty() {
            let _ = write!(what, " {word}{}", name(part));
        }
    }
    let notes = notes(view, line);
    if !notes.is_empty() {
        let _ = write!(what, " ({})", notes.join(", "));
    }
    for (index, piece) in wrap(&what, WIDTH - 9).into_iter().enumerate() {
        let figure = if index == 0 { score.as_str() } else { "" };
        let _ = writeln!(text, "  {figure:>5}  {piece}");
    }
}

/// What else is to be said of a finding, in a few words each. May be empty.
pub(in crate::report) fn notes(view: &View<'_>, line: &Line<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    if line.fact.class != FindingClass::PackageVulnerability {
        notes.push(noun(line.fact.class).0.to_owned());
    }
    if let Some(license) = view.names.license(line) {
        notes.push(name(license));
    }
    match line.attributed.attribution {
        Attribution::Carried if line.attributed.kept_by_upgrade => {
            notes.push("kept by the upgrade".to_owned());
        }
        Attribution::Carried => notes.push("already in the base".to_owned()),
        Attribution::DisclosedSince => {
            notes.push("disclosed since, dependency untouched".to_owned());
        }
        Attribution::ReOpened => notes.push("open again, dependency untouched".to_owned()),
        // What is about no package has no version that could move.
        _ if line.fact.package.is_empty() => {}
        Attribution::Introduced | Attribution::Removed | Attribution::Unknown => {
            notes.extend(bump(line.attributed).map(str::to_owned));
        }
    }
    if line.attributed.assumed {
        notes.push("score assumed from the severity".to_owned());
    }
    if line.fact.ignored {
        notes.push("ignored upstream".to_owned());
    }
    notes
}

/// Where it is, if it is not about a package and the upstream said so.
fn location<'a>(view: &View<'a>, line: &Line<'_>) -> Option<&'a str> {
    let key = format!("location:{}", line.index);
    let mut extra = view.report.evidence.extra.iter();
    extra
        .find(|(known, _)| *known == key)
        .map(|(_, place)| place.as_str())
}

/// Why it is whose it is, and which routes know it.
pub(in crate::report) fn because(view: &View<'_>, line: &Line<'_>, routes: &[&str]) -> String {
    let moves = match dependency(view, line) {
        Some(row) => match (&row.before, &row.after) {
            (None, Some(after)) => format!("the change adds the dependency at {}", name(after)),
            (Some(before), None) => {
                format!("the change removes the dependency at {}", name(before))
            }
            (Some(before), Some(after)) if before == after => {
                format!(
                    "the change lists the dependency and leaves it at {}",
                    name(after)
                )
            }
            (Some(before), Some(after)) => format!(
                "the change moves the dependency from {} to {}",
                name(before),
                name(after)
            ),
            (None, None) => "the change lists the dependency without a version".to_owned(),
        },
        None if view.report.evidence.dependencies.is_none() => {
            "what the change touches is not known".to_owned()
        }
        None => "the change does not touch it".to_owned(),
    };
    let of_package = !line.fact.package.is_empty();
    let seen = |presence, which: &str| match presence {
        Presence::Present => format!("the {which} has it"),
        Presence::Absent if of_package => format!("the {which} does not have it at this version"),
        Presence::Absent => format!("the {which} does not have it"),
        Presence::Unknown => format!("whether the {which} has it is not known"),
    };
    let whose = match line.attributed.attribution {
        Attribution::Introduced => "introduced",
        Attribution::DisclosedSince => "disclosed since",
        Attribution::ReOpened => "open again",
        Attribution::Carried => "carried",
        Attribution::Removed => "removed",
        Attribution::Unknown => "unknown whose",
    };
    let head = seen(line.fact.head, "head");
    let base = seen(line.fact.base, "base");
    let mut reason = if of_package {
        format!("{whose}: {moves}; {head}, {base}")
    } else {
        format!("{whose}: {head}, {base}")
    };
    if line.attributed.attribution == Attribution::Carried && line.fact.base != Presence::Present {
        reason.push_str(", and has it at another");
    }
    if let Some(place) = location(view, line) {
        let _ = write!(reason, "; in {}", name(place));
    }
    if line.fact.seen_before {
        reason.push_str("; it was open in this repository before");
    }
    let routes: Vec<String> = routes
        .iter()
        .take(MOST_ROUTES)
        .map(|one| name(one))
        .collect();
    if !routes.is_empty() {
        let _ = write!(reason, "; known from {}", routes.join(", "));
    }
    if view.report.evidence.observation == Observation::Reconstructed {
        reason.push_str("; rebuilt later from stored history");
    }
    reason
}

fn dependency<'a>(view: &View<'a>, line: &Line<'_>) -> Option<&'a DependencyChange> {
    let index = usize::try_from(line.fact.dependency?).ok()?;
    view.report.evidence.dependencies.as_ref()?.get(index)
}

/// Routes by which each finding is known, where the evidence tells.
pub(in crate::report) fn routes<'a>(view: &View<'a>) -> BTreeMap<u32, Vec<&'a str>> {
    let mut routes: BTreeMap<u32, Vec<&str>> = BTreeMap::new();
    for (key, indexes) in &view.report.evidence.extra {
        let Some(route) = key.strip_prefix("route:") else {
            continue;
        };
        for index in indexes.split(' ').filter_map(|index| index.parse().ok()) {
            routes.entry(index).or_default().push(route);
        }
    }
    routes
}

/// Headings, in the order in which they matter to the author.
pub(in crate::report) const SECTIONS: [(&str, &[Attribution]); 4] = [
    ("Introduced by this change", &[Attribution::Introduced]),
    ("Whose they are cannot be told", &[Attribution::Unknown]),
    (
        "Not yours",
        &[
            Attribution::Carried,
            Attribution::DisclosedSince,
            Attribution::ReOpened,
        ],
    ),
    ("Fixed by this change", &[Attribution::Removed]),
];

/// Most routes that one finding names.
const MOST_ROUTES: usize = 8;

//! Findings by whose they are, and what upgrades would change.

use koalr_platform::decision::Decision;
use koalr_platform::model::assessment::{Attribution, Counterfactual};
use koalr_platform::model::common::{DependencyChange, FixState};
use maud::{Markup, html};

use super::super::figure::{Axis, bar};
use super::super::part::badge;
use super::verdict::capital;
use super::words::table;
use crate::report::change::Line;
use crate::report::escape::name;
use crate::report::figure::{count, tenths};
use crate::report::fix::{blocking, left};
use crate::report::text::{SECTIONS, View, because, notes, routes, section};

/// What the change brings first; what is not its own is folded.
pub(super) fn findings(view: &View<'_>) -> Markup {
    let blocking = blocking(&view.report.verdict);
    let routes = routes(view);
    let rows = |lines: &[Line<'_>], title: &str| {
        let rows = html! {
            @for line in lines {
                @let known = routes.get(&line.index).map_or(&[][..], Vec::as_slice);
                (finding(view, line, known, blocking.contains(&line.index)))
            }
        };
        table(
            title,
            &[
                ("Finding", ""),
                ("CVSS", "number"),
                ("Fixed in", ""),
                ("Why it is here", ""),
            ],
            rows,
        )
    };
    let is_told = view.report.evidence.dependencies.is_some();
    html! {
        section.block {
            h2 { "Findings" }
            @for (title, attributions) in SECTIONS {
                @let lines = section(view.report, attributions);
                @let is_own = attributions.contains(&Attribution::Introduced);
                @if lines.is_empty() {
                    @if is_own && is_told { p { "No finding is known that this change introduces." } }
                    @if is_own && !is_told { p { "What this change introduces is not known: nobody told what it does to dependencies." } }
                } @else {
                    details open[is_own || attributions.contains(&Attribution::Unknown)] {
                        summary { (title) " " span.quiet { "(" (lines.len()) ")" } }
                        (folded(&lines, MOST_FINDINGS, title, rows))
                    }
                }
            }
        }
    }
}

fn finding(view: &View<'_>, line: &Line<'_>, routes: &[&str], blocks: bool) -> Markup {
    let (id, upstream) = (name(view.names.of(line)), name(&line.fact.vulnerability));
    html! {
        tr {
            td.name {
                strong { (id) } @if blocks { " " (badge("bad", "blocks")) }
                div { (name(&line.fact.package)) @if !line.fact.version.is_empty() { " " (name(&line.fact.version)) } }
                @if id != upstream { div.quiet { (upstream) } }
                @let notes = notes(view, line);
                @if !notes.is_empty() { div.quiet { (notes.join(", ")) } }
            }
            td.number {
                @match line.attributed.cvss {
                    Some(score) => { (tenths(score)) @if line.attributed.assumed { div.quiet { "assumed" } } }
                    None => span.quiet { "not known" },
                }
            }
            td { (fixed(view, line)) }
            td.why { (capital(&because(view, line, routes))) "." }
        }
    }
}

/// Versions that have it no more.
fn fixed(view: &View<'_>, line: &Line<'_>) -> Markup {
    let candidates = view.report.evidence.fix_candidates.iter();
    let mut versions: Vec<String> = candidates
        .filter(|one| one.finding == line.index)
        .map(|one| name(&one.version))
        .collect();
    versions.dedup();
    html! {
        @if versions.is_empty() {
            @match line.fact.fix {
                FixState::Available => "a fix exists, its version is not known",
                FixState::Partial => "a part of it is fixed",
                FixState::None => "no fix exists",
                FixState::Unknown => span.quiet { "not known" },
            }
        } @else {
            (versions.iter().take(MOST_VERSIONS).cloned().collect::<Vec<_>>().join(", "))
            @if versions.len() > MOST_VERSIONS { " and " (versions.len() - MOST_VERSIONS) " more" }
        }
    }
}

/// What the security score would be after each upgrade.
pub(super) fn upgrades(view: &View<'_>) -> Markup {
    let report = view.report;
    let dependencies = report.evidence.dependencies.as_deref().unwrap_or_default();
    let axis = Axis::between(0.0, 1000.0);
    let all = report.assessment.counterfactuals.iter().filter_map(|one| {
        let dependency = dependencies.get(usize::try_from(one.dependency).ok()?)?;
        Some((one, dependency))
    });
    let all: Vec<_> = all.collect();
    if all.is_empty() {
        return html! {};
    }
    let is_blocked = report.settled.outcome.decision == Decision::Block;
    let row = |(one, dependency): &(&Counterfactual, &DependencyChange)| {
        html! {
            tr {
                td.name { (name(&dependency.name)) " " (name(&one.version)) @if !one.verified { div.quiet { "that version was not looked up" } } }
                td { (count(one.removes.len(), ("finding", "findings"))) }
                @if is_blocked { td { (verdict_with(left(report, one))) } }
                td.number { (tenths(report.assessment.score)) " → " (tenths(one.score)) }
                td.chart { (bar(axis, one.score.into(), "other")) }
            }
        }
    };
    let mut heads = vec![
        ("Upgrade", ""),
        ("Removes", ""),
        ("Security score", "number"),
        ("Of 100", ""),
    ];
    if is_blocked {
        heads.insert(2, ("Then", ""));
    }
    let rows =
        |some: &[_], title: &str| table(title, &heads, html! { @for one in some { (row(one)) } });
    let title = "What an upgrade would change";
    html! { section.block { h2 { (title) } (folded(&all, MOST_UPGRADES, title, rows)) } }
}

/// A table of the first rows, and one of the others that has to be opened.
fn folded<T>(all: &[T], most: usize, title: &str, table: impl Fn(&[T], &str) -> Markup) -> Markup {
    let (first, rest) = all.split_at(all.len().min(most));
    let (folded, left) = rest.split_at(rest.len().min(MOST));
    html! {
        (table(first, title))
        @if !folded.is_empty() {
            details { summary { (folded.len()) " more" } (table(folded, &format!("{title}, continued"))) }
        }
        @if !left.is_empty() { p.quiet { "and " (left.len()) " more; " code { "koalr gate --format json" } " lists them" } }
    }
}

/// What the gate would say of the findings with an upgrade alone.
fn verdict_with(left: Option<usize>) -> Markup {
    match left {
        Some(0) => badge("good", "would pass"),
        Some(left) => html! { (left) " would still block" },
        None => html! { span.quiet { "not known" } },
    }
}

/// Findings of one kind that are shown at once; more are folded.
const MOST_FINDINGS: usize = 15;

/// Upgrades that are shown at once; more are folded.
const MOST_UPGRADES: usize = 6;

/// Most rows that are folded; the rest is counted.
const MOST: usize = 200;

/// Most versions of one cell.
const MOST_VERSIONS: usize = 3;

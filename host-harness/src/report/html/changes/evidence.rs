//! What is known, who said it and when; what is not; and what was decided before.

use koalr_platform::decision::DecisionRow;
use koalr_platform::evidence::{
    AFTER_MERGE, BRANCH_PROJECTS, CHECKS, DEPENDENCIES, ISSUES, PACKAGES, TEST_FINDINGS,
};
use koalr_platform::model::common::{Coverage, CoverageState, Timestamp};
use koalr_platform::model::evidence::Observation;
use maud::{Markup, html};

use super::super::part::badge;
use super::Told;
use super::verdict::capital;
use super::words::{ago, decision, encoded, path, score, scored, short, table};
use crate::report::escape::{name, plain};
use crate::report::figure::{count, tenths};
use crate::report::instant::utc;
use crate::report::text::{View, state_word, unknown_lines};

/// What kept the verdict from being certain, and where the rest comes from.
pub(super) fn evidence(told: &Told<'_>, view: &View<'_>) -> Markup {
    let report = view.report;
    let (lines, total) = unknown_lines(view);
    let coverage = &report.evidence.coverage;
    let unknowns = report.assessment.unknowns.iter().take(MOST);
    let unknowns: Vec<String> = unknowns.map(|one| plain(&one.message)).collect();
    let mut routes: Vec<&str> = coverage.iter().map(|row| row.route.as_str()).collect();
    let place = |route: &str| ROUTES.iter().position(|(one, _)| *one == route);
    routes.sort_unstable_by_key(|route| (place(route).unwrap_or(ROUTES.len()), *route));
    routes.dedup();
    let rows = html! { @for one in routes { (route(told, view, one)) } };
    html! {
        section.block {
            h2 { "Evidence" }
            @if lines.is_empty() { p { "Everything that the active rules depend on is known." } }
            @else { ul { @for line in &lines { li { (capital(line)) } } } }
            @if total > lines.len() { p.quiet { "and " (total - lines.len()) " more" } }
            @if !unknowns.is_empty() { p.quiet { "What the score could not tell: " (unknowns.join("; ")) "." } }
            @if !coverage.is_empty() {
                (table("Where the evidence comes from", &[("What", ""), ("Answers", ""), ("As of", "")], rows))
                details { summary { "Every answer " span.quiet { "(" (coverage.len()) ")" } } (answers(coverage, told.now)) }
            }
            p.quiet.basis {
                "Judged by " (name(&report.judge.plugin)) " " (name(&report.judge.version)) ", model " (name(&report.assessment.model))
                ", as of " (utc(report.as_of)) "; evidence "
                @match report.evidence.observation {
                    Observation::Observed => "gathered while the change was open",
                    Observation::Reconstructed => "rebuilt later from stored history",
                }
                "."
            }
        }
    }
}

/// One source: how far its answers got, and how old the oldest of them is.
fn route(told: &Told<'_>, view: &View<'_>, route: &str) -> Markup {
    let coverage = view.report.evidence.coverage.iter();
    let rows: Vec<&Coverage> = coverage.filter(|row| row.route == route).collect();
    let of_state = |state| rows.iter().filter(|row| row.state == state).count();
    let oldest = rows.iter().filter_map(|row| row.as_of).min();
    html! {
        tr {
            td {
                @if let Some((_, tells)) = ROUTES.iter().find(|(one, _)| *one == route) { (tells) " " }
                code { (name(route)) }
                @if route == DEPENDENCIES { (list(told, view)) }
            }
            td {
                @for state in STATES {
                    @let count = of_state(state);
                    @if count > 0 { div { (badge(kind(state), state_word(state))) @if count > 1 { " × " (count) } } }
                }
            }
            td.date { @match oldest { Some(at) => (ago(at, told.now)), None => span.quiet { "not known" } } }
        }
    }
}

/// Who handed the list of dependencies in.
fn list(told: &Told<'_>, view: &View<'_>) -> Markup {
    let known = view.report.evidence.dependencies.as_ref();
    html! {
        div.quiet {
            @match (known, told.list_source) {
                (None, _) => "There is none.",
                (Some(all), Some(source)) => { (count(all.len(), ("dependency", "dependencies"))) ", from " code { (name(source)) } },
                (Some(all), None) => { (count(all.len(), ("dependency", "dependencies"))) ", given with the question" },
            }
        }
    }
}

fn answers(coverage: &[Coverage], now: Timestamp) -> Markup {
    let rows = html! {
        @for row in coverage.iter().take(MOST) {
            tr {
                td { code { (name(&row.route)) } }
                td.name { (name(&row.subject)) }
                td { (badge(kind(row.state), state_word(row.state))) @if !row.detail.is_empty() { div.quiet { (plain(&row.detail)) } } }
                td.date { @match row.as_of { Some(at) => (ago(at, now)), None => span.quiet { "not known" } } }
            }
        }
    };
    html! {
        (table("Every answer", &[("From", ""), ("About", ""), ("State", ""), ("As of", "")], rows))
        @if coverage.len() > MOST { p.quiet { "and " (coverage.len() - MOST) " more" } }
    }
}

fn kind(state: CoverageState) -> &'static str {
    match state {
        CoverageState::Complete => "good",
        CoverageState::NotAsked => "",
        _ => "warn",
    }
}

/// Decisions by head, the newest first.
pub(super) fn history(told: &Told<'_>) -> Markup {
    let all = told.history;
    if all.is_empty() {
        return html! {};
    }
    let shown = told
        .report
        .map(|report| (report.change.head_sha.as_str(), report.as_of));
    let rows = html! {
        @for one in all {
            tr {
                td { (head(one, all, shown)) }
                td {
                    (decision(one.decision))
                    @if one.judged != one.decision { div.quiet { "judged " (one.judged.word()) } }
                    @if let Some(by) = &one.overridden_by { div.quiet { "let pass by " (plain(by)) } }
                    @if one.waived > 0 { div.quiet { (one.waived) " waived" } }
                    @if one.observation == Observation::Reconstructed { div.quiet { "rebuilt later from stored history" } }
                }
                td.chart.scored { (scored(one.score, one.band)) (score(one.score, one.band)) }
                td.number { (tenths(one.security)) }
                td.date { (ago(one.as_of, told.now)) }
            }
        }
    };
    html! {
        section.block {
            h2 { "History by commit" }
            (table("History by commit", &[("Head", ""), ("Decision", ""), ("Deploy risk", ""), ("Security", "number"), ("As of", "")], rows))
        }
    }
}

/// A head with a link to what was decided about it. What was rebuilt later is found only where nothing was decided at the
/// time.
fn head(one: &DecisionRow, all: &[DecisionRow], shown: Option<(&str, Timestamp)>) -> Markup {
    let is_shown = shown == Some((one.head_sha.as_str(), one.as_of));
    let is_hidden = one.observation == Observation::Reconstructed
        && all.iter().any(|other| {
            other.head_sha == one.head_sha && other.observation == Observation::Observed
        });
    let address = format!("{}?head={}", path(&one.change), encoded(&one.head_sha));
    html! {
        @if is_shown || is_hidden { (short(&one.head_sha)) } @else { a href=(address) { (short(&one.head_sha)) } }
        @if is_shown { div.quiet { "shown here" } }
    }
}

/// What a source tells, in the order in which they are told. One that only an integration knows stands behind them.
const ROUTES: [(&str, &str); 7] = [
    (DEPENDENCIES, "What the change does to dependencies"),
    (PACKAGES, "Vulnerabilities of each version that it brings"),
    (ISSUES, "What was open before"),
    (CHECKS, "The upstream's own checks of this head"),
    (TEST_FINDINGS, "What those checks found"),
    (BRANCH_PROJECTS, "What is open on its branch"),
    (AFTER_MERGE, "What was found after the merge"),
];

/// In the order in which they are told.
const STATES: [CoverageState; 7] = [
    CoverageState::Complete,
    CoverageState::Partial,
    CoverageState::Stale,
    CoverageState::Refused,
    CoverageState::Unsupported,
    CoverageState::Awaited,
    CoverageState::NotAsked,
];

/// Most rows of a table; the rest is counted.
const MOST: usize = 200;

//! What is owed.

use koalr_platform::debt::{Age, Debt, DebtFigure, DebtRows, Level, Stock, Worst};
use koalr_platform::model::common::FixState;
use koalr_platform::sla::Standing;
use koalr_platform::spell::Ending;
use maud::{Markup, html};

use super::super::figure::{Axis, bar};
use super::super::part::table;
use super::flow::flow;
use super::gate;
use super::links::Links;
use super::times::{still_open, time_to_fix};
use crate::jobs::DebtReport;
use crate::report::backtest::share;
use crate::report::escape::plain;
use crate::report::insight::{counted, millis, percent, present, span, word};
use crate::report::pace::grouped;

/// What is open, who is late, how soon it is fixed, what came and went, where the worst is, and what the gate did.
pub(super) fn section(report: &DebtReport, links: Links<'_>) -> Markup {
    let (debt, filter) = (&report.debt, links.filter);
    html! {
        @if let Some(severity) = filter.severity {
            p.quiet { "The tables by severity show only: " (word(severity)) ". Everything else is of all severities." }
        }
        div.halves {
            div.card.counts { (open(debt, links)) }
            div.card { (fixes(debt, links)) }
            div.card.counts.wide { (late(debt, links)) }
            div.card.counts.wide { (time_to_fix(&debt.time_to_fix, filter)) }
        }
        div.tiles { (still_open(&debt.time_to_fix)) (flow(debt, links)) }
        div.halves {
            div {
                div.card.counts { (worst(report, links)) }
                (gate::knowledge(debt))
            }
            (gate::card(report))
        }
    }
}

fn open(debt: &Debt, links: Links<'_>) -> Markup {
    let all = &debt.open.all;
    let most = debt.open.by_severity.iter().map(|row| row.stock.open).max();
    let axis = Axis::from_zero(f64::from(most.unwrap_or(0)));
    let left_out = [
        (debt.future, "that begin later"),
        (debt.reversed, "that end before they begin"),
    ];
    let rows = html! {
        @for row in &debt.open.by_severity {
            // The four that have a window are shown where there is none too.
            @if links.filter.shows(row.severity) && (row.stock.open > 0 || row.severity <= Level::Low) {
                (stock(row.severity, &row.stock, axis, links))
            }
        }
    };
    let heads = [
        "Severity", "0–7", "8–30", "31–90", "91–180", "> 180", "All", "",
    ];
    html! {
        h3 { "Open by severity and age in days" }
        (table("Open by severity and age in days", &heads, rows))
        p.quiet { "n = " (links.number(all.open, DebtRows::all(DebtFigure::Open))) }
        @if let Some(left_out) = present(&left_out) { p.quiet { "Left out everywhere: " (left_out) } }
    }
}

fn stock(level: Level, stock: &Stock, axis: Axis, links: Links<'_>) -> Markup {
    let rows = |age| DebtRows {
        severity: Some(level),
        age,
        ..DebtRows::all(DebtFigure::Open)
    };
    let ages = &stock.ages;
    let counts = [
        ages.up_to_7,
        ages.up_to_30,
        ages.up_to_90,
        ages.up_to_180,
        ages.older,
    ];
    let kind = match level {
        Level::Critical => "bad",
        Level::High => "warn",
        Level::Info | Level::Unknown => "other",
        Level::Medium | Level::Low => "",
    };
    html! {
        tr {
            th scope="row" { (word(level)) }
            @for (age, count) in Age::ALL.into_iter().zip(counts) { td { (links.number(count, rows(Some(age)))) } }
            td { (links.number(stock.open, rows(None))) }
            td { (bar(axis, f64::from(stock.open), kind)) }
        }
    }
}

fn fixes(debt: &Debt, links: Links<'_>) -> Markup {
    let all = &debt.open.all;
    let axis = Axis::from_zero(f64::from(all.open));
    let fixes = [
        (
            "fix available",
            FixState::Available,
            all.fixes.available,
            "good",
        ),
        ("partly", FixState::Partial, all.fixes.partial, "warn"),
        ("no fix exists", FixState::None, all.fixes.none, "bad"),
        ("not known", FixState::Unknown, all.fixes.unknown, "other"),
    ];
    let rows = html! {
        @for (words, fix, count, kind) in fixes {
            @let rows = DebtRows { fix: Some(fix), ..DebtRows::all(DebtFigure::Open) };
            tr {
                th scope="row" { (words) }
                td { (links.text(count, &share(count, all.open), rows)) }
                td { (bar(axis, f64::from(count), kind)) }
            }
        }
    };
    html! {
        h3 { "Whether what is open can be fixed" }
        @if all.open == 0 { p { "Nothing is open." } }
        @else { (table("Open by whether a fix is available", &["Fix", "Open", ""], rows)) }
    }
}

fn late(debt: &Debt, links: Links<'_>) -> Markup {
    let of = |severity, figure| DebtRows {
        severity: Some(severity),
        ..DebtRows::all(figure)
    };
    let number =
        |severity, standing, count| links.number(count, of(severity, DebtFigure::Clock(standing)));
    let rows = html! {
        @for row in debt.sla.by_severity.iter().filter(|row| links.filter.shows(row.severity)) {
            @let counts = &row.counts;
            tr {
                th scope="row" { (word(row.severity)) }
                td { (row.days) }
                td { (number(row.severity, Standing::Within, counts.open.within)) }
                td { (number(row.severity, Standing::AtRisk, counts.open.at_risk)) }
                td {
                    (number(row.severity, Standing::Breached, counts.open.breached))
                    @if let Some(overdue) = counts.open.most_overdue_ms { div.quiet { "by up to " (span(millis(overdue))) } }
                }
                td { @match links.no_fix(Some(row.severity), counts.no_fix) { Some(no_fix) => (no_fix), None => "none" } }
                td {
                    @match counts.fixed_within.interval {
                        Some(share) => {
                            @let (count, all) = (counts.fixed_within.count, counts.fixed_within.of);
                            (links.number(count, of(row.severity, DebtFigure::FixedInTime)))
                            " of " (links.number(all, of(row.severity, DebtFigure::Went(Ending::Resolved))))
                            div.quiet { (percent(share.share)) }
                        }
                        None => "none fixed",
                    }
                }
            }
        }
    };
    let heads = [
        "Severity",
        "Days",
        "In time",
        "At risk",
        "Breached",
        "Without a fix",
        "Fixed in time",
    ];
    html! {
        h3 { "Against the time there is to fix" }
        (table("Open and fixed against the time there is to fix", &heads, rows))
        @if debt.sla.open_info > 0 {
            p.quiet { (counted(debt.sla.open_info, "open one", "open ones")) " that only inform, without a time to fix" }
        }
    }
}

fn worst(report: &DebtReport, links: Links<'_>) -> Markup {
    let repositories = &report.debt.repositories;
    let shown = repositories.worst.iter().take(MOST_REPOSITORIES);
    let more = repositories.worst.len().saturating_sub(MOST_REPOSITORIES)
        + usize::try_from(repositories.more).unwrap_or_default();
    let of = |open: Worst| {
        [
            (open.critical, Some(Level::Critical)),
            (open.high, Some(Level::High)),
            (open.all, None),
        ]
    };
    let rows = html! {
        @for row in shown {
            @let place = usize::try_from(row.repository).unwrap_or(usize::MAX);
            @if let Some(name) = report.repositories.get(place) {
                @let filter = &links.filter.of_repository(name);
                tr {
                    th scope="row" { a href=(filter.path()) { (plain(name)) } }
                    @for (count, severity) in of(row.open) {
                        @let rows = DebtRows { severity, ..DebtRows::all(DebtFigure::Open) };
                        td { (Links { filter, ..links }.number(count, rows)) }
                    }
                }
            }
        }
        @for (name, open) in [("of no known repository", repositories.unknown), ("of further repositories", repositories.beyond)] {
            @if open.all > 0 {
                tr { th scope="row" { (name) } @for (count, _) in of(open) { td { (grouped(count.into())) } } }
            }
        }
    };
    html! {
        h3 { "Most critical and high ones" }
        @if repositories.worst.is_empty() { p { "No known repository has an open critical or high finding." } }
        @if !repositories.worst.is_empty() || repositories.unknown.all > 0 || repositories.beyond.all > 0 {
            (table("Repositories with the most critical and high findings", &["Repository", "Critical", "High", "All"], rows))
        }
        @if more > 0 { p.quiet { (more) " more repositories have some." } }
    }
}

/// Repositories on a screen.
const MOST_REPOSITORIES: usize = 10;

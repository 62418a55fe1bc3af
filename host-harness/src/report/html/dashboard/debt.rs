//! What is owed.

use koalr_platform::debt::{
    Clocks, Debt, Figure, Level, Lifetime, Moves, Stock, TimesToFix, Worst,
};
use maud::{Markup, html};

use super::super::figure::{Axis, Column, bar, columns};
use super::super::part::{badge, table};
use super::filter::DashboardFilter;
use super::{gate, tile, whole};
use crate::jobs::DebtReport;
use crate::report::backtest::{proportion, share};
use crate::report::escape::plain;
use crate::report::insight::{
    absent, counted, duration, millis, percent, present, share_estimate, span, word,
};
use crate::report::pace::grouped;

/// What is open, who is late, how soon it is fixed, what came and went, where the worst is, and what the gate did.
pub(super) fn section(report: &DebtReport, filter: &DashboardFilter) -> Markup {
    let debt = &report.debt;
    html! {
        (tiles(debt))
        @if let Some(severity) = filter.severity {
            p.quiet { "The tables by severity show only: " (word(severity)) ". Everything else is of all severities." }
        }
        div.halves {
            div.card.counts { (open(debt, filter)) }
            div.card { (fixes(debt)) }
            div.card.counts.wide { (late(debt, filter)) }
            div.card.counts.wide { (time_to_fix(&debt.time_to_fix, filter)) }
        }
        div.tiles { (flow(debt)) }
        div.halves {
            div.card.counts { (worst(report, filter)) }
            (gate::cards(report))
        }
    }
}

fn tiles(debt: &Debt) -> Markup {
    let all = &debt.open.all;
    let of = |level| {
        let row = debt
            .open
            .by_severity
            .iter()
            .find(|row| row.severity == level);
        row.map_or(0, |row| row.stock.open)
    };
    let worst = [
        (of(Level::Critical), "critical"),
        (of(Level::High), "high"),
        (of(Level::Unknown), "of unknown severity"),
    ];
    let beside = [
        (all.accepted, "accepted"),
        (
            all.vanished,
            "not listed any more though nobody said that it was fixed",
        ),
    ];
    let open_told = html! {
        p { (present(&worst).unwrap_or_else(|| "none of them critical or high".to_owned())) }
        @if let Some(beside) = present(&beside) { p { "Not among them: " (beside) } }
    };
    let sla = &debt.sla.all;
    let breached = sla.open.breached;
    let late_told = html! {
        p { (present(&[(sla.open.at_risk, "at risk"), (sla.open.within, "in time")]).unwrap_or_else(|| "none at risk, none in time".to_owned())) }
        @if let Some(no_fix) = clocks(sla.no_fix) { p { "Without a fix: " (no_fix) } }
        @if debt.sla.open_unknown > 0 { p { (counted(debt.sla.open_unknown, "open one", "open ones")) " without a known severity" } }
    };
    let late = (breached > 0).then(|| badge("bad", "late"));
    let life = &debt.time_to_fix.began_in_window.all;
    let fixed_told = html! {
        p { "Median of what began in the window, n = " (grouped(life.n.into())) ", " (grouped(life.fixed.into())) " fixed" }
        p { "Of those fixed, in time: " (proportion(&sla.fixed_within)) }
    };
    let net = debt.flow.all.net;
    let grown = match net {
        0 => "as many as before".to_owned(),
        1.. => format!("{} more", grouped(net.unsigned_abs())),
        _ => format!("{} fewer", grouped(net.unsigned_abs())),
    };
    let moves = &debt.flow.all;
    let came = [
        (moves.introduced, "introduced"),
        (moves.disclosed, "disclosed"),
        (moves.re_introduced, "came back"),
        (moves.origin_unknown, "came somehow"),
        (moves.resolved, "fixed"),
        (moves.accepted, "accepted"),
        (moves.vanished, "not listed any more"),
    ];
    let net_told =
        html! { p { (present(&came).unwrap_or_else(|| "nothing came or went".to_owned())) } };
    html! {
        div.tiles {
            (tile("Open", &html! { (grouped(all.open.into())) }, None, &open_told))
            (tile("Past their time to fix", &html! { (grouped(breached.into())) }, late, &late_told))
            (tile("Time to fix", &html! { (duration(life.median_ms)) }, None, &fixed_told))
            (tile("Open now against the window's beginning", &html! { (grown) }, None, &net_told))
        }
    }
}

fn open(debt: &Debt, filter: &DashboardFilter) -> Markup {
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
            @if filter.shows(row.severity) && (row.stock.open > 0 || row.severity <= Level::Low) {
                (stock(row.severity, &row.stock, axis))
            }
        }
    };
    let heads = [
        "Severity", "0–7", "8–30", "31–90", "91–180", "> 180", "All", "",
    ];
    html! {
        h3 { "Open by severity and age in days" }
        (table("Open by severity and age in days", &heads, rows))
        p.quiet { "n = " (grouped(all.open.into())) }
        @if let Some(left_out) = present(&left_out) { p.quiet { "Left out everywhere: " (left_out) } }
    }
}

fn stock(level: Level, stock: &Stock, axis: Axis) -> Markup {
    let ages = stock.ages;
    let kind = match level {
        Level::Critical => "bad",
        Level::High => "warn",
        Level::Info | Level::Unknown => "other",
        Level::Medium | Level::Low => "",
    };
    html! {
        tr {
            th scope="row" { (word(level)) }
            @for count in [ages.up_to_7, ages.up_to_30, ages.up_to_90, ages.up_to_180, ages.older, stock.open] {
                td { (grouped(count.into())) }
            }
            td { (bar(axis, f64::from(stock.open), kind)) }
        }
    }
}

fn fixes(debt: &Debt) -> Markup {
    let all = &debt.open.all;
    let axis = Axis::from_zero(f64::from(all.open));
    let fixes = [
        ("fix available", all.fixes.available, "good"),
        ("partly", all.fixes.partial, "warn"),
        ("no fix exists", all.fixes.none, "bad"),
        ("not known", all.fixes.unknown, "other"),
    ];
    let rows = html! {
        @for (words, count, kind) in fixes {
            tr {
                th scope="row" { (words) }
                td { (share(count, all.open)) }
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

fn late(debt: &Debt, filter: &DashboardFilter) -> Markup {
    let rows = html! {
        @for row in debt.sla.by_severity.iter().filter(|row| filter.shows(row.severity)) {
            @let counts = &row.counts;
            tr {
                th scope="row" { (word(row.severity)) }
                td { (row.days) }
                td { (grouped(counts.open.within.into())) }
                td { (grouped(counts.open.at_risk.into())) }
                td {
                    (grouped(counts.open.breached.into()))
                    @if let Some(overdue) = counts.open.most_overdue_ms { div.quiet { "by up to " (span(millis(overdue))) } }
                }
                td { (clocks(counts.no_fix).unwrap_or_else(|| "none".to_owned())) }
                td {
                    @match counts.fixed_within.interval {
                        Some(share) => {
                            (grouped(counts.fixed_within.count.into())) " of " (grouped(counts.fixed_within.of.into()))
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

fn clocks(clocks: Clocks) -> Option<String> {
    present(&[
        (clocks.within, "in time"),
        (clocks.at_risk, "at risk"),
        (clocks.breached, "breached"),
    ])
}

fn time_to_fix(times: &TimesToFix, filter: &DashboardFilter) -> Markup {
    let window = &times.began_in_window;
    let every = &times.every.all;
    let by_severity = window.by_severity.iter();
    let by_severity = by_severity.filter(|row| row.lifetime.n > 0 && filter.shows(row.severity));
    let rows = html! {
        @for row in by_severity { (lifetime(word(row.severity), &row.lifetime)) }
        (lifetime("all", &window.all))
        (lifetime("whenever it began", every))
    };
    let heads = [
        "Began in the window",
        "n",
        "Median",
        "Within 30 days",
        "Within 90 days",
        "Within its time",
    ];
    html! {
        h3 { "Time to fix" }
        (table("Time to fix of what began in the window", &heads, rows))
        p.quiet { "Kaplan-Meier, with 95 % intervals: those still open count for as long as they are." }
    }
}

fn lifetime(name: &str, one: &Lifetime) -> Markup {
    html! {
        tr {
            th scope="row" { (name) }
            td { (grouped(one.n.into())) div.quiet { (grouped(one.fixed.into())) " fixed" } }
            td { (duration(one.median_ms)) }
            @for fixed in [one.fixed_in_30_days, one.fixed_in_90_days, one.fixed_in_window] {
                td { @match fixed { Figure::Value(fixed) => (share_estimate(&fixed)), Figure::Absent(why) => (absent(why)) } }
            }
        }
    }
}

/// A chart: what it is called, and what it counts.
type Chart = (&'static str, fn(&Moves) -> u32);

fn flow(debt: &Debt) -> Markup {
    let charts: [Chart; 3] = [
        ("Introduced", |moves| moves.introduced),
        ("Disclosed, came back, or came somehow", |moves| {
            moves.disclosed + moves.re_introduced + moves.origin_unknown
        }),
        ("Fixed", |moves| moves.resolved),
    ];
    html! {
        @for (name, count) in charts {
            div.card {
                @if debt.flow.weeks.is_empty() { h3 { (name) } p { "The window has no week." } }
                @else { (columns(name, "findings a week", &weeks(debt, count), whole)) }
                @if debt.flow.earlier_weeks > 0 { p.quiet { (grouped(debt.flow.earlier_weeks)) " earlier weeks are not drawn." } }
            }
        }
    }
}

fn weeks(debt: &Debt, count: fn(&Moves) -> u32) -> Vec<Column> {
    let weeks = debt.flow.weeks.iter();
    weeks
        .map(|week| {
            let number = count(&week.moves);
            let cut = if week.cut {
                ", in a part of the week"
            } else {
                ""
            };
            Column {
                when: week.name.clone(),
                value: Some(f64::from(number)),
                told: format!("{}{cut}", grouped(number.into())),
            }
        })
        .collect()
}

fn worst(report: &DebtReport, filter: &DashboardFilter) -> Markup {
    let repositories = &report.debt.repositories;
    let shown = repositories.worst.iter().take(MOST_REPOSITORIES);
    let more = repositories.worst.len().saturating_sub(MOST_REPOSITORIES)
        + usize::try_from(repositories.more).unwrap_or_default();
    let owed = |open: Worst| {
        html! { @for count in [open.critical, open.high, open.all] { td { (grouped(count.into())) } } }
    };
    let rows = html! {
        @for row in shown {
            @let place = usize::try_from(row.repository).unwrap_or(usize::MAX);
            tr {
                th scope="row" {
                    @match report.repositories.get(place) {
                        Some(name) => a href=(filter.of_repository(name).path()) { (plain(name)) },
                        None => "not known",
                    }
                }
                (owed(row.open))
            }
        }
        @for (name, open) in [("of no known repository", repositories.unknown), ("of further repositories", repositories.beyond)] {
            @if open.all > 0 { tr { th scope="row" { (name) } (owed(open)) } }
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

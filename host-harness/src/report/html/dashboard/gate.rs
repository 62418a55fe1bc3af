//! What the gate did, and how much of all that is known.

use koalr_platform::debt::{Debt, Freshness, GateGroup, Quality};
use maud::{Markup, html};

use super::super::figure::{Axis, bar};
use super::super::part::{badge, table};
use crate::jobs::DebtReport;
use crate::report::backtest::{proportion, share};
use crate::report::escape::plain;
use crate::report::insight::{counted, present, qualities};
use crate::report::instant::utc;

/// The gate.
pub(super) fn card(report: &DebtReport) -> Markup {
    let debt = &report.debt;
    html! {
        div.card {
            h3 { "Gate" }
            @let groups = [("Judged at the time", &report.gate.observed), ("Rebuilt later: nobody was stopped", &report.gate.reconstructed)];
            @if groups.iter().all(|(_, group)| group.evaluated == 0) {
                p { "No change was judged in this window." }
                p.quiet { "Judge one with " code { "koalr gate" } ", or past ones with " code { "koalr reconstruct" } "." }
            }
            @if debt.scope.service.is_some() { p.quiet { "A service has no gate: these are of all services." } }
            @for (name, group) in groups { @if group.evaluated > 0 { (decisions(name, group)) } }
        }
    }
}

/// The quality of the data, and how fresh they are.
pub(super) fn knowledge(debt: &Debt) -> Markup {
    html! {
        div.card {
            h3 { "How much is known of what is open" }
            @if debt.open.all.open == 0 { p { "Nothing is open." } } @else { (quality(&debt.quality)) }
            @if let Some(freshness) = &debt.freshness { (fresh(freshness)) }
        }
    }
}

fn decisions(name: &str, group: &GateGroup) -> Markup {
    let n = group.evaluated;
    let axis = Axis::from_zero(f64::from(n));
    let rows = [
        ("passed", group.passed, "good"),
        ("warned", group.warned, "warn"),
        ("blocked", group.blocked, "bad"),
        ("pending", group.pending, "other"),
        ("could not be told", group.inconclusive, "other"),
    ];
    let rows = html! {
        @for (word, count, kind) in rows {
            tr { th scope="row" { (word) } td { (share(count, n)) } td { (bar(axis, f64::from(count), kind)) } }
        }
    };
    let beside = [
        (group.enforced, "judged while the gate bound"),
        (group.with_waivers, "with a waiver"),
        (group.marked_as_success, "marked as a success upstream"),
    ];
    html! {
        h4 { (name) ", " (counted(n, "head", "heads")) }
        (table(name, &["Decision", "Heads", ""], rows))
        @if group.overridden.of > 0 { p { "Let pass by people, of those blocked or not told: " (proportion(&group.overridden)) } }
        @if let Some(beside) = present(&beside) { p { (beside) } }
    }
}

fn quality(quality: &Quality) -> Markup {
    let rows = html! {
        @for (label, one) in qualities(quality) { tr { th scope="row" { (label) } td { (share(one.count, one.of)) } } }
    };
    table("How much is known of what is open", &["What", "Open"], rows)
}

fn fresh(freshness: &Freshness) -> Markup {
    let more = freshness.partial.len().saturating_sub(MOST_PARTIAL);
    html! {
        @match freshness.oldest_complete_walk {
            Some(at) => p { "Listed completely at " (utc(at)) " or later." },
            None => p { (badge("warn", "not complete")) " Nothing was ever listed completely." },
        }
        @if !freshness.partial.is_empty() {
            h4 { "Not whole" }
            ul {
                @for row in freshness.partial.iter().take(MOST_PARTIAL) {
                    li { strong { (plain(&row.route)) } " of " (plain(&row.subject)) ": " (plain(&row.detail)) }
                }
                @if more > 0 { li { (more) " more" } }
            }
        }
    }
}

/// Routes that are not whole on a screen.
const MOST_PARTIAL: usize = 10;

//! What is owed at a glance.

use koalr_platform::debt::DebtFigure::{Came, Went};
use koalr_platform::debt::{Debt, DebtFigure, DebtRows, Level};
use koalr_platform::sla::Standing;
use koalr_platform::spell::{Ending, Origin};
use maud::{Markup, html};

use super::super::part::badge;
use super::links::Links;
use super::tile;
use crate::report::backtest::proportion;
use crate::report::insight::{counted, duration};
use crate::report::pace::grouped;

pub(super) fn tiles(debt: &Debt, links: Links<'_>) -> Markup {
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
        (Level::Critical, "critical"),
        (Level::High, "high"),
        (Level::Unknown, "of unknown severity"),
    ];
    let worst = worst.map(|(level, words)| {
        let rows = DebtRows {
            severity: Some(level),
            ..DebtRows::all(DebtFigure::Open)
        };
        (of(level), rows, words)
    });
    let beside = [
        (all.accepted, DebtFigure::Accepted, "accepted"),
        (
            all.vanished,
            DebtFigure::Vanished,
            "not listed any more though nobody said that it was fixed",
        ),
    ];
    let open_told = html! {
        p { @match links.present(&worst) { Some(worst) => (worst), None => "none of them critical or high" } }
        @if let Some(beside) = links.present(&beside.map(all_of)) { p { "Not among them: " (beside) } }
    };
    let sla = &debt.sla.all;
    let breached = sla.open.breached;
    let others = [
        (
            sla.open.at_risk,
            DebtFigure::Clock(Standing::AtRisk),
            "at risk",
        ),
        (
            sla.open.within,
            DebtFigure::Clock(Standing::Within),
            "in time",
        ),
    ];
    let late_told = html! {
        p { @match links.present(&others.map(all_of)) { Some(others) => (others), None => "none at risk, none in time" } }
        @if let Some(no_fix) = links.no_fix(None, sla.no_fix) { p { "Without a fix: " (no_fix) } }
        @if debt.sla.open_unknown > 0 { p { (counted(debt.sla.open_unknown, "open one", "open ones")) " without a known severity" } }
    };
    let late = (breached > 0).then(|| badge("bad", "late"));
    let life = &debt.time_to_fix.began_in_window.all;
    let in_time = sla.fixed_within.count;
    let fixed_told = html! {
        p { "Median of what began in the window, n = " (grouped(life.n.into())) ", " (grouped(life.fixed.into())) " fixed" }
        p { "Of those fixed, in time: " (links.text(in_time, &proportion(&sla.fixed_within), DebtRows::all(DebtFigure::FixedInTime))) }
    };
    let net = debt.flow.all.net;
    let grown = match net {
        0 => "as many as before".to_owned(),
        1.. => format!("{} more", grouped(net.unsigned_abs())),
        _ => format!("{} fewer", grouped(net.unsigned_abs())),
    };
    let moves = &debt.flow.all;
    let came = [
        (moves.introduced, Came(Origin::Introduced), "introduced"),
        (moves.disclosed, Came(Origin::Disclosed), "disclosed"),
        (moves.re_introduced, Came(Origin::ReIntroduced), "came back"),
        (moves.origin_unknown, Came(Origin::Unknown), "came somehow"),
        (moves.resolved, Went(Ending::Resolved), "fixed"),
        (moves.accepted, Went(Ending::Accepted), "accepted"),
        (
            moves.vanished,
            Went(Ending::Vanished),
            "not listed any more",
        ),
    ];
    let net_told = html! { p { @match links.present(&came.map(all_of)) { Some(came) => (came), None => "nothing came or went" } } };
    html! {
        div.tiles {
            (tile("Open", &links.number(all.open, DebtRows::all(DebtFigure::Open)), None, &open_told))
            (tile("Past their time to fix", &links.number(breached, DebtRows::all(DebtFigure::Clock(Standing::Breached))), late, &late_told))
            (tile("Time to fix", &html! { (duration(life.median_ms)) }, None, &fixed_told))
            (tile("Open, net change", &html! { (grown) }, None, &net_told))
        }
    }
}

/// All of a figure.
fn all_of((count, figure, words): (u32, DebtFigure, &str)) -> (u32, DebtRows, &str) {
    (count, DebtRows::all(figure), words)
}

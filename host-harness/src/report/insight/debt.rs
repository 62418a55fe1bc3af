//! What is owed.

use std::fmt::Write as _;

use koalr_platform::debt::{
    Absent, Clocks, Debt, Figure, GateGroup, Level, Lifetime, Moves, Stock, TimesToFix,
};
use koalr_platform::model::common::Timestamp;
use koalr_platform::stats::Estimate;

use super::{figure, head, millis, part, percent, span};
use crate::jobs::DebtReport;
use crate::report::backtest::{proportion, share};
use crate::report::chart::{bar, line};
use crate::report::escape::plain;
use crate::report::instant::utc;
use crate::report::layout::{item, rest, sentence};
use crate::report::pace::grouped;

/// What is open by severity and age, how soon it is fixed, who is late, what came and went, what the gate did, and how
/// much of all that is known, in eighty columns.
#[must_use]
pub fn debt_text(report: &DebtReport) -> String {
    let DebtReport { debt, .. } = report;
    let mut text = String::new();
    head(
        &mut text,
        "Security debt",
        (debt.from, debt.as_of),
        &debt.scope,
    );
    open(&mut text, debt);
    time_to_fix(&mut text, &debt.time_to_fix);
    late(&mut text, debt);
    flow(&mut text, debt);
    worst(&mut text, report);
    gate(&mut text, report);
    quality(&mut text, debt);
    text
}

fn open(text: &mut String, debt: &Debt) {
    let all = &debt.open.all;
    part(
        text,
        &format!("Open (n = {}), by age in days", grouped(all.open.into())),
    );
    if all.open > 0 {
        let _ = writeln!(
            text,
            "  {:<9} {:>7} {:>7} {:>7} {:>7} {:>7} {:>9}",
            "", "0-7", "8-30", "31-90", "91-180", ">180", "all"
        );
        for row in &debt.open.by_severity {
            stock(text, word(row.severity), &row.stock, all.open);
        }
        let fixes = all.fixes;
        item(
            text,
            &format!(
                "with a fix: {}; with a partial one: {}; with none: {}; not known: {}",
                share(fixes.available, all.open),
                share(fixes.partial, all.open),
                share(fixes.none, all.open),
                share(fixes.unknown, all.open)
            ),
        );
    }
    if all.accepted + all.vanished > 0 {
        let line = format!(
            "not among them: {} accepted, {} not listed any more though nobody said they were fixed",
            grouped(all.accepted.into()),
            grouped(all.vanished.into())
        );
        item(text, &line);
    }
}

fn stock(text: &mut String, word: &str, stock: &Stock, all: u32) {
    let ages = stock.ages;
    let _ = writeln!(
        text,
        "  {word:<9} {:>7} {:>7} {:>7} {:>7} {:>7} {:>9}  {}",
        ages.up_to_7,
        ages.up_to_30,
        ages.up_to_90,
        ages.up_to_180,
        ages.older,
        stock.open,
        bar(stock.open.into(), all.into(), 14)
    );
}

fn time_to_fix(text: &mut String, times: &TimesToFix) {
    let window = &times.began_in_window;
    part(
        text,
        &format!(
            "Time to fix of what began in the window (n = {})",
            grouped(window.all.n.into())
        ),
    );
    lifetime(text, "all", &window.all);
    for row in &window.by_severity {
        if row.lifetime.n > 0 {
            lifetime(text, word(row.severity), &row.lifetime);
        }
    }
    let all = &times.every.all;
    let line = format!(
        "whenever it began (n = {}): median {}; Kaplan-Meier, with those still open",
        grouped(all.n.into()),
        duration(all.median_ms)
    );
    item(text, &line);
}

fn lifetime(text: &mut String, word: &str, one: &Lifetime) {
    let basis = format!(
        "{} fixed, {} open, {} accepted of n = {}; fixed within 30 days {}, within 90 days {}; open for {} of the first 90 days on average",
        grouped(one.fixed.into()),
        grouped(one.open.into()),
        grouped(one.accepted.count.into()),
        grouped(one.n.into()),
        estimate(one.fixed_in_30_days),
        estimate(one.fixed_in_90_days),
        duration(one.restricted_mean_ms)
    );
    let value = format!("median {}", duration(one.median_ms));
    figure(text, &format!("  {word}"), &value, &basis);
}

fn late(text: &mut String, debt: &Debt) {
    part(text, "Against the time there is to fix");
    for row in &debt.sla.by_severity {
        let counts = &row.counts;
        let mut line = format!(
            "{} ({} days): {}",
            word(row.severity),
            row.days,
            clocks(counts.open)
        );
        if counts.no_fix != Clocks::default() {
            let _ = write!(line, "; without a fix: {}", clocks(counts.no_fix));
        }
        let _ = write!(
            line,
            "; fixed in time: {}",
            proportion(&counts.fixed_within)
        );
        item(text, &line);
    }
    if debt.sla.open_unknown > 0 {
        let line = format!(
            "{} open ones have no known severity, and no window",
            grouped(debt.sla.open_unknown.into())
        );
        item(text, &line);
    }
}

fn clocks(clocks: Clocks) -> String {
    let mut text = format!(
        "{} within, {} at risk, {} breached",
        clocks.within, clocks.at_risk, clocks.breached
    );
    if let Some(overdue) = clocks.most_overdue_ms {
        let _ = write!(text, " (by up to {})", span(millis(overdue)));
    }
    text
}

fn flow(text: &mut String, debt: &Debt) {
    part(text, "Each week");
    let weeks = &debt.flow.weeks;
    let rows: [(&str, fn(&Moves) -> u32); 5] = [
        ("introduced", |moves| moves.introduced),
        ("disclosed", |moves| moves.disclosed),
        ("came back", |moves| moves.re_introduced),
        ("not known how", |moves| moves.origin_unknown),
        ("fixed", |moves| moves.resolved),
    ];
    for (label, count) in rows {
        let all = count(&debt.flow.all);
        let series: Vec<_> = weeks
            .iter()
            .map(|week| Some(f64::from(count(&week.moves))))
            .collect();
        let (drawn, top) = line(&series, 40);
        let _ = writeln!(
            text,
            "  {label:<14}{drawn}  at most {top:.0}; in all {}",
            grouped(all.into())
        );
    }
    let net = debt.flow.all.net;
    item(text, &format!("open findings changed by {net:+}"));
}

fn worst(text: &mut String, report: &DebtReport) {
    let repositories = &report.debt.repositories;
    if repositories.worst.is_empty() {
        return;
    }
    part(text, "Most critical and high ones");
    for row in repositories.worst.iter().take(MOST_REPOSITORIES) {
        let place = usize::try_from(row.repository).unwrap_or(usize::MAX);
        let name = report.repositories.get(place).map_or("?", String::as_str);
        let line = format!(
            "{}: {} critical, {} high, {} in all",
            plain(name),
            row.open.critical,
            row.open.high,
            row.open.all
        );
        item(text, &line);
    }
    let all = repositories.worst.len() + usize::try_from(repositories.more).unwrap_or_default();
    let shown = repositories.worst.len().min(MOST_REPOSITORIES);
    rest(text, all, shown, " repositories have some");
}

fn gate(text: &mut String, report: &DebtReport) {
    let groups = [
        ("judged at the time", &report.gate.observed),
        ("rebuilt later", &report.gate.reconstructed),
    ];
    for (name, group) in groups {
        if group.evaluated > 0 {
            gate_group(text, name, group);
        }
    }
}

fn gate_group(text: &mut String, name: &str, group: &GateGroup) {
    let n = group.evaluated;
    part(
        text,
        &format!("Gate, {name} (n = {} heads)", grouped(n.into())),
    );
    let rows = [
        ("passed", group.passed),
        ("warned", group.warned),
        ("blocked", group.blocked),
        ("pending", group.pending),
        ("could not be told", group.inconclusive),
    ];
    for (word, count) in rows {
        item(text, &format!("{word}: {}", share(count, n)));
    }
    let line = format!(
        "let pass by people, of those blocked or not told: {}; with a waiver: {}",
        proportion(&group.overridden),
        grouped(group.with_waivers.into())
    );
    item(text, &line);
}

fn quality(text: &mut String, debt: &Debt) {
    part(text, "How much is known of what is open");
    let quality = &debt.quality;
    let rows = [
        ("without a CVSS score", &quality.without_cvss),
        ("without a severity", &quality.without_severity),
        ("without knowledge of a fix", &quality.without_fix_knowledge),
        (
            "not known whether introduced or disclosed",
            &quality.without_disclosure,
        ),
        ("with a working exploit", &quality.exploited),
    ];
    for (label, one) in rows {
        item(text, &format!("{label}: {}", proportion(one)));
    }
    let Some(freshness) = &debt.freshness else {
        return;
    };
    match freshness.oldest_complete_walk {
        Some(at) => item(
            text,
            &format!("everything complete is of {} or later", utc(at)),
        ),
        None => sentence(text, "  Nothing was ever listed completely."),
    }
    for row in freshness.partial.iter().take(MOST_PARTIAL) {
        let line = format!(
            "not whole: {} of {}: {}",
            plain(&row.route),
            plain(&row.subject),
            plain(&row.detail)
        );
        item(text, &line);
    }
    let shown = freshness.partial.len().min(MOST_PARTIAL);
    rest(text, freshness.partial.len(), shown, " are not whole");
}

fn duration(figure: Figure<Timestamp>) -> String {
    match figure {
        Figure::Value(ms) => span(millis(ms)),
        Figure::Absent(why) => absent(why).to_owned(),
    }
}

fn estimate(figure: Figure<Estimate>) -> String {
    match figure {
        Figure::Value(one) => match (one.low, one.high) {
            (Some(low), Some(high)) => {
                format!(
                    "{} ({:.1} to {:.1})",
                    percent(one.value),
                    low * 100.0,
                    high * 100.0
                )
            }
            _ => percent(one.value),
        },
        Figure::Absent(why) => absent(why).to_owned(),
    }
}

fn absent(why: Absent) -> &'static str {
    match why {
        Absent::NoSpells => "not known: there is none",
        Absent::NoneFixed => "not known: none was fixed",
        Absent::NotReached => "not reached",
        Absent::NotWatched => "not known: none was watched for so long",
        Absent::NoWindow => "not known: there is no window",
    }
}

fn word(level: Level) -> &'static str {
    match level {
        Level::Critical => "critical",
        Level::High => "high",
        Level::Medium => "medium",
        Level::Low => "low",
        Level::Info => "info",
        Level::Unknown => "unknown",
    }
}

/// Repositories on a screen.
const MOST_REPOSITORIES: usize = 10;

/// Routes that are not whole on a screen.
const MOST_PARTIAL: usize = 5;

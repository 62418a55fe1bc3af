//! What is owed.

use std::fmt::Write as _;

use koalr_platform::backtest::Proportion;
use koalr_platform::debt::{
    Absent, Clocks, Debt, Figure, GateGroup, Level, Lifetime, Moves, Quality, Stock, TimesToFix,
    Worst,
};
use koalr_platform::model::common::Timestamp;
use koalr_platform::stats::Estimate;

use super::{DAY, counted, each, figure, head, millis, part, percent, present, span};
use crate::jobs::DebtReport;
use crate::report::backtest::{proportion, share};
use crate::report::chart::{bar, line, together};
use crate::report::escape::plain;
use crate::report::instant::utc;
use crate::report::layout::{item, rest};
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
            // The four that have a window are shown where there is none too.
            if row.stock.open > 0 || row.severity <= Level::Low {
                stock(text, word(row.severity), &row.stock, all.open);
            }
        }
        let fixes = all.fixes;
        let known = [
            ("fix available", fixes.available),
            ("partly", fixes.partial),
            ("no fix exists", fixes.none),
            ("not known", fixes.unknown),
        ];
        let known = known.into_iter().filter(|(_, count)| *count > 0);
        let known = known.map(|(words, count)| format!("{words}: {}", share(count, all.open)));
        item(text, &known.collect::<Vec<_>>().join("; "));
    }
    let beside = [
        (all.accepted, "accepted"),
        (
            all.vanished,
            "not listed any more though nobody said that it was fixed",
        ),
    ];
    if let Some(beside) = present(&beside) {
        item(text, &format!("not among them: {beside}"));
    }
    let left_out = [
        (debt.future, "that begin later"),
        (debt.reversed, "that end before they begin"),
    ];
    if let Some(left_out) = present(&left_out) {
        item(text, &format!("left out everywhere: {left_out}"));
    }
}

fn stock(text: &mut String, word: &str, stock: &Stock, all: u32) {
    let ages = stock.ages;
    let line = format!(
        "  {word:<9} {:>7} {:>7} {:>7} {:>7} {:>7} {:>9}  {}",
        ages.up_to_7,
        ages.up_to_30,
        ages.up_to_90,
        ages.up_to_180,
        ages.older,
        stock.open,
        bar(stock.open.into(), all.into(), 14)
    );
    let _ = writeln!(text, "{}", line.trim_end());
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
    if window.all.n > 0 {
        lifetime(text, "all", &window.all);
    }
    for row in window.by_severity.iter().filter(|row| row.lifetime.n > 0) {
        lifetime(text, word(row.severity), &row.lifetime);
    }
    let all = &times.every.all;
    if all.n == 0 {
        item(text, "nothing ever began");
        return;
    }
    let line = format!(
        "whenever it began (n = {}): median {}",
        grouped(all.n.into()),
        duration(all.median_ms)
    );
    item(text, &line);
    item(
        text,
        "Kaplan-Meier: those still open count for as long as they are",
    );
}

fn lifetime(text: &mut String, word: &str, one: &Lifetime) {
    let counts = [
        (one.fixed, "fixed"),
        (one.open, "open"),
        (one.accepted.count, "accepted"),
        (one.vanished.count, "not listed any more"),
    ];
    let mut basis = format!("n = {}", grouped(one.n.into()));
    if let Some(counts) = present(&counts) {
        let _ = write!(basis, ": {counts}");
    }
    for (days, fixed) in [(30, one.fixed_in_30_days), (90, one.fixed_in_90_days)] {
        let Figure::Value(fixed) = fixed else {
            let _ = write!(basis, "; none was watched for {days} days");
            break;
        };
        let _ = write!(basis, "; fixed within {days} days {}", estimate(&fixed));
    }
    if let Figure::Value(ms) = one.restricted_mean_ms {
        let days = millis(ms) / DAY;
        let _ = write!(
            basis,
            "; open for {days:.1} of its first 90 days on average"
        );
    }
    let value = format!("median {}", duration(one.median_ms));
    figure(text, &format!("  {word}"), &value, &basis);
}

fn late(text: &mut String, debt: &Debt) {
    part(text, "Against the time there is to fix");
    let (mut rows, nothing) = (0, Clocks::default());
    for row in &debt.sla.by_severity {
        let counts = &row.counts;
        let has_open = counts.open != nothing || counts.no_fix != nothing;
        if !has_open && counts.fixed_within.of == 0 {
            continue;
        }
        rows += 1;
        let days = counted(row.days, "day", "days");
        let open = clocks(counts.open).unwrap_or_else(|| "none open".to_owned());
        let mut line = format!("{} ({days}): {open}", word(row.severity));
        if let Some(no_fix) = clocks(counts.no_fix) {
            let _ = write!(line, "; without a fix: {no_fix}");
        }
        if counts.fixed_within.of > 0 {
            let fixed = proportion(&counts.fixed_within);
            let _ = write!(line, "; fixed in time: {fixed}");
        } else {
            line.push_str("; none fixed");
        }
        item(text, &line);
    }
    if rows == 0 {
        item(text, "nothing is open, and nothing was fixed");
    }
    if debt.sla.open_unknown > 0 {
        let line = format!(
            "no window: {} without a known severity",
            counted(debt.sla.open_unknown, "open one", "open ones")
        );
        item(text, &line);
    }
}

fn clocks(clocks: Clocks) -> Option<String> {
    let counts = [
        (clocks.within, "in time"),
        (clocks.at_risk, "at risk"),
        (clocks.breached, "breached"),
    ];
    let counts = present(&counts)?;
    Some(match clocks.most_overdue_ms {
        Some(overdue) => format!("open: {counts} (by up to {})", span(millis(overdue))),
        None => format!("open: {counts}"),
    })
}

/// Reads one of the counts.
type Count = fn(&Moves) -> u32;

fn flow(text: &mut String, debt: &Debt) {
    let weeks = &debt.flow.weeks;
    let together = together(weeks.len(), CHART);
    part(text, &each("week", together));
    let rows: [(&str, Count); 7] = [
        ("introduced", |moves| moves.introduced),
        ("disclosed", |moves| moves.disclosed),
        ("came back", |moves| moves.re_introduced),
        ("came somehow", |moves| moves.origin_unknown),
        ("fixed", |moves| moves.resolved),
        ("accepted", |moves| moves.accepted),
        ("not listed", |moves| moves.vanished),
    ];
    for (label, count) in rows {
        let all = count(&debt.flow.all);
        if all == 0 {
            continue;
        }
        let series: Vec<_> = weeks
            .iter()
            .map(|week| Some(f64::from(count(&week.moves))))
            .collect();
        let (drawn, top) = line(&series, CHART);
        let _ = writeln!(
            text,
            "  {label:<14}{drawn}  at most {top:.0}; in all {}",
            grouped(all.into())
        );
    }
    let net = debt.flow.all.net;
    let by = grouped(net.unsigned_abs());
    let line = match net {
        0 => "as many are open as when the window began".to_owned(),
        1.. => format!("{by} more open than when the window began"),
        _ => format!("{by} fewer open than when the window began"),
    };
    item(text, &line);
}

fn worst(text: &mut String, report: &DebtReport) {
    let repositories = &report.debt.repositories;
    let unknown = repositories.unknown;
    if repositories.worst.is_empty() && unknown.all == 0 {
        return;
    }
    part(text, "Most critical and high ones");
    let owed = |name: &str, open: Worst| {
        let (critical, high) = (grouped(open.critical.into()), grouped(open.high.into()));
        let all = grouped(open.all.into());
        format!("{name}: {critical} critical, {high} high, {all} in all")
    };
    for row in repositories.worst.iter().take(MOST_REPOSITORIES) {
        let place = usize::try_from(row.repository).unwrap_or(usize::MAX);
        let name = report.repositories.get(place).map_or("?", String::as_str);
        item(text, &owed(&plain(name), row.open));
    }
    let all = repositories.worst.len() + usize::try_from(repositories.more).unwrap_or_default();
    let shown = repositories.worst.len().min(MOST_REPOSITORIES);
    rest(text, all, shown, " repositories have some");
    if unknown.all > 0 {
        item(text, &owed("of no known repository", unknown));
    }
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
    let heads = counted(n, "head", "heads");
    part(text, &format!("Gate, {name} (n = {heads})"));
    let rows = [
        ("passed", group.passed),
        ("warned", group.warned),
        ("blocked", group.blocked),
        ("pending", group.pending),
        ("could not be told", group.inconclusive),
    ];
    for (word, count) in rows.into_iter().filter(|(_, count)| *count > 0) {
        item(text, &format!("{word}: {}", share(count, n)));
    }
    if group.overridden.of > 0 {
        let line = format!(
            "let pass by people, of those blocked or not told: {}",
            proportion(&group.overridden)
        );
        item(text, &line);
    }
    let beside = [
        (group.with_waivers, "with a waiver"),
        (group.marked_as_success, "marked as a success upstream"),
    ];
    if let Some(beside) = present(&beside) {
        item(text, &beside);
    }
}

/// How much is known of what is open, by what it is that may not be known.
pub(in crate::report) fn qualities(quality: &Quality) -> [(&'static str, &Proportion); 5] {
    [
        ("without a CVSS score", &quality.without_cvss),
        ("without a severity", &quality.without_severity),
        ("without knowledge of a fix", &quality.without_fix_knowledge),
        (
            "not known whether introduced or disclosed",
            &quality.without_disclosure,
        ),
        ("with a working exploit", &quality.exploited),
    ]
}

fn quality(text: &mut String, debt: &Debt) {
    part(text, "How much is known of what is open");
    if debt.open.all.open == 0 {
        item(text, "nothing is open");
    }
    for (label, one) in qualities(&debt.quality)
        .into_iter()
        .filter(|(_, one)| one.of > 0)
    {
        item(text, &format!("{label}: {}", proportion(one)));
    }
    let Some(freshness) = &debt.freshness else {
        return;
    };
    match freshness.oldest_complete_walk {
        Some(at) => item(text, &format!("listed completely at {} or later", utc(at))),
        None => item(text, "nothing was ever listed completely"),
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

pub(in crate::report) fn duration(figure: Figure<Timestamp>) -> String {
    match figure {
        Figure::Value(ms) => span(millis(ms)),
        Figure::Absent(why) => absent(why).to_owned(),
    }
}

pub(in crate::report) fn estimate(one: &Estimate) -> String {
    match (one.low, one.high) {
        (Some(low), Some(high)) => {
            let (low, high) = (low * 100.0, high * 100.0);
            format!("{} ({low:.1} to {high:.1})", percent(one.value))
        }
        _ => percent(one.value),
    }
}

pub(in crate::report) fn absent(why: Absent) -> &'static str {
    match why {
        Absent::NoSpells => "not known: there is none",
        Absent::NoneFixed => "not known: none was fixed",
        Absent::NotReached => "not reached",
        Absent::NotWatched => "not watched so long",
        Absent::NoWindow => "without a window",
    }
}

pub(in crate::report) fn word(level: Level) -> &'static str {
    match level {
        Level::Critical => "critical",
        Level::High => "high",
        Level::Medium => "medium",
        Level::Low => "low",
        Level::Info => "info",
        Level::Unknown => "unknown",
    }
}

/// Columns of the chart.
const CHART: usize = 40;

/// Repositories on a screen.
const MOST_REPOSITORIES: usize = 10;

/// Routes that are not whole on a screen.
const MOST_PARTIAL: usize = 5;

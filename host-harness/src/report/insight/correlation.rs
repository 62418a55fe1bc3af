//! Whether exposure and incidents go together.

use std::fmt::Write as _;

use koalr_platform::correlation::{
    Comparison, Correlation, Figure, Lasting, LeftOut, LetPass, Ratios, Repository, Sensitivity,
    Series, Tied, Times, Unknown,
};
use koalr_platform::links::Window;
use koalr_platform::stats::Estimate;
use koalr_platform::stats::proportion::Proportion;
use koalr_platform::stats::stratified::Stratified;
use koalr_platform::stats::two_by_two::Table;

use super::{DAY, chance, counted, head, millis, part, percent, present, span};
use crate::report::chart::interval;
use crate::report::escape::plain;
use crate::report::figure::tenths;
use crate::report::instant::utc;
use crate::report::layout::{cut, item, rest, sentence};
use crate::report::pace::grouped;

/// The sentences first, then the tables and ratios with a chart, the repositories, other windows, the time to an incident,
/// and which changes are tied to which incidents, in eighty columns. It speaks of association only.
#[must_use]
pub fn correlation_text(report: &Correlation) -> String {
    let mut text = String::new();
    let name = "Security and incidents";
    head(&mut text, name, (report.from, report.as_of), &report.scope);
    text.push('\n');
    cohort(&mut text, report);
    let series = [&report.observed, &report.reconstructed];
    for one in series.iter().filter(|one| one.deployments > 0) {
        of_series(&mut text, one, report.settings.window);
    }
    if series.iter().all(|one| one.deployments == 0) {
        part(&mut text, &report.observed.headline.sentence);
    }
    ties(&mut text, report);
    text
}

fn cohort(text: &mut String, report: &Correlation) {
    let cohort = &report.cohort;
    if cohort.deployments == 0 {
        sentence(text, "Nothing was deployed to production in this time.");
    } else {
        let line = format!(
            "{}: {} whose changes were all judged at the time, {} with one that was rebuilt later, {} whose exposure is not known.",
            counted(cohort.deployments, "deployment", "deployments"),
            grouped(cohort.observed.into()),
            grouped(cohort.reconstructed.into()),
            grouped(cohort.unknown.total().into())
        );
        sentence(text, &line);
    }
    for (why, count) in unknown(&cohort.unknown) {
        if count > 0 {
            item(text, &format!("{} {why}", grouped(count.into())));
        }
    }
    if cohort.scope_unknown > 0 {
        let line = format!(
            "{} more whose repository is not known may be in scope",
            grouped(cohort.scope_unknown.into())
        );
        item(text, &line);
    }
}

pub(in crate::report) fn unknown(unknown: &Unknown) -> [(&'static str, u32); 5] {
    [
        ("brought no change that is known", unknown.no_change),
        (
            "brought a change that was never judged",
            unknown.never_judged,
        ),
        (
            "brought a change of which it could not be told",
            unknown.not_told,
        ),
        (
            "brought a finding of unknown attribution",
            unknown.unattributed,
        ),
        (
            "introduced a vulnerability without a score",
            unknown.unscored,
        ),
    ]
}

fn of_series(text: &mut String, series: &Series, window: Window) {
    part(text, &series.headline.sentence);
    comparison(text, &series.headline);
    text.push('\n');
    sentence(text, &series.all_others.sentence);
    let let_pass = [
        ("let pass in spite of the gate", &series.overridden),
        ("marked as a success upstream", &series.marked_as_success),
    ];
    for (words, one) in let_pass {
        if one.deployments > 0 {
            part(text, &passed(words, one));
            sentence(text, &one.comparison.sentence);
        }
    }
    repositories(text, &series.repositories);
    windows(text, &series.windows);
    times(text, &series.times, window);
}

fn passed(words: &str, one: &LetPass) -> String {
    format!(
        "{} brought a change that was {words}, {} of them exposed.",
        counted(one.deployments, "deployment", "deployments"),
        grouped(one.exposed.into())
    )
}

fn comparison(text: &mut String, one: &Comparison) {
    let Table {
        exposed_event,
        exposed_no_event,
        unexposed_event,
        unexposed_no_event,
    } = one.table;
    let _ = writeln!(
        text,
        "\n  {:<12}{:>10} {:>13}   share, 95 %",
        "", "incident", "no incident"
    );
    let rows = [
        (
            "exposed",
            exposed_event,
            exposed_no_event,
            &one.exposed_share,
        ),
        (
            "others",
            unexposed_event,
            unexposed_no_event,
            &one.others_share,
        ),
    ];
    for (label, event, none, share) in rows {
        let _ = writeln!(text, "  {label:<12}{event:>10} {none:>13}   {}", of(share));
    }
    if let Figure::Known(ratios) = &one.crude {
        crude(text, ratios);
    }
    // Of one repository there is nothing but the table.
    let stratified = one.stratified.known();
    if let Some(stratified) = stratified.filter(|one| one.strata_used + one.strata_empty > 1) {
        within(text, stratified);
    }
    if let Some(neither) = neither(&one.left_out) {
        item(text, &format!("in neither arm: {neither}"));
    }
}

/// The deployments that are not compared; none if all are.
pub(in crate::report) fn neither(out: &LeftOut) -> Option<String> {
    present(&[
        (out.too_young, "too young"),
        (out.unchanged_dependencies, "without a changed dependency"),
        (
            out.unknown_dependencies,
            "of which nobody knows whether a dependency changed",
        ),
        (out.exposed_otherwise, "exposed otherwise"),
    ])
}

fn within(text: &mut String, stratified: &Stratified) {
    if let Some(odds) = &stratified.odds_ratio {
        drawn(text, "odds, MH", odds);
    }
    let used = counted(stratified.strata_used, "repository", "repositories");
    let mut line = format!("within {used} (Mantel-Haenszel, MH)");
    if let Some(risk) = stratified.risk_ratio {
        let _ = write!(line, ": risk ratio {risk:.2}");
    }
    if let Some(test) = &stratified.cmh {
        let _ = write!(line, "; {}", chance(test.p));
    }
    if let Some(test) = &stratified.heterogeneity {
        let _ = write!(line, "; that they differ: {}", chance(test.p));
    }
    item(text, &line);
}

fn crude(text: &mut String, ratios: &Ratios) {
    let _ = writeln!(
        text,
        "\n  {:<12}{:AXIS$}   estimate, 95 %",
        "", "0.1      1       10      100"
    );
    let rows = [
        ("risk ratio", &ratios.risk_ratio),
        ("odds ratio", &ratios.odds_ratio),
    ];
    let known = rows
        .iter()
        .filter_map(|(label, one)| Some((*label, one.as_ref()?)));
    for (label, estimate) in known.clone() {
        drawn(text, label, estimate);
    }
    if known.clone().any(|(_, one)| one.corrected) {
        item(text, "* as a cell is empty, a half was added to each");
    }
    if let Some(one) = &ratios.risk_difference {
        let line = format!(
            "risk difference {:+.1} points ({:+.1} to {:+.1}); Fisher's {}",
            one.value * 100.0,
            one.low.unwrap_or(-1.0) * 100.0,
            one.high.unwrap_or(1.0) * 100.0,
            chance(ratios.fisher_p)
        );
        item(text, &line);
    }
}

/// A ratio on an axis of logarithms.
fn drawn(text: &mut String, label: &str, one: &Estimate) {
    let axis = (-1.0, 2.0);
    let log = |value: f64| value.max(f64::MIN_POSITIVE).log10();
    let chart = interval(
        (one.low.map(log), log(one.value), one.high.map(log)),
        axis,
        0.0,
        AXIS,
    );
    let _ = writeln!(text, "  {label:<12}{chart:<AXIS$}   {}", estimate(one));
}

pub(in crate::report) fn estimate(one: &Estimate) -> String {
    let end =
        |end: Option<f64>| end.map_or_else(|| "unbounded".to_owned(), |end| format!("{end:.2}"));
    let mark = if one.corrected { "*" } else { "" };
    format!(
        "{:.2} ({} to {}){mark}",
        one.value,
        end(one.low),
        end(one.high)
    )
}

fn repositories(text: &mut String, all: &[Repository]) {
    if all.len() < 2 {
        return;
    }
    part(text, "Repositories (p adjusted for their number)");
    for one in all.iter().take(MOST_REPOSITORIES) {
        let name = one
            .repository
            .as_deref()
            .map_or_else(|| "not known".to_owned(), plain);
        let verdict = match &one.adjusted_p {
            Figure::Known(p) => chance(*p),
            Figure::Absent(_) => "insufficient data".to_owned(),
        };
        let line = format!(
            "{}: exposed {}, others {}; {verdict}",
            cut(&name, 40),
            of_all(&one.exposed_share),
            of_all(&one.others_share)
        );
        item(text, &line);
    }
    rest(
        text,
        all.len(),
        all.len().min(MOST_REPOSITORIES),
        " in the JSON",
    );
}

fn windows(text: &mut String, all: &[Sensitivity]) {
    part(text, "With other windows");
    for one in all {
        let ratio = match &one.risk_ratio {
            Figure::Known(ratio) => format!("risk ratio {}", estimate(ratio)),
            Figure::Absent(_) => "insufficient data".to_owned(),
        };
        let line = format!(
            "{}: exposed {}, others {}; {ratio}",
            one.window.phrase(),
            of_all(&one.exposed_share),
            of_all(&one.others_share)
        );
        item(text, &line);
    }
}

fn times(text: &mut String, times: &Times, window: Window) {
    part(
        text,
        &format!("Free of incidents for {} (Kaplan-Meier)", window.phrase()),
    );
    for (label, one) in [("exposed", &times.exposed), ("others", &times.others)] {
        item(
            text,
            &format!("{label} (n = {}): {}", one.deployments, lasting(one)),
        );
    }
    if let Figure::Known(test) = &times.log_rank {
        item(text, &format!("log-rank {}", chance(test.p)));
    }
}

fn lasting(one: &Lasting) -> String {
    let free = match &one.free {
        // All or none have no interval.
        Figure::Known(one) if one.low >= one.high => percent(one.share),
        Figure::Known(one) => {
            let (low, high) = (one.low * 100.0, one.high * 100.0);
            format!("{} ({low:.1} to {high:.1})", percent(one.share))
        }
        Figure::Absent(_) => "not watched so long".to_owned(),
    };
    match &one.restricted_mean_days {
        Figure::Known(days) => format!("{free}; for {} on average", span(days * DAY)),
        Figure::Absent(_) => free,
    }
}

fn ties(text: &mut String, report: &Correlation) {
    let ties = &report.ties;
    part(text, "Which changes are tied to which incidents");
    if ties.listed.is_empty() {
        item(text, "none that introduced a vulnerability of 7.0 or more");
    }
    for one in ties.listed.iter().take(MOST_TIES) {
        item(text, &tied(one));
    }
    let all = ties.listed.len() + usize::try_from(ties.more).unwrap_or_default();
    rest(text, all, ties.listed.len().min(MOST_TIES), " in the JSON");
    if ties.named_another > 0 {
        let incidents = counted(ties.named_another, "incident", "incidents");
        let line = format!("another change is named by {incidents} of exposed deployments");
        item(text, &line);
    }
}

fn tied(one: &Tied) -> String {
    let highest = one.highest.map_or_else(
        || "no score".to_owned(),
        |score| format!("CVSS {}", tenths(score)),
    );
    let beyond = if one.within_window {
        ""
    } else {
        ", beyond the window"
    };
    format!(
        "{} ({highest}) and {} \"{}\" at {}, {} after its deployment{beyond}: {}",
        plain(&one.change),
        plain(&one.incident),
        cut(&plain(&one.title), 40),
        utc(one.started_at),
        span(millis(one.after_ms)),
        one.reason.phrase()
    )
}

pub(in crate::report) fn of(share: &Proportion) -> String {
    match share.interval {
        Some(one) => format!(
            "{} ({:.1} to {:.1})",
            percent(one.share),
            one.low * 100.0,
            one.high * 100.0
        ),
        None => "nothing was counted".to_owned(),
    }
}

fn of_all(share: &Proportion) -> String {
    format!(
        "{} of {}",
        grouped(share.count.into()),
        grouped(share.of.into())
    )
}

/// Columns of the axis of ratios, from 0.1 to 100.
const AXIS: usize = 28;

/// Repositories on a screen.
const MOST_REPOSITORIES: usize = 12;

/// Pairs of a change and an incident on a screen.
const MOST_TIES: usize = 12;

//! What a policy would have decided.

use koalr_platform::backtest::Proportion;
use koalr_platform::policy::Mode;
use maud::{Markup, html};

use super::{DAYS, day};
use crate::jobs::{BacktestGroup, BacktestReport};
use crate::report::backtest::{proportion, share};
use crate::report::escape::plain;
use crate::report::html::address::segment;
use crate::report::html::figure::{Axis, bar, part};
use crate::report::html::part::{notice, table};
use crate::report::pace::grouped;

pub(super) fn section(report: &BacktestReport) -> Markup {
    let decided = report.observed.group.decisions + report.reconstructed.group.decisions;
    html! {
        section {
            h2 { "What it would have decided" }
            (notice("good", html! {
                "Tried on the last " (DAYS) " days, " (day(report.from)) " to " (day(report.as_of)) ". Nothing was changed."
                @match report.mode {
                    Mode::Enforce => {},
                    Mode::Warn => " Its mode is warn: what blocks here would only warn.",
                    Mode::Observe => " Its mode is observe: nothing here would bind.",
                }
            }))
            @if decided == 0 {
                p { "Nothing was decided in that time, so that nothing can be said about this policy yet. Decisions appear once pull requests are judged, or rebuilt with " code { "koalr reconstruct" } "." }
            } @else {
                div.grid {
                    (group("Decided at the time", &report.observed, report))
                    (group("Rebuilt later from stored history", &report.reconstructed, report))
                }
            }
            @if report.left_out > 0 {
                p.quiet { "Left out: " (grouped(report.left_out.into())) ", whose change is not stored any more or which the integration refused." }
            }
            @for complaint in &report.complaints { p { "Waiver: " (plain(complaint)) } }
        }
    }
}

fn group(title: &str, one: &BacktestGroup, report: &BacktestReport) -> Markup {
    let counts = &one.group;
    let n = counts.decisions;
    html! {
        article.card.wide[n > 0] {
            h3 { (title) " (n = " (grouped(n.into())) ")" }
            @if n == 0 { p.quiet { "None in that time." } }
            @else {
                p { span.figure { (grouped(counts.blocked.into())) } " would have been blocked: " (share(counts.blocked, n)) }
                div.sides {
                    (outcomes(title, one))
                    (accuracy(title, one, report))
                }
                (others(title, one))
            }
        }
    }
}

fn outcomes(title: &str, one: &BacktestGroup) -> Markup {
    let counts = &one.group;
    let axis = Axis::between(0.0, f64::from(counts.decisions.max(1)));
    let rows = html! {
        @for (label, count, kind) in [
            ("blocked", counts.blocked, "bad"),
            ("warned", counts.warned, "warn"),
            ("passed", counts.passed, ""),
            ("waited", counts.pending, "other"),
            ("could not be told", counts.inconclusive, "other"),
        ] {
            tr {
                th scope="row" { (label) }
                td { (bar(axis, f64::from(count), kind)) }
                td { (share(count, counts.decisions)) }
            }
        }
    };
    html! {
        div {
            (table(&format!("{title}: outcomes"), &["Would have", "Share", "Decisions"], rows))
            p.quiet {
                (grouped(counts.changed.into())) " other than they were. "
                (grouped(counts.waived.into())) " with a finding waived. "
                @if counts.overridden > 0 {
                    (grouped(counts.overridden.into())) " overridden then, of which " (grouped(counts.override_needless.into())) " would not need it now."
                }
            }
        }
    }
}

fn accuracy(title: &str, one: &BacktestGroup, report: &BacktestReport) -> Markup {
    let counts = &one.group.accuracy;
    let rows = html! {
        @for (label, what, share) in [
            ("Precision", "of those blocked, led to an incident", &one.precision),
            ("Recall", "of those that led to an incident, blocked", &one.recall),
        ] {
            tr {
                th scope="row" { (label) }
                td { (extent(share)) (proportion(share)) p.quiet { (what) } }
            }
        }
    };
    html! {
        div {
            (table(&format!("{title}: blocking against incidents"), &["Measure", "Share, with its 95 % interval from 0 to 100 %"], rows))
            p.quiet {
                "Incidents within " (report.window_days) " days of the deployment; n = " (grouped(counts.known().into())) " changes whose outcome is known. Left out: "
                (grouped(counts.too_young.into())) " too young, " (grouped(counts.not_deployed.into())) " not known to be deployed, " (grouped(counts.not_merged.into())) " not merged with that head."
                @if report.unlinked_incidents > 0 {
                    " " (grouped(report.unlinked_incidents.into())) " of " (grouped(report.incidents.into())) " incidents could be tied to no deployment: recall may be lower."
                }
            }
        }
    }
}

/// Where a share may lie; nothing where there is nothing to take a share of.
fn extent(one: &Proportion) -> Markup {
    html! {
        @if let Some(share) = one.interval { (part(Axis::between(0.0, 1.0), share.low, share.high, "other")) }
    }
}

fn others(title: &str, one: &BacktestGroup) -> Markup {
    let counts = &one.group;
    if counts.examples.is_empty() {
        return html! {};
    }
    let shown = counts.examples.len();
    let all = usize::try_from(counts.changed).unwrap_or(usize::MAX);
    let rows = html! {
        @for example in &counts.examples {
            tr {
                td.name { a href={ "/changes/" (segment(&example.change)) } { (plain(&example.change)) } p.quiet { code { (plain(example.head_sha.get(..SHORT_SHA).unwrap_or(&example.head_sha))) } } }
                td { (example.then.word()) }
                td { strong { (example.now.word()) } }
                td { (plain(&example.reasons.join("; "))) }
            }
        }
    };
    html! {
        h3 { "Other than they were" @if shown < all { " (the first " (shown) " of " (all) ")" } }
        (table(&format!("{title}: other than they were"), &["Change", "Then", "Now", "Why"], rows))
    }
}

/// Characters of a commit that people read.
const SHORT_SHA: usize = 10;

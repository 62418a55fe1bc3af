//! Rules with their parameters, which of them fired, and what became of waivers.

use koalr_platform::model::verdict::Decision as Judged;
use maud::{Markup, html};

use super::super::part::badge;
use super::verdict::capital;
use crate::report::escape::{name, plain};
use crate::report::figure::{count, value};
use crate::report::settings::AppliedRule;
use crate::report::text::{View, waiver_lines};

/// Those that had something to say first; the others are folded.
pub(super) fn rules(view: &View<'_>) -> Markup {
    let report = view.report;
    let fired = report.verdict.fired.iter();
    let gone = fired.filter(|fired| !report.rules.iter().any(|rule| rule.code == fired.rule));
    let is_quiet = |rule: &&AppliedRule| is_quiet(view, &rule.code);
    let (quiet, loud): (Vec<_>, Vec<_>) = report.rules.iter().partition(is_quiet);
    let waivers = waiver_lines(view);
    html! {
        section.block {
            h2 { "Rules and waivers" }
            p.quiet { "Policy mode " (report.settled.mode.word()) ". " a href="/policy" { "The policy" } }
            @if report.rules.is_empty() && report.verdict.fired.is_empty() { p { "No rule is active: nothing can block." } }
            ul.rules {
                @for rule in loud { (row(view, rule)) }
                @for fired in gone {
                    li { (result(view, &fired.rule)) code { (name(&fired.rule)) } " " span.quiet { "not active in the policy that holds now" } }
                }
            }
            @if !quiet.is_empty() {
                details {
                    summary { (count(quiet.len(), ("rule that did not fire", "rules that did not fire"))) }
                    ul.rules { @for rule in quiet { (row(view, rule)) } }
                }
            }
            @if waivers.is_empty() { p.quiet { "No waiver concerns this change." } }
            @else { ul { @for line in &waivers { li { (capital(line)) } } } }
        }
    }
}

fn row(view: &View<'_>, rule: &AppliedRule) -> Markup {
    html! {
        li {
            (result(view, &rule.code))
            code { (name(&rule.code)) } @if !rule.summary.is_empty() { " " span.quiet { (plain(&rule.summary)) } }
            @if !rule.parameters.is_empty() {
                ul.parameters {
                    @for one in &rule.parameters {
                        li { (name(&one.key)) " = " (value(&one.value)) @if !one.given { " (default)" } }
                    }
                }
            }
        }
    }
}

fn is_quiet(view: &View<'_>, code: &str) -> bool {
    let verdict = &view.report.verdict;
    !verdict.fired.iter().any(|one| one.rule == code)
        && !verdict.waived.iter().any(|one| one.rule == code)
        && !verdict.errors.iter().any(|one| one.rule == code)
}

fn result(view: &View<'_>, code: &str) -> Markup {
    let verdict = &view.report.verdict;
    let fired = verdict.fired.iter().filter(|one| one.rule == code);
    let waived = verdict.waived.iter().filter(|one| one.rule == code).count();
    let errors = verdict.errors.iter().filter(|one| one.rule == code);
    html! {
        @for one in fired {
            @let (kind, word) = match one.decision {
                Judged::Block => ("bad", "block"),
                Judged::Warn => ("warn", "warn"),
                Judged::Inconclusive => ("warn", "inconclusive"),
                Judged::Pass => ("good", "pass"),
            };
            div { (badge(kind, word)) " " (plain(&one.message)) @if !one.findings.is_empty() { " " span.quiet { (count(one.findings.len(), ("finding", "findings"))) } } }
        }
        @if waived > 0 { div { (badge("good", "waived")) " " (count(waived, ("finding", "findings"))) } }
        @for error in errors { div { (badge("warn", "not evaluated")) " " (plain(&error.message)) } }
    }
}

//! Rules with their parameters, which of them fired, and what became of waivers.

use koalr_platform::model::verdict::Decision as Judged;
use maud::{Markup, html};

use super::super::part::badge;
use super::verdict::capital;
use super::words::table;
use crate::report::escape::{name, plain};
use crate::report::figure::{count, value};
use crate::report::settings::AppliedRule;
use crate::report::text::{View, waiver_lines};

pub(super) fn rules(view: &View<'_>) -> Markup {
    let report = view.report;
    let fired = report.verdict.fired.iter();
    let gone = fired.filter(|fired| !report.rules.iter().any(|rule| rule.code == fired.rule));
    let rows = html! {
        @for rule in &report.rules { (row(view, rule)) }
        @for fired in gone {
            tr { td { code { (name(&fired.rule)) } div.quiet { "not active in the policy that holds now" } } td {} td { (result(view, &fired.rule)) } }
        }
    };
    let waivers = waiver_lines(view);
    html! {
        section.block {
            h2 { "Rules and waivers" }
            p.quiet { "Policy mode " (report.settled.mode.word()) ". " a href="/policy" { "The policy" } }
            @if report.rules.is_empty() && report.verdict.fired.is_empty() { p { "No rule is active: nothing can block." } }
            @else { (table("Rules", &[("Rule", ""), ("Parameters", ""), ("Result", "")], rows)) }
            @if waivers.is_empty() { p.quiet { "No waiver concerns this change." } }
            @else { ul { @for line in &waivers { li { (capital(line)) } } } }
        }
    }
}

fn row(view: &View<'_>, rule: &AppliedRule) -> Markup {
    html! {
        tr {
            td { code { (name(&rule.code)) } @if !rule.summary.is_empty() { div.quiet { (plain(&rule.summary)) } } }
            td {
                @if rule.parameters.is_empty() { span.quiet { "none" } }
                @for one in &rule.parameters {
                    div { (name(&one.key)) " = " (value(&one.value)) @if !one.given { " " span.quiet { "default" } } }
                }
            }
            td { (result(view, &rule.code)) }
        }
    }
}

fn result(view: &View<'_>, code: &str) -> Markup {
    let verdict = &view.report.verdict;
    let fired = verdict.fired.iter().filter(|one| one.rule == code);
    let waived = verdict.waived.iter().filter(|one| one.rule == code).count();
    let errors = verdict.errors.iter().filter(|one| one.rule == code);
    let is_quiet = fired.clone().next().is_none() && waived == 0 && errors.clone().next().is_none();
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
        @if is_quiet { span.quiet { "did not fire" } }
    }
}

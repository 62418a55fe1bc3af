//! What is known and what is not, the check run, and what was decided before.

use koalr_platform::decision::DecisionRow;
use koalr_platform::model::common::Timestamp;
use koalr_platform::model::evidence::Observation;
use maud::{Markup, html};

use super::verdict::capital;
use super::words::{ago, decision, score, scored, short, table};
use crate::report::change::ChangeReport;
use crate::report::check_run::{CheckRun, Conclusion};
use crate::report::escape::{name, plain};
use crate::report::figure::{count, tenths};
use crate::report::instant::utc;
use crate::report::text::{View, state_word, unknown_lines};

/// What kept the verdict from being certain, and what was asked.
pub(super) fn unknown(view: &View<'_>) -> Markup {
    let report = view.report;
    let (lines, total) = unknown_lines(view);
    let coverage = &report.evidence.coverage;
    let rows = html! {
        @for row in coverage.iter().take(MOST) {
            tr {
                td { code { (name(&row.route)) } }
                td { (name(&row.subject)) }
                td { (state_word(row.state)) @if !row.detail.is_empty() { div.quiet { (plain(&row.detail)) } } }
                td { @match row.as_of { Some(at) => (utc(at)), None => span.quiet { "not known" } } }
            }
        }
    };
    html! {
        section.block {
            h2 { "What is not known" }
            @if lines.is_empty() { p { "Everything that the active rules depend on is known." } }
            @else { ul { @for line in &lines { li { (capital(line)) } } } }
            @if total > lines.len() { p.quiet { "and " (total - lines.len()) " more" } }
            @for unknown in report.assessment.unknowns.iter().take(MOST) { p.quiet { (capital(&plain(&unknown.message))) "." } }
            details {
                summary { "What was asked " span.quiet { "(" (count(coverage.len(), ("answer", "answers"))) ")" } }
                (table("What was asked", &[("Route", ""), ("About", ""), ("State", ""), ("As of", "")], rows))
                p.quiet {
                    "Judged by " (name(&report.judge.plugin)) " " (name(&report.judge.version)) ", model " (name(&report.assessment.model))
                    ", as of " (utc(report.as_of)) "; evidence "
                    @match report.evidence.observation {
                        Observation::Observed => "gathered while the change was open",
                        Observation::Reconstructed => "rebuilt later from stored history",
                    }
                    "."
                }
            }
        }
    }
}

/// What GitHub is sent, word for word.
pub(super) fn check_run(report: &ChangeReport) -> Markup {
    let run = CheckRun::of(report);
    let conclusion = match run.conclusion {
        Some(Conclusion::Success) => "success",
        Some(Conclusion::Neutral) => "neutral",
        Some(Conclusion::ActionRequired) => "action required",
        None => "in progress",
    };
    html! {
        section.block {
            details {
                summary { "The check run as GitHub shows it" }
                p { strong { (plain(&run.name)) } ": " (conclusion) ", " (plain(&run.output.title)) }
                pre.wrap { code { (run.output.summary) } }
                p.quiet { (count(run.output.annotations.len(), ("annotation", "annotations"))) }
            }
        }
    }
}

/// Decisions by head, the newest first.
pub(super) fn history(all: &[DecisionRow], now: Timestamp) -> Markup {
    if all.is_empty() {
        return html! {};
    }
    let rows = html! {
        @for one in all {
            tr {
                td { (short(&one.head_sha)) }
                td {
                    (decision(one.decision))
                    @if one.judged != one.decision { div.quiet { "judged " (one.judged.word()) } }
                    @if let Some(by) = &one.overridden_by { div.quiet { "let pass by " (plain(by)) } }
                    @if one.waived > 0 { div.quiet { (one.waived) " waived" } }
                    @if one.observation == Observation::Reconstructed { div.quiet { "rebuilt later from stored history" } }
                }
                td.number { (scored(one.score, one.band)) }
                td.chart { (score(one.score, one.band)) }
                td.number { (tenths(one.security)) }
                td { (ago(one.as_of, now)) }
            }
        }
    };
    html! {
        section.block {
            h2 { "History by commit" }
            (table("History by commit", &[("Head", ""), ("Decision", ""), ("Deploy risk", "number"), ("Of 100", ""), ("Security", "number"), ("As of", "")], rows))
        }
    }
}

/// Most rows of a table; the rest is counted.
const MOST: usize = 200;

//! Forms that let a change pass: an override of one commit, waivers of findings.

use std::collections::BTreeSet;

use koalr_platform::decision::Decision;
use koalr_platform::model::common::Timestamp;
use koalr_platform::model::evidence::FindingFact;
use maud::{Markup, html};

use super::super::frame::Frame;
use super::super::part::{field, form};
use super::Told;
use super::words::{day, path};
use crate::report::change::ChangeReport;
use crate::report::escape::plain;
use crate::report::fix::blocking;
use crate::report::noun::what;
use crate::report::text::View;

/// What the visitor may do, or why they may not.
#[derive(Debug)]
pub(crate) struct Rights {
    /// Let one head pass.
    pub(crate) lift: Result<(), String>,
    /// Approve waivers.
    pub(crate) waive: Result<(), String>,
    /// Logins of those of the team who may do both for this change. May be empty.
    pub(crate) lifters: Vec<String>,
}

/// What is wrong with what somebody gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wrong {
    /// The field: `reason`, `until` or `author`; none if it is none of them.
    pub(crate) field: Option<&'static str>,
    /// What is wrong, and the way out.
    pub(crate) text: String,
}

/// What somebody gave, so that it need not be given again.
#[derive(Debug, Default)]
pub(crate) struct Attempt {
    /// Whether it was for a waiver; otherwise for an override.
    pub(crate) is_waiver: bool,
    /// Why it did not work; empty before the first attempt.
    pub(crate) wrong: Vec<Wrong>,
    /// Their reason.
    pub(crate) reason: String,
    /// Who asked for it.
    pub(crate) author: String,
    /// The day on which it ends.
    pub(crate) day: String,
    /// The findings that were ticked.
    pub(crate) findings: Vec<String>,
}

impl Attempt {
    /// What is wrong with a field, or with none in particular.
    pub(super) fn wrong(&self, field: Option<&str>) -> Option<String> {
        let mut of_field = self.wrong.iter().filter(|one| one.field == field);
        let first = of_field.next()?;
        Some(of_field.fold(plain(&first.text), |all, one| {
            format!("{all}; {}", plain(&one.text))
        }))
    }
}

/// Blocking findings of those that were ticked, each vulnerability of a package's version once.
pub(crate) fn chosen<'a>(report: &'a ChangeReport, ticked: &[String]) -> Vec<&'a FindingFact> {
    let mut seen = BTreeSet::new();
    let all = blocking(&report.verdict).into_iter();
    all.filter(|index| ticked.contains(&index.to_string()))
        .filter_map(|index| report.line(index))
        .map(|line| line.fact)
        .filter(|fact| seen.insert((&fact.vulnerability, &fact.package, &fact.version)))
        .collect()
}

/// The forms; nothing where nothing is to be lifted.
pub(super) fn lifting(
    frame: &Frame,
    told: &Told<'_>,
    view: &View<'_>,
    attempt: &Attempt,
) -> Markup {
    let report = view.report;
    let judged = report.settled.outcome.decision;
    let is_lifted = report.settled.overridden.is_some();
    let is_newest = report.change.head_sha == told.row.change.head_sha;
    if !is_newest || is_lifted || !matches!(judged, Decision::Block | Decision::Inconclusive) {
        return html! {};
    }
    let is_waivable = judged == Decision::Block && !blocking(&report.verdict).is_empty();
    html! {
        section.card #lift {
            h2 { "Let it pass" }
            @if is_waivable {
                details open[!attempt.wrong.is_empty() && attempt.is_waiver] {
                    summary { "Waive what blocks" }
                    p.quiet { "For this repository, until a day that you choose. Every change with the same finding profits." }
                    @match &told.rights.waive {
                        Ok(()) => (form(frame, &format!("{}/waive", path(&told.row.change.id)), waiver(told, view, attempt))),
                        Err(why) => p { (plain(why)) },
                    }
                }
            }
            details open[!attempt.wrong.is_empty() && !attempt.is_waiver] {
                summary { "Override for this commit" }
                p.quiet { "For this commit alone, on your name. The next one is judged anew." }
                @match &told.rights.lift {
                    Ok(()) => (form(frame, &format!("{}/override", path(&told.row.change.id)), over(report, attempt))),
                    Err(why) => p { (plain(why)) },
                }
            }
        }
    }
}

fn over(report: &ChangeReport, attempt: &Attempt) -> Markup {
    let own = (!attempt.is_waiver).then_some(attempt);
    html! {
        input type="hidden" name="head-sha" value=(report.change.head_sha);
        (reason("override-reason", "Why this commit may pass", own))
        button.bad { "Override" }
    }
}

fn waiver(told: &Told<'_>, view: &View<'_>, attempt: &Attempt) -> Markup {
    let report = view.report;
    let own = attempt.is_waiver.then_some(attempt);
    let author = own.map_or(report.author.as_deref(), |own| Some(&own.author));
    let latest = report.waivable_until.filter(|until| *until > told.now);
    let end = own.map_or_else(|| usual_end(told.now, latest), |own| own.day.clone());
    let hint = latest.map_or_else(
        || "It ends at the first moment of this day, in UTC.".to_owned(),
        |latest| {
            format!(
                "It ends at the first moment of this day, in UTC; on {} at the latest.",
                day(latest)
            )
        },
    );
    let wrong = |field| own.and_then(|own| own.wrong(Some(field)));
    html! {
        input type="hidden" name="as-of" value=(report.as_of);
        fieldset {
            legend { "Findings that may pass" }
            @for index in blocking(&report.verdict) {
                @if let Some(line) = report.line(index) {
                    @let value = index.to_string();
                    label.tick {
                        input type="checkbox" name="finding" value=(value) checked[own.is_none_or(|own| own.findings.contains(&value))];
                        " " (what(&view.names, &line))
                    }
                }
            }
        }
        (reason("waiver-reason", "Why they may pass", own))
        (field("until", "Until", Some(&hint), wrong("until").as_deref(), |told| html! {
            input #until type="date" name="until" value=(end) required aria-describedby=(told);
        }))
        (field("author", "Asked for by", Some("Whoever asks cannot approve."), wrong("author").as_deref(), |told| html! {
            input #author name="author" required value=[author] autocomplete="off" aria-describedby=(told);
        }))
        button.main { "Approve waiver" }
    }
}

fn reason(name: &str, label: &str, own: Option<&Attempt>) -> Markup {
    let wrong = own.and_then(|own| own.wrong(Some("reason")));
    let text = own.map_or("", |own| &own.reason);
    field(name, label, None, wrong.as_deref(), |told| {
        html! { textarea id=(name) name=(name) rows="3" required aria-describedby=(told) { (text) } }
    })
}

/// A week from now, or the last day that is possible.
fn usual_end(now: Timestamp, latest: Option<Timestamp>) -> String {
    let week = now.saturating_add(WEEK_MS);
    let end = latest.map_or(week, |latest| latest.min(week));
    day(end)
}

/// A week in milliseconds.
const WEEK_MS: Timestamp = 7 * 86_400_000;

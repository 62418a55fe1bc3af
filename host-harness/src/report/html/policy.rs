//! The gate's policy as it holds, its text to change and to try, and the waivers.

mod backtest;
mod waivers;

use koalr_platform::complaint::Complaint;
use koalr_platform::merge::Bands;
use koalr_platform::model::common::Timestamp;
use koalr_platform::policy::{CvssSource, Mode};
use maud::{Markup, html};

use super::frame::{Frame, Page, Place};
use super::part::{badge, form, notice, table};
use crate::jobs::{BacktestReport, PolicyStatus, WaiverStatus};
use crate::report::escape::plain;
use crate::report::figure::{count, tenths, value};
use crate::report::instant::utc;
use crate::report::settings::AppliedRule;

/// All that the page is made of.
#[derive(Debug)]
pub(crate) struct PolicyRoom {
    /// The policy that holds, or what is wrong with the stored one, under which nothing is judged.
    pub(crate) policy: Result<PolicyStatus, Vec<Complaint>>,
    /// Its text, or one to start from.
    pub(crate) text: String,
    /// Why the visitor may not change it; none if they may.
    pub(crate) may_not_set: Option<String>,
    /// Why the visitor may not take waivers back; none if they may.
    pub(crate) may_not_revoke: Option<String>,
    /// The newest waivers first.
    pub(crate) waivers: Vec<Held>,
    /// As of when.
    pub(crate) now: Timestamp,
}

/// A waiver, and whether it let something pass.
#[derive(Debug)]
pub(crate) struct Held {
    /// The waiver.
    pub(crate) status: WaiverStatus,
    /// Whether it let a finding pass in a decision of the last [`DAYS`] days. Only looked for if it holds.
    pub(crate) is_used: bool,
}

/// A text that somebody typed, and what came of it.
#[derive(Debug)]
pub(crate) struct Attempt {
    /// The text.
    pub(crate) text: String,
    /// What came of it.
    pub(crate) tried: Tried,
}

/// What came of a text. It holds in neither case.
#[derive(Debug)]
pub(crate) enum Tried {
    /// It is no policy.
    Wrong(Vec<Complaint>),
    /// What it would have decided.
    Told(Box<BacktestReport>),
}

/// Where the page is.
pub(crate) const PATH: &str = "/policy";

/// How far back a policy is tried and a waiver's use is looked for, in days.
pub(crate) const DAYS: u32 = 90;

/// The page. What was attempted comes first.
pub(crate) fn page(frame: &Frame, room: &PolicyRoom, attempt: Option<&Attempt>) -> Page {
    let body = html! {
        @match attempt {
            None => {
                (holds(room))
                (waivers::section(frame, room))
                (edit(frame, room, None))
            }
            Some(attempt) => {
                (outcome(attempt))
                (edit(frame, room, Some(attempt)))
                h2 { "What holds now" }
                (holds(room))
                (waivers::section(frame, room))
            }
        }
    };
    Page {
        title: "Gate policy".to_owned(),
        place: Place::Policy,
        body,
    }
}

fn outcome(attempt: &Attempt) -> Markup {
    match &attempt.tried {
        Tried::Told(report) => backtest::section(report),
        Tried::Wrong(complaints) => notice(
            "bad",
            html! {
                strong { "Not a policy yet; the former one holds." }
                (wrong(complaints))
            },
        ),
    }
}

fn wrong(complaints: &[Complaint]) -> Markup {
    html! {
        ul { @for one in complaints { li { (plain(&one.to_string())) } } }
    }
}

fn edit(frame: &Frame, room: &PolicyRoom, attempt: Option<&Attempt>) -> Markup {
    let text = attempt.map_or(&room.text, |attempt| &attempt.text);
    let is_wrong = attempt.is_some_and(|one| matches!(one.tried, Tried::Wrong(_)));
    let may_set = room.may_not_set.is_none();
    let fields = html! {
        div.field.wrong[is_wrong] {
            label for="policy" { "Policy, in TOML" }
            textarea.code #policy name="policy" rows=(rows(text)) spellcheck="false" autocapitalize="off" aria-describedby="policy-told" aria-invalid=[is_wrong.then_some("true")] {
                // The first line break of a text area is not part of it.
                "\n" (text)
            }
            p.quiet #policy-told { "What is left out has its default. Each change is kept with its author in the audit log." }
        }
        p.row {
            button.main[!may_set] formaction="/policy/try" { "Try it on the last " (DAYS) " days" }
            @if may_set { button.main { "Let it hold" } }
        }
    };
    html! {
        section.card #change {
            h2 { @if may_set { "Change it" } @else { "Try another one" } }
            @if let Some(refused) = &room.may_not_set { p.quiet { "You cannot change it: " (plain(refused)) "." } }
            (form(frame, PATH, fields))
        }
    }
}

/// Enough lines to see most policies whole.
fn rows(text: &str) -> usize {
    (text.lines().count() + 1).clamp(8, 28)
}

fn holds(room: &PolicyRoom) -> Markup {
    let policy = match &room.policy {
        Ok(policy) => policy,
        Err(complaints) => {
            let text = html! {
                strong { "The stored policy does not fit the integration: nothing can be judged until it is corrected." }
                (wrong(complaints))
                p { a href="#change" { "Correct it below" } }
            };
            return notice("bad", text);
        }
    };
    let by = (&policy.actor, policy.version, policy.at);
    let set = if let (Some(actor), Some(version), Some(at)) = by {
        html! { "Version " (version) ", set by " strong { (plain(actor)) } " on " (day(at)) "." }
    } else {
        html! { "Nobody has set a policy: the defaults hold." }
    };
    html! {
        p { (mode_badge(policy.mode)) " " (mode(policy.mode)) " " (set) " " a href="#change" { "Change or try it" } }
        div.sides {
            section {
                h2 { "Rules" }
                @if policy.rules.is_empty() { p { "No rule is active: nothing blocks." } }
                @else { (rules(&policy.rules)) }
            }
            aside { h2 { "Around them" } (terms(policy)) }
        }
    }
}

fn rules(rules: &[AppliedRule]) -> Markup {
    let rows = html! {
        @for rule in rules {
            tr {
                td { code { (plain(&rule.code)) } p.quiet { (plain(&rule.summary)) } }
                td {
                    @if rule.parameters.is_empty() { span.quiet { "none" } }
                    @for one in &rule.parameters {
                        div {
                            (plain(&one.key)) ": " strong { (value(&one.value)) }
                            @if !one.given { " " span.quiet { "default" } }
                        }
                    }
                }
            }
        }
    };
    table("Active rules", &["Rule", "Parameters"], rows)
}

fn terms(policy: &PolicyStatus) -> Markup {
    let open: Vec<&str> = policy.fail_open.iter().map(|cause| cause.word()).collect();
    html! {
        dl.stacked {
            dt { "When it cannot be told" }
            dd {
                @if open.is_empty() { "It does not pass, whatever the cause." }
                @else { "It only warns if the cause is " (open.join(" or ")) "; otherwise it does not pass." }
            }
            dt { "Evidence that is awaited" }
            dd { "It keeps a change pending for " (duration(policy.deadline_seconds)) " at most." }
            dt { "CVSS rating" }
            dd {
                @match policy.cvss_source {
                    CvssSource::Selected => "The one that was selected when it was read.",
                    CvssSource::Highest => "The highest of all.",
                }
            }
            dt { "Waivers" }
            dd { "They live for " (days(policy.waiver_max_days)) " at most." }
            dt { "Bands of the score" }
            dd { (bands(policy.bands)) }
        }
    }
}

fn bands(bands: Bands) -> String {
    format!(
        "Medium begins at {}, high at {}, blocked at {}.",
        tenths(bands.medium()),
        tenths(bands.high()),
        tenths(bands.critical())
    )
}

fn mode_badge(mode: Mode) -> Markup {
    let kind = match mode {
        Mode::Enforce => "good",
        Mode::Warn => "warn",
        Mode::Observe => "",
    };
    badge(kind, mode.word())
}

fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Enforce => "What blocks, blocks.",
        Mode::Warn => "What would block only warns.",
        Mode::Observe => "Nothing binds; decisions are recorded.",
    }
}

fn duration(seconds: u32) -> String {
    let number = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    if seconds >= 60 && seconds.is_multiple_of(60) {
        count(number(seconds / 60), ("minute", "minutes"))
    } else {
        count(number(seconds), ("second", "seconds"))
    }
}

fn days(days: u32) -> String {
    count(usize::try_from(days).unwrap_or(usize::MAX), ("day", "days"))
}

/// The day of an instant, in UTC.
fn day(at: Timestamp) -> String {
    let text = utc(at);
    text.split_once('T')
        .map_or(text.clone(), |(day, _)| day.to_owned())
}

//! What a person reads first: the verdict, the way out, who may lift it.

use koalr_platform::decision::Decision;
use koalr_platform::model::common::Timestamp;
use maud::{Markup, html};

use super::super::part::{empty, notice};
use super::Told;
use super::forms::Attempt;
use super::words::{ago, day, decision, path, scored, short, state};
use crate::jobs::ChangeRow;
use crate::report::escape::{name, plain};
use crate::report::fix::{blocking, is_command, otherwise};
use crate::report::instant::utc;
use crate::report::text::{View, lifter};

/// What and whose it is.
pub(super) fn about(row: &ChangeRow, now: Timestamp) -> Markup {
    html! {
        p.about {
            @if !row.title.is_empty() { span { (plain(&row.change.id)) } }
            span { @match &row.author { Some(author) => { "by " (plain(author)) }, None => "author not known" } }
            span { (state(row.state)) }
            span { "head " (short(&row.change.head_sha)) }
            span { @match row.opened_at { Some(at) => { "opened " (ago(at, now)) }, None => "opening time not known" } }
        }
    }
}

/// What was just done, and what the verdict below does not know yet.
pub(super) fn notices(told: &Told<'_>, attempt: &Attempt) -> Markup {
    let row = told.row;
    let judged = told.report.map(|report| report.change.head_sha.as_str());
    let is_old = judged.is_some_and(|sha| sha != row.change.head_sha);
    html! {
        @match told.done {
            Some("overridden") => (notice("good", "Your override is stored. It holds for this commit only.")),
            Some("waived") => (notice("good", "Your waiver is stored. Open changes that it may concern are judged again.")),
            _ => {}
        }
        @if !attempt.wrong.is_empty() {
            (notice("bad", html! {
                strong { "Nothing was stored. " }
                @match attempt.wrong(None) {
                    // The form may be gone by now.
                    Some(why) => { (capital(&why)) "." },
                    None => { a href="#lift" { "The form says why" } "." },
                }
            }))
        }
        @if is_old {
            (notice("warn", html! {
                "This verdict is about an older head" @if let Some(sha) = judged { ", " (short(sha)) } "; the newest is "
                (short(&row.change.head_sha)) ". " a href=(path(&row.change.id)) { "The last decision" }
            }))
        }
        @if row.pending {
            (notice("", html! { "It is being judged, or waits for evidence. " a href=(path(&row.change.id)) { "Look again" } }))
        }
    }
}

/// The sentence, and the exact fix.
pub(super) fn verdict(told: &Told<'_>, view: &View<'_>) -> Markup {
    let report = view.report;
    let score = &report.settled.score;
    let kind = match report.settled.decision {
        Decision::Pass => "good",
        Decision::Block => "bad",
        Decision::Warn | Decision::Inconclusive => "warn",
        Decision::Pending => "",
    };
    let (commands, sentences): (Vec<&str>, Vec<&str>) = report
        .fixes
        .iter()
        .map(String::as_str)
        .partition(|fix| is_command(fix));
    let is_blocked = report.settled.outcome.decision == Decision::Block;
    html! {
        section.verdict.card.(kind) aria-label="Verdict" {
            p { (decision(report.settled.decision)) " deploy risk " (scored(score.score, score.band)) }
            p.sentence { (report.summary) }
            @if let Some(by) = &report.settled.overridden { p { "Their reason: " q { (plain(&by.reason)) } } }
            @if let Some(deadline) = report.deadline {
                p { "It waits until " (utc(deadline)) " at the latest; what is still missing then cannot be told." }
            }
            @if is_blocked {
                h2 { @if report.settled.overridden.is_some() { "What mends it" } @else { "To let it pass" } }
                @if !commands.is_empty() { pre.copy { code { (commands.join("\n")) } } }
                @for sentence in sentences { p { (sentence) } }
                @if report.fixes.is_empty() { p { (capital(&otherwise(report, &view.names))) "." } }
            }
            @if let Some(line) = lifters(told, view) {
                h2 { "Who can lift it" }
                p { (line) @if told.row.change.head_sha == report.change.head_sha { " " a href="#lift" { "Let it pass" } } }
            }
        }
    }
}

/// Who of the team may lift it, how, and until when; none where there is nothing to lift.
fn lifters(told: &Told<'_>, view: &View<'_>) -> Option<String> {
    let report = view.report;
    let is_blocked = match report.settled.outcome.decision {
        Decision::Block => true,
        Decision::Inconclusive => false,
        _ => return None,
    };
    if report.settled.overridden.is_some() {
        return None;
    }
    let Some(author) = &report.author else {
        let why = "nobody yet: it is not known who wrote the change, and whoever did may not";
        return Some(format!(
            "{}.",
            capital(&lifter(view).unwrap_or_else(|| why.to_owned()))
        ));
    };
    let author = name(author);
    let (shown, more) = told
        .rights
        .lifters
        .split_at(told.rights.lifters.len().min(MOST_NAMES));
    let mut names: Vec<String> = shown.iter().map(|login| name(login)).collect();
    if !more.is_empty() {
        names.push(format!("{} more", more.len()));
    }
    let names = match names.split_last() {
        None => {
            return Some(format!(
                "Nobody of this team yet: it takes somebody with the role `lead` or `security` other than {author}, who wrote \
                 the change."
            ));
        }
        Some((one, [])) => one.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
    };
    let waiver = match blocking(&report.verdict).len() {
        _ if !is_blocked => None,
        0 => None,
        1 => Some("a waiver of the finding that blocks".to_owned()),
        count => Some(format!(
            "a waiver of each of the {count} findings that block"
        )),
    };
    let until = report
        .waivable_until
        .map(|until| format!(", until {} at most", day(until)));
    let waiver = waiver.map(|one| format!("by {one}{}, or ", until.unwrap_or_default()));
    Some(format!(
        "{names} can: {}by an override of this commit. {author}, who wrote the change, cannot.",
        waiver.unwrap_or_default()
    ))
}

/// What somebody sees of a change without a decision.
pub(super) fn undecided(told: &Told<'_>) -> Markup {
    let next = html! {
        @if told.row.pending {
            p { "It is being judged. " a href=(path(&told.row.change.id)) { "Look again" } " in a moment." }
        } @else {
            p { "It is judged when its list of dependencies is handed in, or by hand:" }
            pre { code { "koalr gate '" (plain(&told.row.change.id)) "'" } }
        }
    };
    empty("Nothing is decided about this change yet", next)
}

/// A line as a sentence's beginning.
pub(super) fn capital(line: &str) -> String {
    let mut letters = line.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).collect()
}

/// People who are named; the others are counted.
const MOST_NAMES: usize = 5;

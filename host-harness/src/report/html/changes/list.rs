//! The list of changes.

use std::collections::BTreeMap;

use koalr_platform::decision::Decision;
use koalr_platform::model::common::Timestamp;
use koalr_store::ChangeState;
use maud::{Markup, html};

use super::super::frame::{Page, Place};
use super::super::part::{badge, empty};
use super::verdict::capital;
use super::words::{ago, decision, encoded, path, score, scored, short, state, table};
use crate::jobs::ChangeRow;
use crate::report::escape::plain;
use crate::web::{ChangeFilter, DECISIONS, Items, STATES};

/// A part of the list.
#[derive(Debug)]
pub(crate) struct Listed<'a> {
    /// What it was filtered by.
    pub(crate) filter: &'a ChangeFilter,
    /// The changes.
    pub(crate) shown: &'a Items<ChangeRow>,
    /// Why those do not simply pass that do not, by their ids.
    pub(crate) reasons: &'a BTreeMap<String, String>,
    /// Whether there are newer ones before it.
    pub(crate) is_later: bool,
    /// Now.
    pub(crate) now: Timestamp,
}

/// A part of the list, with what it was filtered by.
pub(crate) fn list(listed: &Listed<'_>) -> Page {
    let (filter, shown) = (listed.filter, listed.shown);
    let body = html! {
        (filters(filter))
        @if shown.items.is_empty() { (nothing(filter)) }
        @else {
            (table("Changes", &[("Change", ""), ("Decision", ""), ("Deploy risk", ""), ("State", "")], html! {
                @for row in &shown.items { (one(row, listed)) }
            }))
        }
        @if listed.is_later || shown.next_cursor.is_some() {
            nav.pager aria-label="Pages" {
                @if listed.is_later { a.button href=(address(filter, None)) { "Newest" } }
                @if let Some(cursor) = &shown.next_cursor { a.button href=(address(filter, Some(cursor))) { "Older" } }
            }
        }
    };
    Page {
        title: "Changes".to_owned(),
        place: Place::Changes,
        body,
    }
}

fn filters(filter: &ChangeFilter) -> Markup {
    let state = filter.state.map(ChangeState::word);
    let decision = filter.decision.map(Decision::word);
    html! {
        form.filters role="search" action="/changes" {
            div {
                label for="repository" { "Repository" }
                input #repository name="repository" placeholder="owner/name" value=[&filter.repository];
            }
            (select("state", "State", STATES, state))
            (select("decision", "Decision", DECISIONS, decision))
            button { "Filter" }
        }
    }
}

fn select(name: &str, label: &str, words: &[&str], chosen: Option<&str>) -> Markup {
    html! {
        div {
            label for=(name) { (label) }
            select id=(name) name=(name) {
                option value="" { "any" }
                @for word in words { option value=(word) selected[chosen == Some(*word)] { (word) } }
            }
        }
    }
}

fn one(row: &ChangeRow, listed: &Listed<'_>) -> Markup {
    let id = &row.change.id;
    html! {
        tr {
            td.name {
                a href=(path(id)) { @if row.title.is_empty() { (plain(id)) } @else { (plain(&row.title)) } }
                div.quiet {
                    @if !row.title.is_empty() { (plain(id)) ", " }
                    @match &row.author { Some(author) => { "by " (plain(author)) }, None => "author not known" }
                }
                @if let Some(reason) = listed.reasons.get(id) { div.reason { (capital(reason)) } }
            }
            @match &row.decided {
                Some(decided) => {
                    td {
                        (decision(decided.decision))
                        @if row.pending { " " (badge("", "being judged")) }
                        @if decided.head_sha != row.change.head_sha { div.quiet { "of an older head, " (short(&decided.head_sha)) } }
                        @if decided.judged != decided.decision { div.quiet { "judged " (decided.judged.word()) ", mode " (decided.mode.word()) } }
                    }
                    td.chart.scored { (scored(decided.score, decided.band)) (score(decided.score, decided.band)) }
                }
                None => {
                    td { @if row.pending { (badge("", "being judged")) } @else { span.quiet { "not judged yet" } } }
                    td.chart.scored { span.quiet { "not known" } }
                }
            }
            td.date {
                (state(row.state))
                div.quiet { @match row.opened_at { Some(at) => { "opened " (ago(at, listed.now)) }, None => "age not known" } }
            }
        }
    }
}

fn nothing(filter: &ChangeFilter) -> Markup {
    if *filter == ChangeFilter::default() {
        empty(
            "No change is known yet",
            html! {
                p {
                    "Let GitHub tell of each pull request as it is opened or pushed to, or bring in those of the past. "
                    a href="/settings/integrations" { "An integration" } " has to be connected to judge them."
                }
                pre { code { "koalr hook github --secret-file FILE --token-file FILE\nkoalr import FILE" } }
                p.quiet { "The webhook's address ends in " code { "/webhooks/TENANT/github" } "; an API key can send changes too." }
            },
        )
    } else {
        empty(
            "No change fits these filters",
            html! { p { a href="/changes" { "Show all changes" } } },
        )
    }
}

/// The list with these filters, behind a cursor.
fn address(filter: &ChangeFilter, cursor: Option<&str>) -> String {
    let pairs = [
        ("repository", filter.repository.as_deref()),
        ("state", filter.state.map(ChangeState::word)),
        ("decision", filter.decision.map(Decision::word)),
        ("cursor", cursor),
    ];
    let pairs = pairs
        .into_iter()
        .filter_map(|(name, value)| Some(format!("{name}={}", encoded(value?))));
    let query = pairs.collect::<Vec<_>>().join("&");
    if query.is_empty() {
        "/changes".to_owned()
    } else {
        format!("/changes?{query}")
    }
}

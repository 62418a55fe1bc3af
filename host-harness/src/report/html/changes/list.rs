//! The list of changes.

use koalr_platform::decision::Decision;
use koalr_platform::model::common::Timestamp;
use koalr_store::ChangeState;
use maud::{Markup, html};

use super::super::frame::{Page, Place};
use super::super::part::{badge, empty};
use super::words::{ago, decision, encoded, path, score, scored, short, state, table};
use crate::jobs::ChangeRow;
use crate::report::escape::plain;
use crate::web::{ChangeFilter, DECISIONS, Items, STATES};

/// A part of the list, with what it was filtered by.
pub(crate) fn list(filter: &ChangeFilter, shown: &Items<ChangeRow>, now: Timestamp) -> Page {
    let body = html! {
        (filters(filter))
        @if shown.items.is_empty() { (nothing(filter)) }
        @else {
            (table("Changes", &[("Change", ""), ("Decision", ""), ("Deploy risk", "number"), ("Of 100", ""), ("State", ""), ("Opened", "")], html! {
                @for row in &shown.items { (one(row, now)) }
            }))
        }
        @if let Some(cursor) = &shown.next_cursor {
            p.next { a.button href=(address(filter, Some(cursor))) { "Older changes" } }
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

fn one(row: &ChangeRow, now: Timestamp) -> Markup {
    let id = &row.change.id;
    html! {
        tr {
            td {
                a href=(path(id)) { @if row.title.is_empty() { (plain(id)) } @else { (plain(&row.title)) } }
                div.quiet {
                    (plain(id)) ", "
                    @match &row.author { Some(author) => { "by " (plain(author)) }, None => "author not known" }
                }
            }
            @match &row.decided {
                Some(decided) => {
                    td {
                        (decision(decided.decision))
                        @if row.pending { " " (badge("", "being judged")) }
                        @if decided.head_sha != row.change.head_sha { div.quiet { "of an older head, " (short(&decided.head_sha)) } }
                        @if decided.judged != decided.decision { div.quiet { "judged " (decided.judged.word()) ", mode " (decided.mode.word()) } }
                    }
                    td.number { (scored(decided.score, decided.band)) }
                    td.chart { (score(decided.score, decided.band)) }
                }
                None => {
                    td { @if row.pending { (badge("", "being judged")) } @else { span.quiet { "not judged yet" } } }
                    td.number { span.quiet { "not known" } }
                    td {}
                }
            }
            td { (state(row.state)) }
            td { @match row.opened_at { Some(at) => (ago(at, now)), None => span.quiet { "not known" } } }
        }
    }
}

fn nothing(filter: &ChangeFilter) -> Markup {
    if *filter == ChangeFilter::default() {
        empty(
            "No change is known yet",
            html! {
                p { "Changes come with the webhook of GitHub, with an import, or by judging a file. Each is judged as it comes." }
                pre { code { "koalr hook github --secret-file FILE\nkoalr import FILE" } }
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
    format!("/changes?{}", pairs.collect::<Vec<_>>().join("&"))
}

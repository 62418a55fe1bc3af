//! The findings behind a number of what is owed.

use koalr_platform::debt::{DebtFigure, DebtRows};
use koalr_platform::model::common::{FixState, Timestamp};
use koalr_platform::sla::Standing;
use koalr_platform::spell::{Ending, Origin, Spell};
use koalr_store::{ListedSpell, SpellPage};
use maud::{Markup, html};

use super::super::findings::{day, path, place, severity};
use super::super::frame::{Page, Place};
use super::super::part::{empty, table};
use super::filter::{DashboardFilter, RowsPart};
use super::sentence;
use crate::report::escape::plain;
use crate::report::insight::{counted, word};
use crate::report::instant::utc;

/// What such a page shows.
#[derive(Debug)]
pub(crate) struct SpellsView<'a> {
    /// Which findings.
    pub(crate) rows: DebtRows,
    /// Those of this page, and how many there are.
    pub(crate) page: SpellPage,
    /// When the window begins.
    pub(crate) from: Timestamp,
    /// When it ends.
    pub(crate) as_of: Timestamp,
    /// As it was asked for.
    pub(crate) part: RowsPart,
    /// What it is about.
    pub(crate) filter: &'a DashboardFilter,
}

/// The findings, and the way to the rest.
pub(crate) fn spells(view: &SpellsView<'_>) -> Page {
    let SpellsView { rows, page, .. } = view;
    let filter = view.filter;
    let address = |after| filter.more_spells(*rows, view.as_of, view.part.from, after);
    let back = DashboardFilter {
        severity: None,
        ..filter.clone()
    };
    let body = html! {
        p {
            "From " (utc(view.from)) " to " (utc(view.as_of))
            @for one in narrowed(view) { ", " (one) }
            ". A finding that came back counts each time. "
            a href=(back.path()) { "Back to the dashboard" }
        }
        @if page.n == 0 {
            (empty("There is none", html! { p { "Choose a longer window, or another service or repository, on the " a href=(back.path()) { "dashboard" } "." } }))
        } @else if page.rows.is_empty() {
            (empty("No more findings", html! { p { a href=(address(None)) { "Go to the first page" } } }))
        } @else {
            (table("Findings", &["Finding", "Severity", "Where", "Began", "Ended"], html! { @for one in &page.rows { (row(one)) } }))
            p.pager {
                @if view.part.after.is_some() { a href=(address(None)) { "First page" } }
                @if page.next.is_some() { a.button href=(address(page.next)) { "Next page" } }
                @else { span.quiet { "This is the end of the list." } }
            }
        }
    };
    let (one, several) = noun(rows.figure);
    Page {
        title: sentence(&counted(page.n, one, several)),
        place: Place::Dashboard,
        body,
    }
}

/// What is asked for beside the figure, in words.
fn narrowed(view: &SpellsView<'_>) -> Vec<Markup> {
    let (rows, scope) = (&view.rows, &view.filter.scope);
    let named = [
        ("repository", &scope.repository),
        ("service", &scope.service),
    ];
    let named = named.into_iter().filter_map(|(name, value)| {
        let value = value.as_ref()?;
        Some(html! { (name) " " strong { (plain(value)) } })
    });
    let fix = rows.fix.map(|fix| match fix {
        FixState::Available => "with a fix",
        FixState::Partial => "partly with a fix",
        FixState::None => "without a fix",
        FixState::Unknown => "of which nobody knows whether there is a fix",
    });
    let told = [
        rows.severity.map(|one| format!("severity {}", word(one))),
        rows.age.map(|age| {
            format!(
                "open for {} days",
                match age.days() {
                    "181-" => "more than 180",
                    days => days,
                }
            )
        }),
        fix.map(str::to_owned),
        rows.week.map(|week| {
            format!(
                "in the week of {}",
                utc(week).split('T').next().unwrap_or_default()
            )
        }),
    ];
    let told = told.into_iter().flatten();
    named.chain(told.map(|told| html! { (told) })).collect()
}

fn row(one: &ListedSpell) -> Markup {
    let finding = &one.listed.finding;
    html! {
        tr {
            td.name {
                a href=(path(&finding.vulnerability)) { (plain(&finding.title)) }
                div.quiet {
                    (plain(&finding.vulnerability))
                    @if let Some(package) = finding.packages.first() { " · " (plain(&package.name)) @if let Some(version) = &package.version { " " (plain(version)) } }
                }
            }
            td { (severity(finding)) }
            td { (place(&one.listed)) }
            td.date { (day(one.spell.opened_at)) div.quiet { (began(&one.spell)) } }
            td.date { @match one.spell.end {
                Some(end) => { (day(end.at)) div.quiet { (ended(end.how)) } },
                None => span.quiet { "still open" },
            } }
        }
    }
}

fn began(spell: &Spell) -> &'static str {
    match spell.origin {
        Origin::Introduced => "introduced",
        Origin::Disclosed => "disclosed",
        Origin::ReIntroduced => "came back",
        Origin::Unknown => "not known how",
    }
}

fn ended(how: Ending) -> &'static str {
    match how {
        Ending::Resolved => "fixed",
        Ending::Accepted => "accepted",
        Ending::Vanished => "not listed any more",
    }
}

/// One and several of a figure.
fn noun(figure: DebtFigure) -> (&'static str, &'static str) {
    match figure {
        DebtFigure::Open => ("open finding", "open findings"),
        DebtFigure::Accepted => ("accepted finding", "accepted findings"),
        DebtFigure::Vanished | DebtFigure::Went(Ending::Vanished) => (
            "finding that is not listed any more",
            "findings that are not listed any more",
        ),
        DebtFigure::Clock(Standing::Within) => ("open finding in time", "open findings in time"),
        DebtFigure::Clock(Standing::AtRisk) => ("open finding at risk", "open findings at risk"),
        DebtFigure::Clock(Standing::Breached) => (
            "open finding past its time to fix",
            "open findings past their time to fix",
        ),
        DebtFigure::FixedInTime => ("finding fixed in time", "findings fixed in time"),
        DebtFigure::Came(Origin::Introduced) => ("introduced finding", "introduced findings"),
        DebtFigure::Came(Origin::Disclosed) => ("disclosed finding", "disclosed findings"),
        DebtFigure::Came(Origin::ReIntroduced) => {
            ("finding that came back", "findings that came back")
        }
        DebtFigure::Came(Origin::Unknown) => (
            "finding that nobody knows how it came",
            "findings that nobody knows how they came",
        ),
        DebtFigure::Went(Ending::Resolved) => ("fixed finding", "fixed findings"),
        DebtFigure::Went(Ending::Accepted) => ("newly accepted finding", "newly accepted findings"),
    }
}

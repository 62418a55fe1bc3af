//! What is open, and what became of it.

mod about;
mod timeline;

use koalr_platform::model::common::{FindingClass, Severity, Timestamp};
use koalr_platform::model::record::Finding;
use koalr_store::{FindingList, FindingPlace, FindingState, ListedFinding};
use maud::{Markup, html};
use serde::Serialize;

use super::address::{segment, with_query};
use super::frame::{Page, Place};
use super::part::{badge, empty, table};
use crate::report::escape::plain;
use crate::report::figure::tenths;
use crate::report::insight::counted;
use crate::report::instant::utc;
use crate::web::After;

pub(crate) use timeline::{MOST_TRACED, Traced, timeline};

/// A page of the list.
#[derive(Debug)]
pub(crate) struct Listed {
    /// Which findings were asked for.
    pub(crate) wanted: FindingList,
    /// Those of this page.
    pub(crate) items: Vec<ListedFinding>,
    /// Where the next page begins; none if this is the last.
    pub(crate) next: Option<FindingPlace>,
    /// Whether it is the first page.
    pub(crate) is_first: bool,
}

/// What somebody sees who never connected anything.
pub(crate) fn unconnected() -> Page {
    let next = html! {
        p { "Connect an integration, and what it finds is listed here." }
        p { a.button.main href="/settings/integrations" { "Connect an integration" } }
    };
    page(empty("Nothing is connected yet", next))
}

/// The list.
pub(crate) fn list(listed: &Listed) -> Page {
    page(html! {
        (filters(&listed.wanted))
        @if listed.items.is_empty() { (nothing(listed)) } @else {
            (table(
                "Findings",
                &["Finding", "Severity", "Package", "Where", "State", "Since"],
                html! { @for one in &listed.items { (row(one)) } },
            ))
            p.quiet {
                @if listed.is_first && listed.next.is_none() { (counted(shown(listed), "finding", "findings")) ", all there are." }
                @else if listed.next.is_some() { (counted(shown(listed), "finding", "findings")) " on this page, the most severe first. There are more." }
                @else { (counted(shown(listed), "finding", "findings")) " on this page, the last ones." }
            }
            p.pager {
                @if !listed.is_first { a href=(address(&listed.wanted, None)) { "First page" } }
                @if let Some(next) = listed.next {
                    a.button href=(address(&listed.wanted, Some(next))) { "Next page" }
                }
            }
        }
    })
}

fn shown(listed: &Listed) -> u32 {
    u32::try_from(listed.items.len()).unwrap_or(u32::MAX)
}

fn page(body: Markup) -> Page {
    Page {
        title: "Findings".to_owned(),
        place: Place::Findings,
        body,
    }
}

fn filters(wanted: &FindingList) -> Markup {
    let severity = wanted.severity.map(word);
    let class = wanted.class.map(word);
    let state = wanted.state.map_or("all", FindingState::word);
    html! {
        form.filters role="search" aria-label="Which findings" {
            div.find {
                label for="find" { "CVE, other id or package" }
                input #find name="find" placeholder="CVE-2021-23337 or lodash" autocomplete="off" value=[wanted.find.as_deref()];
            }
            div {
                label for="repository" { "Repository" }
                input #repository name="repository" placeholder="All" value=[wanted.repository.as_deref()];
            }
            (choice("severity", "Severity", severity.as_deref(), SEVERITIES.map(|one| (word(one), word(one)))))
            (choice("class", "Class", class.as_deref(), CLASSES.map(|(one, name)| (word(one), name.to_owned()))))
            div {
                label for="state" { "State" }
                select #state name="state" {
                    @for (one, name) in STATES { option value=(one) selected[one == state] { (name) } }
                }
            }
            button { "Show" }
            @if *wanted != open() { a.button href="/findings" { "Show all open" } }
        }
    }
}

/// What is listed if nobody chose.
fn open() -> FindingList {
    FindingList {
        state: Some(FindingState::Open),
        ..FindingList::default()
    }
}

fn choice<const N: usize>(
    name: &str,
    label: &str,
    chosen: Option<&str>,
    all: [(String, String); N],
) -> Markup {
    html! {
        div {
            label for=(name) { (label) }
            select #(name) name=(name) {
                option value="" { "Any" }
                @for (one, words) in all { option value=(one) selected[Some(&*one) == chosen] { (words) } }
            }
        }
    }
}

fn nothing(listed: &Listed) -> Markup {
    if !listed.is_first {
        let first = address(&listed.wanted, None);
        return empty(
            "No more findings",
            html! { p { a href=(first) { "Go to the first page" } } },
        );
    }
    if let Some(name) = &listed.wanted.find {
        return unfound(&listed.wanted, name);
    }
    if listed.wanted == open() {
        let next = html! {
            p { "Nothing is open in what was read. If a sync is still under way, more may come." }
            p { a href="/settings/integrations" { "See how the sync goes" } " or " a href="/findings?state=all" { "show what was closed" } }
        };
        return empty("No open findings", next);
    }
    empty(
        "No finding fits",
        html! { p { a href="/findings" { "Show all open findings" } } },
    )
}

/// Nothing has the name that was looked for, or nothing that fits the rest too.
fn unfound(wanted: &FindingList, name: &str) -> Markup {
    let everywhere = FindingList {
        find: Some(name.to_owned()),
        ..FindingList::default()
    };
    let next = html! {
        p {
            "Looked for: a vulnerability with this id or alias, or a package with this name. "
            "Give the whole of it, as in CVE-2021-23337, GHSA-35jh-r3h4-6jhm or lodash; upper or lower case is all the same."
        }
        p {
            @if *wanted != everywhere { a href=(address(&everywhere, None)) { "Look for it in any repository, state, severity and class" } " or " }
            a href="/findings" { "show all open findings" }
        }
    };
    let name = plain(name);
    let title = if *wanted == everywhere {
        format!("No finding has the name “{name}”")
    } else {
        format!("No finding that fits has the name “{name}”")
    };
    empty(&title, next)
}

fn row(one: &ListedFinding) -> Markup {
    let finding = &one.finding;
    html! {
        tr {
            td.name {
                a href=(path(&finding.vulnerability)) { (plain(&finding.title)) }
                div.quiet { (plain(&finding.vulnerability)) @for alias in finding.aliases.iter().take(2) { " · " (plain(alias)) } }
            }
            td { (severity(finding)) }
            td.name { (packages(finding)) }
            td.name { (place(one)) }
            td { (one.state().word()) }
            td.date { (day(since(finding))) }
        }
    }
}

/// How bad it is: in the upstream's word, and in figures.
pub(super) fn severity(finding: &Finding) -> Markup {
    html! {
        @match finding.severity {
            Some(one) => (badge(severity_kind(one), &word(one))),
            None => span.quiet { "not stated" },
        }
        @if let Some(selected) = &finding.selected { div.quiet { "CVSS " (tenths(selected.score)) } }
    }
}

/// The packages, or where it is if it is about none.
fn packages(finding: &Finding) -> Markup {
    html! {
        @for one in finding.packages.iter().take(MOST_PACKAGES) {
            div.name { (plain(&one.name)) @if let Some(version) = &one.version { " " span.quiet { (plain(version)) } } }
        }
        @if finding.packages.len() > MOST_PACKAGES { div.quiet { "and " (finding.packages.len() - MOST_PACKAGES) " more" } }
        @if finding.packages.is_empty() {
            @match &finding.location { Some(location) => code { (plain(location)) }, None => span.quiet { "no package" } }
        }
    }
}

/// The repository, and in it the project and its branch.
pub(super) fn place(one: &ListedFinding) -> Markup {
    let repository = one.repository.as_deref();
    let project = one.project.as_deref();
    // Many a project's name begins with its repository's.
    let own = project.map(|name| {
        let short = repository.and_then(|repository| name.strip_prefix(repository));
        short.map_or(name, |short| short.trim_start_matches(':'))
    });
    html! {
        div.name { (repository.map_or_else(|| "repository not known".to_owned(), plain)) }
        div.quiet {
            span.name { (own.map_or_else(|| "project not known".to_owned(), plain)) }
            @if let Some(reference) = &one.reference { @if own != Some("") { " · " } (plain(reference)) }
        }
    }
}

fn state(state: FindingState) -> Markup {
    let kind = match state {
        FindingState::Open => "bad",
        FindingState::Ignored => "warn",
        FindingState::Resolved => "good",
        FindingState::Vanished => "",
    };
    badge(kind, state.word())
}

/// When it came in, as far as is known.
fn since(finding: &Finding) -> Timestamp {
    finding.introduced_at.unwrap_or(finding.created_at)
}

fn severity_kind(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "bad",
        Severity::Medium => "warn",
        Severity::Low | Severity::Info => "",
    }
}

/// Where the timeline of a vulnerability is.
pub(crate) fn path(vulnerability: &str) -> String {
    format!("/findings/{}", segment(vulnerability))
}

fn address(wanted: &FindingList, after: Option<FindingPlace>) -> String {
    let (severity, class) = (wanted.severity.map(word), wanted.class.map(word));
    let cursor = after.map(|FindingPlace { severity, row: at }| {
        let id = severity.map(word).unwrap_or_default();
        After { at, id }.text()
    });
    let query = [
        ("find", wanted.find.as_deref()),
        ("repository", wanted.repository.as_deref()),
        ("severity", severity.as_deref()),
        ("class", class.as_deref()),
        (
            "state",
            Some(wanted.state.map_or("all", FindingState::word)),
        ),
        ("cursor", cursor.as_deref()),
    ];
    with_query("/findings", query)
}

/// A day in UTC, with its whole time for who asks.
pub(super) fn day(at: Timestamp) -> Markup {
    let time = utc(at);
    let day = time.split('T').next().unwrap_or_default();
    html! { time datetime=(time) title=(time) { (day) } }
}

/// A word as it stands in JSON.
fn word(value: impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

/// Packages of a row.
const MOST_PACKAGES: usize = 2;

const SEVERITIES: [Severity; 5] = [
    Severity::Critical,
    Severity::High,
    Severity::Medium,
    Severity::Low,
    Severity::Info,
];

const CLASSES: [(FindingClass, &str); 6] = [
    (FindingClass::PackageVulnerability, "package vulnerability"),
    (FindingClass::License, "licence"),
    (FindingClass::Container, "container"),
    (FindingClass::Infrastructure, "infrastructure as code"),
    (FindingClass::Code, "code"),
    (FindingClass::Other, "other"),
];

const STATES: [(&str, &str); 5] = [
    ("open", "open"),
    ("ignored", "ignored"),
    ("resolved", "resolved"),
    ("vanished", "not listed any more"),
    ("all", "any"),
];

#[cfg(test)]
mod tests;

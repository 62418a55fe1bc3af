//! A connection: whose it is, what the token may do, and what is stored.

use std::collections::{BTreeMap, BTreeSet};

use koalr_platform::model::common::CoverageState;
use koalr_platform::model::connection::{Access, Capability};
use maud::{Markup, html};

use super::super::frame::Frame;
use super::super::part::{badge, form, table};
use super::{Card, path, when};
use crate::jobs::ConnectionStatus;
use crate::report::escape::plain;
use crate::report::pace::grouped;

/// Everything about it, and the ways to change it.
pub(super) fn connected(frame: &Frame, card: &Card, one: &ConnectionStatus) -> Markup {
    let own = path(&one.integration);
    html! {
        section.card {
            h2 { "Connection" }
            dl {
                dt { "Account" } dd { (plain(&one.account.name)) " " span.quiet { (words(&one.account.kind)) } }
                dt { "Upstream" } dd { (plain(&one.origin)) " " code { (plain(&one.upstream)) } }
                dt { "Since" } dd { (when(one.connected_at)) }
                dt { "Downloads" }
                dd {
                    @if one.downloads.is_empty() { "none permitted; what only files tell stays unknown" }
                    @else { "from " (plain(&one.downloads.join(", "))) }
                }
            }
            (capabilities(one))
            @match &card.refused {
                Some(refused) => p.quiet { "Only an operator syncs now or disconnects: " (plain(refused)) "." },
                None => div.actions {
                    (form(frame, &format!("{own}/sync"), html! { button.main { "Sync now" } }))
                    a.button href={ (own) "/connect" } { "Replace the token…" }
                    a.button.bad href={ (own) "/disconnect" } { "Disconnect…" }
                },
            }
        }
    }
}

/// What the token may do in each organization, and why it may not.
fn capabilities(one: &ConnectionStatus) -> Markup {
    let mut routes: Vec<&str> = Vec::new();
    for capability in &one.capabilities {
        if !routes.contains(&capability.route.as_str()) {
            routes.push(&capability.route);
        }
    }
    let names: Vec<String> = routes.iter().map(|route| words(route)).collect();
    let mut heads = vec!["Organization"];
    heads.extend(names.iter().map(String::as_str));
    let of = |organization: &str, route: &str| {
        let mut all = one.capabilities.iter();
        all.find(|one| one.organization == organization && one.route == route)
    };
    let rows = html! {
        @for organization in one.organizations.iter().take(MOST_ROWS) {
            tr {
                th scope="row" { (plain(&organization.name)) }
                @for route in &routes { td { (access(of(&organization.id, route))) } }
            }
        }
    };
    html! {
        h3 { "What the token may read" }
        (table("What the token may read, by organization", &heads, rows))
        @if one.organizations.len() > MOST_ROWS {
            p.quiet { "And " (grouped((one.organizations.len() - MOST_ROWS) as u64)) " more organizations; " code { "koalr status" } " lists them." }
        }
        @let reasons = reasons(one);
        @if !reasons.is_empty() {
            ul {
                @for ((detail, organizations), routes) in &reasons {
                    li { strong { (routes.join(", ")) } " of " (some_of(organizations)) ": " (plain(detail)) }
                }
            }
        }
    }
}

fn access(capability: Option<&Capability>) -> Markup {
    match capability.map(|one| one.access) {
        Some(Access::Allowed) => badge("good", "allowed"),
        Some(Access::Refused) => badge("bad", "refused"),
        Some(Access::Unknown) | None => badge("warn", "not known"),
    }
}

/// Why something is not allowed or not known, and to which organizations that applies: what it is.
fn reasons(one: &ConnectionStatus) -> BTreeMap<(&str, Vec<String>), Vec<String>> {
    let mut of: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
    let refused = one.capabilities.iter();
    for capability in refused.filter(|one| one.access != Access::Allowed) {
        if !capability.detail.is_empty() {
            let reason = (capability.detail.as_str(), capability.route.as_str());
            let organizations = of.entry(reason).or_default();
            organizations.push(name(one, &capability.organization));
        }
    }
    let mut reasons: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for ((detail, route), organizations) in of {
        let routes = reasons.entry((detail, organizations)).or_default();
        routes.push(words(route));
    }
    reasons
}

/// What is stored; what was not read to its end, and why. A script shows it anew while a sync runs.
pub(super) fn stored(one: &ConnectionStatus) -> Markup {
    let is_complete = |state| matches!(state, CoverageState::Complete | CoverageState::Unsupported);
    let (complete, gaps): (Vec<_>, Vec<_>) =
        one.coverage.iter().partition(|row| is_complete(row.state));
    html! {
        section.card data-anew="stored" {
            h2 { "What was read" }
            dl {
                dt { "Stored" }
                dd {
                    @if one.projects == 0 && one.issues == 0 && is_partial(one) {
                        "nothing yet"
                    } @else if one.issues == 0 && is_partial(one) {
                        "no finding yet, " (grouped(one.projects)) " projects " (badge("warn", "partial"))
                    } @else {
                        (grouped(one.issues)) " findings in " (grouped(one.projects)) " projects, " (grouped(one.open)) " of them open"
                        @if is_partial(one) { " " (badge("warn", "partial")) }
                    }
                }
                @if one.checks > 0 { dt { "Checks of changes" } dd { (grouped(one.checks)) } }
                @if one.missing > 0 { dt { "Perhaps gone" } dd { (grouped(one.missing)) " that the last list lacked" } }
                dt { "Listings" }
                dd {
                    @if one.coverage.is_empty() { "none has ended yet" }
                    @else { (grouped(complete.len() as u64)) " read to their end, " (grouped(gaps.len() as u64)) " with gaps" }
                }
            }
            @if !gaps.is_empty() {
                (table("Listings with gaps", &["What", "Of", "State", "Why"], html! {
                    @for row in gaps.iter().take(MOST_ROWS) {
                        tr {
                            th scope="row" { (words(&row.route)) }
                            td { (plain(&name(one, &row.subject))) }
                            td { (gap(row.state)) @if let Some(at) = row.as_of { br; span.quiet { "as of " (when(at)) } } }
                            td { (plain(&row.detail)) }
                        }
                    }
                }))
                @let next = way_out(gaps.iter().map(|row| row.state));
                ul { @for one in next { li { (one) } } }
                @if gaps.len() > MOST_ROWS { p.quiet { "And " (grouped((gaps.len() - MOST_ROWS) as u64)) " more." } }
            }
        }
    }
}

/// What becomes of gaps in these states, and who does something about it.
fn way_out(states: impl Iterator<Item = CoverageState>) -> BTreeSet<&'static str> {
    let all = states.filter_map(|state| match state {
        CoverageState::Complete | CoverageState::Unsupported => None,
        CoverageState::Partial | CoverageState::Stale => {
            Some("Partial or too old: the next sync reads it again by itself. What was known before stays.")
        }
        CoverageState::Refused => Some(
            "Refused: grant the permission to the token's role, or replace the token. The next sync asks again.",
        ),
        CoverageState::Awaited => Some("Asked for: the answer is fetched when it is ready."),
        CoverageState::NotAsked => Some("Not asked: it comes with a later sync."),
    });
    all.collect()
}

fn gap(state: CoverageState) -> Markup {
    match state {
        CoverageState::Complete => badge("good", "complete"),
        CoverageState::Partial => badge("warn", "partial"),
        CoverageState::Stale => badge("warn", "too old"),
        CoverageState::Refused => badge("bad", "refused"),
        CoverageState::Unsupported => badge("", "nothing of this kind"),
        CoverageState::Awaited => badge("", "asked for, no answer yet"),
        CoverageState::NotAsked => badge("", "not asked"),
    }
}

/// Whether what is stored may be less than what there is.
pub(super) fn is_partial(one: &ConnectionStatus) -> bool {
    let has_ended = one.walk.is_some_and(|walk| walk.ended_at.is_some());
    let has_gaps = one
        .coverage
        .iter()
        .any(|row| matches!(row.state, CoverageState::Partial | CoverageState::Stale));
    !has_ended || has_gaps
}

/// An organization's name; what is none stays as it is.
fn name(one: &ConnectionStatus, id: &str) -> String {
    let mut all = one.organizations.iter();
    let found = all.find(|organization| organization.id == id);
    found
        .map_or(id, |organization| &organization.name)
        .to_owned()
}

fn some_of(names: &[String]) -> String {
    let shown: Vec<String> = names
        .iter()
        .take(MOST_NAMES)
        .map(|name| plain(name))
        .collect();
    let more = names.len().saturating_sub(MOST_NAMES);
    if more == 0 {
        shown.join(", ")
    } else {
        format!("{} and {more} more", shown.join(", "))
    }
}

/// A kebab-case name as words.
fn words(name: &str) -> String {
    plain(&name.replace(['-', '_'], " "))
}

/// Most rows of a table; more are scrolled past, not read.
const MOST_ROWS: usize = 50;
/// Most names in one sentence.
const MOST_NAMES: usize = 5;

//! Settings: integrations, and their connections.

use koalr_platform::model::connection::Access;
use koalr_platform::model::manifest::{Manifest, OriginAddress};
use maud::{Markup, html};

use super::frame::{Frame, Page, Place};
use super::part::{badge, empty, field, form, notice};
use crate::jobs::StatusReport;
use crate::report::escape::plain;
use crate::report::instant::utc;
use crate::report::pace::grouped;

/// An integration, its connection, and whether the visitor may change that.
#[derive(Debug)]
pub(crate) struct Card {
    /// What it says of itself.
    pub(crate) manifest: Manifest,
    /// What is connected; none if nothing is.
    pub(crate) connection: Option<StatusReport>,
    /// Why the visitor may not connect it; none if they may.
    pub(crate) refused: Option<String>,
}

/// What somebody gave to connect, so that it need not be given again. The token must be.
#[derive(Debug, Default)]
pub(crate) struct Attempt {
    /// Region or address; none means what the token says.
    pub(crate) upstream: Option<String>,
    /// Organizations; empty means all.
    pub(crate) organizations: Vec<String>,
    /// Why it did not work; none before the first attempt.
    pub(crate) wrong: Option<String>,
}

impl Card {
    /// Whether all words that are searched for are in its name or summary.
    pub(crate) fn holds(&self, search: Option<&str>) -> bool {
        let text = format!(
            "{} {} {}",
            self.manifest.id, self.manifest.name, self.manifest.summary
        );
        let text = text.to_lowercase();
        let search = search.unwrap_or_default().to_lowercase();
        search.split_whitespace().all(|word| text.contains(word))
    }
}

/// Where an integration's page is.
pub(crate) fn path(integration: &str) -> String {
    format!("/settings/integrations/{integration}")
}

/// The list of integrations.
pub(crate) fn integrations(cards: &[Card], search: Option<&str>) -> Page {
    let body = html! {
        form.search role="search" {
            label.unseen for="search" { "Search integrations" }
            input #search type="search" name="search" placeholder="Search integrations" value=[search];
            button { "Search" }
        }
        @if cards.is_empty() {
            (empty("No integration fits", html! { p { a href="/settings/integrations" { "Show all" } } }))
        }
        div.grid {
            @for card in cards {
                article.card {
                    h2 { a href=(path(&card.manifest.id)) { (plain(&card.manifest.name)) } " " (state(card)) }
                    p { (plain(&card.manifest.summary)) }
                    p.quiet { "Version " (plain(&card.manifest.version)) }
                    a.button.main[card.connection.is_none()] href=(path(&card.manifest.id)) {
                        @if card.connection.is_none() { "Connect" } @else { "Manage" }
                    }
                }
            }
        }
    };
    Page {
        title: "Integrations".to_owned(),
        place: Place::Settings,
        body,
    }
}

/// One integration.
pub(crate) fn integration(frame: &Frame, card: &Card, attempt: &Attempt) -> Page {
    let manifest = &card.manifest;
    let body = html! {
        p { (state(card)) " " (plain(&manifest.summary)) }
        @if let Some(wrong) = &attempt.wrong {
            (notice("bad", html! { strong { "Not connected. " } (plain(wrong)) }))
        }
        div.sides {
            div {
                @match &card.connection {
                    Some(connection) => (connected(frame, connection)),
                    None => (connect(frame, card, attempt)),
                }
            }
            aside { (about(manifest)) }
        }
    };
    Page {
        title: plain(&manifest.name),
        place: Place::Settings,
        body,
    }
}

fn state(card: &Card) -> Markup {
    match &card.connection {
        Some(_) => badge("good", "connected"),
        None => badge("", "not connected"),
    }
}

fn connect(frame: &Frame, card: &Card, attempt: &Attempt) -> Markup {
    let manifest = &card.manifest;
    let fields = html! {
        (field("token", "API token", Some("A read-only token. It is checked, sealed at once, and never shown again."), None, |told| html! {
            input #token type="password" name="token" required autocomplete="off" spellcheck="false" aria-describedby=(told);
        }))
        (field("upstream", "Region or web address", Some("Leave it empty if the token tells, or paste the address that your browser shows."), None, |told| html! {
            input #upstream name="upstream" list="regions" value=[attempt.upstream.as_deref()] aria-describedby=(told);
            datalist #regions {
                @for origin in &manifest.origins {
                    @if !matches!(origin.address, OriginAddress::Download(_)) { option value=(plain(&origin.id)) { (plain(&origin.label)) } }
                }
            }
        }))
        (field("organizations", "Organizations", Some("Ids or short names with commas between them. Leave it empty for all that the token sees."), None, |told| html! {
            input #organizations name="organizations" value=[some(&attempt.organizations.join(", "))] aria-describedby=(told);
        }))
        button.main { "Connect" }
    };
    html! {
        section.card {
            h2 { "Connect" }
            @match &card.refused {
                Some(refused) => p { (plain(refused)) },
                None => (form(frame, &format!("{}/connect", path(&manifest.id)), fields)),
            }
        }
    }
}

fn connected(frame: &Frame, one: &StatusReport) -> Markup {
    html! {
        section.card {
            h2 { "Connection" }
            dl {
                dt { "Account" } dd { (plain(&one.account.name)) " " span.quiet { (plain(&one.account.kind)) } }
                dt { "Upstream" } dd { (plain(&one.origin)) " " code { (plain(&one.upstream)) } }
                dt { "Since" } dd { (utc(one.connected_at)) }
                dt { "Organizations" }
                dd { @for organization in &one.organizations { div { (plain(&organization.name)) } } }
                dt { "Last sync" }
                dd {
                    @match &one.walk {
                        None => "none yet",
                        Some(walk) => {
                            "began " (utc(walk.began_at)) ", "
                            @match walk.ended_at { Some(at) => { "ended " (utc(at)) }, None => (badge("warn", "not finished")) }
                        }
                    }
                }
                dt { "Stored" }
                dd { (grouped(one.issues)) " findings in " (grouped(one.projects)) " projects, " (grouped(one.open)) " open" }
            }
            @let refused: Vec<_> = one.capabilities.iter().filter(|one| one.access != Access::Allowed && !one.detail.is_empty()).collect();
            @if !refused.is_empty() {
                h3 { "Not allowed or not known" }
                ul { @for one in refused { li { strong { (plain(&one.route)) } " of " (plain(&one.organization)) ": " (plain(&one.detail)) } } }
            }
            (form(frame, &format!("{}/sync", path(&one.integration)), html! { button { "Sync now" } }))
        }
    }
}

fn about(manifest: &Manifest) -> Markup {
    html! {
        h2 { "What is read, and what for" }
        dl.stacked { @for pull in &manifest.pulls { dt { (plain(&pull.what)) } dd { (plain(&pull.why)) } } }
        h2 { "Permissions" }
        dl.stacked {
            @for one in &manifest.permissions {
                dt { (plain(&one.name)) @if !one.required { " " span.quiet { "optional" } } }
                dd { (plain(&one.why)) }
            }
        }
    }
}

/// A text, unless it is empty.
fn some(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

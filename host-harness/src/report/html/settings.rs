//! Settings: integrations, their connections, and the components.

mod connect;
mod connection;
mod disconnect;
mod plugins;
mod progress;
mod wrong;

use koalr_platform::model::common::Timestamp;
use koalr_platform::model::manifest::{Manifest, OriginAddress};
use maud::{Markup, html};

use super::frame::{Frame, Page, Place, sentence};
use super::part::{badge, empty};
use crate::RateShare;
use crate::jobs::{ConnectionStatus, JobReport};
use crate::report::escape::plain;
use crate::report::instant::utc;
use crate::report::pace::grouped;
use crate::web::SyncNews;

pub(crate) use disconnect::disconnect;
pub(crate) use plugins::plugins;
pub(crate) use progress::marked;
pub(crate) use wrong::Wrong;

/// An integration, its connection, and whether the visitor may change that.
#[derive(Debug)]
pub(crate) struct Card {
    /// What it says of itself.
    pub(crate) manifest: Manifest,
    /// What is connected; none if nothing is.
    pub(crate) connection: Option<ConnectionStatus>,
    /// Why the visitor may not connect it; none if they may.
    pub(crate) refused: Option<String>,
    /// How far reading is.
    pub(crate) syncing: Syncing,
}

/// How far reading from an upstream is, beside what is stored of it.
#[derive(Debug)]
pub(crate) struct Syncing {
    /// The sync that this server runs; none if it runs none.
    pub(crate) running: Option<SyncNews>,
    /// Jobs that sync and that wait, run or were given up; newest first.
    pub(crate) jobs: Vec<JobReport>,
    /// How much of the upstream's limits may be used.
    pub(crate) share: RateShare,
    /// How many days of history a first sync reads.
    pub(crate) days: u32,
    /// What time it is.
    pub(crate) now: Timestamp,
}

/// What somebody gave to connect, so that it need not be given again. The token must be.
#[derive(Debug, Default)]
pub(crate) struct Attempt {
    /// Region or address; none means what the token says.
    pub(crate) upstream: Option<String>,
    /// Organizations; empty means all.
    pub(crate) organizations: Vec<String>,
    /// Domain suffixes that files may be downloaded from; empty means none.
    pub(crate) downloads: Vec<String>,
    /// Why it did not work; none before the first attempt.
    pub(crate) wrong: Option<Wrong>,
}

impl Attempt {
    /// What a connection was made with.
    fn again(one: &ConnectionStatus, manifest: &Manifest) -> Self {
        let is_region = manifest.origins.iter().any(|origin| {
            origin.id == one.origin
                && matches!(&origin.address, OriginAddress::Fixed(base) if *base == one.upstream)
        });
        let upstream = if is_region {
            &one.origin
        } else {
            &one.upstream
        };
        let organizations = one.organizations.iter();
        Self {
            upstream: Some(upstream.clone()),
            organizations: organizations
                .map(|one| one.slug.as_ref().unwrap_or(&one.id).clone())
                .collect(),
            downloads: one.downloads.clone(),
            wrong: None,
        }
    }
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
    format!("{INTEGRATIONS}/{integration}")
}

/// The list of integrations.
pub(crate) fn integrations(cards: &[Card], search: Option<&str>) -> Page {
    let body = html! {
        (tabs(INTEGRATIONS))
        form.search role="search" {
            label.unseen for="search" { "Search integrations" }
            input #search type="search" name="search" placeholder="Search integrations" value=[search];
            button { "Search" }
        }
        @if cards.is_empty() {
            (empty("No integration fits", html! {
                p { "None of the installed integrations has these words in its name or summary." }
                p { a href=(INTEGRATIONS) { "Show all" } }
            }))
        }
        div.grid {
            @for card in cards {
                article.card {
                    h2 { a href=(path(&card.manifest.id)) { (plain(&card.manifest.name)) } " " (state(card)) }
                    p { (sentence(&plain(&card.manifest.summary))) }
                    @match &card.connection {
                        Some(one) => p { (progress::stage(&card.syncing, one)) " " span.quiet { (grouped(one.issues)) " findings, " (grouped(one.open)) " of them open" } },
                        None => ul.quiet { @for pull in &card.manifest.pulls { li { (plain(&pull.what)) } } },
                    }
                    a.button.main[card.connection.is_none()] href=(path(&card.manifest.id)) {
                        @if card.connection.is_none() { "Connect" } @else { "Manage" }
                        span.unseen { " " (plain(&card.manifest.name)) }
                    }
                }
            }
        }
    };
    page("Integrations", body)
}

/// One integration.
pub(crate) fn integration(frame: &Frame, card: &Card, attempt: &Attempt) -> Page {
    let body = html! {
        p.about { a href=(INTEGRATIONS) { "All integrations" } (state(card)) span.quiet { "version " (plain(&card.manifest.version)) } }
        p { (sentence(&plain(&card.manifest.summary))) }
        div.sides {
            div.stack {
                @match &card.connection {
                    Some(connection) => {
                        (progress::progress(card, connection))
                        (connection::stored(connection))
                        (connection::connected(frame, card, connection))
                    }
                    None => (connect::connect(frame, card, attempt)),
                }
            }
            aside { (connect::about(&card.manifest)) }
        }
    };
    page(&plain(&card.manifest.name), body)
}

/// The form that connects, alone if there is a connection already: it gets another token.
pub(crate) fn connecting(frame: &Frame, card: &Card, attempt: Option<Attempt>) -> Page {
    let Some(one) = &card.connection else {
        return integration(frame, card, &attempt.unwrap_or_default());
    };
    let attempt = attempt.unwrap_or_else(|| Attempt::again(one, &card.manifest));
    let name = plain(&card.manifest.name);
    let body = html! {
        p { a href=(path(&card.manifest.id)) { "Back to " (name) } }
        p { "What was read stays, and the next sync goes on where the last one stopped. The connection stays as it is until the new token was checked." }
        div.sides {
            (connect::connect(frame, card, &attempt))
            aside { (connect::about(&card.manifest)) }
        }
    };
    page(&format!("Connect {name} anew"), body)
}

/// The way between the settings.
fn tabs(here: &str) -> Markup {
    html! {
        nav.tabs aria-label="Settings" {
            @for (path, name) in [(INTEGRATIONS, "Integrations"), (PLUGINS, "Plugins")] {
                a href=(path) aria-current=[(path == here).then_some("page")] { (name) }
            }
        }
    }
}

fn state(card: &Card) -> Markup {
    match &card.connection {
        Some(_) => badge("good", "connected"),
        None => badge("", "not connected"),
    }
}

/// An instant to the minute.
fn when(at: Timestamp) -> Markup {
    let exact = utc(at);
    let short = exact.get(..16).unwrap_or(&exact).replace('T', " ");
    html! { time datetime=(exact) { (short) " UTC" } }
}

fn page(title: &str, body: Markup) -> Page {
    Page {
        title: title.to_owned(),
        place: Place::Settings,
        body,
    }
}

const INTEGRATIONS: &str = "/settings/integrations";
const PLUGINS: &str = "/settings/plugins";

#[cfg(test)]
mod tests;

//! The form that connects, and what somebody should know before.

use koalr_platform::model::manifest::{Manifest, OriginAddress};
use maud::{Markup, html};

use super::super::frame::{Frame, sentence};
use super::super::part::{field, form, notice};
use super::{Attempt, Card, path};
use crate::report::escape::plain;

/// The form; who may not connect sees who may.
pub(super) fn connect(frame: &Frame, card: &Card, attempt: &Attempt) -> Markup {
    let manifest = &card.manifest;
    html! {
        section.card {
            h2 { @if card.connection.is_some() { "Another token" } @else { "Connect" } }
            @match &card.refused {
                Some(refused) => (notice("warn", html! { "Only an operator connects: " (plain(refused)) "." })),
                None => {
                    @if let Some(wrong) = &attempt.wrong {
                        (notice("bad", html! {
                            strong { "Not connected. " }
                            @if wrong.field.is_none() { (sentence(&plain(&wrong.text))) } @else { "One field below needs another look." }
                            " The token has to be given again; everything else is as you left it."
                        }))
                    }
                    (form(frame, &format!("{}/connect", path(&manifest.id)), fields(card, attempt)))
                }
            }
        }
    }
}

fn fields(card: &Card, attempt: &Attempt) -> Markup {
    let manifest = &card.manifest;
    let wrong = |field: &str| {
        let wrong = attempt.wrong.as_ref();
        let wrong = wrong.filter(|one| one.field == Some(field));
        wrong.map(|one| sentence(&plain(&one.text)))
    };
    let is_wrong = |field: &str| wrong(field).map(|_| "true");
    let regions = || {
        manifest
            .origins
            .iter()
            .filter(|one| is_region(&one.address))
    };
    let upstream = attempt.upstream.as_deref();
    let region = upstream.filter(|given| regions().any(|one| one.id == **given));
    let address = upstream.filter(|_| region.is_none());
    // What is wrong with either stands where it was given.
    let (wrong_region, wrong_address) = match address {
        Some(_) => (None, wrong("address").or_else(|| wrong("region"))),
        None => (wrong("region").or_else(|| wrong("address")), None),
    };
    let downloads = downloads(manifest);
    html! {
        (field("token", "API token", Some(&token_hint(manifest)), wrong("token").as_deref(), |told| html! {
            input #token type="password" name="token" required autocomplete="off" spellcheck="false" aria-describedby=(told) aria-invalid=[is_wrong("token")];
        }))
        (field("region", "Region", Some("Where your data is. Some tokens say it themselves."), wrong_region.as_deref(), |told| html! {
            select #region name="region" aria-describedby=(told) aria-invalid=[wrong_region.as_ref().map(|_| "true")] {
                option value="" { "What the token says" }
                @for one in regions() {
                    option value=(plain(&one.id)) selected[region == Some(one.id.as_str())] { (plain(&one.id)) " – " (plain(&one.label)) }
                }
            }
        }))
        (field("address", "Or its web address", Some("Paste the address that your browser shows there. It counts instead of the region."), wrong_address.as_deref(), |told| html! {
            input #address name="address" inputmode="url" autocomplete="off" spellcheck="false" value=[address] aria-describedby=(told) aria-invalid=[wrong_address.as_ref().map(|_| "true")];
        }))
        (field("organizations", "Organizations", Some("Ids or short names with commas between them. Leave it empty for all that the token sees."), wrong("organizations").as_deref(), |told| html! {
            input #organizations name="organizations" autocomplete="off" spellcheck="false" value=[joined(&attempt.organizations)] aria-describedby=(told) aria-invalid=[is_wrong("organizations")];
        }))
        @if !downloads.is_empty() {
            @let hint = format!(
                "Some answers are files on other hosts, at or below {}. Name the one that yours come from. Without it, what only these files tell stays unknown.",
                plain(&downloads.join(" or "))
            );
            (field("downloads", "Hosts of downloads", Some(&hint), wrong("downloads").as_deref(), |told| html! {
                input #downloads name="downloads" autocomplete="off" spellcheck="false" value=[joined(&attempt.downloads)] aria-describedby=(told) aria-invalid=[is_wrong("downloads")];
            }))
        }
        @if card.connection.is_some() {
            div.actions { button.main { "Check and replace the token" } a.button href=(path(&manifest.id)) { "Keep it" } }
        } @else {
            div.actions { button.main { "Connect" } }
            p.quiet { "Then " (card.syncing.days) " days of history are read. You see the first of it within seconds, and may leave the page." }
        }
    }
}

/// What token is meant, where it is made, and what becomes of it.
fn token_hint(manifest: &Manifest) -> String {
    let kinds: Vec<String> = manifest
        .credentials
        .iter()
        .map(|kind| plain(&kind.label))
        .collect();
    let which = if kinds.is_empty() {
        String::new()
    } else {
        format!(" ({})", kinds.join(", or "))
    };
    format!(
        "Make it in {}, in the settings of your account or of a service account{which}. A read-only one is enough. It is checked, sealed at once, and never shown again.",
        plain(&manifest.name)
    )
}

/// What is read, and the permissions for it.
pub(super) fn about(manifest: &Manifest) -> Markup {
    html! {
        h2 { "What is read, and what for" }
        dl.stacked { @for pull in &manifest.pulls { dt { (plain(&pull.what)) } dd { (plain(&pull.why)) } } }
        h2 { "Permissions of the token" }
        dl.stacked {
            @for one in &manifest.permissions {
                dt { (plain(&one.name)) @if !one.required { " " span.quiet { "optional" } } }
                dd { (plain(&one.why)) }
            }
        }
        p.quiet { "Nothing is ever written there. " a href=(super::PLUGINS) { "Where its requests may go" } }
    }
}

/// Whether it can be chosen by its id alone.
fn is_region(address: &OriginAddress) -> bool {
    matches!(address, OriginAddress::Fixed(_))
}

fn downloads(manifest: &Manifest) -> Vec<&str> {
    let mut domains = Vec::new();
    for origin in &manifest.origins {
        if let OriginAddress::Download(suffixes) = &origin.address {
            domains.extend(suffixes.iter().map(String::as_str));
        }
    }
    domains
}

/// As they were given; none if none was.
fn joined(names: &[String]) -> Option<String> {
    (!names.is_empty()).then(|| names.join(", "))
}

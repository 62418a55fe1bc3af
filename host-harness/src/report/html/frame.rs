//! What is around every page: its head, the way to the other pages, and who is signed in.

use http::StatusCode;
use maud::{DOCTYPE, Markup, html};

use super::asset::ASSETS;
use super::part::mark;
use crate::jobs::Complaint;

/// Whose page it is, and where.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    /// Whose data.
    pub tenant: String,
    /// Who looks at it.
    pub login: String,
    /// What its forms carry.
    pub mark: String,
}

/// A page, without what is around it.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    /// What it is about, in a few words.
    pub title: String,
    /// Where it belongs.
    pub place: Place,
    /// What is on it, below its title.
    pub body: Markup,
}

/// A part of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// How delivery goes and what is owed.
    Dashboard,
    /// Pull requests.
    Changes,
    /// Whether vulnerabilities are followed by incidents.
    Correlation,
    /// What is open, and what became of it.
    Findings,
    /// The gate's policy.
    Policy,
    /// Integrations and plugins.
    Settings,
    /// None of them.
    Elsewhere,
}

/// Each with its address, its name, and the class that its own style goes by.
const PLACES: [(Place, &str, &str, &str); 6] = [
    (Place::Dashboard, "/dashboard", "Dashboard", "dashboard"),
    (Place::Changes, "/changes", "Changes", "changes"),
    (Place::Findings, "/findings", "Findings", "findings"),
    (
        Place::Correlation,
        "/correlation",
        "Correlation",
        "correlation",
    ),
    (Place::Policy, "/policy", "Policy", "policy"),
    (
        Place::Settings,
        "/settings/integrations",
        "Settings",
        "settings",
    ),
];

/// The whole document of a page.
pub(crate) fn whole(frame: &Frame, page: &Page) -> String {
    let bar = html! {
        nav aria-label="Pages" {
            @for (place, path, name, _) in PLACES {
                a href=(path) aria-current=[(place == page.place).then_some("page")] { (name) }
            }
        }
        form.who method="post" action="/sign-out" {
            (mark(frame))
            span title={ "tenant " (frame.tenant) } { (frame.login) }
            button.plain { "Sign out" }
        }
    };
    let class = PLACES.iter().find(|(place, ..)| *place == page.place);
    let class = class.map(|(.., class)| *class);
    let body = html! { main #content class=[class] { h1 { (page.title) } (page.body) } };
    document(&page.title, &bar, &body)
}

/// What somebody sees who is not signed in.
pub(crate) fn stranger() -> String {
    let body = html! {
        main.narrow #content {
            h1 { "Sign in" }
            p { "Somebody with access to the machine that runs Koalr makes a link for you. It works once, within ten minutes." }
            pre { code { "koalr sign-in --as LOGIN" } }
            p { "Open the link that it prints in this browser, then come back to this page." }
        }
    };
    document("Sign in", &html! {}, &body)
}

/// Asks somebody who has a link whether to sign in.
pub(crate) fn invitation(login: &str, tenant: &str) -> String {
    let body = html! {
        main.narrow #content {
            h1 { "Sign in" }
            p { "This link signs you in as " strong { (login) } " of " strong { (tenant) } ". It works once." }
            form method="post" { button.main { "Sign in as " (login) } }
        }
    };
    document("Sign in", &html! {}, &body)
}

/// What went wrong, and the way out.
pub(crate) fn problem(
    frame: Option<&Frame>,
    (status, title): (StatusCode, &str),
    detail: &str,
    reasons: &[Complaint],
) -> String {
    let title = &heading(title);
    let told = html! {
        p { (sentence(detail)) }
        @if !reasons.is_empty() {
            ul { @for one in reasons { li { code { (one.path) } ": " (one.problem) } } }
        }
        p { a href="/" { @if frame.is_some() { "To the dashboard" } @else { "To the first page" } } }
        p.quiet { "Status " (status.as_u16()) }
    };
    let Some(frame) = frame else {
        let body = html! { main.narrow #content { h1 { (title) } (told) } };
        return document(title, &html! {}, &body);
    };
    let page = Page {
        title: title.to_owned(),
        place: Place::Elsewhere,
        body: told,
    };
    whole(frame, &page)
}

fn document(title: &str, bar: &Markup, body: &Markup) -> String {
    let [style, script, icon] = &*ASSETS;
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " – Koalr" }
                link rel="icon" type="image/svg+xml" href=(icon.path);
                link rel="stylesheet" href=(style.path);
                script src=(script.path) defer {}
            }
            body {
                a.skip href="#content" { "Skip to content" }
                header { a.brand href="/" { "Koalr" } (bar) }
                (body)
            }
        }
    }
    .into_string()
}

/// A status's words, which HTTP writes all with capitals, as a heading of ours.
fn heading(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next();
    let rest = letters.flat_map(char::to_lowercase);
    first.into_iter().chain(rest).collect()
}

/// An error's sentence as prose.
pub(super) fn sentence(detail: &str) -> String {
    let mut letters = detail.chars();
    let first = letters.next().map(char::to_uppercase);
    let text: String = first.into_iter().flatten().chain(letters).collect();
    if text.ends_with(['.', '?', '!']) {
        text
    } else {
        text + "."
    }
}

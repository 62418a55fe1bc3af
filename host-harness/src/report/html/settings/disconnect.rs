//! Asks whether to take a connection away.

use maud::html;

use super::super::frame::{Frame, Page};
use super::super::part::{empty, form, notice};
use super::{Card, page, path};
use crate::report::escape::plain;
use crate::report::pace::grouped;

/// What goes, what stays, and the form that does it.
pub(crate) fn disconnect(frame: &Frame, card: &Card) -> Page {
    let own = path(&card.manifest.id);
    let name = plain(&card.manifest.name);
    let Some(one) = &card.connection else {
        let next = html! { p { a href=(own) { "Connect " (name) } } };
        let body = empty(&format!("{name} is not connected"), next);
        return page(&format!("Disconnect {name}"), body);
    };
    let body = html! {
        section.card.narrow-card {
            p { "Koalr stops reading from " code { (plain(&one.upstream)) } " as " strong { (plain(&one.account.name)) } "." }
            h2 { "What goes" }
            ul {
                li { "The token. It is removed so that no file has anything of it, not even sealed." }
                li { "New data: no sync runs any more, and one that runs ends before it stores its next batch." }
                li { "Verdicts: changes are not judged any more, and deployments that wait for the gate are told so." }
            }
            h2 { "What stays" }
            ul {
                li { (grouped(one.issues)) " findings in " (grouped(one.projects)) " projects, with their history. Reports go on counting them." }
                li { "Decisions, waivers, policies and the audit log." }
                li { "The place in the history: connecting to the same address again goes on there." }
            }
            @match &card.refused {
                Some(refused) => (notice("warn", html! { "Only an operator disconnects: " (plain(refused)) "." })),
                None => (form(frame, &format!("{own}/disconnect"), html! {
                    div.actions {
                        button.bad { "Disconnect " (name) }
                        a.button href=(own) { "Keep it" }
                    }
                })),
            }
        }
    };
    page(&format!("Disconnect {name}?"), body)
}

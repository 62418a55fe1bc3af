//! Parts that pages are made of.

use maud::{Markup, Render, html};

use super::frame::Frame;

/// A form that is posted, with its mark.
pub(crate) fn form(frame: &Frame, action: &str, fields: impl Render) -> Markup {
    html! {
        form method="post" action=(action) { (mark(frame)) (fields) }
    }
}

/// The mark alone.
pub(super) fn mark(frame: &Frame) -> Markup {
    html! { input type="hidden" name="mark" value=(frame.mark); }
}

/// A field with its label, what it is for, and what is wrong with it.
pub(crate) fn field(
    name: &str,
    label: &str,
    hint: Option<&str>,
    wrong: Option<&str>,
    control: impl FnOnce(&str) -> Markup,
) -> Markup {
    let told = format!("{name}-told");
    html! {
        div.field.wrong[wrong.is_some()] {
            label for=(name) { (label) }
            (control(&told))
            p #(told) {
                @if let Some(hint) = hint { span.quiet { (hint) } }
                @if let Some(wrong) = wrong { strong role="alert" { (wrong) } }
            }
        }
    }
}

/// Something to be seen at once.
pub(crate) fn notice(kind: &str, text: impl Render) -> Markup {
    let role = if kind == "bad" { "alert" } else { "status" };
    html! { div class={ "notice " (kind) } role=(role) { (text) } }
}

/// A word in a coloured frame. The word says it, the colour only helps.
pub(crate) fn badge(kind: &str, word: &str) -> Markup {
    html! { span class={ "badge " (kind) } { (word) } }
}

/// What a new user sees where nothing is yet: why, and what to do next.
pub(crate) fn empty(title: &str, next: impl Render) -> Markup {
    html! { section.empty { h2 { (title) } (next) } }
}

/// A table that scrolls by itself on a narrow screen.
pub(crate) fn table(caption: &str, heads: &[&str], rows: impl Render) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(caption) {
            table {
                caption.unseen { (caption) }
                // A column of drawings has no head; an empty one would be read out.
                thead { tr { @for head in heads { @if head.is_empty() { td {} } @else { th scope="col" { (head) } } } } }
                tbody { (rows) }
            }
        }
    }
}

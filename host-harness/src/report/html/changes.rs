//! Changes: listed, and one told in full.

mod arithmetic;
mod evidence;
mod findings;
mod forms;
mod github;
mod list;
mod rendered;
mod rules;
#[cfg(test)]
mod tests;
mod verdict;
mod words;

use koalr_platform::decision::DecisionRow;
use koalr_platform::model::common::Timestamp;
use maud::{Markup, html};

use super::frame::{Frame, Page, Place};
use crate::jobs::ChangeRow;
use crate::report::change::ChangeReport;
use crate::report::escape::plain;
use crate::report::text::View;

pub(crate) use forms::{Attempt, Rights, Wrong, chosen};
pub(crate) use list::{Listed, list};
pub(crate) use words::path;

/// Everything that the page of a change shows.
#[derive(Debug)]
pub(crate) struct Told<'a> {
    /// The change, with its newest head and the last decision in figures.
    pub(crate) row: &'a ChangeRow,
    /// The last decision, or the one about the head that was asked for, in full; none if there is none yet.
    pub(crate) report: Option<&'a ChangeReport>,
    /// Who handed in the list of dependencies that it was decided on; none if nobody did.
    pub(crate) list_source: Option<&'a str>,
    /// Where people's browsers find the pages; none if nobody said.
    pub(crate) public_url: Option<&'a str>,
    /// Decisions about it, the newest first.
    pub(crate) history: &'a [DecisionRow],
    /// What the visitor may do.
    pub(crate) rights: Rights,
    /// What was just done; none if nothing was.
    pub(crate) done: Option<&'a str>,
    /// Now.
    pub(crate) now: Timestamp,
}

/// One change: the verdict first, then how it came about, then what can be done about it.
pub(crate) fn change(frame: &Frame, told: &Told<'_>, attempt: &Attempt) -> Page {
    let row = told.row;
    let view = told.report.map(|report| View::new(report, true));
    let body = html! {
        (verdict::about(row, told.now))
        (verdict::notices(told, attempt))
        @match &view {
            Some(view) => {
                (verdict::verdict(told, view))
                (beside(&arithmetic::waterfall(view), &forms::lifting(frame, told, view, attempt)))
                (findings::findings(view))
                (findings::upgrades(view))
                (rules::rules(view))
                (evidence::evidence(told, view))
                (github::check_run(view.report, told.public_url))
            }
            None => (verdict::undecided(told)),
        }
        (evidence::history(told))
        p { a href="/changes" { "All changes" } }
    };
    Page {
        title: if row.title.is_empty() {
            plain(&row.change.id)
        } else {
            plain(&row.title)
        },
        place: Place::Changes,
        body,
    }
}

/// Two parts side by side; the first alone where there is no second.
fn beside(first: &Markup, second: &Markup) -> Markup {
    html! {
        @if second.0.is_empty() { (first) }
        @else { div.sides { (first) (second) } }
    }
}

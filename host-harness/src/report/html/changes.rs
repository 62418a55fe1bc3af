//! Changes: listed, and one told in full.

mod arithmetic;
mod evidence;
mod findings;
mod forms;
mod list;
mod rules;
#[cfg(test)]
mod tests;
mod verdict;
mod words;

use koalr_platform::decision::DecisionRow;
use koalr_platform::model::common::Timestamp;
use maud::html;

use super::frame::{Frame, Page, Place};
use crate::jobs::ChangeRow;
use crate::report::change::ChangeReport;
use crate::report::escape::plain;
use crate::report::text::View;

pub(crate) use forms::{Attempt, Rights, chosen};
pub(crate) use list::list;
pub(crate) use words::path;

/// Everything that the page of a change shows.
#[derive(Debug)]
pub(crate) struct Told<'a> {
    /// The change, with its newest head and the last decision in figures.
    pub(crate) row: &'a ChangeRow,
    /// The last decision in full; none if there is none yet.
    pub(crate) report: Option<&'a ChangeReport>,
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
                (verdict::verdict(row, view))
                div.sides {
                    (arithmetic::waterfall(view))
                    (forms::lifting(frame, told, view, attempt))
                }
                (findings::findings(view))
                (findings::upgrades(view))
                (rules::rules(view))
                (evidence::unknown(view))
                (evidence::check_run(view.report))
            }
            None => (verdict::undecided(told)),
        }
        (evidence::history(told.history, told.now))
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

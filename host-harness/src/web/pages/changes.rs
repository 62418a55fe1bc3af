//! Changes: listed, told in full, let pass.

use http::Method;
use koalr_platform::model::common::Timestamp;

use super::super::api::{
    CURSOR, ChangeFilter, DECISIONS, Kind, Page, Parameter, STATES, meaning, time,
};
use super::form::Form;
use super::route::{FormAsk, Given, PageAsk, Read, Route};

/// A page about changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ChangesPage {
    /// A part of the list.
    List {
        /// Which changes.
        filter: ChangeFilter,
        /// Which part.
        page: Page,
    },
    /// One change and the last decision about it.
    Change {
        /// Its id.
        change: String,
        /// The head whose decision is shown; none for the last decision.
        head: Option<String>,
        /// What was just done; none if nothing was.
        done: Option<&'static str>,
    },
}

/// What a form about a change asks for.
#[derive(Debug)]
pub(crate) enum ChangesForm {
    /// Let one head pass.
    Override {
        /// Id of the change.
        change: String,
        /// The head that the person looked at; empty if the form does not say.
        head_sha: String,
        /// Why, in their words; empty if they gave none.
        reason: String,
    },
    /// Approve waivers of findings that block.
    Waive {
        /// Id of the change.
        change: String,
        /// The time that the decision was made for that the person looked at, as the form has it.
        as_of: String,
        /// Indexes of the findings in its evidence, as the form has them. May be empty.
        findings: Vec<String>,
        /// Why, in their words; empty if they gave none.
        reason: String,
        /// Login of who asked for it; empty if none is given.
        author: String,
        /// The day on which it ends, as it was written; empty if none is given.
        day: String,
        /// The first moment of that day, in milliseconds since 1970; none if it is no day.
        expires: Option<Timestamp>,
    },
}

pub(super) const ROUTES: &[Route] = &[
    Route {
        method: Method::GET,
        path: "/changes",
        query: &[
            Parameter {
                name: "repository",
                about: "As `owner/name`; absent for all.",
                kind: Kind::Text,
            },
            Parameter {
                name: "state",
                about: "How far they are; absent for all.",
                kind: Kind::Word(STATES),
            },
            Parameter {
                name: "decision",
                about: "What was decided last; absent for all.",
                kind: Kind::Word(DECISIONS),
            },
            CURSOR,
        ],
        read: Read::Page(|mut given| {
            let filter = ChangeFilter {
                repository: given.query.text("repository"),
                state: meaning(given.query.word("state")),
                decision: meaning(given.query.word("decision")),
            };
            let page = given.query.page();
            PageAsk::Changes(ChangesPage::List { filter, page })
        }),
    },
    Route {
        method: Method::GET,
        path: "/changes/{change}",
        query: &[
            Parameter {
                name: "head",
                about: "The commit whose decision is shown; absent for the last decision.",
                kind: Kind::Text,
            },
            Parameter {
                name: "done",
                about: "What was just done; absent if nothing was.",
                kind: Kind::Word(&["overridden", "waived"]),
            },
        ],
        read: Read::Page(|mut given| {
            let head = given.query.text("head");
            let done = given.query.word("done");
            let change = given.id;
            PageAsk::Changes(ChangesPage::Change { change, head, done })
        }),
    },
    Route {
        method: Method::POST,
        path: "/changes/{change}/override",
        query: &[],
        read: Read::Form(|given, mut form| {
            FormAsk::Changes(ChangesForm::Override {
                change: given.id,
                head_sha: form.text("head-sha").unwrap_or_default(),
                reason: form.text("override-reason").unwrap_or_default(),
            })
        }),
    },
    Route {
        method: Method::POST,
        path: "/changes/{change}/waive",
        query: &[],
        read: Read::Form(waive),
    },
];

fn waive(given: Given, mut form: Form) -> FormAsk {
    let day = form.text("until").unwrap_or_default();
    FormAsk::Changes(ChangesForm::Waive {
        change: given.id,
        as_of: form.text("as-of").unwrap_or_default(),
        findings: form.all("finding"),
        reason: form.text("waiver-reason").unwrap_or_default(),
        author: form.text("author").unwrap_or_default(),
        expires: time(&day),
        day,
    })
}

//! What is open, and what became of it.

use http::Method;
use koalr_platform::model::common::{FindingClass, Severity};
use koalr_store::{FindingList, FindingPlace, FindingState, Slice};

use super::super::api::{After, Kind, Parameter};
use super::route::{Given, PageAsk, Read, Route};

/// A page of findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum FindingsPage {
    /// A list.
    List {
        /// Which of them.
        wanted: FindingList,
        /// Which part.
        slice: Slice<FindingPlace>,
    },
    /// One vulnerability, wherever it is.
    Timeline {
        /// Its id, as the upstream writes it.
        vulnerability: String,
    },
}

pub(super) const ROUTES: &[Route] = &[
    Route {
        method: Method::GET,
        path: "/findings",
        query: &[
            Parameter {
                name: "find",
                about: "Only of the vulnerability with this id or alias, or about the package with this name; of any if absent.",
                kind: Kind::Text,
            },
            Parameter {
                name: "repository",
                about: "Only in this repository; in all if absent.",
                kind: Kind::Text,
            },
            Parameter {
                name: "severity",
                about: "Only of this severity; of any if absent.",
                kind: Kind::Word(&["critical", "high", "medium", "low", "info"]),
            },
            Parameter {
                name: "class",
                about: "Only of this class; of any if absent.",
                kind: Kind::Word(&[
                    "package-vulnerability",
                    "license",
                    "container",
                    "infrastructure",
                    "code",
                    "other",
                ]),
            },
            Parameter {
                name: "state",
                about: "Only in this state; `open` if absent.",
                kind: Kind::Word(&["open", "ignored", "resolved", "vanished", "all"]),
            },
            Parameter {
                name: "cursor",
                about: "Where the page before ended; absent for the first page.",
                kind: Kind::Cursor,
            },
        ],
        read: Read::Page(list),
    },
    Route {
        method: Method::GET,
        path: "/findings/{vulnerability}",
        query: &[],
        read: Read::Page(|given| {
            let vulnerability = given.id;
            PageAsk::Findings(FindingsPage::Timeline { vulnerability })
        }),
    },
];

fn list(given: Given) -> PageAsk {
    let mut query = given.query;
    let state = query.word("state").unwrap_or("open");
    PageAsk::Findings(FindingsPage::List {
        wanted: FindingList {
            find: query.text("find").map(|text| text.trim().to_owned()),
            repository: query.text("repository"),
            severity: query.word("severity").and_then(severity),
            class: query.word("class").and_then(class),
            state: FindingState::ALL
                .into_iter()
                .find(|one| one.word() == state),
        },
        slice: Slice {
            after: query.page().after.map(|After { at, id }| FindingPlace {
                severity: severity(&id),
                row: at,
            }),
            limit: LIMIT,
        },
    })
}

fn severity(word: &str) -> Option<Severity> {
    serde_json::from_value(word.into()).ok()
}

fn class(word: &'static str) -> Option<FindingClass> {
    serde_json::from_value(word.into()).ok()
}

/// Findings of a page.
const LIMIT: u32 = 50;

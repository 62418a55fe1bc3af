//! Whether vulnerabilities are followed by incidents.

use http::Method;
use koalr_platform::ledger::Scope;
use koalr_platform::links::Window;

use super::super::api::{About, Kind, Parameter};
use super::route::{Given, PageAsk, Read, Route};

/// The page of correlation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CorrelationPage {
    /// What it is about.
    pub about: About,
    /// How long after a deployment an incident counts.
    pub window: Window,
}

pub(super) const ROUTES: &[Route] = &[Route {
    method: Method::GET,
    path: "/correlation",
    query: &[
        Parameter {
            name: "from",
            about: "When the time that is looked at begins; 90 days before its end if absent.",
            kind: Kind::Time,
        },
        Parameter {
            name: "to",
            about: "When it ends; now if absent.",
            kind: Kind::Time,
        },
        Parameter {
            name: "repository",
            about: "Only of this repository; of all if absent.",
            kind: Kind::Text,
        },
        Parameter {
            name: "service",
            about: "Only of this service; of all if absent.",
            kind: Kind::Text,
        },
        Parameter {
            name: "window",
            about: "How long after a deployment an incident counts; `14d` if absent.",
            kind: Kind::Word(&["4h", "7d", "14d", "30d"]),
        },
    ],
    read: Read::Page(page),
}];

fn page(given: Given) -> PageAsk {
    let mut query = given.query;
    PageAsk::Correlation(CorrelationPage {
        about: About {
            from: query.time("from"),
            to: query.time("to"),
            scope: Scope {
                repository: query.text("repository"),
                service: query.text("service"),
            },
        },
        window: match query.word("window") {
            Some("4h") => Window::Hours4,
            Some("7d") => Window::Days7,
            Some("30d") => Window::Days30,
            _ => Window::Days14,
        },
    })
}

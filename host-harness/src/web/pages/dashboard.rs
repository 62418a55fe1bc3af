//! The dashboard, and the rows behind its figures.

use http::Method;
use koalr_platform::debt::Level;
use koalr_platform::ledger::Scope;

use super::super::api::{Kind, Parameter, Query};
use super::route::{PageAsk, Read, Route};
use crate::report::html::DashboardFilter;

/// A page of the dashboard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DashboardPage {
    /// The figures.
    Figures(DashboardFilter),
    /// The rows behind one of them.
    Rows {
        /// Its name.
        figure: String,
        /// What they are about.
        filter: DashboardFilter,
    },
}

impl Default for DashboardPage {
    fn default() -> Self {
        Self::Figures(DashboardFilter::default())
    }
}

pub(super) const ROUTES: &[Route] = &[
    Route {
        method: Method::GET,
        path: "/dashboard",
        query: QUERY,
        read: Read::Page(|mut given| {
            PageAsk::Dashboard(DashboardPage::Figures(filter(&mut given.query)))
        }),
    },
    Route {
        method: Method::GET,
        path: "/dashboard/rows/{figure}",
        query: QUERY,
        read: Read::Page(|mut given| {
            PageAsk::Dashboard(DashboardPage::Rows {
                filter: filter(&mut given.query),
                figure: given.id,
            })
        }),
    },
];

fn filter(query: &mut Query) -> DashboardFilter {
    let defaults = DashboardFilter::default();
    let days = query.word("days").and_then(|days| days.parse().ok());
    let severity = query.word("severity");
    DashboardFilter {
        days: days.unwrap_or(defaults.days),
        to: query.time("to"),
        scope: Scope {
            repository: query.text("repository"),
            service: query.text("service"),
        },
        severity: severity.and_then(|word| {
            let found = SEVERITIES.iter().zip(Level::ALL);
            found
                .filter(|(one, _)| **one == word)
                .map(|(_, level)| level)
                .next()
        }),
    }
}

const QUERY: &[Parameter] = &[
    Parameter {
        name: "days",
        about: "Days of the window; 90 if absent.",
        kind: Kind::Word(&["30", "90", "365"]),
    },
    Parameter {
        name: "to",
        about: "When the window ends; now if absent, or if it is later than now.",
        kind: Kind::Time,
    },
    Parameter {
        name: "repository",
        about: "Only of this repository, as `owner/name` in any case; of all if absent.",
        kind: Kind::Text,
    },
    Parameter {
        name: "service",
        about: "Only of this service, by any of its names; of all if absent.",
        kind: Kind::Text,
    },
    Parameter {
        name: "severity",
        about: "Only findings of this severity where there is a row for each; all if absent.",
        kind: Kind::Word(&SEVERITIES),
    },
];

/// In the order of [`Level::ALL`].
const SEVERITIES: [&str; 6] = ["critical", "high", "medium", "low", "info", "unknown"];

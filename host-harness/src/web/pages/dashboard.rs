//! The dashboard, and the rows behind its figures.

use http::Method;
use koalr_platform::debt::{Age, Level};
use koalr_platform::ledger::Scope;
use koalr_platform::model::common::FixState;

use super::super::api::about::{REPOSITORY, SERVICE, TO, WINDOW, window};
use super::super::api::{Kind, Parameter, Query};
use super::route::{PageAsk, Read, Route};
use crate::report::html::{DashboardFilter, RowsPart};

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
        /// Which of them.
        part: RowsPart,
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
        query: ROWS,
        read: Read::Page(|mut given| {
            PageAsk::Dashboard(DashboardPage::Rows {
                filter: filter(&mut given.query),
                part: part(&mut given.query),
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

fn part(query: &mut Query) -> RowsPart {
    let (age, fix) = (query.word("age"), query.word("fix"));
    let mut fixes = FIXES.into_iter().zip(FIX_WORDS);
    RowsPart {
        from: query.time("from"),
        window: window(query),
        age: Age::ALL.into_iter().find(|one| Some(one.days()) == age),
        fix: fixes.find(|one| Some(one.1) == fix).map(|one| one.0),
        week: query.time("week"),
        after: query.page().after.map(|after| after.at),
    }
}

const QUERY: &[Parameter] = &[DAYS, TO, REPOSITORY, SERVICE, SEVERITY];

const ROWS: &[Parameter] = &[
    DAYS,
    Parameter {
        name: "from",
        about: "When the window begins; `days` before its end if absent.",
        kind: Kind::Time,
    },
    TO,
    REPOSITORY,
    SERVICE,
    SEVERITY,
    WINDOW,
    Parameter {
        name: "age",
        about: "Only findings that have been open for so many days; for any if absent.",
        kind: Kind::Word(&["0-7", "8-30", "31-90", "91-180", "181-"]),
    },
    Parameter {
        name: "fix",
        about: "Only findings whose fix is known like this; in any way if absent.",
        kind: Kind::Word(&FIX_WORDS),
    },
    Parameter {
        name: "week",
        about: "Only findings that came or went in the week of this time; in the whole window if absent.",
        kind: Kind::Time,
    },
    Parameter {
        name: "cursor",
        about: "Where the page before ended; absent for the first page.",
        kind: Kind::Cursor,
    },
];

const DAYS: Parameter = Parameter {
    name: "days",
    about: "Days of the window; 90 if absent.",
    kind: Kind::Word(&["30", "90", "365"]),
};

const SEVERITY: Parameter = Parameter {
    name: "severity",
    about: "Only findings of this severity where there is a row for each; all if absent.",
    kind: Kind::Word(&SEVERITIES),
};

const FIXES: [FixState; 4] = [
    FixState::Available,
    FixState::Partial,
    FixState::None,
    FixState::Unknown,
];

/// In the order of [`FIXES`].
const FIX_WORDS: [&str; 4] = ["available", "partial", "none", "unknown"];

/// In the order of [`Level::ALL`].
const SEVERITIES: [&str; 6] = ["critical", "high", "medium", "low", "info", "unknown"];

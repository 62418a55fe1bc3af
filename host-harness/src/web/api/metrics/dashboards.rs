//! Reports, as the command line prints them.

use http::{Method, StatusCode};
use koalr_platform::access::Scope;
use koalr_platform::calibration::Calibration;
use koalr_platform::correlation::{Correlation, CorrelationSettings};
use koalr_platform::debt::DebtSettings;
use koalr_platform::dora::{Dora, DoraSettings, Tiers};
use koalr_platform::model::common::Timestamp;
use koalr_platform::sla::{Days, Windows};

use super::super::super::problem::Problem;
use super::super::Ask;
use super::super::parameter::{Kind, Parameter, Query};
use super::super::route::{Answer, Given, Route, SMALL, nothing, shape};
use super::about::{FROM, REPOSITORY, SERVICE, TO, WINDOW, about, window};
use super::{Dashboard, MetricsAsk};
use crate::jobs::{CountedFigure, DebtReport, FigureRows};
use crate::report::{Explained, plain};

pub(super) const ROUTES: &[Route] = &[
    Route {
        method: Method::GET,
        path: "/api/v1/dashboards/dora",
        scope: Scope::Read,
        summary: "Tell how often, how fast and how safely is delivered, over time and by service.",
        query: &[FROM, TO, REPOSITORY, SERVICE, CFR_WINDOW, TIERS],
        body: None,
        most_bytes: SMALL,
        answer: Answer::Done(shape::<Explained<Dora>>),
        read: |given| dashboard(given, |query| Ok(Dashboard::Dora(delivery(query)))),
    },
    Route {
        method: Method::GET,
        path: "/api/v1/dashboards/debt",
        scope: Scope::Read,
        summary: "Tell what is open, how soon it is fixed, who is late, and what the gate did.",
        query: &[
            FROM,
            TO,
            REPOSITORY,
            SERVICE,
            Parameter {
                name: "sla-critical",
                about: "Days to fix what is critical; 7 if absent.",
                kind: Kind::Whole(1, MOST_DAYS),
            },
            Parameter {
                name: "sla-high",
                about: "Days to fix what is high; 30 if absent.",
                kind: Kind::Whole(1, MOST_DAYS),
            },
            Parameter {
                name: "sla-medium",
                about: "Days to fix what is medium; 90 if absent.",
                kind: Kind::Whole(1, MOST_DAYS),
            },
            Parameter {
                name: "sla-low",
                about: "Days to fix what is low; 120 if absent.",
                kind: Kind::Whole(1, MOST_DAYS),
            },
        ],
        body: None,
        most_bytes: SMALL,
        answer: Answer::Done(shape::<Explained<DebtReport>>),
        read: |given| dashboard(given, |query| Ok(Dashboard::Debt(debt(query)?))),
    },
    Route {
        method: Method::GET,
        path: "/api/v1/dashboards/correlation",
        scope: Scope::Read,
        summary: "Tell whether vulnerable deployments are followed by more incidents than others.",
        query: &[FROM, TO, REPOSITORY, SERVICE, WINDOW],
        body: None,
        most_bytes: SMALL,
        answer: Answer::Done(shape::<Explained<Correlation>>),
        read: |given| dashboard(given, |query| Ok(Dashboard::Correlation(exposure(query)))),
    },
    Route {
        method: Method::GET,
        path: "/api/v1/dashboards/calibration",
        scope: Scope::Read,
        summary: "Tell how often a score of each band was followed by an incident.",
        query: &[FROM, TO, REPOSITORY, SERVICE],
        body: None,
        most_bytes: SMALL,
        answer: Answer::Done(shape::<Explained<Calibration>>),
        read: |given| dashboard(given, |_| Ok(Dashboard::Calibration)),
    },
    Route {
        method: Method::GET,
        path: "/api/v1/dashboards/rows/{figure}",
        scope: Scope::Read,
        summary: "List the rows behind a figure, as the dashboards count them.",
        query: &[
            FROM,
            TO,
            REPOSITORY,
            SERVICE,
            CFR_WINDOW,
            WINDOW,
            Parameter {
                name: "limit",
                about: "List at most so many, the first by time, and count the rest; 50 if absent.",
                kind: Kind::Whole(1, MOST_ROWS),
            },
        ],
        body: None,
        most_bytes: SMALL,
        answer: Answer::Done(shape::<FigureRows>),
        read: rows,
    },
];

fn dashboard(
    mut given: Given<'_>,
    read: impl FnOnce(&mut Query) -> Result<Dashboard, Problem>,
) -> Result<Ask, Problem> {
    nothing(given.body)?;
    Ok(Ask::Metrics(MetricsAsk::Dashboard {
        dashboard: read(&mut given.query)?,
        about: about(&mut given.query),
    }))
}

fn rows(mut given: Given<'_>) -> Result<Ask, Problem> {
    nothing(given.body)?;
    let mut figures = CountedFigure::ALL.into_iter();
    let Some(figure) = figures.find(|one| one.name() == given.id) else {
        let known = CountedFigure::ALL.map(CountedFigure::name).join("`, `");
        let detail = format!(
            "no figure is called `{}`; known are `{known}`",
            plain(&given.id)
        );
        return Err(Problem::new(StatusCode::NOT_FOUND, detail));
    };
    let query = &mut given.query;
    Ok(Ask::Metrics(MetricsAsk::Rows {
        about: about(query),
        figure,
        dora: delivery(query),
        correlation: exposure(query),
        limit: query.whole("limit").unwrap_or(ROWS),
    }))
}

fn delivery(query: &mut Query) -> DoraSettings {
    let defaults = DoraSettings::default();
    let hours = query.whole(CFR_WINDOW.name).map(Timestamp::from);
    DoraSettings {
        cfr_window_ms: hours.map_or(defaults.cfr_window_ms, |hours| hours * HOUR_MS),
        tiers: match query.word(TIERS.name) {
            Some("site") => Tiers::Site,
            _ => Tiers::Docs,
        },
    }
}

fn exposure(query: &mut Query) -> CorrelationSettings {
    let defaults = CorrelationSettings::default();
    CorrelationSettings {
        window: window(query).unwrap_or(defaults.window),
        ..defaults
    }
}

fn debt(query: &mut Query) -> Result<DebtSettings, Problem> {
    let defaults = Days::default();
    let days = Days {
        critical: query.whole("sla-critical").unwrap_or(defaults.critical),
        high: query.whole("sla-high").unwrap_or(defaults.high),
        medium: query.whole("sla-medium").unwrap_or(defaults.medium),
        low: query.whole("sla-low").unwrap_or(defaults.low),
        ..defaults
    };
    let sla = Windows::try_from(days).map_err(|error| {
        let detail = format!("days to fix: {error}");
        Problem::new(StatusCode::BAD_REQUEST, detail)
    })?;
    Ok(DebtSettings { sla })
}

const CFR_WINDOW: Parameter = Parameter {
    name: "cfr-window",
    about: "Hours after a deployment within which an incident makes it a failed one; 4 if absent.",
    kind: Kind::Whole(1, MOST_HOURS),
};

const TIERS: Parameter = Parameter {
    name: "tiers",
    about: "The table of tiers of the change failure rate, of docs.koalr.com or koalr.com; `docs` if absent.",
    kind: Kind::Word(&["docs", "site"]),
};

/// An hour, in milliseconds.
const HOUR_MS: Timestamp = 3_600_000;

/// 30 days, in hours: what deployments are tied to incidents within.
const MOST_HOURS: u32 = 720;

/// Ten years.
const MOST_DAYS: u32 = 3_650;

/// Rows if nobody says how many.
const ROWS: u32 = 50;

/// Rows of one answer, some hundred kilobytes.
const MOST_ROWS: u32 = 1_000;

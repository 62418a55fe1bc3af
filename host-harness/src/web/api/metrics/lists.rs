//! What Koalr documents of delivery: four figures, pull requests and deployments.

use http::Method;
use koalr_platform::access::Scope;
use koalr_store::ChangeState;

use super::super::Ask;
use super::super::parameter::{Kind, PAGE_LIMIT, Parameter};
use super::super::route::{Answer, Route, SMALL, nothing, shape};
use super::MetricsAsk;
use super::about::{FROM, REPOSITORY, SERVICE, TO, about};
use crate::report::{KoalrDeployment, KoalrDora, KoalrPage, KoalrPullRequest};

pub(super) const ROUTES: &[Route] = &[
    Route {
        method: Method::GET,
        path: "/api/v1/metrics/dora",
        scope: Scope::Read,
        summary: "Tell how often, how fast and how safely is delivered.",
        query: &[FROM, TO, REPOSITORY, SERVICE],
        body: None,
        most_bytes: SMALL,
        answer: Answer::Done(shape::<KoalrDora>),
        read: |mut given| {
            nothing(given.body)?;
            Ok(Ask::Metrics(MetricsAsk::Dora(about(&mut given.query))))
        },
    },
    Route {
        method: Method::GET,
        path: "/api/v1/pull-requests",
        scope: Scope::Read,
        summary: "List pull requests with what was decided about each, newest first.",
        query: &[
            Parameter {
                name: "from",
                about: "Only those opened then or later; absent means whenever, also when nobody knows.",
                kind: Kind::Time,
            },
            Parameter {
                name: "to",
                about: "Only those opened then or earlier; absent means whenever, also when nobody knows.",
                kind: Kind::Time,
            },
            Parameter {
                name: "state",
                about: "Only those in this state; in any if absent.",
                kind: Kind::Word(&["OPEN", "MERGED", "CLOSED"]),
            },
            REPOSITORY,
            CURSOR,
            PAGE_LIMIT,
        ],
        body: None,
        most_bytes: SMALL,
        answer: Answer::Done(shape::<KoalrPage<KoalrPullRequest>>),
        read: |mut given| {
            nothing(given.body)?;
            let query = &mut given.query;
            Ok(Ask::Metrics(MetricsAsk::PullRequests {
                repository: query.text(REPOSITORY.name),
                state: query.word("state").and_then(state),
                from: query.time("from"),
                to: query.time("to"),
                page: query.page(),
            }))
        },
    },
    Route {
        method: Method::GET,
        path: "/api/v1/deployments",
        scope: Scope::Read,
        summary: "List deployments with what each brought and what followed, newest first.",
        query: &[
            Parameter {
                name: "from",
                about: "Only those that came into their state then or later; absent means whenever.",
                kind: Kind::Time,
            },
            Parameter {
                name: "to",
                about: "Only those that came into their state then or earlier; absent means whenever.",
                kind: Kind::Time,
            },
            Parameter {
                name: "service",
                about: "Only of this service, by any of its names in any case; of all if absent.",
                kind: Kind::Text,
            },
            Parameter {
                name: "environment",
                about: "Only to this environment, in any case; to all if absent.",
                kind: Kind::Text,
            },
            CURSOR,
            PAGE_LIMIT,
        ],
        body: None,
        most_bytes: SMALL,
        answer: Answer::Done(shape::<KoalrPage<KoalrDeployment>>),
        read: |mut given| {
            nothing(given.body)?;
            let query = &mut given.query;
            Ok(Ask::Metrics(MetricsAsk::Deployments {
                service: query.text(SERVICE.name),
                environment: query.text("environment"),
                from: query.time("from"),
                to: query.time("to"),
                page: query.page(),
            }))
        },
    },
];

fn state(word: &str) -> Option<ChangeState> {
    let all = [
        ("OPEN", ChangeState::Open),
        ("MERGED", ChangeState::Merged),
        ("CLOSED", ChangeState::Closed),
    ];
    let found = all.into_iter().find(|(one, _)| *one == word);
    found.map(|(_, state)| state)
}

/// Where a page begins, as Koalr spells it.
const CURSOR: Parameter = Parameter {
    name: "cursor",
    about: "Where the page before ended, as its `nextCursor` says; absent for the first page.",
    kind: Kind::Cursor,
};

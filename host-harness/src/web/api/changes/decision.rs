//! Decisions, overrides and the audit log, listed; deployments, decided.

use http::Method;
use koalr_platform::access::Scope;
use koalr_platform::audit::Entry;
use koalr_platform::decision::DecisionRow;
use koalr_platform::team::Override;
use schemars::JsonSchema;

use super::super::super::problem::Problem;
use super::super::Ask;
use super::super::members::Members;
use super::super::page::{Items, Page};
use super::super::parameter::{CURSOR, Kind, PAGE_LIMIT, Parameter};
use super::super::route::{Answer, Given, Route, SMALL, nothing, shape};
use super::change::REPOSITORY;
use super::{ChangesAsk, DECISIONS, DecisionFilter, meaning};
use crate::jobs::DeploymentReport;

/// What is asked about decisions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DecisionsAsk {
    /// List decisions.
    List {
        /// Which.
        filter: DecisionFilter,
        /// Which page.
        page: Page,
    },
    /// List the decisions about every head of a change.
    OfChange {
        /// Its id.
        change: String,
        /// Which page.
        page: Page,
    },
    /// List what people let pass.
    Overrides {
        /// Only of this change.
        change: Option<String>,
        /// Which page.
        page: Page,
    },
    /// List what was decided and done.
    Audit {
        /// Which page.
        page: Page,
    },
}

/// What is to be deployed.
#[derive(JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(dead_code, reason = "it is read member by member; this is its form")]
struct DeploymentBody {
    /// The commit, or at least its first seven digits.
    sha: String,
    /// Name of the service, or an alias.
    service: String,
    /// The environment; `production` if absent.
    environment: Option<String>,
}

pub(super) const ROUTES: &[Route] = &[
    Route {
        method: Method::GET,
        path: "/api/v1/decisions",
        scope: Scope::Read,
        summary: "List decisions about changes, the newest first.",
        query: &[
            REPOSITORY,
            Parameter {
                name: "decision",
                about: "Only decisions that bind so; all if absent.",
                kind: Kind::Word(DECISIONS),
            },
            Parameter {
                name: "observation",
                about: "Only what was decided at the time, or only what was rebuilt later; both if absent.",
                kind: Kind::Word(OBSERVATIONS),
            },
            Parameter {
                name: "from",
                about: "Only decisions made for this time or later; without a beginning if absent.",
                kind: Kind::Time,
            },
            Parameter {
                name: "to",
                about: "Only decisions made for before this time; without an end if absent.",
                kind: Kind::Time,
            },
            CURSOR,
            PAGE_LIMIT,
        ],
        body: None,
        most_bytes: SMALL,
        answer: Answer::Done(shape::<Items<DecisionRow>>),
        read: list,
    },
    Route {
        method: Method::GET,
        path: "/api/v1/changes/{id}/decisions",
        scope: Scope::Read,
        summary: "List the decisions about every head of a change, the newest first.",
        query: &[CURSOR, PAGE_LIMIT],
        body: None,
        most_bytes: SMALL,
        answer: Answer::Done(shape::<Items<DecisionRow>>),
        read: |mut given| {
            nothing(given.body)?;
            Ok(ask(DecisionsAsk::OfChange {
                change: given.id,
                page: given.query.page(),
            }))
        },
    },
    Route {
        method: Method::GET,
        path: "/api/v1/overrides",
        scope: Scope::Read,
        summary: "List what people let pass in spite of the gate, the newest first.",
        query: &[
            Parameter {
                name: "change",
                about: "Only of this change, by its id; of all if absent.",
                kind: Kind::Text,
            },
            CURSOR,
            PAGE_LIMIT,
        ],
        body: None,
        most_bytes: SMALL,
        answer: Answer::Done(shape::<Items<Override>>),
        read: |mut given| {
            nothing(given.body)?;
            Ok(ask(DecisionsAsk::Overrides {
                change: given.query.text("change"),
                page: given.query.page(),
            }))
        },
    },
    Route {
        method: Method::GET,
        path: "/api/v1/audit",
        scope: Scope::Read,
        summary: "List the audit log, its end first.",
        query: &[CURSOR, PAGE_LIMIT],
        body: None,
        most_bytes: SMALL,
        answer: Answer::Done(shape::<Items<Entry>>),
        read: |mut given| {
            nothing(given.body)?;
            Ok(ask(DecisionsAsk::Audit {
                page: given.query.page(),
            }))
        },
    },
    Route {
        method: Method::POST,
        path: "/api/v1/deployments/gate",
        scope: Scope::Gate,
        summary: "Decide whether a commit may be deployed.",
        query: &[],
        body: Some(shape::<DeploymentBody>),
        most_bytes: SMALL,
        answer: Answer::Done(shape::<DeploymentReport>),
        read: |given| deployment(&given),
    },
];

fn ask(ask: DecisionsAsk) -> Ask {
    Ask::Changes(ChangesAsk::Decisions(ask))
}

fn list(mut given: Given<'_>) -> Result<Ask, Problem> {
    nothing(given.body)?;
    let query = &mut given.query;
    let filter = DecisionFilter {
        repository: query.text("repository"),
        decision: meaning(query.word("decision")),
        observation: meaning(query.word("observation")),
        from: query.time("from"),
        to: query.time("to"),
    };
    let page = query.page();
    Ok(ask(DecisionsAsk::List { filter, page }))
}

fn deployment(given: &Given<'_>) -> Result<Ask, Problem> {
    let mut members = Members::read(given.body)?;
    let sha = members.required("sha", "it is the commit that is to be deployed");
    let service = members.required("service", "it is what is to be deployed");
    let environment = members.text("environment");
    members.end()?;
    Ok(Ask::Changes(ChangesAsk::Deployment {
        sha,
        service,
        environment: environment.unwrap_or_else(|| "production".to_owned()),
    }))
}

pub(super) const OBSERVATIONS: &[&str] = &["observed", "reconstructed"];

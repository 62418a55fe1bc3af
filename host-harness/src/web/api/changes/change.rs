//! Stored changes: listed, told, judged again, let pass.

use http::Method;
use koalr_platform::access::Scope;
use koalr_platform::team::Override;
use schemars::JsonSchema;
use serde::Serialize;

use super::super::super::problem::Problem;
use super::super::Ask;
use super::super::members::Members;
use super::super::page::Items;
use super::super::parameter::{CURSOR, Kind, PAGE_LIMIT, Parameter};
use super::super::route::{Answer, Given, Route, SMALL, nothing, shape};
use super::{ChangeFilter, ChangesAsk, DECISIONS, meaning};
use crate::jobs::{ChangeRow, ChangeStatus};
use crate::report::{ChangeReport, CheckRun};

/// That a change will be judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Judging {
    /// Id of the change.
    pub change: String,
    /// Always true: its judgement waits or runs.
    pub queued: bool,
}

/// Why one head of a change may pass.
#[derive(JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(dead_code, reason = "it is read member by member; this is its form")]
struct OverrideBody {
    /// The head that may pass, which must be the present one.
    head_sha: String,
    /// Why, in a person's words; at most 1,000 characters.
    reason: String,
}

pub(super) const ROUTES: &[Route] = &[
    Route {
        method: Method::GET,
        path: "/api/v1/changes",
        scope: Scope::Read,
        summary: "List changes with the last decision about each, the last opened first.",
        query: &[
            REPOSITORY,
            Parameter {
                name: "state",
                about: "Only changes in this state; all if absent.",
                kind: Kind::Word(STATES),
            },
            Parameter {
                name: "decision",
                about: "Only changes whose last decision this is, as it binds; all if absent.",
                kind: Kind::Word(DECISIONS),
            },
            CURSOR,
            PAGE_LIMIT,
        ],
        body: None,
        most_bytes: SMALL,
        answer: Answer::Done(shape::<Items<ChangeRow>>),
        read: list,
    },
    Route {
        method: Method::GET,
        path: "/api/v1/changes/{id}",
        scope: Scope::Read,
        summary: "Tell what is stored of a change, and the last decision about it.",
        query: &[],
        body: None,
        most_bytes: SMALL,
        answer: Answer::Done(shape::<ChangeStatus>),
        read: |given| {
            nothing(given.body)?;
            Ok(Ask::Changes(ChangesAsk::Change { change: given.id }))
        },
    },
    Route {
        method: Method::GET,
        path: "/api/v1/changes/{id}/report",
        scope: Scope::Read,
        summary: "Tell the last decision about a change in full.",
        query: &[],
        body: None,
        most_bytes: SMALL,
        answer: Answer::Done(shape::<ChangeReport>),
        read: |given| {
            nothing(given.body)?;
            Ok(Ask::Changes(ChangesAsk::Report { change: given.id }))
        },
    },
    Route {
        method: Method::GET,
        path: "/api/v1/changes/{id}/check-run",
        scope: Scope::Read,
        summary: "The check run of the last decision about a change, as GitHub takes it.",
        query: &[],
        body: None,
        most_bytes: SMALL,
        answer: Answer::Done(shape::<CheckRun>),
        read: |given| {
            nothing(given.body)?;
            Ok(Ask::Changes(ChangesAsk::CheckRun { change: given.id }))
        },
    },
    Route {
        method: Method::POST,
        path: "/api/v1/changes/{id}/judge",
        scope: Scope::Gate,
        summary: "Have a change judged again.",
        query: &[],
        body: None,
        most_bytes: SMALL,
        answer: Answer::Queued(shape::<Judging>),
        read: |given| {
            nothing(given.body)?;
            Ok(Ask::Changes(ChangesAsk::Judge { change: given.id }))
        },
    },
    Route {
        method: Method::POST,
        path: "/api/v1/changes/{id}/override",
        scope: Scope::Approve,
        summary: "Let one head of a change pass, as the key's person.",
        query: &[],
        body: Some(shape::<OverrideBody>),
        most_bytes: SMALL,
        answer: Answer::Done(shape::<Override>),
        read: override_change,
    },
];

fn list(mut given: Given<'_>) -> Result<Ask, Problem> {
    nothing(given.body)?;
    let query = &mut given.query;
    let filter = ChangeFilter {
        repository: query.text("repository"),
        state: meaning(query.word("state")),
        decision: meaning(query.word("decision")),
    };
    let page = query.page();
    Ok(Ask::Changes(ChangesAsk::List { filter, page }))
}

fn override_change(given: Given<'_>) -> Result<Ask, Problem> {
    let mut members = Members::read(given.body)?;
    let head_sha = members.required("head-sha", "an override holds for one commit only");
    let reason = members.required("reason", "the audit log keeps why the change may pass");
    members.end()?;
    Ok(Ask::Changes(ChangesAsk::Override {
        change: given.id,
        head_sha,
        reason,
    }))
}

pub(super) const REPOSITORY: Parameter = Parameter {
    name: "repository",
    about: "Only of this repository, as `owner/name` in any case; of all if absent.",
    kind: Kind::Text,
};

pub(crate) const STATES: &[&str] = &["open", "merged", "closed", "unknown"];

//! Integrations: which there are, what is connected and how far it is synced, and the jobs that do it.

mod connect;

use http::Method;
use koalr_platform::access::Scope;

use super::Ask;
use super::page::{Items, Page};
use super::parameter::{CURSOR, Kind, PAGE_LIMIT, Parameter};
use super::route::{Answer, Route, SMALL, nothing, shape};
use crate::jobs::{
    ConnectReport, DisconnectReport, InspectReport, IntegrationReport, JobReport, JobWord,
    QueuedJob, QueuedSync,
};

pub use connect::{ConnectBody, Token};

/// What is asked about integrations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IntegrationsAsk {
    /// Tell which there are.
    All,
    /// Tell what one is, and what is connected.
    One {
        /// The integration.
        integration: String,
    },
    /// Give one its credential, and have everything read.
    Connect {
        /// The integration.
        integration: String,
        /// What a person gives.
        body: ConnectBody,
    },
    /// Take its credential away.
    Disconnect {
        /// The integration.
        integration: String,
    },
    /// Read what changed at the upstream.
    Sync {
        /// The integration.
        integration: String,
    },
    /// Tell which components are loaded.
    Plugins,
    /// Tell what one is.
    Plugin {
        /// The integration that it is.
        plugin: String,
    },
    /// Tell which jobs wait, run or were given up.
    Jobs {
        /// Only those; none means all.
        state: Option<JobWord>,
        /// Which of them.
        page: Page,
    },
    /// Let a job that was given up wait again.
    Replay {
        /// Its number, as it stands in the address.
        job: String,
    },
}

pub(super) const ROUTES: &[Route] = &[
    Route {
        method: Method::GET,
        path: "/api/v1/integrations",
        scope: Scope::Read,
        summary: "List the integrations, each with its connection.",
        query: &[],
        body: None,
        most_bytes: SMALL,
        answer: Answer::Done(shape::<Items<IntegrationReport>>),
        read: |given| {
            nothing(given.body)?;
            Ok(Ask::Integrations(IntegrationsAsk::All))
        },
    },
    Route {
        method: Method::GET,
        path: "/api/v1/integrations/{integration}",
        scope: Scope::Read,
        summary: "Tell what an integration reads and why, and how far its connection is synced.",
        query: &[],
        body: None,
        most_bytes: SMALL,
        answer: Answer::Done(shape::<IntegrationReport>),
        read: |given| {
            nothing(given.body)?;
            let integration = given.id;
            Ok(Ask::Integrations(IntegrationsAsk::One { integration }))
        },
    },
    Route {
        method: Method::POST,
        path: "/api/v1/integrations/{integration}/connect",
        scope: Scope::Connect,
        summary: "Check a token, keep it sealed, and begin to read 90 days of history.",
        query: &[],
        body: Some(shape::<ConnectBody>),
        most_bytes: SMALL,
        answer: Answer::Done(shape::<ConnectReport>),
        read: connect::read,
    },
    Route {
        method: Method::DELETE,
        path: "/api/v1/integrations/{integration}/connection",
        scope: Scope::Connect,
        summary: "Forget the token; what was read stays.",
        query: &[],
        body: None,
        most_bytes: SMALL,
        answer: Answer::Done(shape::<DisconnectReport>),
        read: |given| {
            nothing(given.body)?;
            let integration = given.id;
            Ok(Ask::Integrations(IntegrationsAsk::Disconnect {
                integration,
            }))
        },
    },
    Route {
        method: Method::POST,
        path: "/api/v1/integrations/{integration}/sync",
        scope: Scope::Import,
        summary: "Read what changed, or everything the first time.",
        query: &[],
        body: None,
        most_bytes: SMALL,
        answer: Answer::Queued(shape::<QueuedSync>),
        read: |given| {
            nothing(given.body)?;
            let integration = given.id;
            Ok(Ask::Integrations(IntegrationsAsk::Sync { integration }))
        },
    },
    Route {
        method: Method::GET,
        path: "/api/v1/plugins",
        scope: Scope::Read,
        summary: "List the loaded components, each with its limits and where its requests may go.",
        query: &[],
        body: None,
        most_bytes: SMALL,
        answer: Answer::Done(shape::<Items<InspectReport>>),
        read: |given| {
            nothing(given.body)?;
            Ok(Ask::Integrations(IntegrationsAsk::Plugins))
        },
    },
    Route {
        method: Method::GET,
        path: "/api/v1/plugins/{plugin}",
        scope: Scope::Read,
        summary: "Tell what a loaded component is, its limits, and where its requests may go.",
        query: &[],
        body: None,
        most_bytes: SMALL,
        answer: Answer::Done(shape::<InspectReport>),
        read: |given| {
            nothing(given.body)?;
            let plugin = given.id;
            Ok(Ask::Integrations(IntegrationsAsk::Plugin { plugin }))
        },
    },
    Route {
        method: Method::GET,
        path: "/api/v1/jobs",
        scope: Scope::Read,
        summary: "List the jobs that wait, run or were given up, with the reason.",
        query: &[STATE, CURSOR, PAGE_LIMIT],
        body: None,
        most_bytes: SMALL,
        answer: Answer::Done(shape::<Items<JobReport>>),
        read: |given| {
            nothing(given.body)?;
            let mut query = given.query;
            Ok(Ask::Integrations(IntegrationsAsk::Jobs {
                state: query.word(STATE.name).and_then(JobWord::parse),
                page: query.page(),
            }))
        },
    },
    Route {
        method: Method::POST,
        path: "/api/v1/jobs/{job}/replay",
        scope: Scope::Import,
        summary: "Let a job that was given up run again.",
        query: &[],
        body: None,
        most_bytes: SMALL,
        answer: Answer::Queued(shape::<QueuedJob>),
        read: |given| {
            nothing(given.body)?;
            Ok(Ask::Integrations(IntegrationsAsk::Replay { job: given.id }))
        },
    },
];

/// Which jobs.
const STATE: Parameter = Parameter {
    name: "state",
    about: "Only jobs that are so far; all of them if absent.",
    kind: Kind::Word(JobWord::WORDS),
};

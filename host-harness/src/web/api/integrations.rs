//! Integrations: what is connected, and how far it is synced.

use http::Method;
use koalr_platform::access::Scope;
use serde_json::Value;

use super::Ask;
use super::route::{Answer, Route, SMALL, nothing, shape};

/// What is asked about integrations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IntegrationsAsk {
    /// Tell what is connected and how far it is synced.
    Connections,
    /// Read what changed at the upstream.
    Sync {
        /// The integration.
        integration: String,
    },
}

pub(super) const ROUTES: &[Route] = &[
    Route {
        method: Method::GET,
        path: "/api/v1/connections",
        scope: Scope::Read,
        summary: "Tell what is connected and how far it is synced.",
        query: &[],
        body: None,
        most_bytes: SMALL,
        answer: Answer::Done(shape::<Value>),
        read: |given| {
            nothing(given.body)?;
            Ok(Ask::Integrations(IntegrationsAsk::Connections))
        },
    },
    Route {
        method: Method::POST,
        path: "/api/v1/connections/{integration}/sync",
        scope: Scope::Import,
        summary: "Read what changed, or everything the first time.",
        query: &[],
        body: None,
        most_bytes: SMALL,
        answer: Answer::Queued(shape::<Value>),
        read: |given| {
            nothing(given.body)?;
            let integration = given.id;
            Ok(Ask::Integrations(IntegrationsAsk::Sync { integration }))
        },
    },
];

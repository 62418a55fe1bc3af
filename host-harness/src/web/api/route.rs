//! What an address is: who may ask there, what it takes, and what it answers. The document about the API is made of it, so
//! that both say the same.

use http::{Method, StatusCode};
use koalr_platform::access::Scope;
use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::super::problem::Problem;
use super::members::Members;
use super::parameter::{Parameter, Query};
use super::{Ask, changes, integrations, metrics};

/// One address.
pub(super) struct Route {
    pub(super) method: Method,
    /// Where it is; at most one part of it is in braces.
    pub(super) path: &'static str,
    /// What a key must have for it.
    pub(super) scope: Scope,
    /// What it does, as a sentence.
    pub(super) summary: &'static str,
    /// What may stand in its query.
    pub(super) query: &'static [Parameter],
    /// The form of its body; none if it takes none.
    pub(super) body: Option<Shape>,
    /// Largest body, in bytes.
    pub(super) most_bytes: usize,
    /// What it answers when all is well.
    pub(super) answer: Answer,
    /// Reads what is asked for.
    pub(super) read: fn(Given<'_>) -> Result<Ask, Problem>,
}

/// What is given with a request.
pub(super) struct Given<'a> {
    /// The part of the path that is in braces; empty if none is.
    pub(super) id: String,
    /// The query, checked against what may stand in it.
    pub(super) query: Query,
    pub(super) body: &'a [u8],
}

/// The form of an answer.
pub(super) enum Answer {
    /// It is done: a document.
    Done(Shape),
    /// It is stored and will be done: a document.
    Queued(Shape),
    /// It is done, and there is nothing to say.
    Nothing,
    /// News as they come, each a document.
    News(Shape),
}

impl Answer {
    /// Its status.
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::Done(_) | Self::News(_) => StatusCode::OK,
            Self::Queued(_) => StatusCode::ACCEPTED,
            Self::Nothing => StatusCode::NO_CONTENT,
        }
    }
}

/// How the form of a JSON document is made.
pub(super) type Shape = fn(&mut SchemaGenerator) -> Schema;

/// The form of a type.
pub(super) fn shape<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// All of them.
pub(super) fn routes() -> impl Iterator<Item = &'static Route> {
    let all = rooms().into_iter().flat_map(|room| room.routes);
    all.copied().flatten()
}

/// Addresses about one thing.
pub(super) struct Room {
    pub(super) name: &'static str,
    /// What it is about, as a sentence.
    pub(super) about: &'static str,
    pub(super) routes: &'static [&'static [Route]],
}

/// All of them, by room.
pub(super) fn rooms() -> [Room; 3] {
    [
        Room {
            name: "changes",
            about: "Changes, what they do to dependencies, and what is decided about them.",
            routes: &[changes::ROUTES],
        },
        Room {
            name: "integrations",
            about: "What is connected, and how far it is synced.",
            routes: &[integrations::ROUTES],
        },
        Room {
            name: "metrics",
            about: "How delivery goes and what is owed, in figures.",
            routes: &[metrics::ROUTES],
        },
    ]
}

/// A body that says nothing.
pub(super) fn nothing(body: &[u8]) -> Result<(), Problem> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(());
    }
    Members::read(body)?.end()
}

/// Two of them fit into the room for bodies: an import of 60,000 changes, or two documents of 50,000 components.
pub(super) const LARGE: usize = 32 << 20;

/// A few texts.
pub(super) const SMALL: usize = 64 << 10;

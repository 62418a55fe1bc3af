//! What an address is: who may ask there, what it takes, and what it answers. The document about the API is made of it, so
//! that both say the same.

use http::{Method, StatusCode};
use koalr_platform::access::Scope;
use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::super::problem::Problem;
use super::members::Members;
use super::parameter::{Parameter, Query};
use super::{Ask, changes, integrations, metrics, news};

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
    /// News as they come, each a document.
    News(Shape),
}

impl Answer {
    /// Its status.
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::Done(_) | Self::News(_) => StatusCode::OK,
            Self::Queued(_) => StatusCode::ACCEPTED,
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
pub(super) fn rooms() -> [Room; 4] {
    [
        Room {
            name: "changes",
            about: "Changes, what they do to dependencies, and what is decided about them.",
            routes: &changes::ROOMS,
        },
        Room {
            name: "integrations",
            about: "What is connected, and how far it is synced.",
            routes: &[integrations::ROUTES],
        },
        Room {
            name: "metrics",
            about: "How delivery goes and what is owed, in figures.",
            routes: &metrics::ROUTES,
        },
        Room {
            name: "events",
            about: "What happens, as it happens.",
            routes: &[news::ROUTES],
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use schemars::generate::SchemaSettings;
    use serde_json::Value;

    use super::*;

    /// The form of a body as a schema.
    fn form(shape: Shape) -> Value {
        let settings = SchemaSettings::draft2020_12().for_deserialize();
        let mut generator = settings.into_generator();
        let reference = Value::from(shape(&mut generator));
        let name = reference["$ref"].as_str().unwrap();
        generator.definitions()[name.split('/').next_back().unwrap()].clone()
    }

    /// What is wrong with a body that has nothing that is known.
    fn errors(route: &Route) -> Vec<(String, String)> {
        let given = Given {
            id: "a".to_owned(),
            query: Query::default(),
            body: br#"{"nonsense": 1}"#,
        };
        let problem = serde_json::to_value((route.read)(given).unwrap_err()).unwrap();
        let errors = problem["errors"].as_array().unwrap().iter();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        errors
            .map(|one| (text(&one["path"]), text(&one["problem"])))
            .collect()
    }

    #[test]
    fn the_form_of_every_body_is_the_one_that_is_read() {
        // A document to import is compared where it is read.
        let others = routes().filter(|route| route.path != "/api/v1/imports");
        for (route, shape) in others.filter_map(|route| Some((route, route.body?))) {
            let what = format!("{} {}", route.method, route.path);
            let (form, errors) = (form(shape), errors(route));
            let unknown = errors.iter().find(|(path, _)| path == "nonsense").unwrap();
            let known = unknown.1.split('`').skip(1).step_by(2);
            let properties = form["properties"].as_object().unwrap();
            assert_eq!(
                known.map(str::to_owned).collect::<BTreeSet<_>>(),
                properties.keys().cloned().collect(),
                "{what}"
            );
            let missing = errors
                .iter()
                .filter(|(_, problem)| problem.starts_with("it is missing"));
            let required = form["required"].as_array().into_iter().flatten();
            assert_eq!(
                missing
                    .map(|(path, _)| path.as_str())
                    .collect::<BTreeSet<_>>(),
                required.map(|name| name.as_str().unwrap()).collect(),
                "{what}"
            );
        }
    }
}

//! What an upstream serves.

use crate::answer::Answer;
use crate::asked::Asked;
use crate::data::Organization;
use crate::fault::{Fault, Faults, Occurrence};
use crate::replay::Replay;
use crate::rest;

/// What an upstream serves, whom it lets in, and how it misbehaves.
///
/// Made of [`Organization`]s or of a [`Replay`].
#[derive(Debug)]
pub struct World {
    source: Source,
    pub(crate) token: Option<Token>,
    pub(crate) faults: Faults,
}

/// A token that is not printed.
pub(crate) struct Token(pub(crate) String);

impl std::fmt::Debug for Token {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("…")
    }
}

#[derive(Debug)]
enum Source {
    Organizations(Vec<Organization>),
    Replay(Replay),
}

impl World {
    /// Accepts only this token. Without it, any token that is not empty.
    #[must_use]
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(Token(token.into()));
        self
    }

    /// Switches a fault on for requests whose path, as sent, begins with the prefix.
    #[must_use]
    pub fn fault(self, prefix: &str, occurrence: Occurrence, fault: Fault) -> Self {
        self.faults.add(prefix, occurrence, fault);
        self
    }

    pub(crate) fn answer(&self, asked: &Asked) -> Answer {
        match &self.source {
            Source::Organizations(organizations) => rest::answer(organizations, asked),
            Source::Replay(replay) => replay.answer(asked),
        }
    }
}

impl From<Source> for World {
    fn from(source: Source) -> Self {
        Self {
            source,
            token: None,
            faults: Faults::default(),
        }
    }
}

impl From<Vec<Organization>> for World {
    fn from(mut organizations: Vec<Organization>) -> Self {
        for organization in &mut organizations {
            organization.issues.sort_by(|a, b| {
                (b.severity, b.created_at, &a.id).cmp(&(a.severity, a.created_at, &b.id))
            });
        }
        Source::Organizations(organizations).into()
    }
}

impl From<Organization> for World {
    fn from(organization: Organization) -> Self {
        vec![organization].into()
    }
}

impl From<Replay> for World {
    fn from(replay: Replay) -> Self {
        Source::Replay(replay).into()
    }
}

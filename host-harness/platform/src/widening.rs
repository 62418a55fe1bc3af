//! What a version may do, or decides, that the one before did not: what somebody must agree to before it serves.
//!
//! Only manifests are compared, because the host holds a component to its manifest. What a new version gives up passes;
//! a change of what the gate does by default, or of what a credential looks like, counts in either direction.

mod gate;
mod reach;

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::manifest::Manifest;

/// One difference that needs consent.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Widening {
    /// What it is about.
    pub subject: Subject,
    /// The difference, as a sentence without its full stop. It holds text of the manifests.
    pub what: String,
}

/// What a difference is about.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// Where requests may go, and which.
    Origin,
    /// From where files may be downloaded.
    Download,
    /// What the upstream must permit.
    Permission,
    /// How often the upstream is asked.
    Quota,
    /// What a credential looks like, and how it is sent.
    Credential,
    /// What the gate does where a policy says nothing.
    Rule,
    /// What a person must say at connect.
    Setting,
}

impl Subject {
    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Origin => "origin",
            Self::Download => "download",
            Self::Permission => "permission",
            Self::Quota => "quota",
            Self::Credential => "credential",
            Self::Rule => "rule",
            Self::Setting => "setting",
        }
    }
}

impl fmt::Display for Widening {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.subject.word(), self.what)
    }
}

/// Everything in which `new` goes beyond `old`, subject by subject; empty if it may take its place without asking.
#[must_use]
pub fn widened(old: &Manifest, new: &Manifest) -> Vec<Widening> {
    let mut found = Found(Vec::new());
    reach::origins(old, new, &mut found);
    reach::permissions(old, new, &mut found);
    reach::quotas(old, new, &mut found);
    gate::credentials(old, new, &mut found);
    gate::rules(old, new, &mut found);
    gate::settings(old, new, &mut found);
    found.0
}

/// What was found so far.
struct Found(Vec<Widening>);

impl Found {
    fn add(&mut self, subject: Subject, what: String) {
        self.0.push(Widening { subject, what });
    }
}

#[cfg(test)]
mod tests;

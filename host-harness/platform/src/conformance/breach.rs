//! The sentences about what was broken.

use std::fmt;

/// What an answer breaks of the contract. Never empty.
///
/// Each sentence names the verb and the place, for example
/// ``sync: records[3].finding.cvss[0].score is 137; it is 0 to 100``. Texts of the guest in it are short and on one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breaches {
    first: Vec<String>,
    more: usize,
}

impl Breaches {
    /// A single one: a verb, and what is wrong with what it returned.
    #[must_use]
    pub fn one(verb: &str, fault: &str) -> Self {
        Self {
            first: vec![format!("{verb}: {fault}")],
            more: 0,
        }
    }

    /// None if there is no sentence.
    pub(super) fn new(first: Vec<String>, more: usize) -> Result<(), Self> {
        if first.is_empty() {
            Ok(())
        } else {
            Err(Self { first, more })
        }
    }

    /// One sentence for each of the first breaches, in the order of the answer. Not empty.
    #[must_use]
    pub fn sentences(&self) -> &[String] {
        &self.first
    }

    /// How many more there are than sentences.
    #[must_use]
    pub fn more(&self) -> usize {
        self.more
    }
}

impl fmt::Display for Breaches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.first.join("; "))?;
        match self.more {
            0 => Ok(()),
            more => write!(f, "; and {more} more"),
        }
    }
}

impl std::error::Error for Breaches {}

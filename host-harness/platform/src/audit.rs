//! What was decided and done, in a chain of hashes: an entry that is altered, removed, added or moved breaks it.
//!
//! The chain proves that nothing was altered under its end. Who may write every entry may also compute the whole chain
//! anew, so the end, a [`Tip`], is kept or published elsewhere; given it, a rewritten or shortened chain is refused too.

mod event;
mod json;

use std::borrow::Borrow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::model::common::Timestamp;

pub use event::{Deed, Event};

/// One thing that was done. All texts are kept as they were given: escape them where they are shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(rename = "AuditEntry")]
pub struct Entry {
    /// Its place in the chain, from 1.
    pub seq: u64,
    /// When it was done.
    pub at: Timestamp,
    /// Login of who did it, or the name of the job that did.
    pub actor: String,
    /// What was done.
    pub act: Deed,
    /// What it was done to: the id of a change, a service, a connection. May be empty for an act on the whole tenant.
    pub subject: String,
    /// The particulars: a JSON object without spaces, its keys in alphabetical order.
    pub detail: String,
    /// Hash of the entry before; [`GENESIS`] for the first.
    pub previous: String,
    /// SHA-256 over all other fields, as 64 lower-case hexadecimal digits.
    pub hash: String,
}

/// The end of a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Tip {
    /// Place of the last entry; 0 for an empty chain.
    pub seq: u64,
    /// Its hash; [`GENESIS`] for an empty chain.
    pub hash: String,
}

/// A chain that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the audit chain is broken at entry {seq}: {why}")]
pub struct Broken {
    /// Where: the first place, from 1, at which it cannot be trusted.
    pub seq: u64,
    /// How.
    pub why: Breach,
}

/// How a chain is broken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Breach {
    /// Another entry stands in its place: its place as it says.
    #[error("entry {0} stands there; entries were removed, added or moved")]
    Place(u64),
    /// It does not continue the entry before.
    #[error("it does not continue the entry before it; one of the two was replaced")]
    Link,
    /// Its hash is not that of its fields.
    #[error("its fields do not have the hash that stands with them; it was altered")]
    Altered,
    /// The chain has another entry there than the known one.
    #[error("the chain was written anew: a known entry had another hash")]
    Rewritten,
    /// The chain ends before a known entry: the known place.
    #[error("it is missing, and entry {0} is known to have been written; the end was cut off")]
    CutOff(u64),
}

impl Entry {
    /// The entry that continues a chain after its last one, none in an empty chain.
    #[must_use]
    pub fn next(
        previous: Option<&Self>,
        at: Timestamp,
        (actor, subject): (&str, &str),
        event: &Event,
    ) -> Self {
        let tip = previous.map_or_else(Tip::default, Self::tip);
        let mut entry = Self {
            seq: tip.seq.saturating_add(1),
            at,
            actor: actor.to_owned(),
            act: event.deed(),
            subject: subject.to_owned(),
            detail: event.detail(),
            previous: tip.hash,
            hash: String::new(),
        };
        entry.hash = entry.digest();
        entry
    }

    /// The end of the chain, if this is the last.
    #[must_use]
    pub fn tip(&self) -> Tip {
        Tip {
            seq: self.seq,
            hash: self.hash.clone(),
        }
    }

    /// Every field stands with its length before it, so that no two entries are the same bytes.
    fn digest(&self) -> String {
        let mut hasher = Sha256::new();
        for field in [
            FORMAT,
            &self.seq.to_be_bytes(),
            &self.at.to_be_bytes(),
            self.actor.as_bytes(),
            self.act.word().as_bytes(),
            self.subject.as_bytes(),
            self.detail.as_bytes(),
            self.previous.as_bytes(),
        ] {
            let bytes = u64::try_from(field.len()).unwrap_or(u64::MAX);
            hasher.update(bytes.to_be_bytes());
            hasher.update(field);
        }
        hex::encode(hasher.finalize())
    }
}

impl Tip {
    /// The end after one more entry.
    ///
    /// # Errors
    /// - another entry belongs there
    /// - the entry does not continue the chain
    /// - the entry was altered
    pub fn follow(&self, entry: &Entry) -> Result<Self, Broken> {
        let seq = self.seq.saturating_add(1);
        let broken = |why| Err(Broken { seq, why });
        if entry.seq != seq {
            return broken(Breach::Place(entry.seq));
        }
        if entry.hash != entry.digest() {
            return broken(Breach::Altered);
        }
        if entry.previous != self.hash {
            return broken(Breach::Link);
        }
        Ok(entry.tip())
    }
}

/// The end of an empty chain.
impl Default for Tip {
    fn default() -> Self {
        Self {
            seq: 0,
            hash: GENESIS.to_owned(),
        }
    }
}

/// Follows a chain from its first entry to its end. `known` is an end that it once had, none if none was kept: without
/// it, a chain that was cut off or written anew as a whole is not told from a good one.
///
/// # Errors
///
/// The first place at which the chain is not as it was written.
pub fn verify<E: Borrow<Entry>>(
    entries: impl IntoIterator<Item = E>,
    known: Option<&Tip>,
) -> Result<Tip, Broken> {
    let mut tip = Tip::default();
    for entry in entries {
        tip = tip.follow(entry.borrow())?;
        if known.is_some_and(|known| known.seq == tip.seq && known.hash != tip.hash) {
            let why = Breach::Rewritten;
            return Err(Broken { seq: tip.seq, why });
        }
    }
    match known {
        Some(known) if known.seq > tip.seq => Err(Broken {
            seq: tip.seq.saturating_add(1),
            why: Breach::CutOff(known.seq),
        }),
        _ => Ok(tip),
    }
}

/// What stands for the hash before the first entry.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Tells this encoding from any later one.
const FORMAT: &[u8] = b"koalr-audit-1";

#[cfg(test)]
mod tests;

//! Whether a walk gets on: one that never ends is broken off.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};

use koalr_platform::conformance::Breaches;
use koalr_platform::model::walk::Cursor;

use crate::contract::{Brought, Mirror as _};

/// What is remembered of a walk's batches.
pub(super) struct Course {
    most: Most,
    hasher: RandomState,
    /// Hashes of the cursors so far: their bytes may be many, and two of a walk's cursors are not equal by chance.
    seen: HashSet<u64>,
    batches: u32,
    /// Batches in a row for which nothing was asked.
    unasked: u32,
}

/// How long a walk may be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Most {
    /// Batches in all.
    pub(super) batches: u32,
    /// Batches in a row for which nothing was asked.
    pub(super) unasked: u32,
}

impl Default for Course {
    fn default() -> Self {
        Self::at_most(Most {
            batches: MOST_BATCHES,
            unasked: MOST_UNASKED,
        })
    }
}

impl Course {
    pub(super) fn at_most(most: Most) -> Self {
        Self {
            most,
            hasher: RandomState::new(),
            seen: HashSet::new(),
            batches: 0,
            unasked: 0,
        }
    }

    /// The walk begins here, or anew.
    pub(super) fn begins(&mut self, cursor: Option<&Cursor>) {
        self.seen.clear();
        if let Some(cursor) = cursor {
            self.is_new(cursor);
        }
    }

    /// The walk is to go on after this batch, for which so many requests were made.
    pub(super) fn goes_on(&mut self, batch: &Brought, requests: u32) -> Result<(), Breaches> {
        let Most { batches, unasked } = self.most;
        if batch.done {
            return Ok(());
        }
        self.batches += 1;
        self.unasked = if requests == 0 { self.unasked + 1 } else { 0 };
        if self.batches >= batches {
            return Err(endless(&format!(
                "{batches} batches in one run have not ended the walk; a walk ends"
            )));
        }
        if self.unasked >= unasked {
            return Err(endless(&format!(
                "{unasked} batches in a row asked the upstream nothing; a walk reads from it"
            )));
        }
        // Whoever waits may come back to the same place.
        let waits = batch.resume_after_secs.is_some_and(|secs| secs > 0);
        match &batch.cursor {
            Some(cursor) if !self.is_new(&cursor.clone().mirror()) && !waits => Err(endless(
                "cursor is one that this walk had before, so that it would go round for ever",
            )),
            _ => Ok(()),
        }
    }

    fn is_new(&mut self, cursor: &Cursor) -> bool {
        let hash = self.hasher.hash_one((cursor.format, &cursor.bytes));
        self.seen.insert(hash)
    }
}

fn endless(fault: &str) -> Breaches {
    Breaches::one("sync", fault)
}

/// Batches of one run. Each may send 32 requests: at the pace of large upstreams that is more than a day.
const MOST_BATCHES: u32 = 100_000;

/// Batches in a row without a request. A batch that only splits what was read before needs none, and such are few.
const MOST_UNASKED: u32 = 1000;

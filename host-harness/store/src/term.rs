//! What vulnerabilities can be looked for by: their ids, their other names, and their packages.
//!
//! A term leads to a vulnerability, not to its findings: so it is written once however many there are. It is never
//! removed; whoever follows it looks whether the finding still has it.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};

use koalr_platform::model::record::Finding;
use rusqlite::{Statement, params};

use crate::database::Transaction;
use crate::sync_state::Turn;

/// Names that are stored for sure, so that storing a finding seldom asks the database: a vulnerability is in many
/// projects, and its findings come in many batches.
#[derive(Default)]
pub(crate) struct Named {
    hasher: RandomState,
    /// Hashes of what one finding was named.
    hashes: HashSet<u64>,
}

impl Named {
    /// Takes what a batch stored, once that is committed.
    pub(crate) fn extend(&mut self, stored: HashSet<u64>) {
        if self.hashes.len() + stored.len() > MOST_NAMED {
            self.hashes.clear();
        }
        self.hashes.extend(stored);
    }
}

/// Stores terms, with a statement that is prepared once a batch.
pub(crate) struct Terms<'t> {
    connection: i64,
    insert: Statement<'t>,
    named: &'t Named,
    stored: HashSet<u64>,
}

impl<'t> Terms<'t> {
    pub(crate) fn open(
        transaction: &'t Transaction<'t>,
        turn: Turn,
        named: &'t Named,
    ) -> rusqlite::Result<Self> {
        Ok(Self {
            connection: turn.connection,
            insert: transaction.prepare(INSERT)?,
            named,
            stored: HashSet::new(),
        })
    }

    /// Stores those of a finding.
    pub(crate) fn store(&mut self, finding: &Finding) -> rusqlite::Result<()> {
        let (id, aliases) = (&finding.vulnerability, &finding.aliases);
        let packages = || finding.packages.iter().map(|one| one.name.as_str());
        let names: (_, _, _, Vec<&str>) = (self.connection, id, aliases, packages().collect());
        let hash = self.named.hasher.hash_one(names);
        if self.named.hashes.contains(&hash) || !self.stored.insert(hash) {
            return Ok(());
        }
        let aliases = aliases.iter().map(String::as_str);
        for term in [id.as_str()].into_iter().chain(aliases).chain(packages()) {
            self.insert.execute(params![self.connection, term, id])?;
        }
        Ok(())
    }

    /// What was stored, for [`Named::extend`].
    pub(crate) fn stored(self) -> HashSet<u64> {
        self.stored
    }
}

const INSERT: &str = "
    INSERT OR IGNORE INTO finding_terms (connection, term, vulnerability) VALUES (?1, ?2, ?3)";

/// Hashes that are kept: two megabytes.
const MOST_NAMED: usize = 100_000;

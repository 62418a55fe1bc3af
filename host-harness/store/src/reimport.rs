//! Projects that were imported again: the new one continues the old, and so do its findings.

use std::collections::{BTreeMap, BTreeSet};

use koalr_platform::model::record::Finding;
use rusqlite::{Statement, params};

use crate::absence::PROJECT_GONE;
use crate::database::Transaction;
use crate::sync_state::Turn;

/// What continues what, with statements that are prepared once a batch.
pub(crate) struct Reimports<'t> {
    transaction: &'t Transaction<'t>,
    turn: Turn,
    /// Projects that continue another one: organization and id, and the id of the other.
    heirs: BTreeMap<(String, String), String>,
    link: Statement<'t>,
    explain: Statement<'t>,
}

impl<'t> Reimports<'t> {
    pub(crate) fn open(transaction: &'t Transaction<'t>, turn: Turn) -> rusqlite::Result<Self> {
        let mut reimports = Self {
            transaction,
            turn,
            heirs: BTreeMap::new(),
            link: transaction.prepare(LINK)?,
            explain: transaction.prepare(EXPLAIN)?,
        };
        reimports.read()?;
        Ok(reimports)
    }

    /// Lets a new finding continue the vanished one of the same key, if its project continues another.
    pub(crate) fn inherit(&mut self, finding: &Finding) -> rusqlite::Result<()> {
        if self.heirs.is_empty() {
            return Ok(());
        }
        let project = (finding.organization.clone(), finding.project.clone());
        let Some(old) = self.heirs.get(&project).cloned() else {
            return Ok(());
        };
        self.link(&finding.organization, &old, &finding.id, &finding.key)
    }

    /// Finds for every project that is gone the one that continues it, at the end of a project list: an active project
    /// of the same place that was first shown after the old one was last shown. Of several, the project that was lost
    /// last is continued by the one that came first.
    ///
    /// Nothing ever continues itself, however long the chain: `first_in` rises along it.
    pub(crate) fn pair(&mut self, organization: &str) -> rusqlite::Result<()> {
        let transaction = self.transaction;
        let scope = params![self.turn.connection, organization];
        let mut pairs = transaction.prepare(PAIRS)?;
        let pairs = pairs
            .query_map(scope, |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<Vec<(String, String)>>>()?;
        let mut taken = BTreeSet::new();
        for (old, new) in &pairs {
            if taken.contains(&(false, old)) || taken.contains(&(true, new)) {
                continue;
            }
            taken.extend([(false, old), (true, new)]);
            let parameters = params![self.turn.connection, organization, new, old];
            transaction.execute(CONTINUE, parameters)?;
            let mut findings = transaction.prepare(UNLINKED)?;
            let parameters = params![self.turn.connection, organization, new];
            let findings = findings
                .query_map(parameters, |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<rusqlite::Result<Vec<(String, String)>>>()?;
            for (id, key) in &findings {
                self.link(organization, old, id, key)?;
            }
        }
        self.read()
    }

    fn link(&mut self, organization: &str, old: &str, id: &str, key: &str) -> rusqlite::Result<()> {
        let connection = self.turn.connection;
        let mut rows = self
            .link
            .query(params![connection, organization, old, key, id])?;
        if let Some(row) = rows.next()? {
            let gone: String = row.get(0)?;
            self.explain.execute(params![
                connection,
                organization,
                gone,
                PROJECT_GONE,
                IMPORTED_AGAIN
            ])?;
        }
        Ok(())
    }

    fn read(&mut self) -> rusqlite::Result<()> {
        let mut statement = self.transaction.prepare(
            "SELECT organization, id, continues FROM projects
             WHERE connection = ?1 AND continues IS NOT NULL",
        )?;
        let heirs = statement.query_map([self.turn.connection], |row| {
            Ok(((row.get(0)?, row.get(1)?), row.get(2)?))
        })?;
        self.heirs = heirs.collect::<rusqlite::Result<_>>()?;
        Ok(())
    }
}

/// Source of the vanishing of a finding that another one continues: it did not end there.
pub(crate) const IMPORTED_AGAIN: &str = "its project was imported again";

/// Projects that are gone, each with those that may continue it.
const PAIRS: &str = "
    SELECT old.id, new.id FROM projects AS old JOIN projects AS new
      ON  new.connection = old.connection AND new.organization = old.organization
      AND new.kind = old.kind AND new.file IS old.file AND new.reference IS old.reference
      AND coalesce(new.repository = old.repository, new.target = old.target)
    WHERE old.connection = ?1 AND old.organization = ?2 AND old.gone_at IS NOT NULL
      AND new.gone_at IS NULL AND new.active = 1 AND new.continues IS NULL
      AND new.first_in > old.seen_in
      AND NOT EXISTS (
        SELECT 1 FROM projects AS heir
        WHERE heir.connection = ?1 AND heir.organization = ?2 AND heir.continues = old.id)
    ORDER BY old.seen_in DESC, old.id, new.first_in, new.id";

const CONTINUE: &str = "
    UPDATE projects SET continues = ?4 WHERE connection = ?1 AND organization = ?2 AND id = ?3";

/// `+id`, so that the order does not tempt `SQLite` to walk the organization instead of the project.
const UNLINKED: &str = "
    SELECT id, key FROM findings
    WHERE connection = ?1 AND organization = ?2 AND project = ?3 AND continues IS NULL
    ORDER BY +id";

/// The finding ?5 continues the vanished one of the key ?4 in the project ?3. Each is continued once.
const LINK: &str = "
    UPDATE findings SET continues = gone.id
    FROM (
      SELECT id FROM findings AS old
      WHERE connection = ?1 AND organization = ?2 AND project = ?3 AND key = ?4
        AND vanished_at IS NOT NULL
        AND NOT EXISTS (
          SELECT 1 FROM findings AS heir
          WHERE heir.connection = ?1 AND heir.organization = ?2 AND heir.continues = old.id)
      ORDER BY +id LIMIT 1) AS gone
    WHERE connection = ?1 AND organization = ?2 AND findings.id = ?5
    RETURNING continues";

const EXPLAIN: &str = "
    UPDATE remediations SET source = ?5
    WHERE finding = (SELECT row FROM findings WHERE connection = ?1 AND organization = ?2 AND id = ?3)
      AND step = 'vanished' AND source = ?4";

#[cfg(test)]
mod tests;

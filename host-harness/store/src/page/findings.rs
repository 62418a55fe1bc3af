//! Findings, the most severe first and of those the last stored, and where one vulnerability is.
//!
//! Rows rise, so that a page begins below the row where the one before ended. Nothing is sorted: for one severity
//! after the other, rows are read segment by segment, and a kept segment without a finding that fits is passed over. What is looked for by a name is not: terms lead
//! to it.

use koalr_platform::model::common::{FindingClass, Severity, Timestamp};
use koalr_platform::model::record::Finding;
use koalr_platform::spell::{Ending, Spell};
use rusqlite::{Connection, Row, Statement, params};
use serde::Serialize;

use super::Slice;
use crate::connection::StoredConnection;
use crate::error::{Fault, StoreError};
use crate::fields::decode;
use crate::row::select_list;
use crate::spell::Sieve;
use crate::table::FINDINGS;
use crate::tenant::Tenant;

/// Which findings a list shows. The default is all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FindingList {
    /// Only in projects of this repository, in any case.
    pub repository: Option<String>,
    /// Only of this severity.
    pub severity: Option<Severity>,
    /// Only of this class.
    pub class: Option<FindingClass>,
    /// Only in this state.
    pub state: Option<FindingState>,
    /// Only of the vulnerability with this id or alias, or about the package with this name: the whole of it, in any case.
    pub find: Option<String>,
}

/// What became of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FindingState {
    /// It is open, and nobody accepted it.
    Open,
    /// It is still there, and ignored: somebody accepted it.
    Ignored,
    /// The upstream says that it is gone.
    Resolved,
    /// It is not listed any more, and nobody said that it was fixed.
    Vanished,
}

/// A finding in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedFinding {
    /// Where it is stored. What was stored later has a higher one.
    pub row: i64,
    /// It, in its newest known state.
    pub finding: Finding,
    /// When it vanished; none if it did not.
    pub vanished_at: Option<Timestamp>,
    /// Its project's name; none if the project is not stored.
    pub project: Option<String>,
    /// Its project's repository; none while unknown.
    pub repository: Option<String>,
    /// Its project's branch or other reference; none if it has none.
    pub reference: Option<String>,
}

/// The place of a finding in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FindingPlace {
    /// Its severity; none if that is not known, which comes last.
    pub severity: Option<Severity>,
    /// Where it is stored.
    pub row: i64,
}

impl FindingState {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Open, Self::Ignored, Self::Resolved, Self::Vanished];

    /// Its name.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Ignored => "ignored",
            Self::Resolved => "resolved",
            Self::Vanished => "vanished",
        }
    }

    fn condition(self) -> &'static str {
        match self {
            Self::Open => "open = 1 AND ignored = 0 AND vanished_at IS NULL",
            Self::Ignored => "open = 1 AND ignored = 1 AND vanished_at IS NULL",
            Self::Resolved => "open = 0 AND vanished_at IS NULL",
            Self::Vanished => "vanished_at IS NOT NULL",
        }
    }
}

impl ListedFinding {
    /// Its place.
    #[must_use]
    pub fn place(&self) -> FindingPlace {
        FindingPlace {
            severity: self.finding.severity,
            row: self.row,
        }
    }

    /// What became of it; an ignored one is said to be that.
    #[must_use]
    pub fn state(&self) -> FindingState {
        match (self.vanished_at, self.finding.open, self.finding.ignored) {
            (Some(_), _, _) => FindingState::Vanished,
            (None, false, _) => FindingState::Resolved,
            (None, true, true) => FindingState::Ignored,
            (None, true, false) => FindingState::Open,
        }
    }
}

impl FindingList {
    /// The severities that are listed, from that of this place on.
    fn severities(&self, from: Option<FindingPlace>) -> impl Iterator<Item = Option<Severity>> {
        let only = self.severity;
        let before = move |one: &Option<Severity>| from.is_some_and(|from| *one != from.severity);
        let wanted = move |one: &Option<Severity>| only.is_none() || *one == only;
        SEVERITIES.into_iter().skip_while(before).filter(wanted)
    }

    /// Whether a finding of this severity with this stretch can be in the list.
    fn may_hold(&self, severity: Option<Severity>, spell: &Spell) -> bool {
        let how = spell.end.map(|end| end.how);
        let of_state = match self.state {
            Some(FindingState::Open) => how.is_none(),
            Some(FindingState::Ignored) => how == Some(Ending::Accepted),
            Some(FindingState::Resolved | FindingState::Vanished) | None => true,
        };
        of_state
            && self.class.is_none_or(|class| class == spell.class)
            && severity == spell.severity
    }
}

impl Tenant {
    /// Findings of a connection, the most severe first, and of those the last stored. One that was imported again is
    /// listed once, as it is now.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn list_findings(
        &self,
        connection: &StoredConnection,
        wanted: &FindingList,
        slice: &Slice<FindingPlace>,
    ) -> Result<Vec<ListedFinding>, StoreError> {
        let limit = usize::try_from(slice.limit).unwrap_or(usize::MAX);
        self.database.read(|database| {
            let transaction = database.unchecked_transaction()?;
            let mut listing = Listing::open(&transaction, connection.id, wanted)?;
            let mut sieve = Sieve::open(&transaction, wanted.repository.as_deref())?;
            let mut listed = Vec::new();
            for severity in wanted.severities(slice.after) {
                let after = slice.after.filter(|after| after.severity == severity);
                let newest = after.map(|after| after.row.saturating_sub(1));
                listing.severity = severity.map(word).transpose()?;
                if wanted.find.is_some() {
                    let all = (i64::MIN, newest.unwrap_or(i64::MAX));
                    listing.read(all, limit, &mut listed)?;
                    continue;
                }
                for (first, last) in Sieve::spans(&transaction, newest)? {
                    if listed.len() >= limit {
                        break;
                    }
                    let may_hold = |spell: &Spell| wanted.may_hold(severity, spell);
                    if sieve.passes((first, last), connection.id, may_hold)? {
                        let last = newest.map_or(last, |newest| last.min(newest));
                        listing.read((first, last), limit, &mut listed)?;
                    }
                }
            }
            Ok(listed)
        })
    }

    /// A connection's findings of one vulnerability, in whatever project and state, the last stored first. One that was
    /// imported again is listed once.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn findings_of(
        &self,
        connection: &StoredConnection,
        vulnerability: &str,
        limit: u32,
    ) -> Result<Vec<ListedFinding>, StoreError> {
        let query = format!(
            "SELECT {}, {BESIDE}
             WHERE findings.connection = ?1 AND findings.vulnerability = ?2 AND {IS_TOLD}
             ORDER BY findings.row DESC LIMIT ?3",
            select_list(&FINDINGS)
        );
        self.database.read(|database| {
            let mut statement = database.prepare(&query)?;
            let mut rows = statement.query(params![connection.id, vulnerability, limit])?;
            let mut listed = Vec::new();
            while let Some(row) = rows.next()? {
                listed.push(read(row)?);
            }
            Ok(listed)
        })
    }
}

/// Reads what fits, part by part.
struct Listing<'c> {
    statement: Statement<'c>,
    connection: i64,
    wanted: &'c FindingList,
    /// Which it reads now; none for those whose severity is not known.
    severity: Option<String>,
    class: Option<String>,
}

impl<'c> Listing<'c> {
    fn open(
        database: &'c Connection,
        connection: i64,
        wanted: &'c FindingList,
    ) -> Result<Self, Fault> {
        Ok(Self {
            statement: database.prepare(&select(wanted))?,
            connection,
            wanted,
            severity: None,
            class: wanted.class.map(word).transpose()?,
        })
    }

    /// Those from the first to the last of these rows, the last first, while fewer than `limit` are listed.
    fn read(
        &mut self,
        (first, last): (i64, i64),
        limit: usize,
        listed: &mut Vec<ListedFinding>,
    ) -> Result<(), Fault> {
        let missing = limit.saturating_sub(listed.len());
        let mut rows = self.statement.query(params![
            first,
            last,
            self.connection,
            self.wanted.repository,
            self.severity,
            self.class,
            i64::try_from(missing).unwrap_or(i64::MAX),
            self.wanted.find,
        ])?;
        while let Some(row) = rows.next()? {
            listed.push(read(row)?);
        }
        Ok(())
    }
}

/// The plus signs keep the planner to one way: without a name by the rows, which are the few of a segment, and with one
/// by the vulnerabilities that it leads to.
fn select(wanted: &FindingList) -> String {
    let state = wanted.state.map_or("1", FindingState::condition);
    let (rows, connection, named) = match &wanted.find {
        None => ("findings.row", "+findings.connection", "?8 IS NULL"),
        Some(_) => ("+findings.row", "findings.connection", IS_NAMED),
    };
    format!(
        "SELECT {}, {BESIDE}
         WHERE {rows} BETWEEN ?1 AND ?2 AND {connection} = ?3 AND {named}
           AND (?4 IS NULL OR repository = ?4 COLLATE NOCASE)
           AND severity IS ?5 AND (?6 IS NULL OR findings.class = ?6)
           AND {state} AND {IS_TOLD}
         ORDER BY {rows} DESC LIMIT ?7",
        select_list(&FINDINGS)
    )
}

/// The finding of a row.
pub(crate) fn finding_at(database: &Connection, row: i64) -> Result<ListedFinding, Fault> {
    let query = format!(
        "SELECT {}, {BESIDE} WHERE findings.row = ?1",
        select_list(&FINDINGS)
    );
    let mut statement = database.prepare(&query)?;
    let mut rows = statement.query([row])?;
    read(rows.next()?.ok_or(rusqlite::Error::QueryReturnedNoRows)?)
}

fn read(row: &Row<'_>) -> Result<ListedFinding, Fault> {
    let beside = FINDINGS.columns.len();
    Ok(ListedFinding {
        finding: decode(&FINDINGS, row)?,
        row: row.get(beside)?,
        vanished_at: row.get(beside + 1)?,
        project: row.get(beside + 2)?,
        repository: row.get(beside + 3)?,
        reference: row.get(beside + 4)?,
    })
}

fn word(value: impl Serialize) -> Result<String, Fault> {
    Ok(serde_json::from_value(serde_json::to_value(value)?)?)
}

/// Condition of a finding that has the name ?8. Terms may have outlived what they were made of.
const IS_NAMED: &str = "findings.vulnerability IN (
      SELECT vulnerability FROM finding_terms WHERE connection = ?3 AND term = ?8)
    AND (findings.vulnerability = ?8 COLLATE NOCASE
      OR EXISTS (SELECT 1 FROM json_each(findings.aliases) WHERE value = ?8 COLLATE NOCASE)
      OR EXISTS (SELECT 1 FROM json_each(findings.packages) WHERE value ->> 'name' = ?8 COLLATE NOCASE))";

/// In the order of lists.
const SEVERITIES: [Option<Severity>; 6] = [
    Some(Severity::Critical),
    Some(Severity::High),
    Some(Severity::Medium),
    Some(Severity::Low),
    Some(Severity::Info),
    None,
];

const BESIDE: &str = "findings.row, vanished_at, projects.name, repository, reference
    FROM findings LEFT JOIN projects
      ON  projects.connection = findings.connection
      AND projects.organization = findings.organization AND projects.id = findings.project";

/// Condition of a finding that is not told with the one that continues it.
const IS_TOLD: &str = "(vanished_at IS NULL OR NOT EXISTS (
    SELECT 1 FROM findings AS heir
    WHERE heir.connection = findings.connection AND heir.organization = findings.organization
      AND heir.continues = findings.id))";

#[cfg(test)]
mod tests;

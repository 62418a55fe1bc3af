//! Changes and deployments page by page, newest first.
//!
//! A page goes on after the last row of the one before, by what never moves: so each row is on one page, also when others
//! come in between.

use koalr_platform::decision::Settled;
use koalr_platform::model::common::Timestamp;
use koalr_platform::model::evidence::Observation;
use rusqlite::{Row, named_params};

use crate::change::{ChangeRecord, ChangeState};
use crate::delivery::OwnDeployment;
use crate::error::{Fault, StoreError};
use crate::fields::decode;
use crate::row::select_list;
use crate::table::own::{CHANGES, OWN_DEPLOYMENTS};
use crate::table::{DEPLOYMENTS, Table};
use crate::tenant::Tenant;

/// Which page of changes: by the time they were opened, newest first, then by id downwards; those whose opening is not known last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullRequestListing {
    /// Only of this repository, as `owner/name` in any case.
    pub repository: Option<String>,
    /// Only in this state.
    pub state: Option<ChangeState>,
    /// Only opened then or later, and known to be.
    pub from: Option<Timestamp>,
    /// Only opened then or earlier, and known to be.
    pub to: Option<Timestamp>,
    /// Only what comes after the row with this time and id.
    pub after: Option<(Timestamp, String)>,
    /// At most so many.
    pub limit: u32,
}

/// A change of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedPullRequest {
    /// The change.
    pub record: ChangeRecord,
    /// What an integration decided about its present head; none if it did not.
    pub decided: Option<HeadDecision>,
}

/// A decision without what it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadDecision {
    /// What it came to.
    pub settled: Settled,
    /// Whether everything was known that introductions are told from.
    pub told: bool,
    /// Whether it found something that the change introduces, or of which that cannot be told.
    pub found: bool,
    /// Whether it was decided at the time, or rebuilt later because it was not.
    pub observation: Observation,
    /// The time it was made for.
    pub as_of: Timestamp,
}

/// Which page of deployments: by the time they came into their state, newest first, then by source and id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeploymentListing {
    /// Only of this service, by its name or any alias in any case.
    pub service: Option<String>,
    /// Only to this environment, in any case.
    pub environment: Option<String>,
    /// Only of then or later.
    pub from: Option<Timestamp>,
    /// Only of then or earlier.
    pub to: Option<Timestamp>,
    /// Only what comes after the row with this time and [`place`](OwnDeployment::place).
    pub after: Option<(Timestamp, String)>,
    /// At most so many.
    pub limit: u32,
}

impl ListedPullRequest {
    /// The time that it is listed by.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        self.record.opened_at.unwrap_or(UNKNOWN_AT)
    }
}

impl OwnDeployment {
    /// What tells it from others of its time: its source and its id.
    #[must_use]
    pub fn place(&self) -> String {
        format!("{} {}", self.source, self.deployment.id)
    }
}

impl Tenant {
    /// A page of changes, each with what an integration decided about its present head.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn list_pull_requests(
        &self,
        integration: &str,
        listing: &PullRequestListing,
    ) -> Result<Vec<ListedPullRequest>, StoreError> {
        let list = select_list(&CHANGES);
        let query = format!(
            "SELECT {list}, decided.settled, decided.told, {FOUND}, decided.observation, decided.as_of
             FROM changes LEFT JOIN decisions AS decided ON decided.rowid = (
               SELECT rowid FROM decisions AS one
               WHERE one.integration = :integration AND one.change = changes.id
                 AND one.head_sha = changes.change ->> 'head-sha'
               ORDER BY one.observation = 'observed' DESC LIMIT 1)
             WHERE {OPENED} BETWEEN :from AND min(:to, :at) AND ({OPENED} < :at OR :id IS NULL OR changes.id < :id)
               AND (:repository IS NULL OR repository = :repository) AND (:state IS NULL OR state = :state)
             ORDER BY {OPENED} DESC, changes.id DESC LIMIT :limit"
        );
        // What is opened at an unknown time is in no window of time.
        let first = match (listing.from, listing.to) {
            (None, None) => Timestamp::MIN,
            (from, _) => from.unwrap_or(UNKNOWN_AT).max(UNKNOWN_AT + 1),
        };
        let after = listing.after.as_ref();
        let (at, id) = after.map_or((Timestamp::MAX, None), |(at, id)| (*at, Some(id)));
        self.database.read(|database| {
            let mut statement = database.prepare(&query)?;
            let mut rows = statement.query(named_params! {
                ":integration": integration,
                ":from": first,
                ":to": listing.to.unwrap_or(Timestamp::MAX),
                ":at": at,
                ":id": id,
                ":repository": listing.repository,
                ":state": listing.state.map(ChangeState::word),
                ":limit": listing.limit,
            })?;
            let mut listed = Vec::new();
            while let Some(row) = rows.next()? {
                listed.push(ListedPullRequest {
                    record: decode(&CHANGES, row)?,
                    decided: decided(row, CHANGES.columns.len())?,
                });
            }
            Ok(listed)
        })
    }

    /// A page of deployments, the platform's own and those of the current connections together.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn list_deployments(
        &self,
        listing: &DeploymentListing,
    ) -> Result<Vec<OwnDeployment>, StoreError> {
        let names = match &listing.service {
            Some(service) => Some(serde_json::to_string(&self.names_of(service)?)),
            None => None,
        };
        let query = format!(
            "{} UNION ALL {} ORDER BY at DESC, place LIMIT :limit",
            select(&OWN_DEPLOYMENTS, "", ("repository", "source")),
            select(
                &DEPLOYMENTS,
                "JOIN connections ON connections.id = connection AND current = 1",
                ("NULL", "integration")
            ),
        );
        let (at, place) = after(listing.after.as_ref());
        self.database.read(|database| {
            let mut statement = database.prepare(&query)?;
            let mut rows = statement.query(named_params! {
                ":from": listing.from.unwrap_or(Timestamp::MIN),
                ":to": listing.to.unwrap_or(Timestamp::MAX),
                ":at": at,
                ":place": place,
                ":services": names.transpose()?,
                ":environment": listing.environment,
                ":limit": listing.limit,
            })?;
            let mut listed = Vec::new();
            while let Some(row) = rows.next()? {
                let last = OWN_DEPLOYMENTS.columns.len();
                listed.push(OwnDeployment {
                    deployment: decode(&OWN_DEPLOYMENTS, row)?,
                    repository: row.get(last)?,
                    source: row.get(last + 1)?,
                });
            }
            Ok(listed)
        })
    }
}

fn decided(row: &Row<'_>, first: usize) -> Result<Option<HeadDecision>, Fault> {
    let Some(settled) = row.get::<_, Option<String>>(first)? else {
        return Ok(None);
    };
    Ok(Some(HeadDecision {
        settled: serde_json::from_str(&settled)?,
        told: row.get(first + 1)?,
        found: row.get(first + 2)?,
        observation: serde_json::from_value(row.get::<_, String>(first + 3)?.into())?,
        as_of: row.get(first + 4)?,
    }))
}

/// Deployments of one table.
fn select(table: &Table, join: &str, (repository, source): (&str, &str)) -> String {
    let (list, name) = (select_list(table), table.name);
    let place = format!("{source} || ' ' || {name}.id");
    format!(
        "SELECT {list}, {repository}, {source}, {place} AS place FROM {name} {join}
         WHERE at BETWEEN :from AND min(:to, :at) AND (at < :at OR {place} > :place)
           AND (:services IS NULL OR service COLLATE NOCASE IN (SELECT value FROM json_each(:services)))
           AND (:environment IS NULL OR environment = :environment COLLATE NOCASE)"
    )
}

/// Where a page begins. Nothing comes before the first page.
fn after(after: Option<&(Timestamp, String)>) -> (Timestamp, &str) {
    after.map_or((Timestamp::MAX, ""), |(at, id)| (*at, id))
}

/// As [`Summary::found`](koalr_platform::ledger::Summary::found).
const FOUND: &str = "decided.introduced_high + decided.introduced_low + decided.introduced_unscored
             + decided.unattributed > 0";

/// As in the index, which otherwise does not serve.
const OPENED: &str = "ifnull(changes.opened_at, -9223372036854775807)";

/// The same for one whose opening is not known.
const UNKNOWN_AT: Timestamp = -9_223_372_036_854_775_807;

#[cfg(test)]
mod tests;

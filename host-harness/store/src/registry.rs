//! Versions of integrations: which are installed, which serve whom, and what was done with them.

mod component;
mod version;

use koalr_platform::model::common::Timestamp;
use koalr_platform::rollout::{Action, Moved, Release, Rollout, Swap};
use rusqlite::{Connection, OptionalExtension, params};

use crate::data_dir::DataDir;
use crate::database::Transaction;
use crate::error::{Fault, StoreError};

pub(crate) use component::put_into as put_component;
pub use version::{Installed, Signed};

impl DataDir {
    /// Which versions of an integration serve whom; none if nothing was ever swapped in for it.
    ///
    /// # Errors
    /// - the control database cannot be read
    pub fn rollout(&self, integration: &str) -> Result<Option<Rollout>, StoreError> {
        self.control()?
            .read(|connection| select_rollout(connection, integration))
    }

    /// The same of every integration, in alphabetical order of their ids.
    ///
    /// # Errors
    /// - the control database cannot be read
    pub fn rollouts(&self) -> Result<Vec<Rollout>, StoreError> {
        self.control()?.read(|connection| {
            let select = "SELECT rollout FROM rollouts ORDER BY integration";
            all_json(connection, select, &[])
        })
    }

    /// A number that grows with everything that is done with versions, by whatever process. Cheap: a program that runs
    /// asks before each job whether anything changed.
    ///
    /// # Errors
    /// - the control database cannot be read
    pub fn rollout_generation(&self) -> Result<u64, StoreError> {
        self.control()?.read(|connection| {
            let select = "SELECT ifnull(max(seq), 0) FROM plugin_history";
            let last: i64 = connection.query_row(select, [], |row| row.get(0))?;
            Ok(last.unsigned_abs())
        })
    }

    /// Lets a first version serve an integration; says whether none did. It must be installed.
    ///
    /// # Errors
    /// - [`StoreError::NotInstalled`]
    /// - the control database is busy, full or cannot be written
    pub fn begin_rollout(
        &self,
        integration: &str,
        release: &Release,
        at: Timestamp,
        actor: &str,
    ) -> Result<bool, StoreError> {
        self.control()?.write(|transaction| {
            if select_rollout(transaction, integration)?.is_some() {
                return Ok(false);
            }
            put_rollout(transaction, &Rollout::first(integration, release.clone()))?;
            let moved = Moved::between(Action::Swapped, None, Some(release.clone()));
            append(transaction, &swap(integration, at, actor, moved))?;
            Ok(true)
        })
    }

    /// Changes which versions of an integration serve whom, and appends that to the history. Nobody else changes it
    /// meanwhile; if `change` fails, nothing is stored. `change` may not use this data directory.
    ///
    /// # Errors
    /// - [`StoreError::NoRollout`]: nothing was ever swapped in for it
    /// - [`StoreError::NotInstalled`]: a version is named that is not, or not any more
    /// - what `change` fails with
    /// - the control database is busy, full or cannot be written
    pub fn change_rollout<E: From<StoreError>>(
        &self,
        integration: &str,
        at: Timestamp,
        actor: &str,
        change: impl FnOnce(&mut Rollout) -> Result<Moved, E>,
    ) -> Result<Swap, E> {
        let outcome = self.control()?.write(|transaction| {
            let Some(mut rollout) = select_rollout(transaction, integration)? else {
                let integration = integration.to_owned();
                return Err(StoreError::NoRollout { integration }.into());
            };
            let moved = match change(&mut rollout) {
                Ok(moved) => moved,
                Err(refused) => return Ok(Err(refused)),
            };
            put_rollout(transaction, &rollout)?;
            let swap = swap(integration, at, actor, moved);
            append(transaction, &swap)?;
            Ok(Ok(swap))
        });
        outcome?
    }

    /// What was done with the versions of an integration, or with none of all: the last `limit` things, newest first.
    ///
    /// # Errors
    /// - the control database cannot be read
    pub fn swaps(&self, integration: Option<&str>, limit: u32) -> Result<Vec<Swap>, StoreError> {
        self.control()?.read(|connection| {
            let select = "SELECT swap FROM plugin_history WHERE ifnull(integration = ?1, true)
                          ORDER BY seq DESC LIMIT ?2";
            all_json(connection, select, &[&integration, &limit])
        })
    }
}

fn select_rollout(connection: &Connection, integration: &str) -> Result<Option<Rollout>, Fault> {
    let select = "SELECT rollout FROM rollouts WHERE integration = ?1";
    let json: Option<String> = connection
        .query_row(select, [integration], |row| row.get(0))
        .optional()?;
    Ok(json.map(|json| serde_json::from_str(&json)).transpose()?)
}

/// Stores it, unless it names a version that is not installed.
fn put_rollout(transaction: &Transaction<'_>, rollout: &Rollout) -> Result<(), Fault> {
    let select = "SELECT 1 FROM plugin_versions WHERE hash = ?1 AND integration = ?2";
    let mut statement = transaction.prepare(select)?;
    for release in rollout.releases() {
        if !statement.exists([release.hash.as_str(), &rollout.integration])? {
            return Err(StoreError::NotInstalled {
                integration: rollout.integration.clone(),
                version: release.version.clone(),
            }
            .into());
        }
    }
    transaction.execute(
        "INSERT INTO rollouts (integration, rollout) VALUES (?1, ?2)
         ON CONFLICT (integration) DO UPDATE SET rollout = excluded.rollout",
        [&rollout.integration, &serde_json::to_string(rollout)?],
    )?;
    Ok(())
}

fn append(transaction: &Transaction<'_>, swap: &Swap) -> Result<(), Fault> {
    transaction.execute(
        "INSERT INTO plugin_history (seq, integration, swap)
         SELECT ifnull(max(seq), 0) + 1, ?1, ?2 FROM plugin_history",
        params![swap.integration, serde_json::to_string(swap)?],
    )?;
    Ok(())
}

fn swap(integration: &str, at: Timestamp, actor: &str, moved: Moved) -> Swap {
    Swap {
        at,
        actor: actor.to_owned(),
        integration: integration.to_owned(),
        moved,
    }
}

fn all_json<T: serde::de::DeserializeOwned>(
    connection: &Connection,
    select: &str,
    arguments: &[&dyn rusqlite::ToSql],
) -> Result<Vec<T>, Fault> {
    let mut statement = connection.prepare(select)?;
    let mut rows = statement.query(arguments)?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(serde_json::from_str(&row.get::<_, String>(0)?)?);
    }
    Ok(all)
}

#[cfg(test)]
mod tests;

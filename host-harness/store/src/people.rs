//! People, and what they let pass or set.

use koalr_platform::model::common::Timestamp;
use koalr_platform::team::{Actor, Override};
use koalr_platform::waiver::{Waiver, Waivers};
use rusqlite::params;
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::fields::decode;
use crate::kept::put;
use crate::row::select_list;
use crate::table::own::{ACTORS, OVERRIDES, POLICIES, WAIVERS};
use crate::tenant::Tenant;

/// A policy that somebody set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct StoredPolicy {
    /// Its number, from 1; every later one is higher.
    pub version: u64,
    /// Its text, as it was given.
    pub text: String,
    /// Login of who set it.
    pub actor: String,
    /// When.
    pub at: Timestamp,
}

impl Tenant {
    /// Stores somebody in place of whoever has the login, in any case.
    ///
    /// # Errors
    /// - the database is busy, full or cannot be written
    pub fn save_actor(&mut self, actor: &Actor) -> Result<(), StoreError> {
        self.keep(&ACTORS, &[], actor)?;
        Ok(())
    }

    /// Who has the login, in any case, with or without an `@`; none if nobody has.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn actor(&self, login: &str) -> Result<Option<Actor>, StoreError> {
        let mut actors = self.actors()?.into_iter();
        Ok(actors.find(|actor| actor.is(login)))
    }

    /// Everybody, by login.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn actors(&self) -> Result<Vec<Actor>, StoreError> {
        self.records(&ACTORS, "true ORDER BY login", &[])
    }

    /// Removes who has the login; says whether somebody had.
    ///
    /// # Errors
    /// - the database is busy, full or cannot be written
    pub fn remove_actor(&mut self, login: &str) -> Result<bool, StoreError> {
        let Some(actor) = self.actor(login)? else {
            return Ok(false);
        };
        self.database.write(|transaction| {
            let delete = "DELETE FROM actors WHERE login = ?1";
            Ok(transaction.execute(delete, [actor.login()])? > 0)
        })
    }

    /// Stores an override beside all others.
    ///
    /// # Errors
    /// - the database is busy, full or cannot be written
    pub fn save_override(&mut self, one: &Override) -> Result<(), StoreError> {
        self.keep(&OVERRIDES, &[], one)?;
        Ok(())
    }

    /// Overrides of all heads of a change, the oldest first.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn overrides(&self, change: &str) -> Result<Vec<Override>, StoreError> {
        self.records(&OVERRIDES, "change = ?1 ORDER BY at, rowid", &[&change])
    }

    /// Stores a waiver. Nobody's approval is ever replaced: the same waiver again is well, another one of its id is not.
    ///
    /// # Errors
    /// - [`StoreError::WaiverTaken`]: there is another waiver of that id, or it was revoked
    /// - the database is busy, full or cannot be written
    pub fn save_waiver(&mut self, waiver: &Waiver) -> Result<(), StoreError> {
        let path = self.database.path().to_owned();
        self.database.write(|transaction| {
            let list = select_list(&WAIVERS);
            let query = format!("SELECT {list}, revoked_at FROM waivers WHERE id = ?1");
            let mut statement = transaction.prepare(&query)?;
            let mut rows = statement.query([&waiver.id])?;
            let Some(row) = rows.next()? else {
                put(transaction, &WAIVERS, &[], waiver)?;
                return Ok(());
            };
            let revoked: Option<Timestamp> = row.get(WAIVERS.columns.len())?;
            if revoked.is_some() || decode::<Waiver>(&WAIVERS, row)? != *waiver {
                let id = waiver.id.clone();
                return Err(StoreError::WaiverTaken { id, path }.into());
            }
            Ok(())
        })
    }

    /// Ends a waiver; says whether there was one of that id that was not revoked before.
    ///
    /// # Errors
    /// - the database is busy, full or cannot be written
    pub fn revoke_waiver(&mut self, id: &str, at: Timestamp) -> Result<bool, StoreError> {
        self.database.write(|transaction| {
            let update = "UPDATE waivers SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL";
            Ok(transaction.execute(update, params![id, at])? > 0)
        })
    }

    /// Waivers that are not revoked, in the order they were stored in; expired ones too.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn waivers(&self) -> Result<Waivers, StoreError> {
        let condition = "revoked_at IS NULL ORDER BY rowid";
        Ok(Waivers::of(self.records(&WAIVERS, condition, &[])?))
    }

    /// Waivers that were not revoked yet at a time, in the order they were stored in.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn waivers_at(&self, at: Timestamp) -> Result<Waivers, StoreError> {
        let condition = "revoked_at IS NULL OR revoked_at > ?1 ORDER BY rowid";
        Ok(Waivers::of(self.records(&WAIVERS, condition, &[&at])?))
    }

    /// Stores a policy as the one that holds from now on, and gives its number. The former ones stay stored.
    ///
    /// # Errors
    /// - the database is busy, full or cannot be written
    pub fn save_policy(
        &mut self,
        text: &str,
        actor: &str,
        at: Timestamp,
    ) -> Result<u64, StoreError> {
        self.database.write(|transaction| {
            let last = "SELECT ifnull(max(version), 0) FROM policies";
            let last: i64 = transaction.query_row(last, [], |row| row.get(0))?;
            let policy = StoredPolicy {
                version: last.unsigned_abs() + 1,
                text: text.to_owned(),
                actor: actor.to_owned(),
                at,
            };
            put(transaction, &POLICIES, &[], &policy)?;
            Ok(policy.version)
        })
    }

    /// The policy that holds; none if none was ever set.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn policy(&self) -> Result<Option<StoredPolicy>, StoreError> {
        self.record(&POLICIES, "true ORDER BY version DESC", &[])
    }
}

#[cfg(test)]
mod tests;

//! What people let pass, and what was done, newest first.

use koalr_platform::audit::Entry;
use koalr_platform::model::common::Timestamp;
use koalr_platform::team::Override;
use koalr_platform::waiver::Waiver;
use rusqlite::{OptionalExtension, Row, ToSql};

use super::{Slice, TimeAndId};
use crate::error::{Fault, StoreError};
use crate::fields::decode;
use crate::row::select_list;
use crate::table::own::{AUDIT, OVERRIDES, WAIVERS};
use crate::tenant::Tenant;

/// A waiver, and whether it was taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredWaiver {
    /// The waiver.
    pub waiver: Waiver,
    /// When it was taken back; none if it was not.
    pub revoked_at: Option<Timestamp>,
}

/// Place of an override in a list: when it was made, its change, its head and who made it.
pub type OverrideKey = (Timestamp, String, String, String);

impl StoredWaiver {
    /// Whether it is neither taken back, nor ended, nor yet to begin.
    #[must_use]
    pub fn holds_at(&self, at: Timestamp) -> bool {
        self.revoked_at.is_none() && (self.waiver.created..self.waiver.expires).contains(&at)
    }

    /// Its place in the list.
    #[must_use]
    pub fn place(&self) -> TimeAndId {
        (self.waiver.created, self.waiver.id.clone())
    }
}

impl Tenant {
    /// Waivers by the time from which they hold. `holding` asks for those that hold at a time, or for the others; none
    /// means all.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn list_waivers(
        &self,
        holding: Option<(bool, Timestamp)>,
        slice: &Slice<TimeAndId>,
    ) -> Result<Vec<StoredWaiver>, StoreError> {
        let (wanted, now) = holding.unzip();
        let (at, id) = slice.after.as_ref().map(|(at, id)| (at, id)).unzip();
        let condition =
            "(?1 IS NULL OR (revoked_at IS NULL AND created <= ?2 AND ?2 < expires) = ?1)
             AND (?3 IS NULL OR (created, id) < (?3, ?4))
             ORDER BY created DESC, id DESC LIMIT ?5";
        let parameters: [&dyn ToSql; 5] = [&wanted, &now, &at, &id, &slice.limit];
        let query = of_waivers(condition);
        self.database.read(|database| {
            let mut statement = database.prepare(&query)?;
            let mut rows = statement.query(&parameters[..])?;
            let mut waivers = Vec::new();
            while let Some(row) = rows.next()? {
                waivers.push(stored(row)?);
            }
            Ok(waivers)
        })
    }

    /// All waivers about a vulnerability, by any of its names, as they were written; the newest first. Those that were
    /// taken back or ended are among them.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn waivers_about(&self, names: &[&str]) -> Result<Vec<StoredWaiver>, StoreError> {
        let names = serde_json::json!(names).to_string();
        let query = of_waivers(ABOUT);
        self.database.read(|database| {
            let mut statement = database.prepare(&query)?;
            let mut rows = statement.query([names])?;
            let mut waivers = Vec::new();
            while let Some(row) = rows.next()? {
                waivers.push(stored(row)?);
            }
            Ok(waivers)
        })
    }

    /// A waiver by its id, also one that was taken back; none if there never was one.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn stored_waiver(&self, id: &str) -> Result<Option<StoredWaiver>, StoreError> {
        let query = of_waivers("id = ?1");
        self.database.read(|database| {
            let found = database.query_row(&query, [id], |row| Ok(stored(row)));
            found.optional()?.transpose()
        })
    }

    /// Overrides of one change, or of all, by the time they were made.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn list_overrides(
        &self,
        change: Option<&str>,
        slice: &Slice<OverrideKey>,
    ) -> Result<Vec<Override>, StoreError> {
        let after = slice.after.clone();
        let at = after.as_ref().map(|after| after.0);
        let (_, id, head_sha, actor) = after.unwrap_or_default();
        let condition = "(?1 IS NULL OR change = ?1)
             AND (?2 IS NULL OR (at, change, head_sha, actor) < (?2, ?3, ?4, ?5))
             ORDER BY at DESC, change DESC, head_sha DESC, actor DESC LIMIT ?6";
        let parameters: [&dyn ToSql; 6] = [&change, &at, &id, &head_sha, &actor, &slice.limit];
        self.records(&OVERRIDES, condition, &parameters)
    }

    /// Entries of the audit log, the last first, behind the one with a number.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn list_audit(&self, slice: &Slice<u64>) -> Result<Vec<Entry>, StoreError> {
        let before = slice
            .after
            .map(|seq| i64::try_from(seq).unwrap_or(i64::MAX));
        let before = before.unwrap_or(i64::MAX);
        let condition = "seq < ?1 ORDER BY seq DESC LIMIT ?2";
        self.records(&AUDIT, condition, &[&before, &slice.limit])
    }
}

/// Condition of a waiver about one of the names ?1.
const ABOUT: &str =
    "vulnerability IN (SELECT value FROM json_each(?1)) ORDER BY created DESC, id DESC";

fn of_waivers(condition: &str) -> String {
    let list = select_list(&WAIVERS);
    format!("SELECT {list}, revoked_at FROM waivers WHERE {condition}")
}

fn stored(row: &Row<'_>) -> Result<StoredWaiver, Fault> {
    Ok(StoredWaiver {
        waiver: decode(&WAIVERS, row)?,
        revoked_at: row.get(WAIVERS.columns.len())?,
    })
}

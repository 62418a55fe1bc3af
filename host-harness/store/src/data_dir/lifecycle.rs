//! Tenants are made, left alone for a while, brought back and deleted.

use koalr_platform::model::common::Timestamp;
use rusqlite::params;
use serde::Serialize;

use super::DataDir;
use crate::error::StoreError;
use crate::file::{self, FileMark};
use crate::tenant::TenantId;

/// A tenant, without opening its file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct TenantRecord {
    /// Its name.
    pub id: TenantId,
    /// How it stands.
    pub state: TenantState,
    /// When it was made; none if that was not noted.
    pub created_at: Option<Timestamp>,
    /// Since when it is suspended; none if it is not.
    pub suspended_at: Option<Timestamp>,
    /// Size of its file with what is not written back yet, in bytes; none if there is no file.
    pub bytes: Option<u64>,
    /// Which file it is; none if there is none.
    #[serde(skip)]
    pub file: Option<FileMark>,
}

/// How a tenant stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TenantState {
    /// It is served.
    Active,
    /// It is left alone until it is resumed.
    Suspended,
    /// It is known, but its file is missing.
    Missing,
}

impl DataDir {
    /// Makes a tenant with an empty database.
    ///
    /// # Errors
    /// - [`StoreError::TenantKnown`]: there is such a tenant
    /// - [`StoreError::TenantLeftOver`]: a file of one is left, whose key is gone
    /// - a file cannot be written
    pub fn create_tenant(&self, id: &TenantId, now: Timestamp) -> Result<(), StoreError> {
        {
            let _turn = self.turn()?;
            if self.row(id)?.is_some() {
                let tenant = id.to_string();
                return Err(StoreError::TenantKnown { tenant });
            }
            self.admit(id, Some(now))?;
        }
        self.tenant(id, true)?;
        Ok(())
    }

    /// Every tenant that the control database knows, in alphabetical order. Opens none of their files.
    ///
    /// # Errors
    /// - the control database cannot be read, or names something that is no tenant
    /// - the directory of the files cannot be looked at
    pub fn tenant_records(&self) -> Result<Vec<TenantRecord>, StoreError> {
        let rows = self.control()?.read(|connection| {
            let query = "SELECT id, created_at, suspended_at FROM tenants ORDER BY id";
            let mut statement = connection.prepare(query)?;
            let rows = statement.query_map([], |row| {
                Ok((row.get::<_, String>(0)?, row.get(1)?, row.get(2)?))
            })?;
            Ok(rows.collect::<Result<Vec<_>, _>>()?)
        })?;
        let record = |(id, created_at, suspended_at): (String, _, Option<Timestamp>)| {
            let id = TenantId::parse(&id)?;
            let path = self.file_of(&id);
            let file = FileMark::of(&path)?;
            Ok(TenantRecord {
                state: match (suspended_at, file) {
                    (Some(_), _) => TenantState::Suspended,
                    (None, Some(_)) => TenantState::Active,
                    (None, None) => TenantState::Missing,
                },
                bytes: file::bytes(&path)?,
                id,
                created_at,
                suspended_at,
                file,
            })
        };
        rows.into_iter().map(record).collect()
    }

    /// Lets a tenant be left alone: from now on its database is not opened for any work. Suspended again, it keeps the
    /// earlier time.
    ///
    /// # Errors
    /// - [`StoreError::TenantUnknown`]
    /// - the control database is busy, full or cannot be written
    pub fn suspend(&self, id: &TenantId, now: Timestamp) -> Result<(), StoreError> {
        self.stand(id, "ifnull(suspended_at, ?2)", Some(now))
    }

    /// Brings a suspended tenant back; one that is not suspended stays as it is.
    ///
    /// # Errors
    /// - [`StoreError::TenantUnknown`]
    /// - the control database is busy, full or cannot be written
    pub fn resume(&self, id: &TenantId) -> Result<(), StoreError> {
        self.stand(id, "?2", None)
    }

    /// Deletes a tenant for good: first its data key and its keys of the API, so that what is left of it can never be
    /// opened, then its recordings, and its file with all that lies beside it. A file that a crash left of a deleted one is removed too.
    ///
    /// # Errors
    /// - [`StoreError::TenantUnknown`]: nor is there anything left of it
    /// - the control database is busy, full or cannot be written; then nothing was deleted
    /// - a file cannot be removed; then the key is gone, and deleting again removes the rest
    /// - [`StoreError::LogHeld`]: it is deleted, but the log still has its wrapped data key
    pub fn delete(&self, id: &TenantId) -> Result<(), StoreError> {
        let _turn = self.turn()?;
        let (known, cleared) = {
            let mut control = self.control()?;
            let known = control.write_secret(|transaction| {
                for of_tenant in ["api_keys", "sign_ins", "visits"] {
                    let delete = format!("DELETE FROM {of_tenant} WHERE tenant = ?1");
                    transaction.execute(&delete, [id.as_str()])?;
                }
                let tenant = "DELETE FROM tenants WHERE id = ?1";
                Ok(transaction.execute(tenant, [id.as_str()])? > 0)
            })?;
            (known, control.truncate_log())
        };
        let recordings = file::remove_directory(&self.path.join("recordings").join(id.as_str()))?;
        if file::remove_all(&self.file_of(id))? || known || recordings {
            cleared
        } else {
            Err(self.unknown(id))
        }
    }

    fn stand(
        &self,
        id: &TenantId,
        suspended_at: &str,
        now: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        let update = format!("UPDATE tenants SET suspended_at = {suspended_at} WHERE id = ?1");
        let known = self.control()?.write(|transaction| {
            Ok(transaction.execute(&update, params![id.as_str(), now])? > 0)
        })?;
        if known { Ok(()) } else { Err(self.unknown(id)) }
    }
}

#[cfg(test)]
mod tests;

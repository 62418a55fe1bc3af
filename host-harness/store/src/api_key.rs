//! Keys of the HTTP API: whose they are, what they open, and the hash of each.

use std::collections::BTreeSet;

use koalr_platform::access::Scope;
use koalr_platform::model::common::Timestamp;
use rusqlite::{Row, params};
use serde::Serialize;

use crate::data_dir::DataDir;
use crate::error::{Fault, StoreError};
use crate::tenant::TenantId;

/// A key of the HTTP API, without the key itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ApiKeyRecord {
    /// Its id, which no other key of any tenant has. Not secret.
    pub id: String,
    /// Whose it is.
    #[serde(serialize_with = "as_text")]
    pub tenant: TenantId,
    /// What its holder calls it. Text from outside.
    pub name: String,
    /// What it opens. Not empty.
    pub scopes: BTreeSet<Scope>,
    /// Login of the person it approves as; none if it approves nothing.
    pub login: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, not to the minute; none if it never was.
    pub last_used_at: Option<Timestamp>,
    /// When it was taken back; none while it holds.
    pub revoked_at: Option<Timestamp>,
}

impl DataDir {
    /// Stores a new key of a tenant that the control database knows. `hash` is SHA-256 of the whole key.
    ///
    /// # Errors
    /// - there is no such tenant, or another key has the id
    /// - the control database is busy, full or cannot be written
    pub fn save_api_key(&self, record: &ApiKeyRecord, hash: &[u8; 32]) -> Result<(), StoreError> {
        self.control()?.write(|transaction| {
            transaction.execute(
                "INSERT INTO api_keys
                   (id, tenant, name, scopes, login, hash, created_at, last_used_at, revoked_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                params![
                    record.id,
                    record.tenant.as_str(),
                    record.name,
                    serde_json::to_string(&record.scopes)?,
                    record.login,
                    hash,
                    record.created_at,
                    record.last_used_at,
                    record.revoked_at,
                ],
            )?;
            Ok(())
        })
    }

    /// The keys of a tenant, oldest first; those that were taken back too.
    ///
    /// # Errors
    /// - the control database cannot be read
    pub fn api_keys(&self, tenant: &TenantId) -> Result<Vec<ApiKeyRecord>, StoreError> {
        self.control()?.read(|connection| {
            let query = format!("{SELECT} FROM api_keys WHERE tenant = ?1 ORDER BY created_at, id");
            let mut statement = connection.prepare(&query)?;
            let mut rows = statement.query([tenant.as_str()])?;
            let mut keys = Vec::new();
            while let Some(row) = rows.next()? {
                keys.push(record(row)?);
            }
            Ok(keys)
        })
    }

    /// The key with this id and its hash, whoever's it is and taken back or not; none if there is none.
    ///
    /// # Errors
    /// - the control database cannot be read
    pub fn api_key(&self, id: &str) -> Result<Option<(ApiKeyRecord, [u8; 32])>, StoreError> {
        self.control()?.read(|connection| {
            let query = format!("{SELECT}, hash FROM api_keys WHERE id = ?1");
            let mut statement = connection.prepare(&query)?;
            let mut rows = statement.query([id])?;
            match rows.next()? {
                Some(row) => Ok(Some((record(row)?, row.get(8)?))),
                None => Ok(None),
            }
        })
    }

    /// Takes a key of a tenant back; says whether there was one that held.
    ///
    /// # Errors
    /// - the control database is busy, full or cannot be written
    pub fn revoke_api_key(
        &self,
        tenant: &TenantId,
        id: &str,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        self.control()?.write(|transaction| {
            let update = "UPDATE api_keys SET revoked_at = ?3
                          WHERE id = ?1 AND tenant = ?2 AND revoked_at IS NULL";
            Ok(transaction.execute(update, params![id, tenant.as_str(), at])? > 0)
        })
    }

    /// Notes that a key was used, unless that was noted within the last minute: most requests write nothing.
    ///
    /// # Errors
    /// - the control database is busy, full or cannot be written
    pub fn note_api_key_use(&self, key: &ApiKeyRecord, at: Timestamp) -> Result<(), StoreError> {
        let before = at.saturating_sub(USE_MS);
        if key.last_used_at.is_some_and(|last| last > before) {
            return Ok(());
        }
        self.control()?.write(|transaction| {
            let update = "UPDATE api_keys SET last_used_at = ?2
                          WHERE id = ?1 AND ifnull(last_used_at, ?3) <= ?3";
            transaction.execute(update, params![key.id, at, before])?;
            Ok(())
        })
    }
}

fn record(row: &Row<'_>) -> Result<ApiKeyRecord, Fault> {
    let scopes: String = row.get(3)?;
    Ok(ApiKeyRecord {
        id: row.get(0)?,
        tenant: TenantId::parse(&row.get::<_, String>(1)?)?,
        name: row.get(2)?,
        scopes: serde_json::from_str(&scopes)?,
        login: row.get(4)?,
        created_at: row.get(5)?,
        last_used_at: row.get(6)?,
        revoked_at: row.get(7)?,
    })
}

fn as_text<S: serde::Serializer>(tenant: &TenantId, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(tenant.as_str())
}

const SELECT: &str = "SELECT id, tenant, name, scopes, login, created_at, last_used_at, revoked_at";

/// How often a use is noted, in milliseconds.
const USE_MS: Timestamp = 60_000;

#[cfg(test)]
mod tests;

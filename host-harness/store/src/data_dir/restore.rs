//! A tenant's database is replaced by a copy of an earlier one.

use std::path::Path;

use koalr_platform::model::common::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::DataDir;
use crate::credential::remove_credentials;
use crate::database::{Database, TENANT};
use crate::error::{Fault, StoreError};
use crate::file::{self, Part};
use crate::key::Key;
use crate::tenant::{Tenant, TenantId};

/// What was restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The tenant it was before: another one only if it was renamed.
    pub owner: String,
    /// Schema number of the file. It was brought to that of this program.
    pub schema: usize,
    /// Whether the tenant was not known, and was made.
    pub created: bool,
    /// Integrations that are not connected any more, having no credential that opens here. In alphabetical order.
    pub integrations: Vec<String>,
    /// Names of secrets that do not open, and were removed: they are to be set again. In alphabetical order.
    pub secrets: Vec<String>,
}

impl DataDir {
    /// Puts a copy of a tenant's database, an exported or a backed-up one, in the place of what it has now; makes an
    /// unknown tenant. The file is only read. It is checked, brought to this program's schema
    /// and freed of what cannot be opened here, all before anything is replaced. Who still writes to what was replaced is
    /// refused.
    ///
    /// # Errors
    /// Whatever fails, the tenant has what it had.
    /// - [`StoreError::NotRestorable`]: the file is no tenant's database, or is damaged
    /// - [`StoreError::Newer`]: a newer program wrote it
    /// - [`StoreError::RestoreOther`]: it was another tenant's, and `rename` was not asked for
    /// - a file cannot be read or written
    pub fn restore(
        &self,
        id: &TenantId,
        from: &Path,
        rename: bool,
        now: Timestamp,
    ) -> Result<Restored, StoreError> {
        let path = self.file_of(id);
        let part = Part::of(&path)?;
        let (owner, schema) = self.take_in(id, from, rename, &part)?;
        let (key, fresh) = if self.row(id)?.is_some() {
            (self.data_key(id)?, None)
        } else {
            let key = Key::random()?;
            (key.again(), Some(key))
        };
        let database = Database::look(part.0.clone(), Some(id), self.busy_timeout)?;
        let (integrations, secrets) = forget_what_is_sealed_otherwise(id, database, key)?;
        part.finish()?;
        let _turn = self.turn()?;
        match (self.row(id)?, &fresh) {
            (None, Some(data_key)) => self.insert(id, data_key, Some(now))?,
            (Some(_), None) => {}
            // It was made or deleted meanwhile.
            _ => return Err(StoreError::Replaced { path }),
        }
        file::replace(&path, &part.0)?;
        Ok(Restored {
            owner,
            schema,
            created: fresh.is_some(),
            integrations,
            secrets,
        })
    }

    /// Writes a checked copy, as this tenant's and with the newest schema; gives whose it was, and its schema.
    fn take_in(
        &self,
        id: &TenantId,
        from: &Path,
        rename: bool,
        part: &Part,
    ) -> Result<(String, usize), StoreError> {
        let refused = |reason: &str| StoreError::NotRestorable {
            path: from.to_owned(),
            reason: reason.to_owned(),
        };
        std::fs::File::open(from).map_err(StoreError::io("reading", from))?;
        let damaged = |error| match error {
            StoreError::NotADatabase { .. } => refused("it is no database, or it is damaged"),
            other => other,
        };
        let source = Database::read_only(from.to_owned(), self.busy_timeout).map_err(damaged)?;
        let schema = source.schema().map_err(damaged)?;
        source.refuse_newer(schema, TENANT.len())?;
        let owner = source.read(owner).map_err(damaged)?;
        let owner = owner
            .filter(|_| schema > 0)
            .ok_or_else(|| refused("it is no database of a tenant"))?;
        if owner != id.as_str() && !rename {
            return Err(StoreError::RestoreOther {
                path: from.to_owned(),
                owner,
                tenant: id.to_string(),
            });
        }
        if let Some(complaint) = source.complaints().map_err(damaged)?.first() {
            return Err(refused(&format!("it is damaged ({complaint})")));
        }
        source.copy_to(&part.0).map_err(damaged)?;
        drop(source);
        let mut copy = Database::look(part.0.clone(), Some(id), self.busy_timeout)?;
        if copy.migrate(TENANT).is_err() || copy.read(tables)? != newest()? {
            return Err(refused(&format!(
                "it has other tables than schema {schema} has"
            )));
        }
        copy.write(|transaction| {
            transaction.execute("UPDATE owner SET tenant = ?1", [id.as_str()])?;
            Ok(())
        })?;
        Ok((owner, schema))
    }
}

/// Removes credentials and secrets that this tenant's key does not open, and gives their names.
fn forget_what_is_sealed_otherwise(
    id: &TenantId,
    database: Database,
    key: Key,
) -> Result<(Vec<String>, Vec<String>), StoreError> {
    let mut tenant = Tenant::claim(id.clone(), database, key)?;
    let names = |tenant: &Tenant, query: &str| {
        tenant.database.read(|connection| {
            let mut statement = connection.prepare(query)?;
            let names = statement.query_map([], |row| row.get(0))?;
            Ok(names.collect::<Result<Vec<String>, _>>()?)
        })
    };
    let mut integrations = Vec::new();
    let query = "SELECT integration FROM connections WHERE current = 1 ORDER BY integration";
    for integration in names(&tenant, query)? {
        let opens = match tenant.connection(&integration)? {
            Some(connection) => tenant.reveal_credential(&connection).is_ok(),
            None => false,
        };
        if !opens {
            integrations.push(integration);
        }
    }
    let mut secrets = names(&tenant, "SELECT name FROM secrets ORDER BY name")?;
    secrets.retain(|name| tenant.secret(name).is_err());
    tenant.database.write(|transaction| {
        for integration in &integrations {
            remove_credentials(transaction, integration)?;
        }
        transaction.execute("DELETE FROM credentials WHERE sealed = x''", [])?;
        for name in &secrets {
            transaction.execute("DELETE FROM secrets WHERE name = ?1", [name])?;
        }
        Ok(())
    })?;
    Ok((integrations, secrets))
}

/// Whose database it is; none if it is no tenant's.
pub(super) fn owner(connection: &Connection) -> Result<Option<String>, Fault> {
    let has = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'owner'";
    if connection
        .query_row(has, [], |_| Ok(()))
        .optional()?
        .is_none()
    {
        return Ok(None);
    }
    let query = "SELECT tenant FROM owner";
    Ok(connection
        .query_row(query, [], |row| row.get(0))
        .optional()?)
}

/// Everything that makes up a schema, in a fixed order.
fn tables(connection: &Connection) -> Result<Vec<(String, String, Option<String>)>, Fault> {
    let query = "SELECT type, name, sql FROM sqlite_schema
                 WHERE name NOT LIKE 'sqlite^_%' ESCAPE '^' ORDER BY type, name";
    let mut statement = connection.prepare(query)?;
    let rows = statement.query_map(params![], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The same of an empty database of this program.
fn newest() -> Result<Vec<(String, String, Option<String>)>, StoreError> {
    let make = || -> Result<_, Fault> {
        let connection = Connection::open_in_memory()?;
        for migration in TENANT {
            connection.execute_batch(migration)?;
        }
        tables(&connection)
    };
    make().map_err(|fault| fault.at(Path::new(":memory:")))
}

#[cfg(test)]
mod tests;

//! Sealed credentials: opened, removed, and shredded.

use rusqlite::{OptionalExtension, params};
use zeroize::Zeroizing;

use crate::connection::StoredConnection;
use crate::database::Transaction;
use crate::error::{Fault, StoreError};
use crate::tenant::{Tenant, TenantId};

impl Tenant {
    /// The credential of a connection. It leaves memory when it is dropped.
    ///
    /// # Errors
    /// - [`StoreError::Credential`]: it was sealed for another tenant or connection, was changed, or was removed
    /// - the database cannot be read
    pub fn reveal_credential(
        &self,
        connection: &StoredConnection,
    ) -> Result<Zeroizing<String>, StoreError> {
        let sealed: Option<Vec<u8>> = self.database.read(|database| {
            let select = "SELECT sealed FROM credentials WHERE connection = ?1";
            let sealed = database.query_row(select, [connection.id], |row| row.get(0));
            Ok(sealed.optional()?)
        })?;
        let (id, integration) = (connection.id.to_string(), &connection.record.integration);
        sealed
            .and_then(|sealed| {
                let context = context(&self.id, integration, &id);
                self.data_key.open(&context, &sealed)
            })
            .and_then(|mut secret| String::from_utf8(std::mem::take(&mut *secret)).ok())
            .map(Zeroizing::new)
            .ok_or_else(|| StoreError::Credential {
                integration: integration.clone(),
                path: self.database.path().to_owned(),
            })
    }

    /// Takes the connection of an integration away, with its credential and with its job of that key, if one waits. What
    /// was synced stays, and counts. None if nothing is connected. Done again where [`shred`](Self::shred) is still to
    /// leave nothing of the credential, it changes nothing.
    ///
    /// # Errors
    /// - the database is busy, full or cannot be written
    pub fn disconnect(
        &mut self,
        integration: &str,
        job: &str,
    ) -> Result<Option<StoredConnection>, StoreError> {
        let Some(connection) = self.unshredded(integration)? else {
            return Ok(None);
        };
        self.database.write_secret(|transaction| {
            remove_credentials(transaction, integration)?;
            transaction.execute(
                "DELETE FROM jobs WHERE key = ?1 AND state = 'waiting'",
                [job],
            )?;
            Ok(())
        })?;
        Ok(Some(connection))
    }

    /// Makes sure that no file has anything of the secrets that were removed or replaced, not even sealed.
    ///
    /// # Errors
    /// - [`StoreError::LogHeld`]: somebody still reads what is only in the log
    /// - the database is busy, full or cannot be written
    pub fn shred(&mut self) -> Result<(), StoreError> {
        self.database.truncate_log()?;
        self.database.write(|transaction| {
            transaction.execute("DELETE FROM credentials WHERE sealed = x''", [])?;
            Ok(())
        })
    }

    /// Whether a connection is still the one that its integration has.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn is_connected(&self, connection: &StoredConnection) -> Result<bool, StoreError> {
        let current = self.connection(&connection.record.integration)?;
        Ok(current.is_some_and(|current| current.id == connection.id))
    }
}

/// Empties the credentials of an integration's connections.
pub(crate) fn remove_credentials(
    transaction: &Transaction<'_>,
    integration: &str,
) -> Result<(), Fault> {
    transaction.execute(
        "UPDATE credentials SET sealed = x''
         WHERE connection IN (SELECT id FROM connections WHERE integration = ?1)",
        params![integration],
    )?;
    Ok(())
}

/// What a credential is sealed with.
pub(crate) fn context<'a>(
    tenant: &'a TenantId,
    integration: &'a str,
    connection: &'a str,
) -> [&'a str; 3] {
    [tenant.as_str(), integration, connection]
}

#[cfg(test)]
mod tests;

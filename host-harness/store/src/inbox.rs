//! What lets the outside in: secrets by name, and which deliveries were taken.

use koalr_platform::model::common::Timestamp;
use rusqlite::{OptionalExtension, params};
use zeroize::Zeroizing;

use crate::error::StoreError;
use crate::tenant::Tenant;

impl Tenant {
    /// Takes a webhook's delivery; says no if it was taken before. What is taken and then lost in a crash is not taken
    /// again when it is sent again: store what it brings first, which may be done twice.
    ///
    /// # Errors
    /// - the database is busy, full or cannot be written
    pub fn claim_delivery(
        &mut self,
        source: &str,
        id: &str,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        self.database.write(|transaction| {
            let insert = "INSERT INTO deliveries (source, id, at) VALUES (?1, ?2, ?3)
                          ON CONFLICT DO NOTHING";
            Ok(transaction.execute(insert, params![source, id, at])? > 0)
        })
    }

    /// Whether a delivery was taken before.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn delivery_is_taken(&self, source: &str, id: &str) -> Result<bool, StoreError> {
        self.database.read(|database| {
            let select = "SELECT 1 FROM deliveries WHERE source = ?1 AND id = ?2";
            let taken = database.query_row(select, params![source, id], |_| Ok(()));
            Ok(taken.optional()?.is_some())
        })
    }

    /// Stores a secret, sealed, in place of the former one of that name. [`shred`](Self::shred) leaves nothing of that.
    ///
    /// # Errors
    /// - it cannot be sealed
    /// - the database is busy, full or cannot be written
    pub fn save_secret(&mut self, name: &str, secret: &[u8]) -> Result<(), StoreError> {
        let sealed = self.data_key.seal(&self.context(name), secret)?;
        self.database.write_secret(|transaction| {
            transaction.execute(
                "INSERT OR REPLACE INTO secrets (name, sealed) VALUES (?1, ?2)",
                params![name, sealed],
            )?;
            Ok(())
        })
    }

    /// A secret by its name; none if it was never stored. It leaves memory when it is dropped.
    ///
    /// # Errors
    /// - [`StoreError::Secret`]: it was sealed for another tenant or name, or was changed
    /// - the database cannot be read
    pub fn secret(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        let sealed: Option<Vec<u8>> = self.database.read(|database| {
            let select = "SELECT sealed FROM secrets WHERE name = ?1";
            let sealed = database.query_row(select, [name], |row| row.get(0));
            Ok(sealed.optional()?)
        })?;
        let Some(sealed) = sealed else {
            return Ok(None);
        };
        match self.data_key.open(&self.context(name), &sealed) {
            Some(secret) => Ok(Some(secret)),
            None => Err(StoreError::Secret {
                name: name.to_owned(),
                path: self.database.path().to_owned(),
            }),
        }
    }

    /// What a secret is sealed with. No credential's begins so: no tenant's name has a space.
    fn context<'a>(&'a self, name: &'a str) -> [&'a str; 3] {
        ["a secret of", self.id.as_str(), name]
    }
}

#[cfg(test)]
mod tests;

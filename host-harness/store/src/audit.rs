//! The audit log: rows that the database itself refuses to alter or remove.

use koalr_platform::audit::{Entry, Event, Tip};
use koalr_platform::model::common::Timestamp;

use crate::error::StoreError;
use crate::fields::decode;
use crate::kept::put;
use crate::row::select_list;
use crate::table::own::AUDIT;
use crate::tenant::Tenant;

impl Tenant {
    /// Appends what was done to the log, and gives its new end.
    ///
    /// # Errors
    /// - the database is busy, full or cannot be written
    pub fn append_audit(
        &mut self,
        at: Timestamp,
        actor: &str,
        subject: &str,
        event: &Event,
    ) -> Result<Tip, StoreError> {
        self.database.write(|transaction| {
            let columns = select_list(&AUDIT);
            let query = format!("SELECT {columns} FROM audit ORDER BY seq DESC LIMIT 1");
            let mut statement = transaction.prepare(&query)?;
            let mut rows = statement.query([])?;
            let last: Option<Entry> = rows.next()?.map(|row| decode(&AUDIT, row)).transpose()?;
            let entry = Entry::next(last.as_ref(), at, (actor, subject), event);
            put(transaction, &AUDIT, &[], &entry)?;
            Ok(entry.tip())
        })
    }

    /// Hands over the log from its first entry to its last, one after the other. The first error ends it.
    ///
    /// # Errors
    /// - the database cannot be read
    /// - what `each` fails with
    pub fn audit<E: From<StoreError>>(
        &self,
        each: &mut dyn FnMut(Entry) -> Result<(), E>,
    ) -> Result<(), E> {
        self.each_record(&AUDIT, "true ORDER BY seq", &[], each)
    }

    /// The end of the log as it is stored: only following the whole log tells whether it is right.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn audit_tip(&self) -> Result<Tip, StoreError> {
        let last: Option<Entry> = self.record(&AUDIT, "true ORDER BY seq DESC", &[])?;
        Ok(last.map_or_else(Tip::default, |last| last.tip()))
    }
}

#[cfg(test)]
mod tests;

//! A tenant's name, and the handle on its database.

use std::fmt;

use rusqlite::OptionalExtension;
use serde::Serialize;

use crate::database::Database;
use crate::error::StoreError;
use crate::file::FileMark;
use crate::key::Key;
use crate::ledger::Held;
use crate::term::Named;

/// Name of a tenant: 1 to 63 lower-case ASCII letters, digits and `-`. Nothing else ever reaches a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct TenantId(String);

impl TenantId {
    /// Checks a name.
    ///
    /// # Errors
    /// - [`StoreError::TenantName`]: it is empty, too long, or holds any other character
    pub fn parse(name: &str) -> Result<Self, StoreError> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if (1..=MAX_NAME_BYTES).contains(&name.len()) && name.bytes().all(allowed) {
            Ok(Self(name.to_owned()))
        } else {
            Err(StoreError::TenantName {
                name: name.to_owned(),
            })
        }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TenantId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Everything of one tenant. [`DataDir::tenant`](crate::DataDir::tenant) opens it, nothing else.
pub struct Tenant {
    pub(crate) id: TenantId,
    pub(crate) database: Database,
    pub(crate) data_key: Key,
    /// None until one was asked for.
    pub(crate) ledger: Option<Held>,
    /// Of findings that this handle stored.
    pub(crate) named: Named,
}

impl Tenant {
    /// Takes an open file as this tenant's, unless it is another's. A new file becomes this tenant's.
    pub(crate) fn claim(
        id: TenantId,
        mut database: Database,
        data_key: Key,
    ) -> Result<Self, StoreError> {
        let select = |connection: &rusqlite::Connection| {
            let query = "SELECT tenant FROM owner";
            connection
                .query_row(query, [], |row| row.get::<_, String>(0))
                .optional()
        };
        let owner = match database.read(|connection| Ok(select(connection)?))? {
            Some(owner) => owner,
            None => database.write(|transaction| {
                let insert =
                    "INSERT INTO owner (one, tenant) VALUES (1, ?1) ON CONFLICT DO NOTHING";
                transaction.execute(insert, [id.as_str()])?;
                Ok(select(transaction)?.unwrap_or_default())
            })?,
        };
        if owner != id.as_str() {
            return Err(StoreError::TenantSwapped {
                path: database.path().to_owned(),
                owner,
            });
        }
        // A batch that a power failure takes back takes its cursor with it.
        database
            .read(|connection| Ok(connection.pragma_update(None, "synchronous", "normal")?))?;
        Ok(Self {
            id,
            database,
            data_key,
            ledger: None,
            named: Named::default(),
        })
    }

    /// Whose data this is.
    #[must_use]
    pub fn id(&self) -> &TenantId {
        &self.id
    }

    /// Makes one of several writes: all of them are stored, or none, whatever happens to this process meanwhile.
    ///
    /// # Errors
    /// - what `write` fails with; nothing is stored then
    /// - the database is busy, full or cannot be written
    pub fn as_one<T, E: From<StoreError>>(
        &mut self,
        write: impl FnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        self.database.begin()?;
        let begun = Begun(self);
        let outcome = write(begun.0)?;
        begun.0.database.end()?;
        Ok(outcome)
    }

    /// Which file it is in: another one once the tenant was restored.
    #[must_use]
    pub fn file(&self) -> FileMark {
        self.database.file()
    }
}

/// Several writes that became one, or never were; also where one of them panics.
struct Begun<'t>(&'t mut Tenant);

impl Drop for Begun<'_> {
    fn drop(&mut self) {
        self.0.database.undo();
    }
}

impl fmt::Debug for Tenant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Tenant").field(&self.id).finish()
    }
}

/// Longest name, in bytes: one DNS label.
const MAX_NAME_BYTES: usize = 63;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::connected;
    use crate::job::Class;

    fn write(tenant: &mut Tenant, key: &str) -> Result<(), StoreError> {
        let stored = tenant.enqueue(key, Class::Gate, "judge", "{}", 0, 0);
        stored.map(drop)
    }

    fn jobs(tenant: &Tenant) -> usize {
        tenant.waiting_jobs().unwrap().len()
    }

    #[test]
    fn several_writes_are_stored_together_or_not_at_all() {
        let (_directory, mut tenant, _) = connected();
        let failed = tenant.as_one(|tenant| {
            write(tenant, "a")?;
            write(tenant, "b")?;
            assert_eq!(jobs(tenant), 2);
            Err::<(), _>(StoreError::TenantName {
                name: String::new(),
            })
        });
        assert!(failed.is_err());
        assert_eq!(jobs(&tenant), 0);
        let both = tenant.as_one(|tenant| {
            write(tenant, "a")?;
            write(tenant, "b")
        });
        both.unwrap();
        assert_eq!(jobs(&tenant), 2);
    }

    #[test]
    fn a_write_that_fails_among_several_leaves_the_others_to_be_decided_about() {
        let (_directory, mut tenant, _) = connected();
        let both = tenant.as_one(|tenant| {
            let failed = tenant.database.write(|transaction| {
                transaction.execute("UPDATE owner SET tenant = 'other'", [])?;
                Ok(transaction.execute("no SQL", [])?)
            });
            assert!(failed.is_err());
            write(tenant, "a")
        });
        both.unwrap();
        let owner = tenant.database.read(|database| {
            let owner = database.query_row("SELECT tenant FROM owner", [], |row| row.get(0));
            Ok::<String, _>(owner?)
        });
        assert_eq!((owner.unwrap().as_str(), jobs(&tenant)), ("acme", 1));
    }

    #[test]
    fn after_a_panic_among_several_writes_the_next_one_is_stored() {
        let (_directory, mut tenant, _) = connected();
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            tenant.as_one::<(), StoreError>(|tenant| {
                write(tenant, "a")?;
                panic!("on purpose")
            })
        }));
        assert!(panicked.is_err());
        write(&mut tenant, "b").unwrap();
        assert_eq!(jobs(&tenant), 1);
    }

    #[test]
    fn a_tenant_name_is_lower_case_letters_digits_and_hyphens() {
        for name in ["a", "acme", "acme-2", "0", &"x".repeat(63)] {
            assert_eq!(TenantId::parse(name).unwrap().as_str(), name);
        }
    }

    #[test]
    fn a_name_that_could_leave_the_directory_is_refused() {
        for name in [
            "", ".", "..", "../acme", "a/b", "a\\b", "Acme", "a.db", "a\0b", "ä", "a b",
        ] {
            assert!(TenantId::parse(name).is_err(), "{name:?}");
        }
        assert!(TenantId::parse(&"x".repeat(64)).is_err());
        assert_eq!(
            TenantId::parse("../acme").unwrap_err().to_string(),
            "`../acme` is not a tenant name; use 1 to 63 lower-case letters, digits and `-`"
        );
    }
}

//! People who look at the pages: one-time links that sign them in, and their visits.

use koalr_platform::model::common::Timestamp;
use rusqlite::{Row, params};

use crate::data_dir::DataDir;
use crate::database::Transaction;
use crate::error::{Fault, StoreError};
use crate::tenant::TenantId;

/// A person who is signed in, and whose data they see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visitor {
    /// Whose data.
    pub tenant: TenantId,
    /// Their login. Their roles, which decide what they may, are the tenant's to tell.
    pub login: String,
}

impl DataDir {
    /// Stores a link that signs a person in once, before `expires_at`. `hash` is SHA-256 of its secret part.
    ///
    /// # Errors
    /// - there is no such tenant
    /// - the control database is busy, full or cannot be written
    pub fn save_sign_in(
        &self,
        hash: &[u8; 32],
        visitor: &Visitor,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        self.control()?.write(|transaction| {
            let insert =
                "INSERT INTO sign_ins (hash, tenant, login, expires_at) VALUES (?1, ?2, ?3, ?4)";
            transaction.execute(
                insert,
                params![hash, visitor.tenant.as_str(), visitor.login, expires_at],
            )?;
            Ok(())
        })
    }

    /// Whom a link would sign in, without using it up; none if it was used, is too old, or never was.
    ///
    /// # Errors
    /// - the control database cannot be read
    pub fn sign_in(&self, hash: &[u8; 32], now: Timestamp) -> Result<Option<Visitor>, StoreError> {
        self.control()?.read(|connection| {
            let select = "SELECT tenant, login FROM sign_ins WHERE hash = ?1 AND expires_at > ?2";
            let mut statement = connection.prepare(select)?;
            let mut rows = statement.query(params![hash, now])?;
            rows.next()?.map(visitor).transpose()
        })
    }

    /// Uses a link up, and begins the visit that `visit` is the hash of; none if it was used, is too old, or never was.
    /// Forgets links and visits that are over.
    ///
    /// # Errors
    /// - the control database is busy, full or cannot be written
    pub fn begin_visit(
        &self,
        link: &[u8; 32],
        visit: &[u8; 32],
        now: Timestamp,
    ) -> Result<Option<Visitor>, StoreError> {
        self.control()?.write(|transaction| {
            forget_old(transaction, now)?;
            let delete = "DELETE FROM sign_ins WHERE hash = ?1 RETURNING tenant, login";
            let visitor = {
                let mut statement = transaction.prepare(delete)?;
                let mut rows = statement.query([link])?;
                rows.next()?.map(visitor).transpose()?
            };
            if let Some(Visitor { tenant, login }) = &visitor {
                transaction.execute(
                    "INSERT INTO visits (hash, tenant, login, began_at, seen_at)
                     VALUES (?1, ?2, ?3, ?4, ?4)",
                    params![visit, tenant.as_str(), login, now],
                )?;
            }
            Ok(visitor)
        })
    }

    /// Whose visit this is; none if it is over or never was. Notes that they were seen, at most once a minute.
    ///
    /// # Errors
    /// - the control database is busy, full or cannot be used
    pub fn visitor(&self, visit: &[u8; 32], now: Timestamp) -> Result<Option<Visitor>, StoreError> {
        let mut control = self.control()?;
        let found = control.read(|connection| {
            let select = "SELECT tenant, login, seen_at FROM visits
                          WHERE hash = ?1 AND seen_at > ?2 AND began_at > ?3";
            let mut statement = connection.prepare(select)?;
            let idle = now.saturating_sub(IDLE_MS);
            let mut rows = statement.query(params![visit, idle, now.saturating_sub(LONGEST_MS)])?;
            let found = rows.next()?.map(|row| Ok((visitor(row)?, row.get(2)?)));
            found.transpose()
        })?;
        let Some((visitor, seen_at)) = found else {
            return Ok(None);
        };
        let seen_at: Timestamp = seen_at;
        if now.saturating_sub(seen_at) > SEEN_MS {
            control.write(|transaction| {
                let update = "UPDATE visits SET seen_at = ?2 WHERE hash = ?1";
                transaction.execute(update, params![visit, now])?;
                Ok(())
            })?;
        }
        Ok(Some(visitor))
    }

    /// Ends a visit.
    ///
    /// # Errors
    /// - the control database is busy, full or cannot be written
    pub fn end_visit(&self, visit: &[u8; 32]) -> Result<(), StoreError> {
        self.control()?.write(|transaction| {
            transaction.execute("DELETE FROM visits WHERE hash = ?1", [visit])?;
            Ok(())
        })
    }

    /// Ends all visits of a person and uses up their links; how many visits there were. The case of a login does not count.
    ///
    /// # Errors
    /// - the control database is busy, full or cannot be written
    pub fn end_visits_of(&self, person: &Visitor) -> Result<usize, StoreError> {
        self.control()?.write(|transaction| {
            let theirs = [person.tenant.as_str(), &person.login];
            let of = "tenant = ?1 AND login = ?2 COLLATE NOCASE";
            transaction.execute(&format!("DELETE FROM sign_ins WHERE {of}"), theirs)?;
            Ok(transaction.execute(&format!("DELETE FROM visits WHERE {of}"), theirs)?)
        })
    }
}

fn visitor(row: &Row<'_>) -> Result<Visitor, Fault> {
    Ok(Visitor {
        tenant: TenantId::parse(&row.get::<_, String>(0)?)?,
        login: row.get(1)?,
    })
}

fn forget_old(transaction: &Transaction<'_>, now: Timestamp) -> Result<(), Fault> {
    transaction.execute("DELETE FROM sign_ins WHERE expires_at <= ?1", [now])?;
    transaction.execute(
        "DELETE FROM visits WHERE seen_at <= ?1 OR began_at <= ?2",
        [now.saturating_sub(IDLE_MS), now.saturating_sub(LONGEST_MS)],
    )?;
    Ok(())
}

/// A visit is over when nothing was looked at for so long, in milliseconds: a working day and the evening after it.
const IDLE_MS: Timestamp = 16 * 3_600_000;

/// A visit is over after so long in any case, in milliseconds: a week.
const LONGEST_MS: Timestamp = 7 * 24 * 3_600_000;

/// How often it is noted that somebody was seen, in milliseconds.
const SEEN_MS: Timestamp = 60_000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{acme, open};

    fn ground() -> (tempfile::TempDir, DataDir, Visitor) {
        let directory = tempfile::tempdir().unwrap();
        drop(open(directory.path()));
        let data = DataDir::open(directory.path()).unwrap();
        let ines = Visitor {
            tenant: acme(),
            login: "ines".to_owned(),
        };
        (directory, data, ines)
    }

    #[test]
    fn a_link_signs_its_person_in_once() {
        let (_directory, data, ines) = ground();
        data.save_sign_in(&[1; 32], &ines, 1_000).unwrap();
        assert_eq!(data.sign_in(&[1; 32], 999).unwrap(), Some(ines.clone()));
        assert_eq!(
            data.begin_visit(&[1; 32], &[2; 32], 999).unwrap(),
            Some(ines.clone())
        );
        assert_eq!(data.visitor(&[2; 32], 1_000).unwrap(), Some(ines));
        assert_eq!(data.begin_visit(&[1; 32], &[3; 32], 999).unwrap(), None);
        assert_eq!(data.visitor(&[3; 32], 1_000).unwrap(), None);
    }

    #[test]
    fn a_link_that_is_too_old_signs_nobody_in() {
        let (_directory, data, ines) = ground();
        data.save_sign_in(&[1; 32], &ines, 1_000).unwrap();
        assert_eq!(data.sign_in(&[1; 32], 1_000).unwrap(), None);
        assert_eq!(data.begin_visit(&[1; 32], &[2; 32], 1_000).unwrap(), None);
    }

    #[test]
    fn a_visit_lasts_while_its_person_comes_back_and_at_most_a_week() {
        let (_directory, data, ines) = ground();
        data.save_sign_in(&[1; 32], &ines, 1).unwrap();
        data.begin_visit(&[1; 32], &[2; 32], 0).unwrap();
        let mut now = 0;
        while now + IDLE_MS - 1 < LONGEST_MS {
            now += IDLE_MS - 1;
            assert_eq!(data.visitor(&[2; 32], now).unwrap(), Some(ines.clone()));
        }
        assert_eq!(data.visitor(&[2; 32], LONGEST_MS).unwrap(), None);
    }

    #[test]
    fn a_visit_without_a_look_for_a_day_is_over() {
        let (_directory, data, ines) = ground();
        data.save_sign_in(&[1; 32], &ines, 1).unwrap();
        data.begin_visit(&[1; 32], &[2; 32], 0).unwrap();
        assert_eq!(data.visitor(&[2; 32], IDLE_MS).unwrap(), None);
    }

    #[test]
    fn all_visits_and_links_of_a_person_end_at_once_and_nobody_elses() {
        let (_directory, data, ines) = ground();
        let mo = Visitor {
            login: "mo".to_owned(),
            ..ines.clone()
        };
        for (link, person) in [(1, &ines), (2, &ines), (3, &mo)] {
            data.save_sign_in(&[link; 32], person, 9).unwrap();
        }
        data.begin_visit(&[1; 32], &[11; 32], 0).unwrap();
        data.begin_visit(&[3; 32], &[13; 32], 0).unwrap();
        let shouted = Visitor {
            login: "INES".to_owned(),
            ..ines
        };
        assert_eq!(data.end_visits_of(&shouted).unwrap(), 1);
        assert_eq!(data.visitor(&[11; 32], 1).unwrap(), None);
        assert_eq!(data.sign_in(&[2; 32], 1).unwrap(), None);
        assert_eq!(data.visitor(&[13; 32], 1).unwrap(), Some(mo));
        assert_eq!(data.end_visits_of(&shouted).unwrap(), 0);
    }

    #[test]
    fn a_deleted_tenants_visits_and_links_go_with_it() {
        let (_directory, data, ines) = ground();
        data.save_sign_in(&[1; 32], &ines, 9).unwrap();
        data.save_sign_in(&[2; 32], &ines, 9).unwrap();
        data.begin_visit(&[1; 32], &[11; 32], 0).unwrap();
        data.delete(&ines.tenant).unwrap();
        assert_eq!(data.visitor(&[11; 32], 1).unwrap(), None);
        assert_eq!(data.sign_in(&[2; 32], 1).unwrap(), None);
    }

    #[test]
    fn a_visit_that_was_ended_is_over() {
        let (_directory, data, ines) = ground();
        data.save_sign_in(&[1; 32], &ines, 1).unwrap();
        data.begin_visit(&[1; 32], &[2; 32], 0).unwrap();
        data.end_visit(&[2; 32]).unwrap();
        assert_eq!(data.visitor(&[2; 32], 1).unwrap(), None);
    }
}

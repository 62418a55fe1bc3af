//! Requests of the API that their sender wants done once, however often they are sent: what was asked, and what was
//! answered.

use koalr_platform::model::common::Timestamp;
use rusqlite::{OptionalExtension, params};

use crate::error::StoreError;
use crate::tenant::Tenant;

/// A request that is to be done once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OnceRequest<'a> {
    /// Id of the API key that sends it. The same word under another key is another request.
    pub api_key: &'a str,
    /// The sender's own word for it.
    pub key: &'a str,
    /// SHA-256 of all that was asked.
    pub fingerprint: &'a [u8; 32],
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnceAnswer {
    /// The status.
    pub status: u16,
    /// The document, as JSON; empty if there was none.
    pub body: String,
}

/// Whether a request is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Once {
    /// It is: nobody else does it until [`finish_once`](Tenant::finish_once) or [`forget_once`](Tenant::forget_once).
    Begun,
    /// Somebody does it.
    UnderWay,
    /// It was done.
    Done(OnceAnswer),
    /// Something else was asked under the same word.
    Other,
}

impl Tenant {
    /// Begins a request. What was begun a day ago is forgotten; what was begun ten minutes ago and never answered is given
    /// up, and may be begun again.
    ///
    /// # Errors
    /// - the database is busy, full or cannot be written
    pub fn begin_once(
        &mut self,
        request: OnceRequest<'_>,
        now: Timestamp,
    ) -> Result<Once, StoreError> {
        let OnceRequest {
            api_key,
            key,
            fingerprint,
        } = request;
        self.database.write(|transaction| {
            let old = "DELETE FROM once WHERE at <= ?1";
            transaction.execute(old, [now.saturating_sub(KEPT_MS)])?;
            let dead = "DELETE FROM once WHERE status IS NULL AND at <= ?1";
            transaction.execute(dead, [now.saturating_sub(CLAIM_MS)])?;
            let select =
                "SELECT fingerprint, status, body FROM once WHERE api_key = ?1 AND key = ?2";
            let known = transaction.query_row(select, [api_key, key], |row| {
                Ok((
                    row.get::<_, Vec<u8>>(0)?,
                    row.get::<_, Option<u16>>(1)?,
                    row.get::<_, Option<String>>(2)?,
                ))
            });
            Ok(match known.optional()? {
                Some((asked, ..)) if asked != fingerprint => Once::Other,
                Some((_, None, _)) => Once::UnderWay,
                Some((_, Some(status), body)) => Once::Done(OnceAnswer {
                    status,
                    body: body.unwrap_or_default(),
                }),
                None => {
                    let insert = "INSERT INTO once (api_key, key, fingerprint, at)
                                  VALUES (?1, ?2, ?3, ?4)";
                    transaction.execute(insert, params![api_key, key, fingerprint, now])?;
                    Once::Begun
                }
            })
        })
    }

    /// Keeps what was answered to a request that was begun.
    ///
    /// # Errors
    /// - the database is busy, full or cannot be written
    pub fn finish_once(
        &mut self,
        request: OnceRequest<'_>,
        answer: &OnceAnswer,
    ) -> Result<(), StoreError> {
        self.database.write(|transaction| {
            let update = "UPDATE once SET status = ?4, body = ?5
                          WHERE api_key = ?1 AND key = ?2 AND fingerprint = ?3";
            let OnceAnswer { status, body } = answer;
            transaction.execute(
                update,
                params![
                    request.api_key,
                    request.key,
                    request.fingerprint,
                    status,
                    body
                ],
            )?;
            Ok(())
        })
    }

    /// Forgets a request that was begun and could not be done, so that it may be sent again.
    ///
    /// # Errors
    /// - the database is busy, full or cannot be written
    pub fn forget_once(&mut self, request: OnceRequest<'_>) -> Result<(), StoreError> {
        self.database.write(|transaction| {
            let delete = "DELETE FROM once
                          WHERE api_key = ?1 AND key = ?2 AND fingerprint = ?3 AND status IS NULL";
            transaction.execute(
                delete,
                params![request.api_key, request.key, request.fingerprint],
            )?;
            Ok(())
        })
    }
}

/// How long an answer is kept, in milliseconds: a day.
const KEPT_MS: Timestamp = 24 * 60 * 60 * 1000;

/// How long a request may be under way, in milliseconds: ten minutes. After that its process is taken for dead.
const CLAIM_MS: Timestamp = 10 * 60 * 1000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{acme, open};

    fn tenant() -> (tempfile::TempDir, Tenant) {
        let directory = tempfile::tempdir().unwrap();
        let tenant = open(directory.path());
        (directory, tenant)
    }

    fn request(key: &'static str, fingerprint: &'static [u8; 32]) -> OnceRequest<'static> {
        OnceRequest {
            api_key: "aaaaaaaaaaaa",
            key,
            fingerprint,
        }
    }

    fn answer() -> OnceAnswer {
        OnceAnswer {
            status: 202,
            body: "{}".to_owned(),
        }
    }

    #[test]
    fn a_request_is_begun_once_and_its_answer_is_told_a_day_long() {
        let (_directory, mut tenant) = tenant();
        let asked = request("a", &[1; 32]);
        assert_eq!(tenant.begin_once(asked, 0).unwrap(), Once::Begun);
        assert_eq!(tenant.begin_once(asked, 1).unwrap(), Once::UnderWay);
        tenant.finish_once(asked, &answer()).unwrap();
        assert_eq!(
            tenant.begin_once(asked, KEPT_MS - 1).unwrap(),
            Once::Done(answer())
        );
        assert_eq!(tenant.begin_once(asked, KEPT_MS).unwrap(), Once::Begun);
    }

    #[test]
    fn the_same_word_for_something_else_is_noticed() {
        let (_directory, mut tenant) = tenant();
        tenant.begin_once(request("a", &[1; 32]), 0).unwrap();
        let other = request("a", &[2; 32]);
        assert_eq!(tenant.begin_once(other, 0).unwrap(), Once::Other);
        let elsewhere = OnceRequest {
            api_key: "bbbbbbbbbbbb",
            ..other
        };
        assert_eq!(tenant.begin_once(elsewhere, 0).unwrap(), Once::Begun);
    }

    #[test]
    fn what_could_not_be_done_may_be_sent_again_and_what_was_done_may_not() {
        let (_directory, mut tenant) = tenant();
        let asked = request("a", &[1; 32]);
        tenant.begin_once(asked, 0).unwrap();
        tenant.forget_once(asked).unwrap();
        assert_eq!(tenant.begin_once(asked, 0).unwrap(), Once::Begun);
        tenant.finish_once(asked, &answer()).unwrap();
        tenant.forget_once(asked).unwrap();
        assert_eq!(tenant.begin_once(asked, 0).unwrap(), Once::Done(answer()));
    }

    #[test]
    fn a_request_whose_process_died_may_be_begun_again_after_ten_minutes() {
        let (directory, mut tenant) = tenant();
        let asked = request("a", &[1; 32]);
        tenant.begin_once(asked, 0).unwrap();
        drop(tenant);
        let mut tenant = open(directory.path());
        assert_eq!(tenant.id(), &acme());
        assert_eq!(
            tenant.begin_once(asked, CLAIM_MS - 1).unwrap(),
            Once::UnderWay
        );
        assert_eq!(tenant.begin_once(asked, CLAIM_MS).unwrap(), Once::Begun);
    }
}

//! A tenant's connections, and their sealed credentials.

use koalr_platform::model::common::{Endpoint, Timestamp};
use koalr_platform::model::connection::{Access, Capability, Connection, CredentialFacts};
use rusqlite::{OptionalExtension, Row, params};
use zeroize::Zeroizing;

use crate::error::{Fault, StoreError};
use crate::tenant::Tenant;

/// A connection as it is stored. The credential is not in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConnectionRecord {
    /// Id of the integration, for example `snyk`.
    pub integration: String,
    /// The pinned origin.
    pub endpoint: Endpoint,
    /// Whether the operator allowed a loopback address.
    pub allow_loopback: bool,
    /// Facts about the credential.
    pub credential: CredentialFacts,
    /// What `connect` found: account, organizations, capabilities, warnings.
    pub connection: Connection,
    /// Version of the integration that connected.
    pub plugin_version: String,
    /// Root certificate of the operator, as PEM; none means the platform's roots.
    pub ca_pem: Option<String>,
    /// Domain suffixes that the operator allows downloads from, for example `storage.example.com`. May be empty.
    pub downloads: Vec<String>,
    /// When it was connected.
    pub connected_at: Timestamp,
}

/// A connection that the store knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredConnection {
    pub(crate) id: i64,
    /// What is stored of it.
    pub record: ConnectionRecord,
}

impl Tenant {
    /// Stores a connection as the current one of its integration, with the credential sealed.
    ///
    /// The same base address again keeps what was synced and where its walks stand. Another base address is another
    /// connection: what was synced through the former one stays with that, and its credential is removed.
    ///
    /// # Errors
    /// - the credential cannot be sealed
    /// - the database is busy, full or cannot be written; nothing was stored
    pub fn save_connection(
        &mut self,
        record: &ConnectionRecord,
        credential: &str,
    ) -> Result<StoredConnection, StoreError> {
        let (tenant, key) = (&self.id, &self.data_key);
        let id = self.database.write(|transaction| {
            transaction.execute(
                "UPDATE connections SET current = 0, sealed = NULL WHERE integration = ?1",
                [&record.integration],
            )?;
            let id: i64 = transaction.query_row(
                UPSERT,
                params![
                    record.integration,
                    record.endpoint.origin,
                    record.endpoint.base,
                    record.allow_loopback,
                    record.credential.kind,
                    record.credential.audience_host,
                    serde_json::to_string(&record.connection.account)?,
                    serde_json::to_string(&record.connection.organizations)?,
                    serde_json::to_string(&record.connection.capabilities)?,
                    serde_json::to_string(&record.connection.warnings)?,
                    serde_json::to_string(&record.connection.extra)?,
                    record.plugin_version,
                    record.ca_pem,
                    serde_json::to_string(&record.downloads)?,
                    record.connected_at,
                ],
                |row| row.get(0),
            )?;
            let context = [tenant.as_str(), &record.integration, &id.to_string()];
            let sealed = key.seal(&context, credential.as_bytes())?;
            transaction.execute(
                "UPDATE connections SET sealed = ?1 WHERE id = ?2",
                params![sealed, id],
            )?;
            Ok(id)
        })?;
        let record = record.clone();
        Ok(StoredConnection { id, record })
    }

    /// The current connection of an integration; none if it was never connected.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn connection(&self, integration: &str) -> Result<Option<StoredConnection>, StoreError> {
        self.database.read(|database| {
            let mut statement = database.prepare(SELECT)?;
            let mut rows = statement.query([integration])?;
            rows.next()?.map(decode).transpose()
        })
    }

    /// Notes whether a connection's credential may use a route in an organization, in place of what was known of it.
    /// [`connection`](Self::connection) then has it.
    ///
    /// # Errors
    /// - the database is busy, full or cannot be written
    pub fn note_capability(
        &mut self,
        connection: &StoredConnection,
        organization: &str,
        route: &str,
        access: Access,
        detail: &str,
    ) -> Result<(), StoreError> {
        self.database.write(|transaction| {
            let select = "SELECT capabilities FROM connections WHERE id = ?1";
            let stored: String =
                transaction.query_row(select, [connection.id], |row| row.get(0))?;
            let mut capabilities: Vec<Capability> = serde_json::from_str(&stored)?;
            let noted = Capability {
                organization: organization.to_owned(),
                route: route.to_owned(),
                access,
                detail: detail.to_owned(),
            };
            let former = capabilities
                .iter_mut()
                .find(|one| one.organization == organization && one.route == route);
            match former {
                Some(former) => *former = noted,
                None => capabilities.push(noted),
            }
            transaction.execute(
                "UPDATE connections SET capabilities = ?2 WHERE id = ?1",
                params![connection.id, serde_json::to_string(&capabilities)?],
            )?;
            Ok(())
        })
    }

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
            let select = "SELECT sealed FROM connections WHERE id = ?1";
            let sealed = database.query_row(select, [connection.id], |row| row.get(0));
            Ok(sealed.optional()?.flatten())
        })?;
        let integration = &connection.record.integration;
        let context = [self.id.as_str(), integration, &connection.id.to_string()];
        sealed
            .and_then(|sealed| self.data_key.open(&context, &sealed))
            .and_then(|mut secret| String::from_utf8(std::mem::take(&mut *secret)).ok())
            .map(Zeroizing::new)
            .ok_or_else(|| StoreError::Credential {
                integration: integration.clone(),
                path: self.database.path().to_owned(),
            })
    }
}

fn decode(row: &Row<'_>) -> Result<StoredConnection, Fault> {
    let json = |index| row.get::<_, String>(index);
    Ok(StoredConnection {
        id: row.get(0)?,
        record: ConnectionRecord {
            integration: row.get(1)?,
            endpoint: Endpoint {
                origin: row.get(2)?,
                base: row.get(3)?,
            },
            allow_loopback: row.get(4)?,
            credential: CredentialFacts {
                kind: row.get(5)?,
                audience_host: row.get(6)?,
            },
            connection: Connection {
                account: serde_json::from_str(&json(7)?)?,
                organizations: serde_json::from_str(&json(8)?)?,
                capabilities: serde_json::from_str(&json(9)?)?,
                warnings: serde_json::from_str(&json(10)?)?,
                extra: serde_json::from_str(&json(11)?)?,
            },
            plugin_version: row.get(12)?,
            ca_pem: row.get(13)?,
            downloads: serde_json::from_str(&json(14)?)?,
            connected_at: row.get(15)?,
        },
    })
}

const SELECT: &str = "
    SELECT id, integration, origin, base, allow_loopback, kind, audience_host,
           account, organizations, capabilities, warnings, extra,
           plugin_version, ca_pem, downloads, connected_at
    FROM connections WHERE integration = ?1 AND current = 1";

const UPSERT: &str = "
    INSERT INTO connections
      (current, integration, origin, base, allow_loopback, kind, audience_host,
       account, organizations, capabilities, warnings, extra,
       plugin_version, ca_pem, downloads, connected_at)
    VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
    ON CONFLICT (integration, base) DO UPDATE SET
      current = 1,
      origin = excluded.origin,
      allow_loopback = excluded.allow_loopback,
      kind = excluded.kind,
      audience_host = excluded.audience_host,
      account = excluded.account,
      organizations = excluded.organizations,
      capabilities = excluded.capabilities,
      warnings = excluded.warnings,
      extra = excluded.extra,
      plugin_version = excluded.plugin_version,
      ca_pem = excluded.ca_pem,
      downloads = excluded.downloads,
      connected_at = excluded.connected_at
    RETURNING id";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{CANARY, batch, connected, connection, finding, open, organizations};
    use koalr_platform::model::record::Entry;

    #[test]
    fn a_connection_reads_back_as_it_was_stored() {
        let (directory, tenant, stored) = connected();
        drop(tenant);
        let tenant = open(directory.path());
        assert_eq!(stored.record, connection());
        assert_eq!(tenant.connection("snyk").unwrap(), Some(stored));
        assert_eq!(tenant.connection("sonarqube").unwrap(), None);
    }

    #[test]
    fn a_credential_is_revealed_after_a_restart() {
        let (directory, tenant, stored) = connected();
        drop(tenant);
        let tenant = open(directory.path());
        assert_eq!(*tenant.reveal_credential(&stored).unwrap(), CANARY);
    }

    #[test]
    fn a_credential_moved_to_another_connection_cannot_be_opened() {
        let (directory, mut tenant, stored) = connected();
        let mut other = connection();
        other.integration = "sonarqube".to_owned();
        let other = tenant.save_connection(&other, "another token").unwrap();
        tenant
            .database
            .write(|transaction| {
                transaction.execute(
                    "UPDATE connections SET sealed =
                       (SELECT sealed FROM connections AS c WHERE c.id = ?1) WHERE id = ?2",
                    params![stored.id, other.id],
                )?;
                Ok(())
            })
            .unwrap();
        assert_eq!(
            tenant.reveal_credential(&other).unwrap_err().to_string(),
            format!(
                "the stored credential of `sonarqube` in `{}` cannot be opened; connect again",
                directory.path().join("tenants/acme.db").display()
            )
        );
    }

    #[test]
    fn a_capability_noted_later_replaces_what_was_known_of_that_route() {
        let (_directory, mut tenant, stored) = connected();
        let mut note = |route, access, detail| {
            tenant
                .note_capability(&stored, "o1", route, access, detail)
                .unwrap();
        };
        note("pr-checks", Access::Unknown, "not asked");
        note("issues", Access::Allowed, "");
        note("pr-checks", Access::Refused, "no reports on this plan");
        let known = tenant.connection("snyk").unwrap().unwrap().record;
        let known = known.connection.capabilities.into_iter();
        let known: Vec<_> = known
            .map(|one| (one.route, one.access, one.detail))
            .collect();
        assert_eq!(
            known,
            [
                ("issues".to_owned(), Access::Allowed, String::new()),
                (
                    "pr-checks".to_owned(),
                    Access::Refused,
                    "no reports on this plan".to_owned()
                ),
            ]
        );
    }

    #[test]
    fn connecting_again_keeps_what_was_synced() {
        let (_directory, mut tenant, stored) = connected();
        let batch = batch(vec![Entry::Finding(finding("f1"))]);
        tenant
            .apply_batch(&stored, &organizations(), &batch, 5)
            .unwrap();
        let again = tenant.save_connection(&connection(), "rotated").unwrap();
        assert_eq!(again, stored);
        assert_eq!(*tenant.reveal_credential(&again).unwrap(), "rotated");
        assert_eq!(tenant.counts(&again).unwrap().findings, 1);
        let state = tenant.sync_state(&again, &organizations()).unwrap();
        assert_eq!(state.unwrap().cursor, batch.cursor);
    }

    #[test]
    fn another_base_address_mixes_no_data_and_keeps_no_old_credential() {
        let (_directory, mut tenant, first) = connected();
        let batch = batch(vec![Entry::Finding(finding("f1"))]);
        tenant
            .apply_batch(&first, &organizations(), &batch, 5)
            .unwrap();
        let mut record = connection();
        record.endpoint.base = "https://api.us.example.com".to_owned();
        let second = tenant.save_connection(&record, "another token").unwrap();
        assert_eq!(tenant.connection("snyk").unwrap().as_ref(), Some(&second));
        assert_eq!(tenant.counts(&second).unwrap().findings, 0);
        assert_eq!(tenant.sync_state(&second, &organizations()).unwrap(), None);
        assert!(tenant.reveal_credential(&first).is_err());
        let back = tenant.save_connection(&connection(), CANARY).unwrap();
        assert_eq!(tenant.counts(&back).unwrap().findings, 1);
    }
}

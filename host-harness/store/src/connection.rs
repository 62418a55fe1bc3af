//! A tenant's connections, and their sealed credentials.

use koalr_platform::model::common::{Endpoint, Timestamp};
use koalr_platform::model::connection::{Access, Capability, Connection, CredentialFacts};
use rusqlite::{Row, params};

use crate::credential::{context, remove_credentials};
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
    /// connection: what was synced through the former one stays with that. The former credential is removed, and
    /// [`shred`](Self::shred) leaves nothing of it.
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
        let id = self.database.write_secret(|transaction| {
            remove_credentials(transaction, &record.integration)?;
            transaction.execute(
                "UPDATE connections SET current = 0 WHERE integration = ?1",
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
            let sealed = key.seal(
                &context(tenant, &record.integration, &id.to_string()),
                credential.as_bytes(),
            )?;
            transaction.execute(
                "INSERT OR REPLACE INTO credentials (connection, sealed) VALUES (?1, ?2)",
                params![id, sealed],
            )?;
            Ok(id)
        })?;
        let record = record.clone();
        Ok(StoredConnection { id, record })
    }

    /// The current connection of an integration; none if it was never connected, or was disconnected.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn connection(&self, integration: &str) -> Result<Option<StoredConnection>, StoreError> {
        self.current(&format!("{SELECT} AND sealed <> x''"), integration)
    }

    /// The newest connection of an integration, also if it was taken away: what was synced through it counts. None if it
    /// was never connected.
    ///
    /// # Errors
    /// - the database cannot be read
    pub fn last_connection(
        &self,
        integration: &str,
    ) -> Result<Option<StoredConnection>, StoreError> {
        self.current(SELECT, integration)
    }

    /// The current connection; also one that was taken away and of whose credential the log may still have something.
    pub(crate) fn unshredded(
        &self,
        integration: &str,
    ) -> Result<Option<StoredConnection>, StoreError> {
        self.current(&format!("{SELECT} AND sealed IS NOT NULL"), integration)
    }

    fn current(
        &self,
        select: &str,
        integration: &str,
    ) -> Result<Option<StoredConnection>, StoreError> {
        self.database.read(|database| {
            let mut statement = database.prepare(select)?;
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
    FROM connections
    LEFT JOIN credentials ON credentials.connection = connections.id
    WHERE integration = ?1 AND current = 1";

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
mod tests;

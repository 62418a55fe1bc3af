//! Checks a token, and stores the connection with the token sealed.

use koalr_platform::audit::Event;
use koalr_platform::conformance::check_connection;
use koalr_platform::model::common::Timestamp;
use koalr_platform::model::connection::{
    ConnectError, ConnectRequest, Connection, CredentialFacts,
};
use koalr_platform::model::manifest::{Manifest, OriginAddress};
use koalr_runtime::{Precedence, Secret, Verb, identify_credential, pin_origin};
use koalr_store::{ConnectionRecord, Tenant};
use schemars::JsonSchema;
use serde::Serialize;

use super::line::{Line, Way, log, organizations};
use super::refusal::ConnectRefusal;
use crate::breach::charged;
use crate::contract::Mirror as _;
use crate::recording::Asked;
use crate::{Host, HostError};

/// What a person gives to connect.
pub struct ConnectOptions {
    /// Region or address; none means what the token says.
    pub upstream: Option<String>,
    /// Whether plain HTTP to this machine is permitted.
    pub allow_loopback: bool,
    /// The token.
    pub secret: Secret,
    /// Organizations by id or short name. Empty means all.
    pub organizations: Vec<String>,
    /// PEM text of roots to trust besides the platform's.
    pub roots: Option<String>,
    /// Domain suffixes that files may be downloaded from. Empty means none.
    pub downloads: Vec<String>,
}

/// A connection that was made.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ConnectReport {
    /// Always `ok`: a failure is an error.
    pub outcome: &'static str,
    /// Id of the integration.
    pub integration: String,
    /// Id of the origin, for example `EU-01`.
    pub origin: String,
    /// The pinned address.
    pub upstream: String,
    /// Kind of the token; none for an unknown form.
    pub credential: Option<String>,
    /// Domain suffixes that files may be downloaded from.
    pub downloads: Vec<String>,
    /// Those that the integration would also use, and that were not permitted.
    pub downloads_not_permitted: Vec<String>,
    /// What the plugin found.
    #[serde(flatten)]
    pub connection: Connection,
}

/// Connects, and stores the connection. On an error nothing is stored and an older connection stays.
///
/// # Errors
///
/// The upstream's address is not accepted, the token is not, or the upstream cannot be reached.
pub async fn connect(
    host: &Host,
    tenant: &mut Tenant,
    options: ConnectOptions,
    as_of: Timestamp,
) -> Result<ConnectReport, HostError> {
    connect_as(host, tenant, OPERATOR, options, as_of).await
}

/// The same, where somebody else connects than whoever has the data directory. The audit log tells who.
pub(crate) async fn connect_as(
    host: &Host,
    tenant: &mut Tenant,
    by: &str,
    options: ConnectOptions,
    as_of: Timestamp,
) -> Result<ConnectReport, HostError> {
    let facts = identify_credential(host.declared(), &options.secret);
    let pinned = pin_origin(
        host.declared(),
        options.upstream.as_deref(),
        facts.audience_host.as_deref(),
        options.allow_loopback,
    )?;
    let way = Way {
        pinned,
        organizations: None,
        downloads: &options.downloads,
        roots: options.roots.as_deref(),
        // Somebody looks at the screen.
        precedence: Precedence::CHANGE,
        now: as_of,
    };
    let line = Line::new(host, tenant.id(), &options.secret, way)?;
    let credential: CredentialFacts = facts.mirror();
    let request = ConnectRequest {
        endpoint: line.endpoint().clone(),
        credential: credential.clone(),
        organizations: options.organizations,
        settings: Vec::new(),
        as_of,
    };
    let upstream = line.endpoint().base.clone();
    let asked = || Asked::Connect(request.clone());
    let (mut session, transcript, taking) = line.session(asked).await?;
    let answer = session.connect(&request.clone().mirror()).await;
    taking.end::<Connection, ConnectError, _, _>(&answer);
    log(&transcript);
    let connection: Connection = match answer? {
        Ok(connection) => connection.mirror(),
        Err(error) => {
            let reason = ConnectRefusal::new(error.mirror(), &transcript);
            return Err(HostError::Connect { upstream, reason });
        }
    };
    check_connection(&request.organizations, &connection)
        .map_err(|breaches| charged(host.plugin(), Verb::Connect, breaches))?;
    let record = ConnectionRecord {
        integration: host.manifest().id.clone(),
        endpoint: line.endpoint().clone(),
        allow_loopback: options.allow_loopback,
        credential: credential.clone(),
        connection: connection.clone(),
        plugin_version: host.manifest().version.clone(),
        ca_pem: options.roots,
        downloads: options.downloads,
        connected_at: as_of,
    };
    let event = Event::Connected {
        integration: record.integration.clone(),
        organizations: organizations(&record).collect(),
    };
    tenant.as_one(|tenant| {
        tenant.save_connection(&record, options.secret.expose())?;
        tenant.append_audit(as_of, by, &record.endpoint.base, &event)
    })?;
    host.forget_answers(tenant.id(), &record.endpoint.base);
    // The connection stands, whoever reads there.
    if let Err(error) = tenant.shred() {
        tracing::error!(tenant = %tenant.id(), "shredding the former token: {error}");
    }
    Ok(ConnectReport {
        outcome: "ok",
        integration: record.integration,
        origin: record.endpoint.origin,
        upstream,
        credential: credential.kind,
        downloads_not_permitted: not_permitted(host.manifest(), &record.downloads),
        downloads: record.downloads,
        connection,
    })
}

/// Domains of the manifest's downloads of which none was permitted.
fn not_permitted(manifest: &Manifest, permitted: &[String]) -> Vec<String> {
    let mut domains = Vec::new();
    for origin in &manifest.origins {
        if let OriginAddress::Download(suffixes) = &origin.address {
            domains.extend(suffixes.iter().cloned());
        }
    }
    domains.retain(|domain| {
        let below = format!(".{domain}");
        !permitted
            .iter()
            .any(|one| one == domain || one.ends_with(&below))
    });
    domains
}

/// Who connects, in the audit log: whoever has the data directory.
const OPERATOR: &str = "koalr connect";

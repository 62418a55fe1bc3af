//! The line to an upstream: everything a live session needs to send requests for one connection.

use std::collections::BTreeSet;
use std::sync::Arc;

use koalr_platform::model::common::{Endpoint, Timestamp};
use koalr_runtime::{
    CredentialHeader, Egress, EgressPolicy, HttpClient, Organizations, Outcome, PinnedOrigin,
    Plugin, Precedence, Roots, Secret, Session, Shared, Transcript, credential_header,
    identify_credential,
};
use koalr_store::{ConnectionRecord, StoredConnection, Tenant, TenantId};

use crate::recording::{self, Asked, Folder, Taking};
use crate::{Host, HostError};

/// A line to one pinned origin. Cheap to clone; sessions opened on it share the pace of their tenant.
#[derive(Clone)]
pub(super) struct Line {
    /// The version that goes out on it.
    host: Host,
    laid: Arc<Laid>,
    endpoint: Endpoint,
    policy: EgressPolicy,
    client: HttpClient,
    credential: CredentialHeader,
    shared: Shared,
    precedence: Precedence,
    /// Where calls are recorded; none if they are not.
    folder: Option<Folder>,
}

/// What a version makes its part of a line from.
struct Laid {
    tenant: TenantId,
    secret: Secret,
    pinned: PinnedOrigin,
    organizations: Option<BTreeSet<String>>,
    downloads: Vec<String>,
}

/// How a line is to be laid.
pub(super) struct Way<'a> {
    /// Where requests go.
    pub(super) pinned: PinnedOrigin,
    /// The bound organizations; none while connecting.
    pub(super) organizations: Option<BTreeSet<String>>,
    /// Domain suffixes that downloads are permitted from.
    pub(super) downloads: &'a [String],
    /// PEM text of roots to trust besides the platform's.
    pub(super) roots: Option<&'a str>,
    /// Whose requests go first, and how long they wait.
    pub(super) precedence: Precedence,
    /// The job's time.
    pub(super) now: Timestamp,
}

impl Line {
    /// Prepares the line. No request is sent.
    pub(super) fn new(
        host: &Host,
        tenant: &TenantId,
        secret: &Secret,
        way: Way<'_>,
    ) -> Result<Self, HostError> {
        let pinned = way.pinned;
        let endpoint = Endpoint {
            origin: pinned.id.clone(),
            base: pinned.base.clone(),
        };
        let recordings = host.recordings();
        let folder = recordings.map(|recordings| recordings.of(tenant).without(secret));
        let roots = match way.roots {
            Some(pem) => Roots::Pem(pem.as_bytes().to_vec()),
            // A bare machine without root certificates can still talk to itself.
            None if pinned.base.starts_with("http://") => Roots::None,
            None => Roots::Platform,
        };
        let shared = host.shared(tenant, &endpoint.base, way.now);
        let laid = Laid {
            tenant: tenant.clone(),
            secret: secret.clone(),
            pinned,
            organizations: way.organizations,
            downloads: way.downloads.to_vec(),
        };
        Ok(Self {
            host: host.clone(),
            endpoint,
            policy: laid.policy(host)?,
            client: HttpClient::new(roots, host.proxy())?,
            credential: laid.credential(host)?,
            laid: Arc::new(laid),
            shared,
            precedence: way.precedence,
            folder,
        })
    }

    /// The same line, for the version that serves the tenant now: a walk moves to another one between two batches.
    pub(super) fn current(&self) -> Result<Self, HostError> {
        let laid = &self.laid;
        let host = self.host.serving(&laid.tenant);
        if host.is(&self.host) {
            return Ok(self.clone());
        }
        tracing::info!(
            from = self.host.manifest().version,
            to = host.manifest().version,
            "the walk goes on with another version"
        );
        Ok(Self {
            policy: laid.policy(&host)?,
            credential: laid.credential(&host)?,
            shared: host.shared(&laid.tenant, &self.endpoint.base, self.shared.now),
            host,
            ..self.clone()
        })
    }

    /// Where requests go.
    pub(super) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// What sends them.
    pub(super) fn plugin(&self) -> &Plugin {
        self.host.plugin()
    }

    /// Opens a fresh session on the line for one call, with the record of what it sends.
    pub(super) async fn session(
        &self,
        asked: impl FnOnce() -> Asked,
    ) -> Result<(Session, Transcript, Taking), HostError> {
        self.host.refuse_paused()?;
        let taking = match &self.folder {
            Some(folder) => {
                let way = Some((self.laid.written(), self.policy.clone()));
                folder.begin(&self.host, asked(), way)
            }
            None => Taking::NONE,
        };
        let egress = Egress::open(
            self.policy.clone(),
            self.client.clone(),
            Some(self.credential.clone()),
            self.shared.clone(),
            self.precedence,
        );
        let egress = match taking.recorder() {
            Some(recorder) => egress.recorded(recorder),
            None => egress,
        };
        let transcript = egress.transcript();
        let session = self.host.plugin().open_session(egress).await?;
        Ok((session, transcript, taking))
    }
}

impl Laid {
    /// As it is written down.
    fn written(&self) -> recording::Way {
        let organizations = self.organizations.as_ref();
        recording::Way {
            origin: self.pinned.id.clone(),
            base: self.pinned.base.clone(),
            allow_loopback: self.pinned.allow_loopback,
            organizations: organizations.map(|ids| ids.iter().cloned().collect()),
            downloads: self.downloads.clone(),
        }
    }

    fn policy(&self, host: &Host) -> Result<EgressPolicy, HostError> {
        let organizations = self.organizations.clone();
        let organizations = organizations.map_or(Organizations::Connecting, Organizations::Bound);
        let pinned = self.pinned.clone();
        let policy = EgressPolicy::from_manifest(host.declared(), pinned, organizations)?;
        Ok(policy.with_downloads(host.declared(), &self.downloads)?)
    }

    fn credential(&self, host: &Host) -> Result<CredentialHeader, HostError> {
        let facts = identify_credential(host.declared(), &self.secret);
        Ok(credential_header(host.declared(), &facts, &self.secret)?)
    }
}

/// The connection to an integration, without which nothing can be asked.
pub(crate) fn connected(tenant: &Tenant, integration: &str) -> Result<StoredConnection, HostError> {
    tenant
        .connection(integration)?
        .ok_or_else(|| not_connected(tenant, integration))
}

/// The connection whose data count, also if it was taken away.
pub(super) fn last_connected(
    tenant: &Tenant,
    integration: &str,
) -> Result<StoredConnection, HostError> {
    tenant
        .last_connection(integration)?
        .ok_or_else(|| not_connected(tenant, integration))
}

pub(super) fn not_connected(tenant: &Tenant, integration: &str) -> HostError {
    HostError::NotConnected {
        integration: integration.to_owned(),
        tenant: tenant.id().to_string(),
    }
}

/// The line of a stored connection, bound to its organizations.
pub(super) fn reopen(
    host: &Host,
    tenant: &Tenant,
    precedence: Precedence,
    now: Timestamp,
) -> Result<(StoredConnection, Line), HostError> {
    let connection = connected(tenant, &host.manifest().id)?;
    let record = &connection.record;
    let secret = Secret::parse(&tenant.reveal_credential(&connection)?).map_err(|error| {
        HostError::Token {
            source_name: "the vault".to_owned(),
            reason: error.to_string(),
        }
    })?;
    let pinned = PinnedOrigin {
        id: record.endpoint.origin.clone(),
        base: record.endpoint.base.clone(),
        allow_loopback: record.allow_loopback,
    };
    let way = Way {
        pinned,
        organizations: Some(organizations(record).collect()),
        downloads: &record.downloads,
        roots: record.ca_pem.as_deref(),
        precedence,
        now,
    };
    let line = Line::new(host, tenant.id(), &secret, way)?;
    Ok((connection, line))
}

/// Ids of the organizations that were chosen at connect.
pub(super) fn organizations(record: &ConnectionRecord) -> impl Iterator<Item = String> {
    let organizations = record.connection.organizations.iter();
    organizations.map(|one| one.id.clone())
}

/// Why the newest request could not be carried out, in words: a guest is only told a code.
pub(super) fn failure(transcript: &Transcript) -> Option<String> {
    match transcript.exchanges().pop()?.outcome {
        Outcome::Failed(cause) => Some(cause.to_string()),
        _ => None,
    }
}

/// Writes down what was sent and what came back. A transcript holds nothing secret.
pub(super) fn log(transcript: &Transcript) {
    for exchange in transcript.exchanges() {
        let outcome = match &exchange.outcome {
            Outcome::Sent => "no answer yet".to_owned(),
            Outcome::Answered { status, bytes } => format!("{status}, {bytes} bytes"),
            Outcome::Reused { age_secs } => format!("not sent: answered {age_secs} s ago"),
            Outcome::Held { seconds } => format!("not sent: its window is closed for {seconds} s"),
            Outcome::Denied(denial) => format!("not sent: {denial}"),
            Outcome::Failed(cause) => cause.to_string(),
        };
        tracing::debug!(method = exchange.method, url = exchange.url, "{outcome}");
    }
}

//! The line to an upstream: everything a live session needs to send requests for one connection.

use std::collections::BTreeSet;
use std::sync::Arc;

use koalr_platform::model::common::Endpoint;
use koalr_runtime::{
    CredentialHeader, Egress, EgressPolicy, Governor, HttpClient, Organizations, Outcome,
    PinnedOrigin, Plugin, Roots, Secret, Session, Transcript, credential_header,
    identify_credential,
};
use koalr_store::{ConnectionRecord, StoredConnection, Tenant, TenantId};

use crate::{Host, HostError};

/// A line to one pinned origin. Cheap to clone; sessions opened on it share the pace of their tenant.
#[derive(Clone)]
pub(super) struct Line {
    plugin: Plugin,
    endpoint: Endpoint,
    policy: EgressPolicy,
    client: HttpClient,
    credential: CredentialHeader,
    governor: Arc<Governor>,
}

impl Line {
    /// Prepares the line. No request is sent.
    ///
    /// `organizations` are the bound ones; none while connecting. `roots` is PEM text to trust besides the platform's.
    pub(super) fn new(
        host: &Host,
        tenant: &TenantId,
        pinned: PinnedOrigin,
        organizations: Option<BTreeSet<String>>,
        secret: &Secret,
        roots: Option<&[u8]>,
    ) -> Result<Self, HostError> {
        let endpoint = Endpoint {
            origin: pinned.id.clone(),
            base: pinned.base.clone(),
        };
        let organizations = organizations.map_or(Organizations::Connecting, Organizations::Bound);
        let roots = match roots {
            Some(pem) => Roots::Pem(pem.to_vec()),
            // A bare machine without root certificates can still talk to itself.
            None if pinned.base.starts_with("http://") => Roots::None,
            None => Roots::Platform,
        };
        let facts = identify_credential(host.declared(), secret);
        let governor = host.governor(tenant, &endpoint.base);
        Ok(Self {
            plugin: host.plugin().clone(),
            endpoint,
            policy: EgressPolicy::from_manifest(host.declared(), pinned, organizations)?,
            client: HttpClient::new(roots)?,
            credential: credential_header(host.declared(), &facts, secret)?,
            governor,
        })
    }

    /// Where requests go.
    pub(super) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Opens a fresh session on the line, with the record of what it sends.
    pub(super) async fn session(&self) -> Result<(Session, Transcript), HostError> {
        let egress = Egress::open(
            self.policy.clone(),
            self.client.clone(),
            Some(self.credential.clone()),
            Arc::clone(&self.governor),
        );
        let transcript = egress.transcript();
        Ok((self.plugin.open_session(egress).await?, transcript))
    }
}

/// The line of a stored connection, bound to its organizations.
pub(super) fn reopen(host: &Host, tenant: &Tenant) -> Result<(StoredConnection, Line), HostError> {
    let integration = &host.manifest().id;
    let connection = tenant
        .connection(integration)?
        .ok_or_else(|| HostError::NotConnected {
            integration: integration.clone(),
            tenant: tenant.id().to_string(),
        })?;
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
    let organizations = organizations(record).collect();
    let roots = record.ca_pem.as_ref().map(String::as_bytes);
    let line = Line::new(
        host,
        tenant.id(),
        pinned,
        Some(organizations),
        &secret,
        roots,
    )?;
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
            Outcome::Held { seconds } => format!("not sent: its window is closed for {seconds} s"),
            Outcome::Denied(denial) => format!("not sent: {denial}"),
            Outcome::Failed(cause) => cause.to_string(),
        };
        tracing::debug!(method = exchange.method, url = exchange.url, "{outcome}");
    }
}

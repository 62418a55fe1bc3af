//! What benches store: plain values, in which each sets what it is about.

use koalr_platform::model::common::{
    Endpoint, ExploitMaturity, FindingClass, FixState, Reachability, Severity, Timestamp,
};
use koalr_platform::model::connection::{Account, Connection, CredentialFacts};
use koalr_platform::model::record::{Entry, Finding};
use koalr_platform::model::walk::{Batch, Progress};
use koalr_store::ConnectionRecord;

/// A connection that sees no organization.
pub(crate) fn connection(integration: &str, connected_at: Timestamp) -> ConnectionRecord {
    ConnectionRecord {
        integration: integration.to_owned(),
        endpoint: Endpoint {
            origin: "EU-01".to_owned(),
            base: "https://api.eu.example.com".to_owned(),
        },
        allow_loopback: false,
        credential: CredentialFacts {
            kind: None,
            audience_host: None,
        },
        connection: Connection {
            account: Account {
                id: "u1".to_owned(),
                name: "Ada".to_owned(),
                kind: "user".to_owned(),
            },
            organizations: Vec::new(),
            capabilities: Vec::new(),
            warnings: Vec::new(),
            extra: Vec::new(),
        },
        plugin_version: "0.1.0".to_owned(),
        ca_pem: None,
        downloads: Vec::new(),
        connected_at,
    }
}

/// The only batch of a walk.
pub(crate) fn batch(records: Vec<Entry>) -> Batch {
    Batch {
        records,
        cursor: None,
        done: true,
        progress: Progress {
            done: 1,
            total: None,
        },
        requests: 1,
        resume_after_secs: None,
        coverage: Vec::new(),
        diagnostics: Vec::new(),
        extra: Vec::new(),
    }
}

/// An open finding without an id, of which little is known.
pub(crate) fn finding(introduced_at: Timestamp) -> Finding {
    Finding {
        id: String::new(),
        key: String::new(),
        organization: String::new(),
        project: String::new(),
        class: FindingClass::Code,
        kind: "code".to_owned(),
        title: "Prototype pollution".to_owned(),
        vulnerability: String::new(),
        aliases: Vec::new(),
        weaknesses: Vec::new(),
        packages: Vec::new(),
        severity: Some(Severity::High),
        cvss: Vec::new(),
        selected: None,
        exploit: ExploitMaturity::Unknown,
        risk: None,
        reachability: Reachability::Unknown,
        fix: FixState::Unknown,
        fix_source: String::new(),
        fixed_in: Vec::new(),
        license: None,
        location: None,
        open: true,
        ignored: false,
        created_at: introduced_at,
        updated_at: introduced_at,
        introduced_at: Some(introduced_at),
        resolved_at: None,
        disclosed_at: None,
        extra: Vec::new(),
    }
}

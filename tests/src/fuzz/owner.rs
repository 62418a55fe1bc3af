//! Bytes: the answer about the credential's owner, then the list of its organizations. Whoever is connected has an id, and
//! each organization is kept once, told twice or left out with a warning.

use std::collections::BTreeSet;

use koalr_integration_kit::model::common::Endpoint;
use koalr_integration_kit::model::connection::{
    ConnectError, ConnectRequest, Connection, CredentialFacts,
};
use koalr_snyk_plugin::connect::connect;

use super::page;
use super::upstream::{AS_OF, Upstream, good};

pub(super) fn run(bytes: &[u8]) {
    if let Ok(connection) = connected(bytes, ORGANIZATIONS) {
        assert!(!connection.account.id.is_empty(), "the account has no id");
        assert!(
            !connection.account.name.is_empty(),
            "the account has no name"
        );
        assert_eq!(connection.organizations.len(), 1);
    }
    let Ok(connection) = connected(OWNER, bytes) else {
        return;
    };
    let ids: BTreeSet<_> = connection.organizations.iter().map(|one| &one.id).collect();
    assert_eq!(
        ids.len(),
        connection.organizations.len(),
        "an organization is there twice"
    );
    assert!(!ids.contains(&String::new()), "an organization has no id");
    let warnings = connection.warnings.iter();
    let left_out = warnings.filter(|text| text.ends_with("has no id; it is left out"));
    let listed = page::records(bytes);
    let told = ids.len() + left_out.count();
    assert!(listed >= Some(told), "{told} organizations of {listed:?}");
}

fn connected(owner: &[u8], organizations: &[u8]) -> Result<Connection, ConnectError> {
    let mut upstream = Upstream::new(|asked| {
        let path = asked.trim_start_matches("GET /rest/");
        let later = asked.contains("starting_after=");
        good(match path {
            _ if path.starts_with("self") => owner,
            _ if path.starts_with("orgs?") && !later => organizations,
            _ => br#"{"data":[]}"#,
        })
    });
    let request = ConnectRequest {
        endpoint: Endpoint {
            origin: "US-01".to_owned(),
            base: "https://api.snyk.io".to_owned(),
        },
        credential: CredentialFacts {
            kind: None,
            audience_host: None,
        },
        organizations: Vec::new(),
        settings: Vec::new(),
        as_of: AS_OF,
    };
    let answer = connect(&request, &mut upstream);
    assert!(
        upstream.asked < MOST_REQUESTS,
        "{} requests",
        upstream.asked
    );
    answer
}

const OWNER: &[u8] = br#"{"data":{"id":"u-1","type":"user","attributes":{"name":"Ann"}}}"#;

const ORGANIZATIONS: &[u8] = br#"{"data":[{"id":"o-1","attributes":{"name":"Acme"}}]}"#;

/// Far more than a connection needs, and far fewer than a loop would send.
const MOST_REQUESTS: u32 = 100;

//! Keys of the HTTP API: made and taken back. Both are audited.

use std::collections::BTreeSet;

use koalr_platform::access::Scope;
use koalr_platform::audit::Event;
use koalr_platform::model::common::Timestamp;
use koalr_platform::team::Actor;
use koalr_store::{ApiKeyRecord, DataDir, Tenant};

use super::team::not_possible;
use crate::report::plain;
use crate::{ApiKey, HostError};

/// A key that is wanted.
#[derive(Debug, Clone, Copy)]
pub struct NewKey<'a> {
    /// What its holder calls it.
    pub name: &'a str,
    /// What it opens.
    pub scopes: &'a BTreeSet<Scope>,
    /// Login of the person it approves as; none if it approves nothing.
    pub login: Option<&'a str>,
}

/// Makes a key. It is not shown again, and what is kept of it does not tell it.
///
/// # Errors
/// - it has no name, a long one, or no scope
/// - it approves, and nobody says on whose name; or that is no login
/// - the store failed
pub fn create_key(
    data: &DataDir,
    tenant: &mut Tenant,
    wanted: NewKey<'_>,
    now: Timestamp,
) -> Result<(ApiKey, ApiKeyRecord), HostError> {
    let name = wanted.name.trim();
    if name.is_empty() || name.chars().count() > MAX_NAME_CHARS {
        return Err(not_possible(format!(
            "a key needs a name of at most {MAX_NAME_CHARS} characters, by which its holder is found"
        )));
    }
    if wanted.scopes.is_empty() {
        return Err(not_possible(
            "a key without a scope opens nothing; name one",
        ));
    }
    let login = match wanted.login {
        Some(login) => Some(Actor::new(login, []).map_err(not_possible)?),
        None if wanted.scopes.contains(&Scope::Approve) => {
            return Err(not_possible(
                "a key that approves does so on somebody's name; say on whose with `--as LOGIN`",
            ));
        }
        None => None,
    };
    let key = ApiKey::random()?;
    let record = ApiKeyRecord {
        id: key.id().to_owned(),
        tenant: tenant.id().clone(),
        name: name.to_owned(),
        scopes: wanted.scopes.clone(),
        login: login.map(|login| login.login().to_owned()),
        created_at: now,
        last_used_at: None,
        revoked_at: None,
    };
    let scopes = record.scopes.iter().map(|scope| scope.word().to_owned());
    let event = Event::KeyCreated {
        name: record.name.clone(),
        scopes: scopes.collect(),
        login: record.login.clone(),
    };
    // First, so that no key holds that the log does not tell.
    tenant.append_audit(now, OPERATOR, &record.id, &event)?;
    data.save_api_key(&record, &key.hash())?;
    Ok((key, record))
}

/// Takes a key back. The next request with it is refused.
///
/// # Errors
/// - the tenant has no key of that id that holds
/// - the store failed
pub fn revoke_key(
    data: &DataDir,
    tenant: &mut Tenant,
    id: &str,
    now: Timestamp,
) -> Result<(), HostError> {
    if !data.revoke_api_key(tenant.id(), id, now)? {
        return Err(not_possible(format!(
            "no key `{}` holds; `koalr key list` shows those that do",
            plain(id)
        )));
    }
    tenant.append_audit(now, OPERATOR, id, &Event::KeyRevoked)?;
    Ok(())
}

/// Who does what only takes access to the data directory.
const OPERATOR: &str = "koalr key";

/// A line of a list.
const MAX_NAME_CHARS: usize = 100;

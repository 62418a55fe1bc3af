//! Links that sign people in to the pages, and the end of their visits.

use koalr_platform::model::common::Timestamp;
use koalr_platform::team::Actor;
use koalr_store::{DataDir, TenantId, Visitor};

use super::team::not_possible;
use crate::{HostError, Ticket};

/// Makes a link that signs a person in once, within ten minutes. Their roles decide what they may; one without any looks.
///
/// # Errors
/// - the login cannot be one
/// - the store failed
pub fn invite(
    data: &DataDir,
    tenant: &TenantId,
    login: &str,
    now: Timestamp,
) -> Result<Ticket, HostError> {
    let visitor = person(tenant, login)?;
    let link = Ticket::random()?;
    data.save_sign_in(&link.hash(), &visitor, now.saturating_add(LIFE_MS))?;
    Ok(link)
}

/// Ends all visits of a person, and takes back the links that they did not use; how many visits there were.
///
/// # Errors
/// - the login cannot be one
/// - the store failed
pub fn sign_out(data: &DataDir, tenant: &TenantId, login: &str) -> Result<usize, HostError> {
    Ok(data.end_visits_of(&person(tenant, login)?)?)
}

fn person(tenant: &TenantId, login: &str) -> Result<Visitor, HostError> {
    let actor = Actor::new(login, []).map_err(not_possible)?;
    Ok(Visitor {
        tenant: tenant.clone(),
        login: actor.login().to_owned(),
    })
}

/// How long a link can be used, in milliseconds.
const LIFE_MS: Timestamp = 10 * 60_000;

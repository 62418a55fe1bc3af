//! Links that sign people in to the pages, and the end of their visits.

use koalr_platform::audit::Event;
use koalr_platform::model::common::Timestamp;
use koalr_platform::team::Actor;
use koalr_store::{DataDir, Tenant, Visitor};

use super::team::not_possible;
use crate::{HostError, Ticket};

/// Makes a link that signs a person in once, within ten minutes. Their roles decide what they may; one without any looks.
/// The audit log says that it was made.
///
/// # Errors
/// - the login cannot be one
/// - the store failed
pub fn invite(
    data: &DataDir,
    tenant: &mut Tenant,
    login: &str,
    now: Timestamp,
) -> Result<Ticket, HostError> {
    let visitor = person(tenant, login)?;
    let link = Ticket::random()?;
    data.save_sign_in(&link.hash(), &visitor, now.saturating_add(LIFE_MS))?;
    tenant.append_audit(now, OPERATOR, &visitor.login, &Event::SignInOffered)?;
    Ok(link)
}

/// Ends all visits of a person, and takes back the links that they did not use; how many visits there were.
///
/// # Errors
/// - the login cannot be one
/// - the store failed
pub fn sign_out(data: &DataDir, tenant: &Tenant, login: &str) -> Result<usize, HostError> {
    Ok(data.end_visits_of(&person(tenant, login)?)?)
}

fn person(tenant: &Tenant, login: &str) -> Result<Visitor, HostError> {
    let actor = Actor::new(login, []).map_err(not_possible)?;
    Ok(Visitor {
        tenant: tenant.id().clone(),
        login: actor.login().to_owned(),
    })
}

/// Whoever has the machine makes links.
const OPERATOR: &str = "koalr sign-in";

/// How long a link can be used, in milliseconds.
const LIFE_MS: Timestamp = 10 * 60_000;

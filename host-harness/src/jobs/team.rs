//! People: who may what, and what they let pass.

use koalr_platform::audit::Event;
use koalr_platform::model::common::Timestamp;
use koalr_platform::policy::Policy;
use koalr_platform::team::{Act, Actor, Role};
use koalr_store::Tenant;
use sha2::{Digest as _, Sha256};

use crate::HostError;
use crate::report::plain;

/// Gives somebody these roles, in place of those they had. True if that changes anything.
///
/// # Errors
/// - it is no login
/// - the store failed
pub fn set_roles(
    tenant: &mut Tenant,
    login: &str,
    roles: impl IntoIterator<Item = Role>,
    now: Timestamp,
) -> Result<bool, HostError> {
    let actor = Actor::new(login, roles).map_err(not_possible)?;
    let before = tenant.actor(actor.login())?;
    if before.is_some_and(|before| before.roles() == actor.roles()) {
        return Ok(false);
    }
    save(tenant, &actor, OPERATOR, now)?;
    Ok(true)
}

/// Stores somebody's roles, and that they were given.
pub(super) fn save(
    tenant: &mut Tenant,
    actor: &Actor,
    by: &str,
    now: Timestamp,
) -> Result<(), HostError> {
    let roles = actor.roles().iter().map(|role| role.word().to_owned());
    let event = Event::RolesSet {
        roles: roles.collect(),
    };
    tenant.as_one(|tenant| {
        tenant.save_actor(actor)?;
        tenant.append_audit(now, by, actor.login(), &event)?;
        Ok(())
    })
}

/// Takes somebody out of the team. What they let pass before stays.
///
/// # Errors
/// - nobody has that login
/// - the store failed
pub fn remove(tenant: &mut Tenant, login: &str, now: Timestamp) -> Result<(), HostError> {
    let actor = known(tenant, login)?;
    let event = Event::RolesSet { roles: Vec::new() };
    tenant.as_one(|tenant| {
        tenant.remove_actor(actor.login())?;
        tenant.append_audit(now, OPERATOR, actor.login(), &event)?;
        Ok(())
    })
}

/// Stores a policy that was read from a text. Its version is returned. The text that holds already stays as it is.
///
/// # Errors
/// - the login is not known, or may not
/// - the store failed
pub fn set_policy(
    tenant: &mut Tenant,
    (text, policy): (&str, &Policy),
    login: &str,
    now: Timestamp,
) -> Result<u64, HostError> {
    let actor = permitted(tenant, login, Act::SetPolicy, None)?;
    if let Some(holds) = tenant.policy()?.filter(|holds| holds.text == text) {
        return Ok(holds.version);
    }
    let event = Event::PolicySet {
        content_hash: hex::encode(Sha256::digest(text)),
        mode: policy.mode,
    };
    tenant.as_one(|tenant| {
        let version = tenant.save_policy(text, actor.login(), now)?;
        tenant.append_audit(now, actor.login(), "", &event)?;
        Ok(version)
    })
}

/// Somebody of the team.
pub(crate) fn known(tenant: &Tenant, login: &str) -> Result<Actor, HostError> {
    tenant.actor(login)?.ok_or_else(|| {
        let login = plain(login);
        HostError::Forbidden(format!(
            "`{login}` is not in the team; an operator of this machine adds them with `koalr team add {login} --role ROLE`"
        ))
    })
}

pub(super) fn not_possible(error: impl std::fmt::Display) -> HostError {
    HostError::NotPossible(error.to_string())
}

/// Somebody of the team who may do this, to a change of this author if it is about one.
pub(crate) fn permitted(
    tenant: &Tenant,
    login: &str,
    act: Act,
    author: Option<&str>,
) -> Result<Actor, HostError> {
    let actor = known(tenant, login)?;
    actor
        .may(act, author)
        .map_err(|error| HostError::Forbidden(error.to_string()))?;
    Ok(actor)
}

/// Who does what only takes access to the data directory.
const OPERATOR: &str = "koalr team";

//! Links that sign people in to the pages.

use koalr_platform::audit::Event;
use koalr_platform::model::common::Timestamp;
use koalr_platform::waiver::is_login;
use koalr_store::{DataDir, Tenant, Visitor};

use crate::{HostError, Ticket};

/// Makes a link that signs a person in once, within ten minutes. Their roles decide what they
/// may; one without any looks. The audit log says that it was made.
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
    if !is_login(login) {
        return Err(HostError::NotPossible(format!(
            "`{}` is not a login; use the one of the version control system",
            crate::report::plain(login)
        )));
    }
    let link = Ticket::random()?;
    let visitor = Visitor {
        tenant: tenant.id().clone(),
        login: login.to_owned(),
    };
    data.save_sign_in(&link.hash(), &visitor, now.saturating_add(LIFE_MS))?;
    tenant.append_audit(now, OPERATOR, login, &Event::SignInOffered)?;
    Ok(link)
}

/// Whoever has the machine makes links.
const OPERATOR: &str = "koalr sign-in";

/// How long a link can be used, in milliseconds.
const LIFE_MS: Timestamp = 10 * 60_000;

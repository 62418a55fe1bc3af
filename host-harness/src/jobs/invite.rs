//! Links that sign people in to the pages.

use koalr_platform::model::common::Timestamp;
use koalr_platform::waiver::is_login;
use koalr_store::{DataDir, Visitor};

use crate::{HostError, Ticket};

/// Makes a link that signs a person in once, within ten minutes. Their roles decide what they
/// may; one without any looks.
///
/// # Errors
/// - the login cannot be one
/// - the store failed
pub fn invite(data: &DataDir, visitor: &Visitor, now: Timestamp) -> Result<Ticket, HostError> {
    if !is_login(&visitor.login) {
        return Err(HostError::NotPossible(format!(
            "`{}` is not a login; use the one of the version control system",
            crate::report::plain(&visitor.login)
        )));
    }
    let link = Ticket::random()?;
    data.save_sign_in(&link.hash(), visitor, now.saturating_add(LIFE_MS))?;
    Ok(link)
}

/// How long a link can be used, in milliseconds.
const LIFE_MS: Timestamp = 10 * 60_000;

//! What people let pass.

use koalr_platform::audit::Event;
use koalr_platform::model::common::Timestamp;
use koalr_platform::team::{Override, OverrideError};
use koalr_store::Tenant;

use super::team::known;
use crate::HostError;
use crate::report::plain;

/// Lets one head of a change pass on somebody's name: stored, and audited. The change is to be judged again after it.
/// `head_sha` is the head they looked at; none means the present one. The same again, as from a form that was sent twice,
/// stays as it is.
///
/// # Errors
/// - the change is not stored, or is at another head by now
/// - nobody of that login is known, or they may not
/// - there is no reason, or it is too long
/// - the store failed
pub fn override_change(
    tenant: &mut Tenant,
    (change, head_sha): (&str, Option<&str>),
    (login, reason): (&str, &str),
    at: Timestamp,
) -> Result<Override, HostError> {
    let actor = known(tenant, login)?;
    let record = tenant.change(change)?.ok_or_else(|| {
        HostError::NotPossible(format!(
            "no change `{}` is stored; judge it with `koalr gate FILE` or import it first",
            plain(change)
        ))
    })?;
    let present = &record.change.head_sha;
    if let Some(other) = head_sha.filter(|sha| !sha.eq_ignore_ascii_case(present)) {
        return Err(HostError::Outdated(format!(
            "`{}` is at `{}` by now, and an override holds for one commit only, not for `{}`; look at it again",
            plain(change),
            plain(present),
            plain(other)
        )));
    }
    let author = record.author.as_deref();
    let lifted =
        Override::new(&actor, (&record.change, author), reason, at).map_err(
            |error| match error {
                OverrideError::Refused(refusal) => HostError::Forbidden(refusal.to_string()),
                other => HostError::Change(other.to_string()),
            },
        )?;
    let stored = tenant.overrides(change)?.into_iter().find(|one| {
        let Override { at, .. } = *one;
        *one == Override {
            at,
            ..lifted.clone()
        }
    });
    if let Some(stored) = stored {
        return Ok(stored);
    }
    tenant.as_one(|tenant| {
        tenant.append_audit(at, &lifted.actor, &lifted.change, &Event::from(&lifted))?;
        tenant.save_override(&lifted)
    })?;
    Ok(lifted)
}

//! What the credential may do in each organization.

use koalr_integration_kit::model::connection::{Access, Capability, ConnectError, Organization};

use super::limited;
use crate::manifest::{VIEW_HISTORY, VIEW_PROJECT};
use crate::snyk::endpoint;
use crate::snyk::error::{Outcome, is_about_plan, outcome};
use crate::sync::{ISSUES, PROJECTS};
use crate::transport::Transport;

/// Asks for one short page of each listing in each of the first organizations, all at once.
pub(super) fn probe(
    organizations: &[Organization],
    transport: &mut dyn Transport,
    warnings: &mut Vec<String>,
) -> Result<Vec<Capability>, ConnectError> {
    let mut found: Vec<_> = organizations.iter().flat_map(unknown).collect();
    let mut paths = Vec::new();
    for (ticket, capability) in found.iter().take(MOST_ORGANIZATIONS * 2).enumerate() {
        let path = endpoint::probe(&capability.organization, &capability.route);
        transport.send(ticket, path.clone());
        paths.push(path);
    }
    let mut odd = vec![None; paths.len()];
    let mut about_plan = false;
    let mut wait_secs = None;
    let mut unauthorized = false;
    while let Some((ticket, reply)) = transport.next() {
        let (Some(path), Some(capability)) = (paths.get(ticket), found.get_mut(ticket)) else {
            continue;
        };
        match outcome(&reply, path) {
            Outcome::Good(_) => capability.access = Access::Allowed,
            Outcome::Refused(text) | Outcome::NotFound(text) => {
                capability.access = Access::Refused;
                about_plan |= is_about_plan(&text);
            }
            Outcome::Limited(secs) => wait_secs = wait_secs.max(Some(secs)),
            Outcome::Unauthorized => unauthorized = true,
            Outcome::Again(text) | Outcome::Hopeless(text) => {
                if let Some(odd) = odd.get_mut(ticket) {
                    *odd = Some(text);
                }
            }
        }
    }
    if unauthorized {
        return Err(ConnectError::BadCredential);
    }
    if let Some(secs) = wait_secs {
        return Err(limited(secs));
    }
    let asked = found.iter().take(paths.len());
    if asked.clone().all(|one| one.access == Access::Refused) {
        return Err(if about_plan {
            ConnectError::NoApiAccess
        } else {
            ConnectError::MissingPermissions(vec![VIEW_PROJECT.to_owned(), VIEW_HISTORY.to_owned()])
        });
    }
    warnings.extend(odd.into_iter().flatten());
    if organizations.len() > MOST_ORGANIZATIONS {
        warnings.push(format!(
            "only the first {MOST_ORGANIZATIONS} of {} organizations were asked what they permit",
            organizations.len()
        ));
    }
    Ok(found)
}

fn unknown(organization: &Organization) -> [Capability; 2] {
    [PROJECTS, ISSUES].map(|route| Capability {
        organization: organization.id.clone(),
        route: route.to_owned(),
        access: Access::Unknown,
        detail: String::new(),
    })
}

/// Most organizations that are asked at connect: each costs two requests while a person waits.
const MOST_ORGANIZATIONS: usize = 20;

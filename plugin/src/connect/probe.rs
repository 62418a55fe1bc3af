//! What the credential may do in each organization.

use koalr_integration_kit::model::connection::{Access, Capability, ConnectError, Organization};

use super::{limited, warn_of_end};
use crate::manifest::{VIEW_HISTORY, VIEW_PROJECT};
use crate::snyk::endpoint;
use crate::snyk::error::{Outcome, is_about_plan, outcome};
use crate::sync::{FIXES, ISSUES, PR_CHECKS, PROJECTS};
use crate::transport::{Reply, Transport};

/// Asks for one short page of each listing in each of the first organizations, all at once.
pub(super) fn probe(
    organizations: &[Organization],
    transport: &mut dyn Transport,
    warnings: &mut Vec<String>,
) -> Result<Vec<Capability>, ConnectError> {
    let mut found: Vec<_> = organizations
        .iter()
        .flat_map(|one| [PROJECTS, ISSUES].map(|route| unknown(one, route, "it was not asked for")))
        .collect();
    let mut paths = Vec::new();
    for (ticket, capability) in found.iter().take(MOST_ORGANIZATIONS * 2).enumerate() {
        let path = endpoint::probe(&capability.organization, &capability.route);
        transport.send(ticket, path.clone());
        paths.push(path);
    }
    let mut replies: Vec<Option<Reply>> = paths.iter().map(|_| None).collect();
    while let Some((ticket, reply)) = transport.next() {
        if let Some(place) = replies.get_mut(ticket) {
            *place = Some(reply);
        }
    }
    let mut odd = Vec::new();
    let mut about_plan = false;
    let mut wait_secs = None;
    let mut unauthorized = false;
    for ((path, capability), reply) in paths.iter().zip(&mut found).zip(&replies) {
        let Some(reply) = reply else {
            continue;
        };
        warn_of_end(reply, path, warnings);
        match outcome(reply, path) {
            Outcome::Good(_) => {
                capability.access = Access::Allowed;
                capability.detail.clear();
            }
            Outcome::Refused(text) | Outcome::NotFound(text) => {
                capability.access = Access::Refused;
                about_plan |= is_about_plan(&text);
                capability.detail = text;
            }
            Outcome::Limited(secs) => wait_secs = wait_secs.max(Some(secs)),
            Outcome::Unauthorized => unauthorized = true,
            Outcome::Again(text) | Outcome::Hopeless(text) => {
                odd.push(text.clone());
                capability.detail = text;
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
    warnings.extend(odd);
    if organizations.len() > MOST_ORGANIZATIONS {
        warnings.push(format!(
            "only the first {MOST_ORGANIZATIONS} of {} organizations were asked what they permit",
            organizations.len()
        ));
    }
    // An export counts against a quota of its own, so that none is asked for only to see whether it is permitted.
    for one in organizations {
        found.extend([PR_CHECKS, FIXES].map(|route| {
            let why = "decided when the first export is asked for";
            unknown(one, route, why)
        }));
    }
    Ok(found)
}

fn unknown(organization: &Organization, route: &str, why: &str) -> Capability {
    Capability {
        organization: organization.id.clone(),
        route: route.to_owned(),
        access: Access::Unknown,
        detail: why.to_owned(),
    }
}

/// Most organizations that are asked at connect: each costs two requests while a person waits.
const MOST_ORGANIZATIONS: usize = 20;

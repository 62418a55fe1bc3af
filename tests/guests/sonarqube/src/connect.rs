//! Second verb: checks a token and finds out what it may read.

use crate::contract::connect::{
    Access, Account, Capability, Connection, Error, Organization, Request,
};
use crate::endpoint::{COMPONENTS, CURRENT_USER, ORGANIZATIONS, VALIDATE, with_query};
use crate::manifest::{BROWSE, CLOUD};
use crate::transport::{Fault, Transport, ask};
use crate::wire::{Components, Organizations, User, Validity};

/// Id of the one organization of a server, which has none.
pub(crate) const DEFAULT: &str = "default";

/// Checks the token with as few requests as possible: whether it is valid, whose it is, its organizations, and one short
/// listing in each.
///
/// # Errors
///
/// Each is something a person can do: see the contract's [`Error`].
pub fn connect(request: &Request, transport: &mut dyn Transport) -> Result<Connection, Error> {
    let validity: Validity = ask(transport, VALIDATE).map_err(|fault| told(VALIDATE, &fault))?;
    if !validity.valid {
        return Err(Error::BadCredential);
    }
    let user: User = ask(transport, CURRENT_USER).map_err(|fault| told(CURRENT_USER, &fault))?;
    let seen = if request.endpoint.origin == CLOUD {
        listed(transport)?
    } else {
        vec![the_only_one(&request.endpoint.base)]
    };
    let organizations = choose(seen, &request.organizations)?;
    let capabilities = organizations
        .iter()
        .map(|one| probe(&one.id, transport))
        .collect::<Result<Vec<_>, _>>()?;
    if capabilities.iter().all(|one| one.access == Access::Refused) {
        return Err(Error::MissingPermissions(vec![BROWSE.to_owned()]));
    }
    Ok(Connection {
        account: Account {
            name: user.name.unwrap_or_else(|| user.login.clone()),
            id: user.login,
            kind: "user".to_owned(),
        },
        organizations,
        capabilities,
        warnings: Vec::new(),
        extra: Vec::new(),
    })
}

/// All organizations of the hosted service that the token's user is a member of.
fn listed(transport: &mut dyn Transport) -> Result<Vec<Organization>, Error> {
    let mut seen = Vec::new();
    for page in 1_u32.. {
        let query = [("member", "true"), ("ps", "100"), ("p", &page.to_string())];
        let listing: Organizations = ask(transport, &with_query(ORGANIZATIONS, &query))
            .map_err(|fault| told(ORGANIZATIONS, &fault))?;
        let leads_on = listing.paging.leads_on() && !listing.organizations.is_empty();
        seen.extend(listing.organizations.into_iter().map(|one| Organization {
            slug: Some(one.key.clone()),
            id: one.key,
            name: one.name,
        }));
        if !leads_on {
            break;
        }
    }
    Ok(seen)
}

fn the_only_one(base: &str) -> Organization {
    let host = base.split_once("://").map_or(base, |(_, host)| host);
    Organization {
        id: DEFAULT.to_owned(),
        slug: None,
        name: host.to_owned(),
    }
}

fn choose(seen: Vec<Organization>, chosen: &[String]) -> Result<Vec<Organization>, Error> {
    let is_seen = |name: &&String| seen.iter().any(|one| one.id == **name);
    let hidden: Vec<String> = (chosen.iter().filter(|name| !is_seen(name)).cloned()).collect();
    if !hidden.is_empty() {
        return Err(Error::OrganizationsNotVisible(hidden));
    }
    let wanted = |one: &Organization| chosen.is_empty() || chosen.contains(&one.id);
    let organizations: Vec<_> = seen.into_iter().filter(wanted).collect();
    if organizations.is_empty() {
        let text = "the token's user is in no organization; add the user to one";
        return Err(Error::Other((
            "no-organizations".to_owned(),
            text.to_owned(),
        )));
    }
    Ok(organizations)
}

/// Whether projects can be listed.
fn probe(organization: &str, transport: &mut dyn Transport) -> Result<Capability, Error> {
    let capability = |access, detail: String| Capability {
        organization: organization.to_owned(),
        route: "projects".to_owned(),
        access,
        detail,
    };
    let path = components(organization, &[("ps", "1")]);
    match ask::<Components>(transport, &path) {
        Ok(_) => Ok(capability(Access::Allowed, String::new())),
        Err(fault @ Fault::Refused) => {
            Ok(capability(Access::Refused, format!("the listing {fault}")))
        }
        Err(Fault::Unauthorized) => Err(Error::BadCredential),
        Err(fault) => Ok(capability(Access::Unknown, format!("the listing {fault}"))),
    }
}

/// Address of a listing of projects. Only the hosted service has organizations.
pub(crate) fn components(organization: &str, more: &[(&str, &str)]) -> String {
    let mut query = vec![("qualifiers", "TRK")];
    if organization != DEFAULT {
        query.push(("organization", organization));
    }
    query.extend(more);
    with_query(COMPONENTS, &query)
}

/// Why there is no connection, where an answer is needed for one.
fn told(path: &str, fault: &Fault) -> Error {
    match fault {
        Fault::Unauthorized => Error::BadCredential,
        Fault::Refused => Error::MissingPermissions(vec![BROWSE.to_owned()]),
        Fault::Limited(secs) => {
            Error::Upstream(format!("`{path}` {fault}; connect again in {secs} seconds"))
        }
        Fault::Absent => Error::Upstream(format!(
            "`{path}` {fault}; check the address, and the setting `context-path` of a server below a path"
        )),
        Fault::Passing(_) | Fault::Broken(_) => Error::Upstream(format!("`{path}` {fault}")),
    }
}

#[cfg(test)]
mod tests;

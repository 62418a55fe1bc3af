//! Second verb: checks a credential and finds out what it may read.

mod listing;
mod probe;

use koalr_integration_kit::model::connection::{
    Account, ConnectError, ConnectRequest, Connection, Organization,
};

use crate::manifest::VIEW_ORGANIZATION;
use crate::snyk::error::{Outcome, is_about_plan, outcome};
use crate::snyk::lifecycle::deprecated;
use crate::snyk::{endpoint, owner};
use crate::transport::{Base, Failure, Reply, Transport};

/// Checks a credential with as few requests as possible: its owner, its organizations, and one short page of projects
/// and issues in each of the first organizations.
///
/// # Errors
///
/// Each is something a person can do: see [`ConnectError`].
pub fn connect(
    request: &ConnectRequest,
    transport: &mut dyn Transport,
) -> Result<Connection, ConnectError> {
    let base = Base::parse(&request.endpoint.base).ok_or_else(|| {
        ConnectError::Upstream(format!("`{}` is no base address", request.endpoint.base))
    })?;
    check_region(request, base)?;
    let mut warnings = Vec::new();
    if request.credential.kind.is_none() {
        let text = "the credential looks like none of Snyk's; it was tried all the same";
        warnings.push(text.to_owned());
    }
    let account = account(transport, &mut warnings)?;
    let listing = listing::read(base, transport, &mut warnings)?;
    let organizations = choose(listing, &request.organizations)?;
    let capabilities = probe::probe(&organizations, transport, &mut warnings)?;
    Ok(Connection {
        account,
        organizations,
        capabilities,
        warnings,
        extra: Vec::new(),
    })
}

/// Nothing is sent to a host the credential is not for. This machine stands in for any host.
fn check_region(request: &ConnectRequest, base: Base<'_>) -> Result<(), ConnectError> {
    match &request.credential.audience_host {
        Some(host) if !base.is_loopback() && !host.eq_ignore_ascii_case(base.host()) => {
            Err(ConnectError::WrongRegion(host.clone()))
        }
        _ => Ok(()),
    }
}

fn account(
    transport: &mut dyn Transport,
    warnings: &mut Vec<String>,
) -> Result<Account, ConnectError> {
    let path = endpoint::owner();
    let reply = ask(transport, &path);
    warn_of_end(&reply, &path, warnings);
    let body = body(&reply, &path)?;
    let account = owner::account(body).map_err(|why| unreadable(&path, &why))?;
    if !OWNERS.contains(&account.kind.as_str()) {
        let kind = account.kind.escape_debug();
        warnings.push(format!(
            "the credential belongs to something unknown here, a `{kind}`; it is used all the same"
        ));
    }
    Ok(account)
}

/// Warns once of a path that Snyk will take away.
fn warn_of_end(reply: &Reply, path: &str, warnings: &mut Vec<String>) {
    let text = deprecated(reply, path).map(|one| one.message);
    warnings.extend(text.filter(|text| !warnings.contains(text)));
}

/// What was listed, and why that may not be all.
struct Listed {
    organizations: Vec<Organization>,
    incomplete: Option<String>,
}

fn choose(listed: Listed, chosen: &[String]) -> Result<Vec<Organization>, ConnectError> {
    let Listed {
        organizations,
        incomplete,
    } = listed;
    let is = |one: &Organization, name: &String| one.id == *name || one.slug.as_ref() == Some(name);
    let hidden = chosen
        .iter()
        .filter(|name| !organizations.iter().any(|one| is(one, name)));
    let hidden: Vec<_> = hidden.cloned().collect();
    match incomplete {
        Some(why) if !hidden.is_empty() || organizations.is_empty() => {
            Err(ConnectError::Upstream(why))
        }
        _ if !hidden.is_empty() => Err(ConnectError::OrganizationsNotVisible(hidden)),
        _ if organizations.is_empty() => Err(ConnectError::Other((
            "no-organizations".to_owned(),
            "the credential sees no organization; make its owner a member of one".to_owned(),
        ))),
        _ if chosen.is_empty() => Ok(organizations),
        _ => Ok(organizations
            .into_iter()
            .filter(|one| chosen.iter().any(|name| is(one, name)))
            .collect()),
    }
}

/// Asks for one thing and waits for it.
fn ask(transport: &mut dyn Transport, path: &str) -> Reply {
    transport.send(0, path.to_owned());
    let nothing = || Err(Failure("nothing came back".to_owned()));
    transport.next().map_or_else(nothing, |(_, reply)| reply)
}

/// The body of an answer without which there is no connection.
fn body<'a>(reply: &'a Reply, path: &str) -> Result<&'a str, ConnectError> {
    match outcome(reply, path) {
        Outcome::Good(body) => Ok(body),
        Outcome::Unauthorized => Err(ConnectError::BadCredential),
        Outcome::Refused(text) if is_about_plan(&text) => Err(ConnectError::NoApiAccess),
        Outcome::Refused(_) => Err(ConnectError::MissingPermissions(vec![
            VIEW_ORGANIZATION.to_owned(),
        ])),
        Outcome::Limited(secs) => Err(limited(secs)),
        Outcome::NotFound(text) | Outcome::Again(text) | Outcome::Hopeless(text) => {
            Err(ConnectError::Upstream(text))
        }
    }
}

fn limited(secs: u32) -> ConnectError {
    ConnectError::Upstream(format!(
        "Snyk's rate limit is reached; connect again in {secs} seconds"
    ))
}

fn unreadable(path: &str, why: &str) -> ConnectError {
    let path = endpoint::without_query(path);
    ConnectError::Upstream(format!(
        "`{path}` answered 200 with something that is not Snyk's JSON: {why}"
    ))
}

/// Snyk's words for owners of credentials.
const OWNERS: [&str; 3] = ["user", "service_account", "app_instance"];

#[cfg(test)]
mod tests;
